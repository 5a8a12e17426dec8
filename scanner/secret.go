package scanner

import (
	"encoding/base64"
	"strings"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/fetch"
)

// secrets sends headers and log-ins to their own host, and to no other. Only
// requests to those hosts are intercepted: interception costs a round trip.
type secrets struct {
	headers map[string][]Header
	logins  map[string]Login
}

func newSecrets(o Options) secrets {
	s := secrets{headers: map[string][]Header{}, logins: map[string]Login{}}
	for _, h := range o.Headers {
		s.headers[strings.ToLower(h.Host)] = append(s.headers[strings.ToLower(h.Host)], h)
	}
	for _, l := range o.Logins {
		s.logins[strings.ToLower(l.Host)] = l
	}
	return s
}

func (s secrets) commands() []chrome.Command {
	hosts := map[string]bool{}
	for h := range s.headers {
		hosts[h] = true
	}
	for h := range s.logins {
		hosts[h] = true
	}
	if len(hosts) == 0 {
		return nil
	}
	var patterns []*fetch.RequestPattern
	for h := range hosts {
		patterns = append(patterns, &fetch.RequestPattern{URLPattern: "*://" + h + "/*"}, &fetch.RequestPattern{URLPattern: "*://" + h + ":*/*"})
	}
	return []chrome.Command{{Method: "Fetch.enable", Params: fetch.EnableParams{Patterns: patterns}}}
}

func (s secrets) on(e chrome.Event) {
	if e.Method != "Fetch.requestPaused" {
		return
	}
	var p fetch.EventRequestPaused
	if e.Decode(&p) != nil || p.Request == nil {
		return
	}
	host := observation.HostOf(p.Request.URL)
	next := fetch.ContinueRequestParams{RequestID: p.RequestID}
	var add []*fetch.HeaderEntry
	for _, h := range s.headers[host] {
		add = append(add, &fetch.HeaderEntry{Name: h.Name, Value: h.Value})
	}
	if l, ok := s.logins[host]; ok {
		// Sent at once: a challenge would make the page's first answer a 401.
		value := base64.StdEncoding.EncodeToString([]byte(l.User + ":" + l.Password))
		add = append(add, &fetch.HeaderEntry{Name: "Authorization", Value: "Basic " + value})
	}
	if len(add) > 0 {
		for name, v := range p.Request.Headers {
			if text, ok := v.(string); ok {
				next.Headers = append(next.Headers, &fetch.HeaderEntry{Name: name, Value: text})
			}
		}
		next.Headers = append(next.Headers, add...)
	}
	_ = e.Session.Send("Fetch.continueRequest", next)
}
