package catalog

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cookieaudit/policies"
	"cookieaudit/scanner/observation"
)

// The parser already demands id, name, purpose, category, lifetime and
// certainty, and of short names a host.
func TestValidate(t *testing.T) {
	c, err := load(files)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range c.All() {
		if v.Position.File != v.ID+".yaml" {
			t.Errorf("%s: the file of %s must be %s.yaml", v.Position, v.ID, v.ID)
		}
		if len(v.Items)+len(v.Requests) == 0 {
			t.Errorf("%s: nothing is known of %s", v.Position, v.ID)
		}
		for i, item := range v.Items {
			same := func(o Item) bool {
				return o.Name.Equal(item.Name) && o.Kind == item.Kind && slices.Equal(o.Hosts, item.Hosts)
			}
			if slices.ContainsFunc(v.Items[:i], same) {
				t.Errorf("%s: %s is listed twice", item.Position, item.Name)
			}
			if item.Role == ConsentRecord && item.Category != policies.Necessary {
				t.Errorf("%s: a consent record is necessary", item.Position)
			}
		}
		checkFindable(t, c, v)
	}
}

// checkFindable looks up each item under its own name.
func checkFindable(t *testing.T, c *Catalog, v Vendor) {
	t.Helper()
	for _, item := range v.Items {
		s := policies.Subject{Item: observation.Key{Kind: item.Kind, Name: strings.ReplaceAll(item.Name.Text, "*", "1")}, Party: item.Party}
		if len(item.Hosts) > 0 {
			s.Item.Host = strings.TrimPrefix(item.Hosts[0], "*.")
		}
		all := c.Lookup(s)
		if len(all) == 0 || all[0].VendorID != v.ID || !all[0].Name.Equal(item.Name) {
			t.Errorf("%s: %s is not what Lookup finds first", item.Position, item.Name)
		}
	}
}

func TestVendor(t *testing.T) {
	tests := map[string]string{
		"hotjar": "hotjar", "Hotjar": "hotjar", "Google Analytics": "google-analytics", "DoubleClick": "google-ads", "Facebook": "meta",
		"Imperva (Incapsula)": "imperva", "ASP.NET": "aspnet", "piwik": "matomo", "nobody": "", "": "",
		"Twitter": "x", "Salesforce.com": "salesforce", "Pardot": "salesforce", "WorldPay": "worldpay", "Drupal": "drupal", "AWS": "aws",
		"AWS load balancer": "aws", "Classic ASP": "aspnet", "Java servlet": "java", "SiteImprove": "siteimprove", "HotJar": "hotjar",
	}
	for name, want := range tests {
		got, ok := Default().Vendor(name)
		if got.ID != want || ok != (want != "") {
			t.Errorf("Vendor(%q) = %q, %v", name, got.ID, ok)
		}
	}
}

func subject(kind observation.Kind, name, host string) policies.Subject {
	k := observation.Key{Kind: kind, Name: name, Host: host}
	if kind != observation.Cookie {
		k.Host, k.Origin = "", "https://"+host
	}
	return policies.Subject{Item: k, Party: policies.UnknownParty}
}

func TestNumbers(t *testing.T) {
	of := map[int]string{}
	for _, v := range Default().All() {
		if v.TCF == 0 {
			continue
		}
		if of[v.TCF] != "" {
			t.Errorf("%s: number %d is %s's", v.Position, v.TCF, of[v.TCF])
		}
		of[v.TCF] = v.ID
	}
	if r, ok := Default().Request("https://gum.criteo.com/event?a=1", "GET"); !ok || r.TCF != 91 || of[755] != "google-ads" {
		t.Errorf("numbers: %+v, %v", r, of)
	}
}

