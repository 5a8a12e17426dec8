package consent

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"cookieaudit/scanner/observation"

	"github.com/google/go-cmp/cmp"
)

func TestManagerNames(t *testing.T) {
	all, err := Managers()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		for _, s := range m.Scripts {
			if got := ManagerOf("https://example.test/" + s); got != m.Name {
				t.Errorf("script %q of %s is found as %q", s, m.Name, got)
			}
		}
		if got, ok := Named(m.Name); !ok || got.Name != m.Name {
			t.Errorf("%s is not found by its name", m.Name)
		}
	}
	for _, innocent := range []string{"https://www.example.test/app.js", "https://www.example.test/js/cookies.js", ""} {
		if got := ManagerOf(innocent); got != "" {
			t.Errorf("%q is taken for a script of %s", innocent, got)
		}
	}
}

func TestCatalogueRefuses(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "name: X", "no script, global or markup"},
		{"no name", "markup: [a]", "no name"},
		{"a typing error", "name: X\nmarkup: [a]\nglobal: [b]", "field global not found"},
		{"a short script", "name: X\nscripts: [a.js]", "too short"},
		{"a global that is code", "name: X\nglobals: [a()]", "no dotted path"},
		{"another kind", "name: X\nmarkup: [a]\nrecord: [{kind: indexedDB, name: a, whole: all}]", "kind"},
		{"no name of a record", "name: X\nmarkup: [a]\nrecord: [{kind: cookie, whole: all}]", "no name"},
		{"a bad pattern", "name: X\nmarkup: [a]\nrecord: [{kind: cookie, name: '(', whole: all}]", "line 3"},
		{"nothing to read", "name: X\nmarkup: [a]\nrecord: [{kind: cookie, name: a}]", "nothing to read"},
		{"a category of its own", "name: X\nmarkup: [a]\nrecord: [{kind: cookie, name: a, parts: {x: social}}]", `category "social"`},
		{"a step of its own", "name: X\nmarkup: [a]\nrecord: [{kind: cookie, name: a, whole: all, format: [rot13]}]", `format "rot13"`},
		{"pairs without characters", "name: X\nmarkup: [a]\nrecord: [{kind: cookie, name: a, free: true, format: [pairs]}]", "two characters"},
		{"an expression without a group", "name: X\nmarkup: [a]\nrecord: [{kind: cookie, name: a, whole: all, format: ['regexp a']}]", "group"},
		{"two documents", "name: X\nmarkup: [a]\n---\nname: Y", "more than one"},
	} {
		_, err := readCatalogue(fstest.MapFS{"catalog/x.yaml": {Data: []byte(c.text)}})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "catalog/x.yaml: ") {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	same := fstest.MapFile{Data: []byte("name: X\nmarkup: [a]")}
	if _, err := readCatalogue(fstest.MapFS{"catalog/a.yaml": &same, "catalog/b.yaml": &same}); err == nil {
		t.Error("two managers may have one name")
	}
}

