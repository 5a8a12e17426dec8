package catalog

import (
	"net/url"
	"slices"
	"strings"

	"cookieaudit/policies"
	"cookieaudit/scanner/observation"
)

// RequestEntry is a collecting request with its vendor.
type RequestEntry struct {
	VendorID   string
	VendorName string
	TCF        int // see Vendor.TCF
	Request
}

// Request tells which collecting request a redacted URL is. Of several it is the
// one that says most: bound to hosts, then with the longer path.
func (c *Catalog) Request(rawURL, method string) (RequestEntry, bool) {
	a, ok := parseAddress(rawURL)
	if !ok {
		return RequestEntry{}, false
	}
	var best RequestEntry
	for _, v := range c.vendors {
		for _, r := range v.Requests {
			if r.fits(a, method) && (best.VendorID == "" || r.better(best.Request)) {
				best = RequestEntry{VendorID: v.ID, VendorName: v.Name, TCF: v.TCF, Request: r}
			}
		}
	}
	return best, best.VendorID != ""
}

func (r Request) fits(a address, method string) bool {
	if r.Method != "" && method != "" && !strings.EqualFold(r.Method, method) {
		return false
	}
	if !onHost(r.Hosts, a.host) || !r.Path.Match(a.path) {
		return false
	}
	return !slices.ContainsFunc(r.Query, func(name string) bool { return !a.query[name] })
}

func (r Request) better(o Request) bool {
	if a, b := slices.Contains(r.Hosts, anyHost), slices.Contains(o.Hosts, anyHost); a != b {
		return b
	}
	return r.Path.Literals() > o.Path.Literals()
}

// address is what may be told of a redacted URL: its values are shapes such as
// {18 digits}, and a shape is no valid part of a URL.
type address struct {
	host, path string
	query      map[string]bool
}

func parseAddress(rawURL string) (address, bool) {
	head, query, _ := strings.Cut(rawURL, "?")
	host := observation.HostOf(head)
	_, rest, ok := strings.Cut(head, "://")
	if !ok {
		return address{}, false
	}
	if host == "" {
		host, _, _ = strings.Cut(rest, "/")
		host = strings.ToLower(host)
	}
	a := address{host: host, path: "/", query: map[string]bool{}}
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		a.path = rest[i:]
	}
	for _, p := range strings.Split(query, "&") {
		name, _, _ := strings.Cut(p, "=")
		if plain, err := url.QueryUnescape(name); err == nil {
			name = plain
		}
		a.query[name] = true
	}
	return a, true
}

// Script tells whose script, frame or pixel loader a URL is. To load it is not
// to track.
func (c *Catalog) Script(rawURL string) (Vendor, bool) {
	a, ok := parseAddress(rawURL)
	if !ok {
		return Vendor{}, false
	}
	for _, v := range c.vendors {
		for _, s := range v.Scripts {
			if (policies.Pattern{Text: s}).Match(a.host + a.path) {
				return v, true
			}
		}
	}
	return Vendor{}, false
}
