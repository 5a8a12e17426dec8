package collector

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/network"
)

// country gathers where a site, its edge or its consent manager takes the visitor
// to be. They look the address up; nobody here does.
type country struct {
	log  *Log
	said []said // since the last page was closed
}

// said is one answer. rank 0 is a consent manager's, by which it decides whether to
// ask; then come the edge's, the surest name first.
type said struct {
	rank     int
	code, by string
}

// countryHeaders are the response headers by which edges and sites tell the
// visitor's country, the surest first.
var countryHeaders = []string{
	"cf-ipcountry", "cloudfront-viewer-country", "x-vercel-ip-country", "x-appengine-country", "x-akamai-edgescape",
	"x-geoip-country", "x-geoip-country-code", "x-geo-country", "x-geo-country-code", "x-client-country",
	"x-user-country", "x-visitor-country", "x-country-code", "x-country",
}

// headers reads what a response says of the visitor, if it is the page's own site
// that answers: others may speak of anything.
func (c *country) headers(h *hop, all network.Headers) {
	if observation.Site(observation.HostOf(h.url)) != observation.Site(observation.HostOf(h.top)) {
		return
	}
	for i, name := range countryHeaders {
		if code := countryIn(header(all, name)); code != "" {
			c.say(1+i, code, h.url)
		}
	}
}

// maxPlace bounds the answers that are read: they hold a few words.
const maxPlace = 16 << 10

// placeAnswers are the addresses that answer with the visitor's country: host, or a
// name that any host answers by, and beginning of the path.
var placeAnswers = []struct{ host, path string }{
	{"geolocation.onetrust.com", "/"},
	{"cmp.inmobi.com", "/geoip"},
	{"", "/cdn-cgi/trace"},
}

func answersPlace(raw string) bool {
	u, err := observation.ParseURL(raw)
	return err == nil && slices.ContainsFunc(placeAnswers, func(a struct{ host, path string }) bool {
		return (a.host == "" || a.host == strings.ToLower(u.Hostname())) && strings.HasPrefix(strings.ToLower(u.Path), a.path)
	})
}

// on asks for the body of an answer that tells the country, once it is there.
func (c *country) on(e chrome.Event, requests map[network.RequestID]*request) {
	if e.Method != "Network.loadingFinished" || c.log.context == nil {
		return
	}
	var p network.EventLoadingFinished
	if e.Decode(&p) != nil || p.EncodedDataLength > maxPlace {
		return
	}
	r := requests[p.RequestID]
	if r == nil || !answersPlace(r.last().url) {
		return
	}
	by := r.last().url
	c.log.context.Ask(e.Session, "Network.getResponseBody", network.GetResponseBodyParams{RequestID: p.RequestID}, func(reply chrome.Reply) {
		var body network.GetResponseBodyResult
		if reply.Decode(&body) == nil && len(body.Body) <= maxPlace {
			c.say(0, countryOf(string(body.Body)), by)
		}
	})
}

// stored reads the country that a consent manager keeps on the device.
func (c *country) stored() {
	for k, value := range c.log.present {
		switch {
		case k.Kind == observation.Cookie && k.Name == "CookieConsent" && strings.Contains(value, "stamp"): // of Cookiebot
			if plain, err := url.QueryUnescape(value); err == nil {
				value = plain
			}
			if m := keptRegion.FindStringSubmatch(value); m != nil {
				c.say(0, countryIn(m[1]), "cookie CookieConsent of "+k.Hostname())
			}
		case k.Name == "uc_user_country" && k.Kind != observation.Cookie: // of Usercentrics
			code := countryOf(value)
			if code == "" {
				code = countryIn(strings.Trim(value, `"`))
			}
			c.say(0, code, fmt.Sprintf("%s uc_user_country of %s", k.Kind, k.Hostname()))
		}
	}
}

func (c *country) say(rank int, code, by string) {
	if strings.HasPrefix(by, "http") {
		by = c.log.redact.URL(by)
	}
	s := said{rank, code, by}
	if code != "" && !slices.Contains(c.said, s) {
		c.said = append(c.said, s)
	}
}

// tell writes into a page's record what was said while it was open.
func (c *country) tell(p *observation.Page) {
	c.stored()
	slices.SortFunc(c.said, func(a, b said) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.code, b.code), cmp.Compare(a.by, b.by))
	})
	if len(c.said) > 0 {
		p.CountrySeen, p.SeenBy = c.said[0].code, c.said[0].by
	}
	c.said = nil
}

var (
	traceLine    = regexp.MustCompile(`(?m)^loc=([A-Z]{2})\r?$`)
	countryField = regexp.MustCompile(`(?i)"country(?:_?code)?"\s*:\s*"([a-z]{2})"`)
	edgeField    = regexp.MustCompile(`(?:^|,)\s*country_code=([A-Z]{2})\b`)
	keptRegion   = regexp.MustCompile(`\bregion:'([A-Za-z]{2})'`)
)

// countryOf finds the country in the body of an answer, "" for none.
func countryOf(body string) string {
	for _, re := range []*regexp.Regexp{traceLine, countryField} {
		if m := re.FindStringSubmatch(body); m != nil {
			return countryIn(m[1])
		}
	}
	return ""
}

// countryIn is the ISO code in a header, "" for none: edges say XX where they do
// not know, and T1 for Tor.
func countryIn(value string) string {
	if m := edgeField.FindStringSubmatch(value); m != nil {
		value = m[1]
	}
	code := strings.ToUpper(strings.TrimSpace(value))
	if len(code) != 2 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return ""
	}
	switch code {
	case "XX", "ZZ", "EU", "AP": // no country
		return ""
	case "UK":
		return "GB"
	}
	return code
}
