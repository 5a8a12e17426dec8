package scanner_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/scantest"

	"github.com/google/go-cmp/cmp"
)

// What comes of a press that was to choose nothing, and chose, did not come before any
// choice: on a control that looked like the way to the settings, whether the page is
// loaded anew or not, also where only the settings are read.
func TestWayToTheSettingsThatConsents(t *testing.T) {
	t.Parallel()
	const site = `<html lang=en><title>stray</title>
<div id=ask hidden role=dialog aria-label="Cookie consent" style="position:fixed;bottom:0;left:0;right:0;background:#eee;padding:20px">
<p>We use cookies to measure use and for adverts.</p> <button id=yes>Accept all</button> <button id=more>Cookie settings</button></div>
<script>
const asked = !document.cookie.includes('consent=');
ask.hidden = !asked;
const measure = () => { document.cookie = '_tr=1; Path=/'; fetch('/hit?of=tr') };
if (!asked) measure();
more.onclick = () => { document.cookie = 'consent=all; Path=/'; ask.hidden = true; AFTER };
</script>`
	for name, after := range map[string]string{"stays": "measure()", "reloads": "location.reload()"} {
		for _, steps := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s steps=%v", name, steps), func(t *testing.T) {
				url := scantest.Pages(t, fmt.Sprintf("%s-%v.stray.test", name, steps), map[string]string{
					"/": strings.Replace(site, "AFTER", after, 1), "/hit": "",
				})
				job := observation.Job{URLs: []string{url}, MaxPages: 1, NoReturn: true, Choices: []observation.Choice{observation.Reject, observation.Settings}}
				if steps {
					job.Controls = map[string][]observation.Step{"settings": {{Click: "text=Cookie settings"}}}
				}
				o := scan(t, job)
				var got []string
				told := func(page string, phase observation.Phase, what string) {
					choice, _, _ := strings.Cut(observation.LegOf(page), "/")
					got = append(got, fmt.Sprintf("%s: %s %s, unchosen: %v", choice, what, phase, phase.Unchosen(observation.Choice(choice))))
				}
				for _, w := range o.Writes {
					if w.Item.Name == "_tr" {
						told(w.Page, w.Phase, "_tr")
					}
				}
				for _, r := range o.Requests {
					if strings.Contains(r.URL, "/hit") {
						told(r.Page, r.Phase, "hit")
					}
				}
				slices.Sort(got)
				want := []string{
					"reject: _tr after, unchosen: false", "reject: hit after, unchosen: false",
					"settings: _tr after, unchosen: false", "settings: hit after, unchosen: false",
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				for _, c := range o.Visit(observation.Reject).Consents {
					if c.Outcome != observation.Failed || !strings.Contains(c.Why, "something was stored") {
						t.Errorf("%s: %s", c.Outcome, c.Why)
					}
				}
			})
		}
	}
}

// A choice that is kept where neither the jar nor localStorage tells is no failure: it
// is told as unproven.
func TestSwitchesThatAreKeptElsewhere(t *testing.T) {
	t.Parallel()
	const site = `<html lang=en><title>elsewhere</title>
<div id=ask role=dialog aria-label="Cookie consent" style="position:fixed;bottom:0;left:0;right:0;background:#eee;padding:20px">
<p>We use cookies for what you allow.</p> <button>Accept all</button> <button onclick="deep.hidden = false">Cookie settings</button> <div id=deep hidden> <button aria-label=Close>×</button>
<label><input type=checkbox id=a checked> Analytics</label> <label><input type=checkbox id=m checked> Marketing</label></div></div>
<script>for (const box of [a, m]) {
box.checked = KEPT[box.id] !== 'no';
box.onchange = () => KEPT[box.id] = box.checked ? 'yes' : 'no';
}
ask.hidden = KEPT.m === 'no';</script>`
	for kept, want := range map[string]observation.Outcome{"sessionStorage": observation.Unproven, "window": observation.Failed} {
		url := scantest.Pages(t, "www."+strings.ToLower(kept)+".test", map[string]string{"/": strings.ReplaceAll(site, "KEPT", kept)})
		o := scan(t, observation.Job{URLs: []string{url}, MaxPages: 1, NoReturn: true, Choices: []observation.Choice{observation.Reject}})
		for _, c := range o.Visit(observation.Reject).Consents {
			if c.Outcome != want {
				t.Errorf("%s: %s (%s)", kept, c.Outcome, c.Why)
			}
		}
	}
}
