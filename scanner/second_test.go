package scanner_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cookieaudit/scanner"
	"cookieaudit/scanner/consent/autoconsent"
	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/scantest"
)

// The second engine acts where the finder sees no dialog, and what it did is
// weighed like any other choice. The words of the real manager are taken away, so
// that the finder has nothing to go by.
func TestSecondEngine(t *testing.T) {
	e := autoconsent.Embedded()
	if e == nil {
		t.Skip("built without autoconsent: run `make autoconsent`, which needs npm")
	}
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
			if c.Method != scanner.MethodAutoconsent || !c.Found {
				t.Errorf("%s: method %q, found %v: %s", v.Choice, c.Method, c.Found, c.Why)
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
