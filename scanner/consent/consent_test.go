package consent_test

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/consent"
	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/scantest"

	"github.com/google/go-cmp/cmp"
)

func TestMain(m *testing.M) {
	// A page waits more than it computes: more of them than there are processors.
	if err := flag.Set("test.parallel", "6"); err != nil {
		panic(err)
	}
	scantest.Main(m)
}

// set makes a choice in a fixture's own record, which is the truth of a case:
// never that something was pressed.
const set = `<script>
function record(v) { document.cookie = 'choice=' + v + '; Path=/; Max-Age=1000'; }
function chosen() { return (document.cookie.split('; ').find(c => c.startsWith('choice=')) || '').slice(7); }
function pick(v) { record(v); document.querySelectorAll('.box').forEach(b => b.remove()); }
</script>`

// box is a dialog over the page.
func box(inner string) string {
	return set + `<main><h1>Shop</h1><p>Text</p><a href="#more">More</a></main>` +
		`<div class=box style="position:fixed;bottom:0;left:0;right:0;background:#ddd;padding:20px">` + inner + `</div>`
}

func buttons(text, yes, no string) string {
	return fmt.Sprintf(`<p>%s</p><button onclick="pick('yes')">%s</button> <button onclick="pick('no')">%s</button>`, text, yes, no)
}

type fixture struct {
	name           string
	lang           string
	html           string
	accept, reject string // truth after each: yes, no, custom values, or "" for nothing done
	acceptOutcome  observation.Outcome
	rejectOutcome  observation.Outcome
	frames         map[string]string // further hosts: HTML of /
}

const done = observation.Unproven // operated; proof is the scanner's

// fixtures are a few of the kinds of dialog there are, for what an Operator tells of
// its own doing; TestDialogs has the others.
func fixtures() []fixture {
	both := func(name, lang, html string) fixture {
		return fixture{name: name, lang: lang, html: html, accept: "yes", reject: "no", acceptOutcome: done, rejectOutcome: done}
	}
	quiet := func(name, html string) fixture {
		return fixture{name: name, lang: "en", html: html, acceptOutcome: observation.NoDialog, rejectOutcome: observation.NoDialog}
	}
	list := []fixture{
		both("english", "en", box(buttons("We use cookies.", "Accept all cookies", "Reject all"))),
		both("trusted-only", "en", box(`<p>We use cookies.</p><button id=y>Accept</button><button id=n>Reject</button>`)+`<script>y.onclick=e=>e.isTrusted&&pick('yes'); n.onclick=e=>e.isTrusted&&pick('no')</script>`),
		both("reloads", "en", set+`<main>Shop</main><div id=b hidden class=box style="position:fixed;bottom:0;background:#ddd;width:600px"><p>We use cookies.</p><button onclick="record('yes');location.reload()">Accept all</button><button onclick="record('no');location.reload()">Reject all</button></div><script>b.hidden=!!chosen()</script>`),
		both("covered", "en", box(buttons("We use cookies.", "Accept all", "Reject all"))+`<div style="position:fixed;inset:0;background:transparent;z-index:9"></div>`),
		{name: "cross-site-frame", lang: "en", accept: "yes", reject: "no", acceptOutcome: done, rejectOutcome: done,
			html:   set + `<main>Shop</main><iframe class=box src="https://cmp-frame.test/" style="position:fixed;bottom:0;left:0;width:100%;height:200px"></iframe><script>onmessage=e=>pick(e.data)</script>`,
			frames: map[string]string{"cmp-frame.test": `<html lang=en><body><p>We use cookies.</p><button onclick="parent.postMessage('yes','*')">Accept all</button><button onclick="parent.postMessage('no','*')">Reject all</button>`}},
		{name: "accept-only", lang: "en", html: box(`<p>We use cookies.</p><button onclick="pick('yes')">Accept</button>`),
			accept: "yes", acceptOutcome: done, rejectOutcome: observation.NoControl},
		{name: "information-only", lang: "en", html: box(`<p>This site uses cookies.</p><button onclick="pick('yes')">Got it</button><a href=/policy>Learn more</a>`),
			accept: "yes", acceptOutcome: done, rejectOutcome: observation.NoControl},
		{name: "pay-or-accept", lang: "de", html: box(`<p>Cookies oder Abo.</p><button onclick="pick('yes')">Alle akzeptieren</button><button onclick="pick('paid')">Ablehnen und für 4,99 € abonnieren</button>`),
			accept: "yes", acceptOutcome: done, rejectOutcome: observation.NoControl},
		quiet("nothing", set+`<main>Shop</main><button>Buy</button>`),
		quiet("policy-text", set+`<main><h1>Cookie policy</h1>`+strings.Repeat(`<p>We use cookies to measure use of our site, and you may refuse them in your browser.</p>`, 40)+`<form><input type=email><button>Accept terms</button></form></main>`),
	}
	return list
}

