package consent_test

import (
	"context"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/consent"
	"cookieaudit/scanner/scantest"

	"github.com/google/go-cmp/cmp"
)

// known are stand-ins for managers that cannot be run here, by file.
var known = []struct {
	file, manager string
	source        string // of its record
	country       string
	reopens       bool
}{
	{"axeptio", "Axeptio", "cookie axeptio_cookies", "", true},
	{"borlabs", "Borlabs Cookie", "cookie borlabs-cookie", "", false},
	{"civic", "Civic Cookie Control", "cookie CookieControl", "", true},
	{"complianz", "Complianz", "cookie cmplz_functional, cmplz_preferences, cmplz_statistics, cmplz_marketing", "", false},
	{"consentmanager", "consentmanager.net", "script", "", true},
	{"cookiebot", "Cookiebot", "cookie CookieConsent", "GB", true},
	{"cookieinformation", "Cookie Information", "cookie CookieInformationConsent", "", true},
	{"cookiescript", "Cookie Script", "cookie CookieScriptConsent", "", true},
	{"cookieyes", "CookieYes", "cookie cookieyes-consent", "", true},
	{"didomi", "Didomi", "cookie didomi_token", "", true},
	{"hubspot", "HubSpot", "cookie __hs_cookie_cat_pref", "", true},
	{"iubenda", "iubenda", "cookie _iub_cs-…", "", true},
	{"onetrust", "OneTrust", "cookie OptanonConsent", "DE", true},
	{"osano", "Osano", "script", "", true},
	{"shopify", "Shopify", "cookie _tracking_consent", "GB", true},
	{"silktide", "Silktide Consent Manager", "localStorage stcm.consent.essential, stcm.consent.analytics, stcm.consent.marketing", "", false},
	{"termly", "Termly", "localStorage TERMLY_API_CACHE", "", true},
	{"trustarc", "TrustArc", "cookie notice_gdpr_prefs", "", true},
	{"usercentrics", "Usercentrics", "localStorage uc_settings", "", true},
}

// TestKnownManagers reads stand-ins: that they are recognised, what they record
// before and after each choice, and that they open again.
func TestKnownManagers(t *testing.T) {
	b := scantest.Browser(t)
	for _, k := range known {
		t.Run(k.file, func(t *testing.T) {
			t.Parallel()
			m, ok := consent.Named(k.manager)
			if !ok || !m.Untested {
				t.Fatalf("the catalogue has no untested %q", k.manager)
			}
			host := "www.known-" + k.file + ".test"
			mux := http.NewServeMux()
			mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				w.Write([]byte(`<!doctype html><html lang=en><title>Stand-in</title><link rel=icon href=data:,><main>A page.</main><script src=known.js></script><script src=` + k.file + `.js></script>`))
			})
			mux.Handle("GET /", http.FileServer(http.Dir(filepath.Join(managersDir, "known"))))
			url := scantest.Handle(t, host, mux)
			for _, on := range []bool{true, false} {
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
				defer cancel()
				c, err := b.NewContext(ctx, chrome.Hooks{})
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
				tab, load, err := c.Clock.Open(ctx, url)
				if err != nil || !load.OK() {
					t.Fatalf("open: %v %+v", err, load)
				}
				found, err := consent.Detect(ctx, tab)
				if err != nil || len(found) != 1 || found[0].Name != k.manager {
					t.Errorf("detected %+v %v", found, err)
				}
				if code, err := m.Country(ctx, tab); code != k.country || err != nil {
					t.Errorf("country %q %v", code, err)
				}
				if s, ok, err := m.State(ctx, tab); err != nil || ok && s.Speaks() {
					t.Errorf("before a choice: %+v %v", s, err)
				}
				o := &consent.Operator{Tab: tab}
				s, err := o.Look(ctx, time.Second)
				if err != nil || !s.Found() {
					t.Fatalf("no dialog: %v", err)
				}
				act := o.Reject
				if on {
					act = o.Accept
				}
				if a, err := act(ctx, s); err != nil || !a.Gone {
					t.Fatalf("%+v %v", a, err)
				}
				signal, ok, err := m.State(ctx, tab)
				if err != nil || !ok || signal.Source != k.source || signal.Error != "" {
					t.Errorf("state: %+v %v %v", signal, ok, err)
				}
				granted, denied := len(signal.Granted()), len(signal.Denied())
				if on != (granted > 0) || on == (denied > 0) {
					t.Errorf("after a choice of %v: %+v", on, signal.Says)
				}
				if _, ok, err := m.Reopen(ctx, tab); ok != k.reopens || err != nil {
					t.Errorf("reopened %v %v", ok, err)
				}
				again, err := o.Glance(ctx)
				if err != nil || again.Found() != k.reopens {
					t.Errorf("the dialog is back: %v %v", again.Found(), err)
				}
			}
		})
	}
}

// Where a manager has buttons to allow and deny each category, the catalogue
// knows them.
func TestSwitchRows(t *testing.T) {
	install(t)
	p := products[slices.IndexFunc(products, func(p product) bool { return p.page == "tarteaucitron" })]
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	truth := newTruth()
	c, err := scantest.Browser(t).NewContext(ctx, chrome.Hooks{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	tab, load, err := c.Clock.Open(ctx, p.serve(t, truth.tell))
	if err != nil || !load.OK() {
		t.Fatalf("open: %v %+v", err, load)
	}
	// Its settings are there once its dialog is.
	if s, err := (&consent.Operator{Tab: tab}).Look(ctx, 20*time.Second); err != nil || !s.Found() {
		t.Fatalf("no dialog: %v", err)
	}
	m, _ := consent.Named(p.manager)
	how, ok, err := m.Reopen(ctx, tab)
	if err != nil || !ok {
		t.Fatalf("reopen: %q %v %v", how, ok, err)
	}
	steps, ok, err := m.Switch(ctx, tab, func(category string) bool { return category == "analytics" })
	if diff := cmp.Diff([]string{`pressed deny of "Marketing"`, `pressed allow of "Analytics"`}, steps); diff != "" || !ok || err != nil {
		t.Fatalf("%v %v (-want +got):\n%s", ok, err, diff)
	}
	if got := truth.wait(ctx, "analytics-on/marketing-off"); got != "analytics-on/marketing-off" {
		t.Errorf("the page tells %q", got)
	}
	s, ok, err := m.State(ctx, tab)
	var says []string
	for _, y := range s.Says {
		says = append(says, y.Category+" "+string(y.Value))
	}
	if strings.Join(says, ", ") != "analytics granted, marketing denied" || !ok || err != nil {
		t.Errorf("%+v %v", s, err)
	}
	klaro, _ := consent.Named("Klaro")
	if _, ok, err := klaro.Switch(ctx, tab, func(string) bool { return true }); ok || err != nil {
		t.Errorf("Klaro has rows: %v %v", ok, err)
	}
}
