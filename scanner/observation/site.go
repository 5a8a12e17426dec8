package observation

import (
	"net"
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Site is the eTLD+1 of a lower-case A-label host, by the ICANN and private
// parts of the Public Suffix List. An IP address, localhost, a single label or
// a host that is itself a suffix is its own site. Site lives here, and not with
// the judge, so that scanner and judge cannot disagree about who is a third
// party.
func Site(host string) string {
	host = strings.TrimSuffix(strings.ToLower(strings.TrimPrefix(host, ".")), ".")
	if net.ParseIP(strings.Trim(host, "[]")) != nil || !strings.Contains(host, ".") {
		return host
	}
	site, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		return host
	}
	return site
}

// HostOf is the lower-case host of a URL without its port, or "" when raw is
// not an absolute URL.
func HostOf(raw string) string {
	u, err := ParseURL(raw)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

// OriginOf is scheme://host[:port] of a URL, or "" where the URL has none
// (about:, data:).
func OriginOf(raw string) string {
	u, err := ParseURL(raw)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + strings.ToLower(u.Host)
}

// strayPercent is a percent sign that begins no escape.
var strayPercent = regexp.MustCompile(`%([0-9A-Fa-f]?([^0-9A-Fa-f]|$))`)

// ParseURL is url.Parse for addresses of a browser, which lets a percent sign stand by
// itself, as in https://shop.test/50%-off.
func ParseURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err == nil || !strings.Contains(raw, "%") {
		return u, err
	}
	// Twice, since of two that stand side by side the first takes the second along.
	for range 2 {
		raw = strayPercent.ReplaceAllString(raw, "%25$1")
	}
	return url.Parse(raw)
}
