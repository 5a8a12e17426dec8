package catalog

import (
	"slices"
	"strings"
	"testing"

	"cookieaudit/policies"
	"cookieaudit/scanner/observation"
)

func TestCloaked(t *testing.T) {
	for name, want := range map[string]string{
		"example.com.ssl.sc.omtrdc.net": "/Adobe Analytics/analytics",
		"example.eulerian.net":          "/Eulerian/marketing",
		"gum.criteo.com":                "criteo/Criteo/marketing",
		"go.pardot.com":                 "salesforce/Salesforce Marketing Cloud Account Engagement (Pardot)/marketing",
		"d111111abcdef8.cloudfront.net": "",
		"example.github.io":             "",
		"e1234.a.akamaiedge.net":        "",
		"example.azurewebsites.net":     "",
		"123.group3.sites.hubspot.net":  "",
		"example.plausible.io":          "",
		"notomtrdc.net":                 "",
	} {
		e, ok := Default().Cloaked(name)
		got := ""
		if ok {
			got = e.VendorID + "/" + e.VendorName + "/" + string(e.Category)
		}
		if got != want {
			t.Errorf("Cloaked(%s) = %q, want %q", name, got, want)
		}
	}
}

func TestCollector(t *testing.T) {
	for host, want := range map[string]string{
		"www.facebook.com": "meta", "region1.google-analytics.com": "google-analytics", "script.hotjar.com": "hotjar",
		"m.stripe.com": "", "cdn.example.org": "", "www.googletagmanager.com": "",
	} {
		if e, ok := Default().Collector(host); e.VendorID != want || ok != (want != "") {
			t.Errorf("Collector(%s) = %+v", host, e)
		}
	}
}

func TestUse(t *testing.T) {
	for id, want := range map[string]string{"hotjar": "analytics", "criteo": "marketing", "recaptcha": "necessary, disputed", "cloudflare": "necessary, disputed", "java": "necessary"} {
		v, _ := Default().Vendor(id)
		use, disputed := v.Use()
		got := string(use)
		if disputed {
			got += ", disputed"
		}
		if got != want {
			t.Errorf("%s is for %q, want %q", id, got, want)
		}
	}
}

func TestOwnerOf(t *testing.T) {
	for host, want := range map[string]string{
		"stats.g.doubleclick.net": "Google", "www.google.co.uk": "Google", "region1.google-analytics.com": "Google", "px.ads.linkedin.com": "Microsoft",
		"ads.example.co.uk": "example.co.uk", "notgoogle.com": "notgoogle.com",
	} {
		if got := Default().OwnerOf(host); got != want {
			t.Errorf("OwnerOf(%s) = %q, want %q", host, got, want)
		}
	}
}

// Every row is bound to a registered site, is listed once, and names a use that
// needs consent.
func TestHostFiles(t *testing.T) {
	c := Default()
	seen := map[string]policies.Position{}
	for _, k := range c.cloaks {
		if k.Category != policies.Marketing && k.Category != policies.Analytics {
			t.Errorf("%s: %s is no tracker", k.Position, k.Of)
		}
		for _, h := range k.Hosts {
			bare := strings.TrimPrefix(h, "*.")
			if at, twice := seen[h]; twice || !strings.Contains(bare, ".") || observation.Site("a."+bare) == "a."+bare {
				t.Errorf("%s: %s is listed at %s too, or is everybody's", k.Position, h, at)
			}
			seen[h] = k.Position
		}
	}
	for _, o := range c.owners {
		for _, s := range o.Sites {
			if at, twice := seen[s.Text+" owned"]; twice {
				t.Errorf("%s: %s is listed at %s too", o.Position, s, at)
			}
			seen[s.Text+" owned"] = o.Position
		}
		if !slices.IsSortedFunc(c.owners, func(a, b Owner) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) }) {
			t.Fatal("owners are not in order")
		}
	}
}

func TestHostFilesAreStrict(t *testing.T) {
	for text, want := range map[string]string{
		"- {hosts: [a.test], category: marketing}":              "nobody knows whose it is",
		"- {hosts: [a.test], of: A, category: marketing, x: 1}": "x",
		"- {of: A, category: marketing}":                        "there is no hosts",
	} {
		if _, err := parseCloaks("cloaks.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
