package catalog

import (
	"testing"

	"cookieaudit/policies"
	"cookieaudit/scanner/observation"
)

func TestRequest(t *testing.T) {
	tests := []struct {
		url    string
		method string
		want   string // vendor/category
	}{
		{"https://www.google-analytics.com/g/collect?v=2&tid=G-ABC&cid=123456789.1700000000&en=page_view", "POST", "google-analytics/analytics"},
		{"https://region1.google-analytics.com/g/collect?v=2", "POST", "google-analytics/analytics"},
		{"https://www.google-analytics.com/j/collect?v=1&tid=UA-1-1", "POST", "google-analytics/analytics"},
		{"https://www.google-analytics.com/collect", "POST", "google-analytics/analytics"},
		{"https://www.google-analytics.com/__utm.gif?utmwv=1", "GET", "google-analytics/analytics"},
		{"https://metrics.example.org/g/collect?v=2&tid=G-ABC&cid=1.2", "POST", "google-analytics/analytics"},
		{"https://www.example.org/g/collect", "POST", ""},
		{"https://www.google-analytics.com/analytics.js", "GET", ""},
		{"https://stats.g.doubleclick.net/j/collect?v=1&tid=UA-1-1", "POST", "google-ads/marketing"},
		{"https://googleads.g.doubleclick.net/pagead/viewthroughconversion/123/?random=1", "GET", "google-ads/marketing"},
		{"https://www.google.co.uk/pagead/1p-user-list/123/?random=1", "GET", "google-ads/marketing"},
		{"https://www.google.com/ads/ga-audiences?v=1", "GET", "google-ads/marketing"},
		{"https://www.facebook.com/tr/?id=1234567890&ev=PageView", "GET", "meta/marketing"},
		{"https://www.facebook.com/tr?id=1234567890&ev=PageView", "GET", "meta/marketing"},
		{"https://www.facebook.com/travel", "GET", ""},
		{"https://connect.facebook.net/en_US/fbevents.js", "GET", ""},
		{"https://content.hotjar.io/?gzip=1", "POST", "hotjar/analytics"},
		{"wss://ws12.hotjar.com/api/v2/client/ws?v=7&site_id=1", "GET", "hotjar/analytics"},
		{"https://static.hotjar.com/c/hotjar-12345.js?sv=6", "GET", ""},
		{"https://stats.example.org/matomo.php?idsite=1&rec=1", "POST", "matomo/analytics"},
		{"https://www.example.org/piwik/piwik.php?idsite=1", "GET", "matomo/analytics"},
		{"https://stats.example.org/matomo.js", "GET", ""},
		{"https://www.youtube.com/api/stats/watchtime?ns=yt", "GET", "youtube/marketing"},
		{"https://www.youtube-nocookie.com/embed/abc", "GET", ""},
		{"https://www.googletagmanager.com/gtm.js?id=GTM-1", "GET", ""},
		{"https://fonts.googleapis.com/css?family=Roboto", "GET", ""},
		{"https://www.google.com/recaptcha/api.js", "GET", ""},
		{"data:image/gif;base64,x", "GET", ""},
		{"", "", ""},
	}
	redactor := observation.NewRedactor([]byte("key of this test"))
	for _, test := range tests {
		for _, url := range []string{test.url, redactor.URL(test.url)} {
			e, ok := Default().Request(url, test.method)
			got := ""
			if ok {
				got = e.VendorID + "/" + string(e.Category)
			}
			if got != test.want {
				t.Errorf("Request(%s %s) = %q, want %q", test.method, url, got, test.want)
			}
		}
	}
}

func TestRequestMethod(t *testing.T) {
	c := New([]Vendor{{ID: "a", Requests: []Request{{Hosts: []string{"a.example"}, Path: policies.Pattern{Text: "/send"}, Method: "POST"}}}})
	for method, want := range map[string]bool{"POST": true, "GET": false, "": true} {
		if _, ok := c.Request("https://a.example/send", method); ok != want {
			t.Errorf("Request by %q = %v", method, ok)
		}
	}
}

func TestScript(t *testing.T) {
	tests := map[string]string{
		"https://www.googletagmanager.com/gtm.js?id={7 text}":      "google-tag-manager",
		"https://www.googletagmanager.com/gtag/js?id=x":            "google-analytics",
		"https://static.hotjar.com/c/hotjar-12345.js":              "hotjar",
		"https://connect.facebook.net/en_US/fbevents.js":           "meta",
		"https://www.youtube-nocookie.com/embed/abc":               "youtube",
		"https://analytics.example.org/matomo.js":                  "matomo",
		"https://pagead2.googlesyndication.com/pagead/js/adsby.js": "google-ads",
		"https://www.example.org/site.js":                          "",
	}
	for url, want := range tests {
		if v, ok := Default().Script(url); v.ID != want || ok != (want != "") {
			t.Errorf("Script(%s) = %q, want %q", url, v.ID, want)
		}
	}
}
