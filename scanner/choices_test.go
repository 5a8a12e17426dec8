package scanner_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/scantest"

	"github.com/google/go-cmp/cmp"
)

// choosy is a page with a dialog that offers every choice, and records what was
// chosen in a cookie of its own.
func choosy(title string) string {
	return `<html lang=en><title>` + title + `</title><nav><a href=/>home</a> <a href=/two>two</a></nav>
<div id=ask hidden role=dialog aria-label="Cookie consent" style="position:fixed;bottom:0;left:0;right:0;background:#eee;padding:20px">
<button id=x aria-label=Close>×</button><p>We use cookies to measure use and for adverts. <a href=/cookies>Cookie policy</a></p>
<button id=yes>Accept all</button> <button id=no>Reject all</button> <button id=more>Cookie settings</button>
<div id=deep hidden><label><input type=checkbox checked disabled> Necessary</label>
<label><input type=checkbox id=a> Analytics</label> <label><input type=checkbox id=m checked> Marketing</label> <button id=save>Save my choices</button></div></div>
<footer><button id=again>Cookie settings</button></footer>
<script>
const chosen = (document.cookie.split('; ').find(c => c.startsWith('consent=')) || '').slice(8);
const set = v => { document.cookie = 'consent=' + v + '; Max-Age=15552000; Path=/'; ask.hidden = true };
yes.onclick = () => set('am'); no.onclick = () => set('none'); x.onclick = () => ask.hidden = true;
more.onclick = () => deep.hidden = false; save.onclick = () => set((a.checked ? 'a' : '') + (m.checked ? 'm' : '') || 'none');
again.onclick = () => ask.hidden = false;
ask.hidden = !!chosen;
</script>`
}