func TestLookup(t *testing.T) {
	const site = "www.example.org"
	tests := []struct {
		kind observation.Kind
		name string
		host string
		want string // vendor name/pattern
	}{
		{observation.Cookie, "_ga", site, "Google Analytics/_ga"},
		{observation.Cookie, "_ga_ABC", site, "Google Analytics/_ga_*"},
		{observation.LocalStorage, "_ga", site, ""},
		{observation.Cookie, "IDE", "doubleclick.net", "Google Ads/IDE"},
		{observation.Cookie, "IDE", site, ""},
		{observation.Cookie, "fr", "facebook.com", "Meta/fr"},
		{observation.Cookie, "fr", site, ""},
		{observation.Cookie, "SOCS", "youtube.com", "Google/SOCS"},
		{observation.Cookie, "CONSENT", site, ""},
		{observation.Cookie, "incap_ses_1_2", site, "Imperva/incap_ses_*_*"},
		{observation.Cookie, "_hjSessionUser_12", site, "Hotjar/_hjSessionUser_*"},
		{observation.SessionStorage, "hjViewportId", site, "Hotjar/hjViewportId"},
		{observation.LocalStorage, "yt-player-volume", "www.youtube-nocookie.com", "YouTube/yt-player-*"},
		{observation.Cookie, "ASP.NET_SessionId", site, "ASP.NET/ASP.NET_SessionId"},
		{observation.Cookie, "ASPSESSIONIDQABC", site, "Classic ASP/ASPSESSIONID*"},
		{observation.Cookie, ".AspNetCore.Antiforgery.x", site, "ASP.NET Core/.AspNetCore.Antiforgery.*"},
		{observation.Cookie, "PHPSESSID", site, "PHP/PHPSESSID"},
		{observation.Cookie, "JSESSIONID", site, "Java servlet/JSESSIONID"},
		{observation.Cookie, "AWSALBCORS", site, "AWS load balancer/AWSALB*"},
		{observation.Cookie, "AWSELB", site, "AWS classic load balancer/AWSELB*"},
		{observation.Cookie, "has_js", site, "Drupal/has_js"},
		{observation.Cookie, "SSESS0123", site, "Drupal/SSESS*"},
		{observation.Cookie, "JSESSIONID", "secure.worldpay.com", "Worldpay payment pages/JSESSIONID"},
		{observation.Cookie, "machine", "worldpay.com", "Worldpay payment pages/machine"},
		{observation.Cookie, "machine", site, ""},
		{observation.Cookie, "BrowserId_sec", site, "Salesforce/BrowserId_sec"},
		{observation.Cookie, "sid", "council.my.site.com", "Salesforce/sid"},
		{observation.Cookie, "sid", site, ""},
		{observation.Cookie, "CookieConsentPolicy", site, "Salesforce/CookieConsentPolicy"},
		{observation.Cookie, "visitor_id12345", site, "Salesforce Pardot/visitor_id*"},
		{observation.Cookie, "__utma", site, "Google Analytics/__utma"},
		{observation.Cookie, "__utmt_b", site, "Google Analytics/__utmt*"},
		{observation.Cookie, "csrftoken", site, "Django/csrftoken"},
		{observation.Cookie, "CookieConsent", site, "Cookiebot/CookieConsent"},
		{observation.LocalStorage, "uc_settings", site, "Usercentrics/uc_settings"},
		{observation.Cookie, "basket", site, ""},
	}
	for _, test := range tests {
		got := ""
		if all := Default().Lookup(subject(test.kind, test.name, test.host)); len(all) > 0 {
			got = all[0].VendorName + "/" + all[0].Name.Text
		}
		if got != test.want {
			t.Errorf("Lookup(%s %s on %s) = %q, want %q", test.kind, test.name, test.host, got, test.want)
		}
	}
}

func TestLookupParty(t *testing.T) {
	s := subject(observation.Cookie, "FPID", "metrics.example.org")
	s.Party = policies.ThirdParty
	if all := Default().Lookup(s); len(all) != 0 {
		t.Errorf("Lookup of a third party's FPID = %v", all)
	}
	s.Party = policies.FirstParty
	if all := Default().Lookup(s); len(all) != 1 {
		t.Errorf("Lookup of the site's FPID = %v", all)
	}
}

func TestRoles(t *testing.T) {
	tests := map[string]Role{
		"cookies_policy": ConsentRecord, "cookie_policy": ConsentRecord, "OptanonConsent": ConsentRecord, "mtm_consent_removed": ConsentRecord,
		"BIGipServerpool": LoadBalancer, "XSRF-TOKEN": AntiForgery, "PHPSESSID": SessionID, "__cf_bm": Firewall,
	}
	for name, want := range tests {
		all := Default().Lookup(subject(observation.Cookie, name, "www.example.org"))
		if len(all) == 0 || all[0].Role != want || all[0].Category != policies.Necessary {
			t.Errorf("Lookup(%s) = %+v, want role %s", name, all, want)
		}
	}
}