func open(t *testing.T, ctx context.Context, f fixture) (*chrome.Context, *chrome.Tab) {
	t.Helper()
	c, err := scantest.Browser(t).NewContext(ctx, chrome.Hooks{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	for host, html := range f.frames {
		scantest.Pages(t, host, map[string]string{"/": html})
	}
	lang := ""
	if f.lang != "" {
		lang = "<html lang=" + f.lang + ">"
	}
	url := scantest.Pages(t, f.name+".operator.test", map[string]string{"/": lang + "<title>" + f.name + "</title>" + f.html})
	tab, load, err := c.Clock.Open(ctx, url)
	if err != nil || !load.OK() {
		t.Fatalf("open: %+v %v", load, err)
	}
	return c, tab
}

// truth is what the fixture itself recorded.
func truth(t *testing.T, ctx context.Context, c *chrome.Context) string {
	t.Helper()
	jar, err := c.Cookies(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range jar {
		if k.Name == "choice" {
			return k.Value
		}
	}
	return ""
}

func TestAcceptAndReject(t *testing.T) {
	t.Parallel()
	for _, f := range fixtures() {
		for _, verb := range []observation.Choice{observation.Accept, observation.Reject} {
			t.Run(f.name+"/"+string(verb), func(t *testing.T) {
				t.Parallel()
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				c, tab := open(t, ctx, f)
				commits := 0
				o := consent.Operator{Tab: tab, Commit: func(time.Time) { commits++ }}
				patience := 20 * time.Second // for a dialog that comes
				if f.acceptOutcome == observation.NoDialog {
					patience = 2500 * time.Millisecond
				}
				sight, err := o.Look(ctx, patience)
				if err != nil {
					t.Fatal(err)
				}
				var a consent.Attempt
				want, outcome := f.accept, f.acceptOutcome
				if verb == observation.Accept {
					a, err = o.Accept(ctx, sight)
				} else {
					want, outcome = f.reject, f.rejectOutcome
					a, err = o.Reject(ctx, sight)
				}
				if err != nil {
					t.Fatal(err)
				}
				if got := truth(t, ctx, c); got != want {
					t.Errorf("the site recorded %q, want %q; %+v", got, want, a)
				}
				if a.Outcome != outcome {
					t.Errorf("outcome %s, want %s: %s; dialog %+v", a.Outcome, outcome, a.Why, sight.Dialog())
				}
				if operated := want != ""; a.Gone != operated || a.Committed != operated || operated != (commits > 0) {
					t.Errorf("gone %v, committed %v (%d times), want %v; %v", a.Gone, a.Committed, commits, operated, a.Steps)
				}
			})
		}
	}
}

func TestWithdraw(t *testing.T) {
	t.Parallel()
	again := `<footer><button onclick="document.body.insertAdjacentHTML('beforeend', dlg)">Cookie settings</button></footer><script>const dlg = ` +
		"`<div class=box style='position:fixed;bottom:0;background:#ddd;width:600px'><p>We use cookies.</p><button onclick=\"pick('yes')\">Accept all</button><button onclick=\"pick('no')\">Reject all</button></div>`" +
		`; if (!chosen()) document.body.insertAdjacentHTML('beforeend', dlg)</script>`
	for _, tt := range []struct {
		fixture
		controls map[string][]observation.Step
		outcome  observation.Outcome
		want     string
	}{
		{fixture: fixture{name: "way-back", lang: "en", html: set + "<main>Shop</main>" + again}, outcome: done, want: "no"},
		{fixture: fixture{name: "second-try", lang: "en", html: set + "<main>Shop</main><footer><button>Cookie preferences</button></footer>" + again}, outcome: done, want: "no"},
		{fixture: fixture{name: "no-way-back", lang: "en", html: box(buttons("We use cookies.", "Accept all", "Reject all"))}, outcome: observation.NoControl, want: "yes"},
		{fixture: fixture{name: "way-back-by-policy", lang: "en", html: set + "<main>Shop</main>" + strings.Replace(again, "Cookie settings", "Kx", 1)},
			controls: map[string][]observation.Step{"reopen": {{Click: "text=Kx"}}}, outcome: done, want: "no"},
		{fixture: fixture{name: "false-friend", lang: "en", html: box(buttons("We use cookies.", "Accept all", "Reject all")) + `<footer><a href="#policy">Cookies</a></footer>`}, outcome: observation.NoControl, want: "yes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			c, tab := open(t, ctx, tt.fixture)
			o := consent.Operator{Tab: tab, Controls: tt.controls}
			sight, err := o.Look(ctx, time.Second)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := o.Accept(ctx, sight); err != nil {
				t.Fatal(err)
			}
			a, _, err := o.Withdraw(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if a.Outcome != tt.outcome || truth(t, ctx, c) != tt.want {
				t.Errorf("outcome %s, recorded %q; want %s and %q; %+v", a.Outcome, truth(t, ctx, c), tt.outcome, tt.want, a)
			}
			// What led nowhere is no press that the way back takes.
			presses := 0
			for _, s := range a.Steps {
				if strings.HasPrefix(s, "pressed") {
					presses++
				}
			}
			if most := map[observation.Outcome]int{done: 2}[tt.outcome]; presses > most {
				t.Errorf("%d presses count, want %d: %q", presses, most, a.Steps)
			}
		})
	}
}

func TestControlsOfThePolicy(t *testing.T) {
	t.Parallel()
	f := fixture{name: "policy-steps", lang: "en", html: set + `<main>Shop</main><div id=w style="position:fixed;bottom:0"><b id=open style="cursor:pointer" onclick="p.hidden=false">⚙</b><div id=p hidden><label><input type=checkbox id=a checked> A</label><b id=go onclick="record(a.checked?'yes':'no');w.remove()">→</b></div></div>`}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c, tab := open(t, ctx, f)
	o := consent.Operator{Tab: tab, Controls: map[string][]observation.Step{
		"reject": {{Click: "#open"}, {Wait: "#go"}, {Clear: "#a"}, {Click: "#go"}, {Gone: "#go"}},
	}}
	sight, err := o.Look(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	a, err := o.Reject(ctx, sight)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"click #open", "wait for #go", "clear #a", "click #go", "wait until gone #go"}
	if diff := cmp.Diff(want, a.Steps); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	if got := truth(t, ctx, c); got != "no" || a.Method != consent.MethodPolicy {
		t.Errorf("recorded %q by %s", got, a.Method)
	}
}

func TestManagers(t *testing.T) {
	t.Parallel()
	all, err := consent.Managers()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatal("no managers")
	}
	for _, m := range all {
		for _, s := range m.Scripts {
			if got := consent.ManagerOf("https://" + s); len(s) < 8 || got == "" {
				t.Errorf("%s: script %q is found as %q", m.Name, s, got)
			}
		}
	}
}

// The way back leads to a page of its own with a form, as government sites have
// it. Its answers are turned to no before it is saved.
func TestWithdrawOnASettingsPage(t *testing.T) {
	t.Parallel()
	forms := map[string]string{
		"radios": `<fieldset><legend>Do you want to accept analytics cookies?</legend><label><input type=radio name=a value=yes> Yes</label><label><input type=radio name=a value=no> No</label></fieldset>`,
		"boxes":  `<label><input type=checkbox name=a value=yes> Analytics cookies</label>`,
	}
	for name, fields := range forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			host := "settings-page-" + name + ".test"
			url := scantest.Pages(t, host, map[string]string{
				"/": "<html lang=en>" + set + `<main>Service</main><div class=box id=b style="position:sticky;top:0"><p>We use cookies.</p><button onclick="pick('yes')">Accept</button><button onclick="pick('no')">Reject</button></div><script>if(chosen())b.remove()</script><footer><a href=/privacy>Privacy</a> <a href=/cookies>Cookies</a></footer>`,
				"/cookies": "<html lang=en>" + set + `<main><h1>Cookies on this service</h1><p>We use cookies to measure use.</p><form id=f>` + fields + `<button>Save cookie settings</button></form></main>
<script>for (const e of f.elements) if (e.value === chosen()) e.checked = true;
f.onsubmit = e => { e.preventDefault(); record(new FormData(f).get('a') === 'yes' ? 'yes' : 'no'); }</script>`,
				"/privacy": "privacy",
			})
			c, err := scantest.Browser(t).NewContext(ctx, chrome.Hooks{})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			tab, _, err := c.Clock.Open(ctx, url)
			if err != nil {
				t.Fatal(err)
			}
			o := consent.Operator{Tab: tab}
			sight, err := o.Look(ctx, time.Second)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := o.Accept(ctx, sight); err != nil {
				t.Fatal(err)
			}
			if got := truth(t, ctx, c); got != "yes" {
				t.Fatalf("after accepting: %q", got)
			}
			a, dialog, err := o.Withdraw(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if got := truth(t, ctx, c); got != "no" || !a.Committed || !a.OnPage {
				t.Errorf("recorded %q; %+v; dialog %+v", got, a, dialog)
			}
		})
	}
}

