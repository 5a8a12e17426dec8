package scanner_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cookieaudit/scanner"
	"cookieaudit/scanner/consent"
	"cookieaudit/scanner/consent/autoconsent"
	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/scantest"
)

// embedded is the second engine that was built in; the test is skipped without one.
func embedded(t *testing.T) *autoconsent.Engine {
	t.Helper()
	e := autoconsent.Embedded()
	if e == nil {
		t.Skip("built without autoconsent: run `make autoconsent`, which needs npm")
	}
	return e
}

// The second engine acts where the finder sees no dialog, and what it did is
// weighed like any other choice. The words of the real manager are taken away, so
// that the finder has nothing to go by.
func TestSecondEngine(t *testing.T) {
	t.Parallel()
	e := embedded(t)
	const managers = "../testdata/managers"
	if _, err := os.Stat(filepath.Join(managers, "node_modules", ".package-lock.json")); err != nil {
		t.Skip("the consent managers of npm are not installed: run `make sites`, which needs npm")
	}
	mux := http.NewServeMux()
	mux.Handle("GET /npm/", http.StripPrefix("/npm/", http.FileServer(http.Dir(filepath.Join(managers, "node_modules")))))
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(`<!doctype html><html lang=en><title>Wordless</title><main>Shop</main>
<link rel=stylesheet href="/npm/vanilla-cookieconsent/dist/cookieconsent.css"><script src="/npm/vanilla-cookieconsent/dist/cookieconsent.umd.js"></script><script>
CookieConsent.run({categories: {necessary: {enabled: true, readOnly: true}, analytics: {}}, language: {default: 'en', translations: {en: {
  consentModal: {title: '⚘', description: '⚘ ⚘ ⚘', acceptAllBtn: '☀', acceptNecessaryBtn: '☁'}, preferencesModal: {title: '⚘', acceptAllBtn: '☀', sections: []}}}}});
</script>`))
	})
	url := scantest.Handle(t, "www.wordless.test", mux)
	o := scan(t, observation.Job{URLs: []string{url}, MaxPages: 1, NoReturn: true, Choices: []observation.Choice{observation.None, observation.Accept, observation.Reject}},
		func(o *scanner.Options) { o.Autoconsent = e })
	if o.Header.Autoconsent != e.Version {
		t.Errorf("header names autoconsent %q, want %q", o.Header.Autoconsent, e.Version)
	}
	want := map[observation.Choice]string{observation.Accept: "analytics granted", observation.Reject: "all others denied"}
	for _, v := range o.Visits {
		for _, c := range v.Consents {
			if c.Method != scanner.MethodAutoconsent || !c.Found || c.Rule == "" {
				t.Errorf("%s: method %q, rule %q, found %v: %s", v.Choice, c.Method, c.Rule, c.Found, c.Why)
			}
			held, ok := want[c.Choice]
			if !ok {
				continue
			}
			delete(want, c.Choice)
			all := []observation.ProofFact{observation.ProofGone, observation.ProofStaysGone, observation.ProofDecoded}
			for _, f := range all {
				if !slices.Contains(c.Proof, f) {
					t.Errorf("%s lacks the proof %s: %v %s; %q", c.Choice, f, c.Proof, c.Why, c.Steps)
				}
			}
			if !strings.Contains(strings.Join(c.Held, "; "), held) {
				t.Errorf("%s: the manager holds %q, want %q", c.Choice, c.Held, held)
			}
		}
	}
	if len(want) > 0 {
		t.Errorf("choices not made: %v", want)
	}
}

// knowing is the built-in engine with rules of the test's own.
func knowing(t *testing.T, rules string) *autoconsent.Engine {
	t.Helper()
	embedded(t)
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("consent/autoconsent/engine")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "rules", "rules.json"), []byte(`{"autoconsent": [`+rules+`]}`), 0o666); err != nil {
		t.Fatal(err)
	}
	e, err := autoconsent.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// The second engine is asked for the name of a manager that the catalogue lacks, where