func TestVendors(t *testing.T) {
	got := Default().Vendors(subject(observation.Cookie, "_ga", "example.org"))
	if len(got) == 0 || got[0] != "google-analytics" || !slices.Contains(got, "ga4") {
		t.Errorf("Vendors = %v, want the id and then the aliases", got)
	}
	if got := Default().Vendors(subject(observation.Cookie, "basket", "example.org")); len(got) != 0 {
		t.Errorf("Vendors = %v", got)
	}
}

// The host condition decides before the name does.
func TestLookupOrder(t *testing.T) {
	item := func(name string, hosts ...string) Item {
		return Item{Name: policies.Pattern{Text: name}, Kind: observation.Cookie, Hosts: hosts, Party: policies.UnknownParty}
	}
	c := New([]Vendor{
		{ID: "b", Items: []Item{item("uid"), item("ui*", "*.example.net")}},
		{ID: "a", Items: []Item{item("u*"), item("ui*")}},
	})
	var got []string
	for _, e := range c.Lookup(subject(observation.Cookie, "uid", "www.example.net")) {
		got = append(got, e.VendorID+"/"+e.Name.Text)
	}
	if diff := cmp.Diff([]string{"b/ui*", "b/uid", "a/ui*", "a/u*"}, got); diff != "" {
		t.Errorf("Lookup (-want +got):\n%s", diff)
	}
}

func TestParseErrors(t *testing.T) {
	tests := []struct{ name, yaml, want string }{
		{"empty", "", "v.yaml:1: the file is empty"},
		{"nothing", "{}", "v.yaml:1: there is no id: add id:\nv.yaml:1: there is no name: add name:"},
		{"id", "id: Hot Jar\nname: Hotjar", `v.yaml:1: "Hot Jar" is no id: write lower-case words joined by -`},
		{"key", "id: a\nname: A\nitmes: []", `v.yaml:3: unknown key "itmes": did you mean items?`},
		{"category", "id: a\nname: A\nitems:\n  - {name: abcd, category: unknown, lifetime: 1y, purpose: x, certain: general}",
			`v.yaml:4: unknown category "unknown": use one of necessary, functional, analytics, marketing`},
		{"short name", "id: a\nname: A\nitems:\n  - {name: ab*, category: marketing, lifetime: 1y, purpose: x, certain: general}",
			`v.yaml:4: ab* fixes fewer than 4 characters, so many sites may use it: add hosts:, or hosts: "*" if everybody knows whose it is`},
		{"number", "id: a\nname: A\ntcf: 70000", `v.yaml:3: "70000" is no number of a vendor: write the number of the IAB's Global Vendor List`},
		{"no purpose", "id: a\nname: A\nitems:\n  - {name: abcd, category: marketing, lifetime: 1y, certain: general}",
			"v.yaml:4: there is no purpose: add purpose:"},
		{"disputed", "id: a\nname: A\nitems:\n  - {name: abcd, category: marketing, disputed: true, lifetime: 1y, purpose: x, certain: general}",
			"v.yaml:4: only what is necessary can be disputed: remove it"},
		{"request of anybody", "id: a\nname: A\nrequests:\n  - {hosts: \"*\", path: /c*, category: analytics, what: x}",
			"v.yaml:4: this may be anybody's request: add hosts:, query: or more of the path"},
		{"request", "id: a\nname: A\nrequests:\n  - {path: /collect, category: analytics, method: PUT}",
			"v.yaml:4: there is no hosts: add hosts:\nv.yaml:4: there is no what: add what:\n" +
				`v.yaml:4: unknown method "PUT": use one of GET, POST`},
	}
	for _, test := range tests {
		_, err := Parse("v.yaml", []byte(test.yaml))
		var all policies.Errors
		if !errors.As(err, &all) || err.Error() != test.want {
			t.Errorf("%s:\n got %v\nwant %s", test.name, err, test.want)
		}
	}
}

func TestAmbiguous(t *testing.T) {
	wrong := ambiguous([]Vendor{{ID: "a", Name: "A"}, {ID: "b", Name: "B", Aliases: []string{"A!"}, Position: policies.Position{File: "b.yaml", Line: 1}}})
	if len(wrong) != 1 || wrong[0].Error() != "b.yaml:1: a is also a name of a: keep it in one of them" {
		t.Errorf("ambiguous: %v", wrong)
	}
}