// An answer that cannot be turned into a no is never saved.
func TestSaveIsNotPressedWithAYes(t *testing.T) {
	t.Parallel()
	f := fixture{name: "odd-answers", lang: "en", html: box(`<p>We use cookies.</p><label><input type=radio name=a checked value=1> Everything</label><label><input type=radio name=a value=2> Essentials plus</label><button onclick="pick('saved')">Save</button>`)}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c, tab := open(t, ctx, f)
	o := consent.Operator{Tab: tab}
	sight, err := o.Look(ctx, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	a, err := o.Reject(ctx, sight)
	if err != nil {
		t.Fatal(err)
	}
	if got := truth(t, ctx, c); got != "" || a.Outcome != observation.Failed {
		t.Errorf("recorded %q, outcome %s; %+v", got, a.Outcome, sight.Dialog())
	}
}

// A frame that hangs may hold the dialog: nobody saw that there is none.
func TestHangingFrame(t *testing.T) {
	t.Parallel()
	if !*long {
		t.Skip("waits for a frame that never answers: make test-long asks for it by -long")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	_, tab := open(t, ctx, fixture{
		name: "hanging", lang: "en", html: set + `<main>Shop</main><iframe src="https://hanging-frame.test/"></iframe>`,
		frames: map[string]string{"hanging-frame.test": `<script>addEventListener('load', () => setTimeout(() => { for (;;) {} }))</script>`},
	})
	o := consent.Operator{Tab: tab}
	if sight, err := o.Look(ctx, 0); sight.Found() || !chrome.Unanswered(err) {
		t.Errorf("found %v, error %v", sight.Found(), err)
	}
}
