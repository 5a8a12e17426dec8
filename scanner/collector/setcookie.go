package collector

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"cookieaudit/scanner/cookiedate"
	"cookieaudit/scanner/observation"
)

// cookieLine is a Set-Cookie header or a document.cookie assignment, parsed as
// RFC 6265bis section 5.6 says a browser does.
type cookieLine struct {
	name, value string
	domain      string // without leading dot; "" for host-only
	path        string // "" for the default
	maxAge      *int64
	expires     time.Time
	hasExpires  bool
	attrs       observation.Attrs
	given       []string // the attributes that browsers know, as they were written
	unknown     int      // attributes that they do not
}

// parseCookieLine never fails: a browser stores odd lines too.
func parseCookieLine(line string) cookieLine {
	head, rest, _ := strings.Cut(line, ";")
	name, value, found := strings.Cut(head, "=")
	if !found {
		name, value = "", head
	}
	c := cookieLine{name: trim(name), value: trim(value)}
	for _, part := range strings.Split(rest, ";") {
		key, v, _ := strings.Cut(part, "=")
		switch known := c.attribute(strings.ToLower(trim(key)), trim(v)); {
		case known:
			c.given = append(c.given, trim(part))
		case trim(part) != "":
			c.unknown++
		}
	}
	return c
}

// maxGiven bounds an attribute that is told as it was written, in bytes.
const maxGiven = 100

// asGiven tells the attributes as they were written. Unknown ones are counted only:
// a value that holds a semicolon goes on where attributes are looked for.
func (c cookieLine) asGiven(redact func(string) string) string {
	var out []string
	for _, part := range c.given {
		if part = redact(part); len(part) > maxGiven {
			part = strings.ToValidUTF8(part[:maxGiven], "") + "…"
		}
		out = append(out, part)
	}
	if c.unknown > 0 {
		out = append(out, fmt.Sprintf("%d unknown", c.unknown))
	}
	return strings.Join(out, "; ")
}

func trim(s string) string { return strings.Trim(s, " \t\r\n") }

// attribute takes an attribute in, and reports whether browsers know it.
func (c *cookieLine) attribute(key, v string) bool {
	switch key {
	case "domain":
		c.domain = strings.ToLower(strings.TrimPrefix(v, "."))
	case "path":
		c.path = ""
		if strings.HasPrefix(v, "/") {
			c.path = v
		}
	case "max-age":
		if n, ok := maxAge(v); ok {
			c.maxAge = &n
		}
	case "expires":
		if t, ok := cookiedate.Parse(v); ok {
			c.expires, c.hasExpires = t, true
		}
	case "secure":
		c.attrs.Secure = true
	case "httponly":
		c.attrs.HTTPOnly = true
	case "partitioned":
		c.attrs.Partitioned = true
	case "samesite":
		c.attrs.SameSite = sameSite(v)
	case "priority":
		c.attrs.Priority = v
	default:
		return false
	}
	return true
}

func sameSite(v string) string {
	for _, known := range []string{"Strict", "Lax", "None"} {
		if strings.EqualFold(v, known) {
			return known
		}
	}
	return ""
}

// forever is the longest lifetime in seconds that is told: as milliseconds, too, it
// fits a number, and readers of JSON have it to the second.
const forever = 1 << 53

// maxAge reads a Max-Age; one too large for a number is for ever.
func maxAge(v string) (int64, bool) {
	digits := strings.TrimPrefix(v, "-")
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil {
		if v[0] == '-' {
			return -1, true
		}
		return forever, true
	}
	return min(n, forever), true
}

// lifetime is the lifetime asked for, counted from now: the response's Date
// header, or the page's own clock. Deletes means that it is already over.
func (c cookieLine) lifetime(now time.Time) (l observation.Lifetime, deletes bool) {
	switch {
	case c.maxAge != nil:
		return observation.Lifetime{Persistence: observation.Persistent, Seconds: max(0, *c.maxAge)}, *c.maxAge <= 0
	case c.hasExpires:
		// A date has no fractions of a second: what was asked for is up to one more.
		left := int64(math.Ceil(c.expires.Sub(now).Seconds()))
		return observation.Lifetime{Persistence: observation.Persistent, Seconds: max(0, left)}, left <= 0
	}
	return observation.Lifetime{Persistence: observation.Session}, false
}

// key is where the cookie is stored when rawURL sets it under a top-level page.
func (c cookieLine) key(rawURL, top string) observation.Key {
	_, host, path := split(rawURL)
	k := observation.Key{Kind: observation.Cookie, Name: c.name, Host: c.domain, Path: c.path}
	if k.Host == "" {
		k.Host, k.HostOnly = host, true
	}
	if k.Path == "" {
		k.Path = defaultPath(path)
	}
	if c.attrs.Partitioned {
		k.Partition = schemefulSite(top)
	}
	return k
}

// defaultPath is the directory of a request's path (RFC 6265 section 5.1.4).
func defaultPath(p string) string {
	i := strings.LastIndexByte(p, '/')
	if i <= 0 || p[0] != '/' {
		return "/"
	}
	return p[:i]
}

// covers reports whether a cookie of this path is sent to, and readable at, a
// page's path (RFC 6265 section 5.1.4).
func covers(cookiePath, pagePath string) bool {
	if pagePath == "" {
		pagePath = "/"
	}
	return cookiePath == pagePath ||
		strings.HasPrefix(pagePath, cookiePath) && (strings.HasSuffix(cookiePath, "/") || pagePath[len(cookiePath)] == '/')
}

// schemefulSite is scheme://eTLD+1 of a page: its partition key.
func schemefulSite(page string) string {
	scheme, host, _ := split(page)
	if host == "" {
		return ""
	}
	return scheme + "://" + observation.Site(host)
}

// split takes an address of the browser apart. url.Parse refuses some that
// browsers do not, such as https://shop.test/100%.
func split(raw string) (scheme, host, path string) {
	raw, _, _ = strings.Cut(raw, "#")
	raw, _, _ = strings.Cut(raw, "?")
	scheme, rest, ok := strings.Cut(raw, "://")
	if !ok {
		return "", "", ""
	}
	authority, path, _ := strings.Cut(rest, "/")
	u := url.URL{Host: authority[strings.LastIndexByte(authority, '@')+1:]}
	return strings.ToLower(scheme), strings.ToLower(u.Hostname()), "/" + path
}

// responseDate is the Date header, or now where there is none: Chromium corrects
// Expires by it.
func responseDate(header string, now time.Time) time.Time {
	if t, err := http.ParseTime(header); err == nil {
		return t
	}
	return now
}
