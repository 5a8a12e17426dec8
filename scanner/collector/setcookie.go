package collector

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

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
		if t, ok := cookieDate(v); ok {
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
		return 1 << 53, true
	}
	return n, true
}

// cookieDate reads a date as RFC 6265 section 5.1.1 does: by its parts, in any
// order and with any separators.
func cookieDate(s string) (time.Time, bool) {
	var hour, minute, second, day, month, year = -1, 0, 0, 0, 0, -1
	for _, token := range strings.FieldsFunc(s, func(r rune) bool {
		return r != ':' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) {
		switch {
		case hour < 0 && strings.Count(token, ":") == 2:
			parts := strings.Split(token, ":")
			hour, minute, second = leading(parts[0], 2), leading(parts[1], 2), leading(parts[2], 2)
		case day == 0 && leading(token, 2) > 0 && digitsOf(token) <= 2:
			day = leading(token, 2)
		case month == 0 && monthOf(token) > 0:
			month = monthOf(token)
		case year < 0 && digitsOf(token) >= 2 && digitsOf(token) <= 4:
			year = leading(token, 4)
		}
	}
	switch {
	case year >= 70 && year <= 99:
		year += 1900
	case year >= 0 && year <= 69:
		year += 2000
	}
	if hour < 0 || hour > 23 || minute > 59 || second > 59 || day < 1 || day > 31 || month == 0 || year < 1601 {
		return time.Time{}, false
	}
	return time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC), true
}

func digitsOf(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

func leading(s string, most int) int {
	n, err := strconv.Atoi(s[:min(most, digitsOf(s))])
	if err != nil {
		return -1
	}
	return n
}

func monthOf(s string) int {
	if len(s) < 3 {
		return 0
	}
	i := strings.Index("janfebmaraprmayjunjulaugsepoctnovdec", strings.ToLower(s[:3]))
	if i < 0 || i%3 != 0 {
		return 0
	}
	return i/3 + 1
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
