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
	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/scantest"
)

// A standIn shows what is publicly known of a manager that cannot be run here.
type standIn struct {
	file, manager string
	source        string // of its record, those of TC strings joined
	country       string
	reopens       string // by what its dialog comes back: "control", "script" or ""
}

var known = []standIn{
	{"axeptio", "Axeptio", "cookie axeptio_cookies", "", "script"},
	{"borlabs", "Borlabs Cookie", "cookie borlabs-cookie", "", ""},
	{"civic", "Civic Cookie Control", "cookie CookieControl", "", "script"},
	{"complianz", "Complianz", "cookie cmplz_functional, cmplz_preferences, cmplz_statistics, cmplz_marketing", "", ""},
	{"consentmanager", "consentmanager.net", "script", "", "script"},
	{"cookiebot", "Cookiebot", "cookie CookieConsent", "GB", "script"},
	{"cookieinformation", "Cookie Information", "cookie CookieInformationConsent", "", "script"},
	{"cookiescript", "Cookie Script", "cookie CookieScriptConsent", "", "script"},
	{"cookieyes", "CookieYes", "cookie cookieyes-consent", "", "script"},
	{"didomi", "Didomi", "cookie didomi_token", "", "script"},
	{"fundingchoices", "Google Funding Choices", "__tcfapi, cookie FCCDCF", "", "script"},
	{"hubspot", "HubSpot", "cookie __hs_cookie_cat_pref", "", "script"},
	{"iubenda", "iubenda", "cookie _iub_cs-…", "", "script"},
	{"onetrust", "OneTrust", "cookie OptanonConsent", "DE", "script"},
	{"osano", "Osano", "script", "", "script"},
	{"quantcast", "InMobi Choice (Quantcast)", "__tcfapi, cookie euconsent-v2", "", "script"},
	{"realcookiebanner", "Real Cookie Banner", "script", "", "control"},
	{"shopify", "Shopify", "cookie _tracking_consent", "GB", "script"},
	{"silktide", "Silktide Consent Manager", "localStorage stcm.consent.essential, stcm.consent.analytics, stcm.consent.marketing", "", ""},
	{"sourcepoint", "Sourcepoint", "__tcfapi", "", "script"},
	{"termly", "Termly", "localStorage TERMLY_API_CACHE", "", "script"},
	{"trustarc", "TrustArc", "cookie notice_gdpr_prefs", "", "script"},
	{"usercentrics", "Usercentrics", "localStorage uc_settings", "", "script"},
}

// TestKnownManagers reads stand-ins: that they are recognised, what they record
// before and after each choice, and that they open again and take a consent back.
func TestKnownManagers(t *testing.T) {
	t.Parallel()
	all, err := consent.Managers()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if m.Untested && !slices.ContainsFunc(known, func(k standIn) bool { return k.manager == m.Name }) {
			t.Errorf("%s is untested and has no stand-in", m.Name)
		}
	}
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
			scantest.Handle(t, "vendor-known-"+k.file+".test", mux) // another site
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
				if s := k.record(t, ctx, tab, m); s.Speaks() {
					t.Errorf("before a choice: %+v", s)
				}
				o := &consent.Operator{Tab: tab, Managers: found}
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
				k.recorded(t, ctx, tab, m, on)
				if on && k.reopens != "" {
					a, _, err := o.Withdraw(ctx)
					if err != nil || !a.Gone || a.ByAPI != (k.reopens == "script") {
						t.Errorf("taken back: %+v %v", a, err)
					}
					k.recorded(t, ctx, tab, m, false)
					continue
				}
				if ok, err := m.Reopen(ctx, tab); ok != (k.reopens == "script") || err != nil {
					t.Errorf("reopened %v %v", ok, err)
				}
				again, err := o.Glance(ctx)
				if err != nil || again.Found() != (k.reopens == "script") {
					t.Errorf("the dialog is back: %v %v", again.Found(), err)
				}
			}
		})
	}
}

// record is what the stand-in has recorded of the choice, in its own way or as TC
// strings.
func (k standIn) record(t *testing.T, ctx context.Context, tab *chrome.Tab, m consent.Manager) observation.Signal {
	t.Helper()
	s, ok, err := m.State(ctx, tab)
	if err != nil {
		t.Fatal(err)
	}
	if ok {
		return s
	}
	all, err := consent.Signals(ctx, tab)
	if err != nil {
		t.Fatal(err)
	}
	var sources []string
	for _, tc := range all {
		if tc.Kind != observation.SignalTCF {
			continue
		}
		sources = append(sources, tc.Source)
		s.Says = append(s.Says, tc.Says...)
		s.Error += tc.Error
	}
	s.Source = strings.Join(sources, ", ")
	return s
}

// recorded reports a record that does not say that everything was allowed, or
// refused.
func (k standIn) recorded(t *testing.T, ctx context.Context, tab *chrome.Tab, m consent.Manager, on bool) {
	t.Helper()
	s := k.record(t, ctx, tab, m)
	granted, denied := len(s.Granted()), len(s.Denied())
	if s.Source != k.source || s.Error != "" || on != (granted > 0) || on == (denied > 0) {
		t.Errorf("after a choice of %v: %+v", on, s)
	}
}