// What the dialog offers is read also where no visit leaves it alone.
func TestOnlyBesideAccepting(t *testing.T) {
	t.Parallel()
	url := scantest.Pages(t, "www.only.test", map[string]string{"/": choosy("one")})
	o := scan(t, observation.Job{URLs: []string{url}, MaxPages: 1, NoReturn: true, Choices: []observation.Choice{observation.Accept, observation.Only}})
	var got []observation.Choice
	for _, v := range o.Visits {
		if v.Choice.Category() != "" {
			got = append(got, v.Choice)
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff([]observation.Choice{"only:analytics", "only:marketing"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Every choice is made in a visit of its own, and what the site itself was told
// shows it. What the settings offer is read and decides on the visits that allow
// one category.
func TestEveryChoice(t *testing.T) {
	t.Parallel()
	const host = "www.every-choice.test"
	var mu sync.Mutex
	told := map[string]bool{}
	mux := http.NewServeMux()
	page := func(title string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if c, err := r.Cookie("consent"); err == nil {
				mu.Lock()
				told[c.Value] = true
				mu.Unlock()
			}
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, "<!doctype html>"+choosy(title))
		}
	}
	mux.HandleFunc("GET /{$}", page("one"))
	mux.HandleFunc("GET /two", page("two"))
	mux.HandleFunc("GET /cookies", page("policy"))
	o := scan(t, observation.Job{
		URLs: []string{scantest.Handle(t, host, mux)}, MaxPages: 2, MaxDepth: 1,
		Choices: []observation.Choice{observation.None, observation.Accept, observation.Reject, observation.Withdraw, observation.Close, observation.Only},
	})
	var got []string
	for _, v := range o.Visits {
		for _, c := range v.Consents {
			line := fmt.Sprintf("%s %s %s %v", v.Choice, c.Choice, c.Outcome, c.Proof)
			if len(c.Offers) > 0 {
				line += " offers " + strings.Join(c.Offers, ",")
			}
			for _, l := range c.Further {
				line += fmt.Sprintf(" layer %d", l.Layer)
				for _, k := range l.Controls {
					if k.As == "on" || k.As == "off" {
						line += fmt.Sprintf(" %s:%s", k.Category, k.As)
					}
				}
			}
			got = append(got, line)
		}
	}
	slices.Sort(got)
	want := []string{
		"accept accept unproven [gone recorded stays-gone]",
		"close close unproven [gone]",
		"none none  []",
		"only:analytics only:analytics unproven [gone recorded stays-gone] layer 2 necessary:on analytics:off marketing:on",
		"only:marketing only:marketing unproven [gone recorded stays-gone] layer 2 necessary:on analytics:off marketing:on",
		"reject reject unproven [gone recorded stays-gone decoded]",
		"settings settings  [] offers analytics,marketing layer 2 necessary:on analytics:off marketing:on",
		"withdraw accept unproven [gone recorded stays-gone]",
		"withdraw withdraw unproven [gone recorded stays-gone decoded] layer 1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("consents (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]bool{"am": true, "none": true, "a": true, "m": true}, told); diff != "" {
		t.Errorf("what the site was told (-want +got):\n%s", diff)
	}
	d := o.Visit(observation.None).Consents[0].Dialog
	if !d.Looked || !d.Named || d.Policy == "" || d.Covers == 0 || d.Locked {
		t.Errorf("dialog: %+v", d)
	}
	for _, k := range d.Controls {
		if k.Looks == nil || k.Looks.Width == 0 || k.Looks.Contrast < 4 || k.Looks.Tab == 0 {
			t.Errorf("control %+v looks %+v", k, k.Looks)
		}
	}
	back := 0
	for _, p := range o.Visit(observation.Withdraw).Pages {
		if p.WayBackSought && p.WayBack == "Cookie settings" {
			back++
		}
	}
	if back < 2 {
		t.Errorf("a way back was seen on %d pages", back)
	}
}

// With Global Privacy Control every request says so, save for one kind, and so does navigator in
// pages, in frames of other sites, and in workers.
func TestGlobalPrivacyControl(t *testing.T) {
	t.Parallel()
	wantSeen := map[string]bool{"": true, "frame": true, "worker.js": true, "shared.js": true, "service.js": true}
	var mu sync.Mutex
	sent := map[string]string{}
	seen := map[string]bool{}
	all := make(chan struct{}) // have told
	handler := func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/favicon.ico" {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		if r.URL.Path == "/all.js" { // the page has not loaded before: a worker may take its time to start
			select {
			case <-all:
			case <-r.Context().Done():
			}
			return
		}
		mu.Lock()
		defer mu.Unlock()
		if r.URL.Path == "/told" {
			by := r.URL.Query().Get("by")
			_, told := seen[by]
			if seen[by] = r.URL.Query().Get("gpc") == "true"; !told && len(seen) == len(wantSeen) {
				close(all)
			}
			return
		}
		sent[r.Host[:3]+r.URL.Path] = r.Header.Get("Sec-GPC")
		const tell = `fetch('/told?by=%s&gpc='+navigator.globalPrivacyControl)`
		switch r.URL.Path {
		case "/", "/frame":
			w.Header().Set("Content-Type", "text/html")
			name := strings.Trim(r.URL.Path, "/")
			fmt.Fprintf(w, "<!doctype html><title>gpc</title><script>"+tell+"</script>", name)
			if r.URL.Path == "/" {
				fmt.Fprint(w, `<iframe src="https://two.gpc.example/frame"></iframe><script>new Worker('/worker.js'); new SharedWorker('/shared.js'); navigator.serviceWorker.register('/service.js'); fetch('/fetched')</script><script src="/all.js"></script>`)
			}
		case "/worker.js", "/shared.js", "/service.js":
			w.Header().Set("Content-Type", "text/javascript")
			fmt.Fprintf(w, tell, r.URL.Path[1:])
		}
	}
	scantest.Handle(t, "two.gpc.example", http.HandlerFunc(handler))
	url := scantest.Handle(t, "one.gpc.test", http.HandlerFunc(handler))
	o := scan(t, observation.Job{URLs: []string{url}, MaxPages: 1, Choices: []observation.Choice{observation.GPC}, NoReturn: true})
	if v := o.Visit(observation.GPC); v == nil || len(v.Pages) != 1 {
		t.Fatalf("visit: %+v", v)
	}
	mu.Lock()
	defer mu.Unlock()
	// A service worker's own script is fetched before the browser tells of the worker:
	// the header says so among the differences.
	wantSent := map[string]string{"one/": "1", "two/frame": "1", "one/worker.js": "1", "one/shared.js": "1", "one/service.js": "", "one/fetched": "1"}
	if !slices.ContainsFunc(o.Header.Browser.Differs, func(s string) bool { return strings.Contains(s, "Sec-GPC") }) {
		t.Errorf("differences say nothing of Sec-GPC: %q", o.Header.Browser.Differs)
	}
	if diff := cmp.Diff(wantSent, sent); diff != "" {
		t.Errorf("Sec-GPC (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(wantSeen, seen); diff != "" {
		b, _ := json.Marshal(o.Gaps)
		t.Errorf("navigator.globalPrivacyControl (-want +got):\n%s\n%s", diff, b)
	}
}

// A choice that is kept on the page where it was made and forgotten on the next is
// not kept.
func TestDialogBackOnTheNextPage(t *testing.T) {
	t.Parallel()
	page := func(other string) string {
		return `<html lang=en><title>Shop</title><nav><a href=/>one</a> <a href=` + other + `>two</a></nav>
<div id=ask hidden style="position:fixed;bottom:0;left:0;right:0;background:#eee;padding:20px"><p>We use cookies.</p>
<button id=yes>Accept all</button> <button id=no>Reject all</button></div><script>
const set = v => { localStorage.setItem('asked' + location.pathname, v); ask.hidden = true };
yes.onclick = () => set('y'); no.onclick = () => set('n');
ask.hidden = !!localStorage.getItem('asked' + location.pathname);
</script>`
	}
	url := scantest.Pages(t, "www.forgets.test", map[string]string{"/": page("/two"), "/two": page("/")})
	o := scan(t, observation.Job{URLs: []string{url}, MaxPages: 2, MaxDepth: 1, NoReturn: true, Choices: []observation.Choice{observation.None, observation.Accept, observation.Reject}})
	for _, choice := range []observation.Choice{observation.Accept, observation.Reject} {
		all := o.Visit(choice).Consents
		if last := all[len(all)-1]; len(all) != 2 || last.Outcome != observation.NotKept || last.Choice != choice {
			t.Errorf("%s: %d attempts, the last %s: %s", choice, len(all), last.Outcome, last.Why)
		}
	}
}

// A dialog that comes with the first scroll is found by every visit, measured, and
// read to its last layer.
func TestDialogAfterScroll(t *testing.T) {
	t.Parallel()
	url := scantest.Pages(t, "www.after-scroll.test", map[string]string{"/": `<div style="height:4000px">Shop</div>` + strings.Replace(choosy("scroll"),
		"ask.hidden = !!chosen;", "addEventListener('scroll', () => { ask.hidden = !!chosen }, {once: true});", 1)})
	o := scan(t, observation.Job{URLs: []string{url}, MaxPages: 1, NoReturn: true, Choices: []observation.Choice{observation.None, observation.Reject}})
	var got []string
	for _, v := range o.Visits {
		for _, c := range v.Consents {
			got = append(got, fmt.Sprintf("%s %s, measured %v, offers %q", c.Choice, c.Outcome, c.Dialog != nil && c.Dialog.Looked, c.Offers))
		}
	}
	slices.Sort(got)
	want := []string{
		"none , measured true, offers []",
		"reject unproven, measured true, offers []",
		`settings , measured true, offers ["analytics" "marketing"]`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Such a dialog is looked for anew after the page was used anew.
func TestDialogAfterScrollComesBack(t *testing.T) {
	t.Parallel()
	url := scantest.Pages(t, "www.after-each-scroll.test", map[string]string{"/": `<div style="height:4000px">Shop</div>` + strings.Replace(choosy("scroll"),
		"ask.hidden = !!chosen;", "addEventListener('scroll', () => { ask.hidden = false }, {once: true});", 1)})
	o := scan(t, observation.Job{URLs: []string{url}, MaxPages: 1, NoReturn: true, Choices: []observation.Choice{observation.Reject}})
	if c := o.Visit(observation.Reject).Consents[0]; c.Outcome != observation.NotKept {
		t.Errorf("%s, proof %v", c.Outcome, c.Proof)
	}
}

// A switch that acts at once is the choice, not what comes before it, whoever turns
// it: the finder or the policy's steps.
func TestSwitchThatActsAtOnce(t *testing.T) {
	t.Parallel()
	url := scantest.Pages(t, "www.at-once.test", map[string]string{"/": strings.Replace(choosy("at once"), "ask.hidden = !!chosen;",
		"a.onchange = () => { if (a.checked) localStorage.setItem('counted', 1) }; ask.hidden = !!chosen;", 1)})
	for name, controls := range map[string]map[string][]observation.Step{
		"finder": nil,
		"policy": {"only.analytics": {{Click: "text=Cookie settings"}, {Check: "label=Analytics"}, {Clear: "label=Marketing"}, {Click: "text=Save my choices"}}},
	} {
		t.Run(name, func(t *testing.T) {
			o := scan(t, observation.Job{URLs: []string{url}, MaxPages: 1, NoReturn: true, Controls: controls, Choices: []observation.Choice{observation.Accept, "only:analytics"}})
			var got []string
			for _, w := range o.Writes {
				if w.Item.Name == "counted" {
					got = append(got, fmt.Sprintf("%s %s on %s", observation.LegOf(w.Page), w.Phase, w.Cause))
				}
			}
			if diff := cmp.Diff([]string{"only:analytics/1 after on click"}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// What only a script could press is told to be so.
func TestCoveredDialog(t *testing.T) {
	t.Parallel()
	url := scantest.Pages(t, "www.covered.test", map[string]string{"/": choosy("covered") + `<div style="position:fixed;inset:0;z-index:9"></div>`})
	o := scan(t, observation.Job{URLs: []string{url}, MaxPages: 1, NoReturn: true, Choices: []observation.Choice{observation.Reject}})
	c := o.Visit(observation.Reject).Consents[0]
	if !c.ByScript || c.Why == "" || c.Outcome != observation.Unproven || !strings.Contains(strings.Join(c.Steps, " "), "by script") {
		t.Errorf("by a script: %v; %s, %q: %q", c.ByScript, c.Outcome, c.Why, c.Steps)
	}
}
