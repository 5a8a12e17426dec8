package collector

import "testing"

func TestCountryIn(t *testing.T) {
	for value, want := range map[string]string{
		"GB": "GB", "gb": "GB", " de ": "DE", "UK": "GB", "XX": "", "T1": "", "": "", "GBR": "", "EU": "", "U\x00": "",
		"georegion=246,country_code=FR,region_code=IDF": "FR", "country=GB": "",
	} {
		if got := countryIn(value); got != want {
			t.Errorf("%q: got %q, want %q", value, got, want)
		}
	}
}

func TestCountryOf(t *testing.T) {
	for body, want := range map[string]string{
		`jsonFeed({"country":"GB","state":"ENG"});`: "GB",
		`{"countryCode":"BR","countryName":"BR"}`:   "BR",
		"fl=29f\nip=192.0.2.1\nloc=SE\ntls=TLSv1.3": "SE",
		"fl=29f\r\nloc=SE\r\nwarp=off":              "SE",
		`{"country":"United Kingdom"}`:              "",
		"<html>blocked</html>":                      "",
		"":                                          "",
	} {
		if got := countryOf(body); got != want {
			t.Errorf("%q: got %q, want %q", body, got, want)
		}
	}
}

func TestAnswersPlace(t *testing.T) {
	for url, want := range map[string]bool{
		"https://geolocation.onetrust.com/cookieconsentpub/v1/geo/location": true,
		"https://www.shop.test/cdn-cgi/trace":                               true,
		"https://cmp.inmobi.com/geoip":                                      true,
		"https://cmp.inmobi.com/choice/x.js":                                false,
		"https://www.shop.test/geoip":                                       false,
		"://":                                                               false,
	} {
		if got := answersPlace(url); got != want {
			t.Errorf("%s: %v", url, got)
		}
	}
}

func FuzzCountry(f *testing.F) {
	f.Add(`jsonFeed({"country":"GB"});`)
	f.Add("loc=SE\n")
	f.Fuzz(func(t *testing.T, body string) {
		for _, code := range []string{countryOf(body), countryIn(body)} {
			if code != "" && (len(code) != 2 || code[0] < 'A' || code[0] > 'Z' || code[1] < 'A' || code[1] > 'Z') {
				t.Errorf("%q gave %q", body, code)
			}
		}
	})
}
