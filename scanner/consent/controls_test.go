package consent_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/consent"
	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/scantest"
)

// wordless has a way to its switches, and saves them by a sign that says nothing.
const wordless = `<html lang=en>` + set + `<main>Shop</main><div class=box style="position:fixed;bottom:0;left:0;right:0;background:#ddd;padding:20px"><p>We use cookies.</p>
<button onclick="pick('yes')">Accept all</button> <button onclick="deep.hidden=false;this.remove()">Cookie settings</button>
<div id=deep hidden><label><input type=checkbox id=m checked> Marketing</label> <button id=s onclick="pick(m.checked ? 'yes' : 'no')">&#9733;</button></div></div>
<footer><button onclick="location.reload()">Cookie settings</button></footer>`

// twice answers the second question of a refusal, which no steps are about.
const twice = `<html lang=en>` + set + `<main>Shop</main><div class=box id=a style="position:fixed;bottom:0;left:0;right:0;background:#ddd;padding:20px"><p>We use cookies.</p>
<button onclick="pick('yes')">Accept all</button> <button onclick="a.hidden=true;b.hidden=false">Reject all</button></div>
<div class=box id=b hidden role=dialog style="position:fixed;bottom:0;background:#ddd"><p>No cookies at all?</p><button onclick="pick('yes')">Accept cookies</button> <button onclick="pick('no')">Yes, reject all</button></div>`

// The policy's controls say what the finder can't see, and the finder does the rest.
func TestControlsAndFinder(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, html string
		controls   map[string][]observation.Step
		record     string
		outcome    observation.Outcome
	}{
		{name: "nobody knows how to save", html: wordless, outcome: observation.NoControl},
		{name: "save", html: wordless, controls: map[string][]observation.Step{"save": {{Click: "#s"}}}, record: "no", outcome: done},
		{name: "save that is not there", html: wordless, controls: map[string][]observation.Step{"save": {{Click: "#none"}}}, outcome: observation.Failed},
		{name: "all steps", html: wordless, controls: map[string][]observation.Step{"reject": {{Click: "text=Cookie settings"}, {Clear: "label=Marketing"}, {Click: "#s"}}}, record: "no", outcome: done},
		{name: "a selector that is none", html: wordless, controls: map[string][]observation.Step{"reject": {{Click: "#["}}}, outcome: observation.Failed},
		{name: "a second question", html: twice, controls: map[string][]observation.Step{"reject": {{Click: "text=Reject all"}}}, record: "no", outcome: done},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			b, err := scantest.Browser(t).NewContext(ctx, chrome.Hooks{})
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			tab, _, err := b.Clock.Open(ctx, scantest.Pages(t, "www.controls.test", map[string]string{"/": wordless, "/twice": twice})+map[bool]string{true: "twice"}[tt.html == twice])
			if err != nil {
				t.Fatal(err)
			}
			commits := 0
			o := &consent.Operator{Tab: tab, Controls: tt.controls, Commit: func(time.Time) { commits++ }}
			s, err := o.Look(ctx, time.Second)
			if err != nil {
				t.Fatal(err)
			}
			a, err := o.Reject(ctx, s)
			if err != nil {
				t.Fatal(err)
			}
			if got := recorded(t, ctx, b); got != tt.record || a.Outcome != tt.outcome || commits != map[bool]int{true: 1}[tt.outcome == done] {
				t.Errorf("record %q, %d commits: %+v", got, commits, a)
			}
			if tt.controls != nil && a.Method != consent.MethodPolicy {
				t.Errorf("method %q", a.Method)
			}
		})
	}
}

// Steps to the settings that fail are told, with the categories that were seen.
func TestSettingsThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	b, err := scantest.Browser(t).NewContext(ctx, chrome.Hooks{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	tab, _, err := b.Clock.Open(ctx, scantest.Pages(t, "settings.controls.test", map[string]string{"/": wordless}))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		steps []observation.Step
		offer int
		why   bool
	}{
		{steps: []observation.Step{{Click: "#none"}}, why: true},
		{offer: 1},
	} {
		o := &consent.Operator{Tab: tab, Controls: map[string][]observation.Step{"settings": tt.steps}}
		s, err := o.Look(ctx, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		offers, why, err := o.Settings(ctx, s)
		if err != nil || len(offers) != tt.offer || strings.Contains(why, "#none") != tt.why {
			t.Errorf("by %v: offers %v, why %q, error %v", tt.steps, offers, why, err)
		}
	}
}