// the settings are read.
func TestSecondEngineNames(t *testing.T) {
	t.Parallel()
	url := scantest.Pages(t, "www.second-names.test", map[string]string{"/": choosy("names")})
	o := scan(t, observation.Job{URLs: []string{url}, MaxPages: 1, NoReturn: true, Choices: []observation.Choice{observation.None, observation.Accept}},
		func(o *scanner.Options) {
			o.Autoconsent = knowing(t, `{"name": "ours", "detectCmp": [{"exists": "#ask"}], "detectPopup": [{"visible": "#ask"}], "optIn": [{"click": "#yes"}], "optOut": [{"click": "#no"}]}`)
		})
	if c := o.Visit(observation.Settings).Consents[0]; c.Rule != "ours" || c.Manager != "" || c.Method != "" {
		t.Errorf("rule %q, manager %q, method %q", c.Rule, c.Manager, c.Method)
	}
	if c := o.Visit(observation.None).Consents[0]; c.Rule != "" {
		t.Errorf("asked in the visit that the others wait for: %q", c.Rule)
	}
}

// Where the finder sees a dialog and no way to refuse, the second engine is asked. It
// does nothing that may consent, and where it changed nothing, there is no control.
func TestSecondEngineWithoutAControl(t *testing.T) {
	t.Parallel()
	const dialog = `<html lang=en><title>Few words</title><main>Shop</main>
<div id=ask style="position:fixed;bottom:0;left:0;right:0;background:#eee"><p>We use cookies.</p><button onclick="set('accepted')">Accept all</button> MORE</div>
<script>const set = v => { document.cookie = 'consent=' + v + '; Max-Age=9000; Path=/'; ask.hidden = true }; ask.hidden = document.cookie.includes('consent=')
setTimeout(() => localStorage.setItem('late', 1), 30000)</script>`
	const rule = `{"name": "ours", "detectCmp": [{"exists": "#ask"}], "detectPopup": [{"visible": "#ask"}], "optIn": [{"click": "YES"}], "optOut": [NO]}`
	for _, tt := range []struct {
		name, more, yes, no string
		method              string
		made                bool
	}{
		{name: "wordless", more: `<button id=no onclick="set('rejected')">☁</button>`, yes: "#yes", no: `{"click": "#no"}`,
			method: scanner.MethodAutoconsent, made: true},
		{name: "one-for-both", more: `<button id=x onclick="set('accepted')">☁</button>`, yes: "#x", no: `{"click": "#x"}`,
			method: consent.MethodFinder},
		{name: "saves", more: `<button id=more>☁</button> <button id=save onclick="set('accepted')">☂</button>`, yes: "#yes", no: `{"click": "#more"}, {"click": "#save"}`,
			method: consent.MethodFinder},
		{name: "deaf", more: `<button id=no>☁</button>`, yes: "#yes", no: `{"click": "#no"}`,
			method: consent.MethodFinder},
	} {
		t.Run(tt.name, func(t *testing.T) {
			url := scantest.Pages(t, "www.second-"+tt.name+".test", map[string]string{"/": strings.Replace(dialog, "MORE", tt.more, 1)})
			o := scan(t, observation.Job{URLs: []string{url}, MaxPages: 1, NoReturn: true, Choices: []observation.Choice{observation.Reject}},
				func(o *scanner.Options) {
					o.Autoconsent = knowing(t, strings.NewReplacer("YES", tt.yes, "NO", tt.no).Replace(rule))
				})
			v := o.Visit(observation.Reject)
			if len(v.Consents) != 1 {
				t.Fatalf("%d attempts", len(v.Consents))
			}
			c, made := v.Consents[0], tt.made
			if c.Method != tt.method || c.Rule != "ours" || made == (c.Outcome == observation.NoControl) {
				t.Errorf("by %s, rule %q: %s %s %q", c.Method, c.Rule, c.Outcome, c.Why, c.Steps)
			}
			stored := false
			for _, s := range o.Sightings {
				if s.Choice != observation.Reject {
					continue
				}
				stored = stored || s.Item.Name == "consent"
				if s.Item.Name == "late" && s.Phase == observation.After && !made {
					t.Errorf("no choice was made, and %s is stored after it", s.Item.Name)
				}
			}
			if stored != made || made != slices.Contains(c.Proof, observation.ProofDecoded) {
				t.Errorf("stored: %v; %v %q", stored, c.Proof, c.Held)
			}
		})
	}
}
