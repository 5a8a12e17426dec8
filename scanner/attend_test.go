package scanner

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/scantest"

	"github.com/chromedp/cdproto/input"
	"github.com/google/go-cmp/cmp"
)

// hold presses the mouse's button and releases it once the press was heard: a person
// takes longer.
func hold(ctx context.Context, t *chrome.Tab, x, y float64) error {
	for _, typ := range []input.DispatchMouseEventType{input.DispatchMouseEventTypeMousePressed, input.DispatchMouseEventTypeMouseReleased} {
		p := input.DispatchMouseEventParams{Type: typ, X: x, Y: y, Button: input.MouseButtonLeft, ClickCount: 1}
		if err := t.Session.Call(ctx, "Input.dispatchMouseEvent", p, nil); err != nil {
			return err
		}
		t.Context().Do(func() {})
	}
	return nil
}

// A person acts on a dialog that no engine understands; what comes of it is
// recorded as ever, and marked as a person's choice.
func TestAttend(t *testing.T) {
	t.Parallel()
	url := scantest.Pages(t, "www.attend.test", map[string]string{"/": `<html lang=en><title>Shop</title><main>Shop</main>
<style>b { position: fixed; top: 0; left: 0; width: 100px; height: 50px } #no { left: 100px }</style><b id=yes>☺</b><b id=no>☹</b><script>
const hide = () => document.querySelectorAll('b').forEach(b => b.remove());
const set = v => { document.cookie = 'mood=' + v + '; Max-Age=9999'; if (v === 'yes') localStorage.id = '1'; hide() };
if (document.cookie.includes('mood=')) addEventListener('DOMContentLoaded', hide);
yes.onclick = () => set('yes'); no.onclick = () => set('no');
</script>`})
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	scantest.Browser(t)
	var mu sync.Mutex
	var asked []string
	o := Options{
		Browser: scantest.Options(), Tool: "cookieaudit test", Key: []byte("test"), Now: time.Now,
		// In place of a person: the same input events, by the same browser.
		Attend: func(ctx context.Context, a Asked) error {
			mu.Lock()
			asked = append(asked, a.Visit+": "+a.Do)
			mu.Unlock()
			switch {
			case strings.HasPrefix(a.Do, "accept"):
				return hold(ctx, a.tab, 50, 25)
			case strings.HasPrefix(a.Do, "refuse"):
				return hold(ctx, a.tab, 150, 25)
			}
			return nil
		},
	}
	var buf bytes.Buffer
	job := observation.Job{URLs: []string{url}, MaxPages: 1, NoReturn: true, Device: "desktop", Choices: []observation.Choice{observation.None, observation.Accept, observation.Reject, observation.Withdraw}}
	if err := Scan(ctx, o, job, observation.NewWriter(&buf)); err != nil {
		t.Fatal(err)
	}
	obs, err := observation.Load(&buf)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(asked)
	// The dialog cannot be found, so that something may stand before it in each visit.
	const past = "get past whatever stands before the page, such as a log-in, and leave the consent dialog alone"
	wantAsked := []string{
		"accept: accept everything in the consent dialog", "accept: " + past,
		"none: " + past,
		"reject: " + past, "reject: refuse everything in the consent dialog",
		"withdraw: accept everything in the consent dialog", "withdraw: " + past,
		"withdraw: take the consent back, by whatever way the site offers",
	}
	if diff := cmp.Diff(wantAsked, asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	var got []string
	for _, v := range obs.Visits {
		for _, c := range v.Consents {
			got = append(got, fmt.Sprintf("%s %s %s %s %v", v.Choice, c.Choice, c.Method, c.Outcome, c.Proof))
		}
	}
	want := []string{
		"none none  no-dialog []",
		"accept accept person unproven [gone recorded stays-gone]",
		"reject reject person unproven [gone recorded stays-gone]",
		"withdraw accept person unproven [gone recorded stays-gone]",
		"withdraw withdraw person failed []",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("consents (-want +got):\n%s", diff)
	}
	for _, s := range obs.Sightings {
		if s.Choice == observation.Accept && s.Phase == observation.Before {
			t.Errorf("before the person's press: %s %s", s.Item.Kind, s.Item.Name)
		}
	}
	if d := obs.Header.Browser.Differs; !slices.ContainsFunc(d, func(s string) bool { return strings.Contains(s, "a person made the choices") }) {
		t.Errorf("differences say nothing of a person: %q", d)
	}
}

// The visit that leaves the dialog alone comes first, and those for its categories
// last: they need another one.
func TestInOrder(t *testing.T) {
	const none, accept, only = observation.None, observation.Accept, observation.Only
	for _, tt := range [][2][]observation.Choice{
		{{accept, none}, {none, accept}},
		{{only, accept}, {accept, only}},
		{{only}, {none, only}},
		{{}, {}},
	} {
		if diff := cmp.Diff(tt[1], inOrder(tt[0])); diff != "" {
			t.Errorf("%v (-want +got):\n%s", tt[0], diff)
		}
	}
}