// What is publicly known of each manager's record, with made-up values.
func TestRecords(t *testing.T) {
	for _, c := range []struct {
		manager, item, value string
		also                 []stored
		want                 string
	}{
		{"OneTrust", "OptanonConsent", "isGpcEnabled=0&datestamp=Sun&groups=C0001%3A1%2CC0002%3A0%2CC0004%3A1&AwaitingReconsent=false", []stored{{"OptanonAlertBoxClosed", "x"}}, "C0001 necessary granted; C0002 analytics denied; C0004 marketing granted"},
		{"OneTrust", "OptanonConsent", "groups=C0001%3A1%2CC0002%3A1", nil, "C0001 necessary unset; C0002 analytics unset"},
		{"Cookiebot", "CookieConsent", "{stamp:%27abc%27%2Cnecessary:true%2Cpreferences:false%2Cstatistics:true%2Cmarketing:false%2Cver:1}", nil, "necessary necessary granted; functional functional denied; analytics analytics granted; marketing marketing denied"},
		{"CookieYes", "cookieyes-consent", "consentid:c29tZXRoaW5n,consent:yes,action:yes,necessary:yes,functional:no,analytics:yes,advertisement:no", nil, "advertisement marketing denied; analytics analytics granted; functional functional denied; necessary necessary granted"},
		{"Complianz", "cmplz_statistics", "allow", []stored{{"cmplz_banner-status", "dismissed"}, {"cmplz_marketing", "deny"}}, "analytics analytics granted; marketing marketing denied"},
		{"Didomi", "didomi_token", "eyJ1c2VyX2lkIjoieCIsInB1cnBvc2VzIjp7ImVuYWJsZWQiOlsiYW5hbHl0aWNzIl0sImRpc2FibGVkIjpbImFkdmVydGlzaW5nX3BlcnNvbmFsaXphdGlvbiJdfX0=", nil, "analytics analytics granted; advertising_personalization marketing denied"},
		{"TrustArc", "notice_gdpr_prefs", "0,1:", nil, "0 necessary granted; 1 functional granted"},
		{"Civic Cookie Control", "CookieControl", "%7B%22necessaryCookies%22%3A%5B%5D%2C%22optionalCookies%22%3A%7B%22analytics%22%3A%22revoked%22%2C%22marketing%22%3A%22accepted%22%7D%7D", nil, "analytics analytics denied; marketing marketing granted"},
		{"Borlabs Cookie", "borlabs-cookie", "%7B%22consents%22%3A%7B%22essential%22%3A%5B%22borlabs-cookie%22%5D%2C%22statistics%22%3A%5B%5D%7D%7D", nil, "essential necessary granted; statistics analytics denied"},
		{"iubenda", "_iub_cs-1234567", "%7B%22purposes%22%3A%7B%221%22%3Atrue%2C%224%22%3Afalse%2C%225%22%3Atrue%7D%7D", nil, "1 necessary granted; 4 analytics denied; 5 marketing granted"},
		{"Cookie Script", "CookieScriptConsent", `{"action":"accept","categories":"[\"performance\",\"targeting\"]"}`, nil, "performance analytics granted; targeting marketing granted; all  unset"},
		{"Cookie Script", "CookieScriptConsent", `{"action":"reject","categories":"[]"}`, nil, "all others  denied; all  denied"},
		{"Cookie Script", "CookieScriptConsent", `{"action":"accept","categories":"[\"new\"]"}`, nil, "all  unset"},
		{"HubSpot", "__hs_cookie_cat_pref", "1:true,2:false,3:true", nil, "1 analytics granted; 2 marketing denied; 3 functional granted"},
		{"Shopify", "_tracking_consent", "%7B%22con%22%3A%7B%22CMP%22%3A%7B%22a%22%3A%221%22%2C%22m%22%3A%220%22%2C%22p%22%3A%22%22%7D%7D%7D", nil, "a analytics granted; m marketing denied; p functional unset"},
		{"Cookie Information", "CookieInformationConsent", `{"consents_approved":["cookie_cat_necessary"],"consents_denied":["cookie_cat_statistic"]}`, nil, "cookie_cat_necessary necessary granted; all others  denied; cookie_cat_statistic analytics denied"},
		{"Axeptio", "axeptio_cookies", `{"$$token":"x","$$completed":true,"google_analytics":true,"facebook":false}`, nil, "facebook marketing denied; google_analytics analytics granted"},
		{"tarteaucitron", "tarteaucitron", "!gtag=true!youtube=wait!ads=false", nil, "ads marketing denied; gtag analytics granted; youtube functional unset"},
		{"Klaro", "klaro", "%7B%22matomo%22%3Atrue%2C%22jane.doe%40example.test%22%3Afalse%7D", nil, "{21 email}  denied; matomo analytics granted"},
		{"Klaro", "klaro", "%7B", nil, "error: the record is not of the form that is known"},
		{"Klaro", "klaro", "[]", nil, ""},
	} {
		m, ok := Named(c.manager)
		if !ok {
			t.Fatalf("no manager %q", c.manager)
		}
		kind := m.kinds()[0]
		s, ok := m.read(kind, append([]stored{{c.item, c.value}}, c.also...))
		var got []string
		for _, say := range s.Says {
			got = append(got, say.Of+" "+say.Category+" "+string(say.Value))
		}
		if s.Error != "" {
			got = append(got, "error: "+s.Error)
		}
		if diff := cmp.Diff(c.want, strings.Join(got, "; ")); diff != "" || !ok {
			t.Errorf("%s %s: %v (-want +got):\n%s", c.manager, c.item, ok, diff)
		}
	}
}

func TestCovers(t *testing.T) {
	for _, c := range []struct {
		domain, host string
		want         bool
	}{
		{"shop.test", "shop.test", true}, {".shop.test", "shop.test", true}, {".shop.test", "www.shop.test", true},
		{"shop.test", "www.shop.test", false}, {".shop.test", "bookshop.test", false}, {"www.shop.test", "shop.test", false},
	} {
		if got := covers(c.domain, c.host); got != c.want {
			t.Errorf("covers(%q, %q) = %v", c.domain, c.host, got)
		}
	}
}

// Whatever a site stores, reading it ends, and what is read holds no part of it
// that could tell visitors apart.
func FuzzRecords(f *testing.F) {
	files, _ := filepath.Glob("catalog/*.yaml")
	for _, name := range files {
		if data, err := os.ReadFile(name); err == nil {
			f.Add(string(data))
		}
	}
	for _, s := range []string{"", "%7B%7D", "[[[[", `{"categories":["a"]}`, "!a=true", "a=1&groups=1:1", strings.Repeat("[", 9000), "eyJhIjoxfQ==", "\xff\xfe"} {
		f.Add(s)
	}
	all, err := Managers()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, value string) {
		for _, m := range all {
			for _, r := range m.Records {
				says, err := r.decode(value)
				if err != nil && err != errForm && err != errUnchosen {
					t.Fatalf("%s: %v", m.Name, err)
				}
				if len(says) > maxSayings+1 {
					t.Fatalf("%s: %d sayings", m.Name, len(says))
				}
				for _, s := range says {
					if len(s.Of) > 200 || s.Value != observation.StanceGranted && s.Value != observation.StanceDenied && s.Value != observation.StanceUnset {
						t.Fatalf("%s: %+v", m.Name, s)
					}
				}
			}
		}
	})
}
