package collector

import (
	"context"
	_ "embed"
	"strings"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/network"
)

// Cookies are seen three ways: the raw Set-Cookie of every response and redirect
// hop, the calls of document.cookie and cookieStore, and the jar at each
// checkpoint.
var _ = register(func(l *Log) Collector {
	return Collector{
		Kind:     observation.Cookie,
		Script:   cookieJS,
		Call:     l.scriptCookie,
		Snapshot: readJar,
		Frozen:   true,
	}
})

//go:embed cookie.js
var cookieJS string

// setCookies records every Set-Cookie line of one response or redirect hop, and
// returns the items they name.
func (l *Log) setCookies(r *request, h *hop, p answer) []observation.Key {
	lines := header(p.Headers, "set-cookie")
	if lines == "" {
		return nil
	}
	blocked := map[string][]string{}
	for _, b := range p.BlockedCookies {
		for _, reason := range b.BlockedReasons {
			blocked[b.CookieLine] = append(blocked[b.CookieLine], string(reason))
		}
	}
	sent := r.moment
	sent.at, sent.fast = p.at, p.fast
	date := responseDate(header(p.Headers, "date"), now())
	var keys []observation.Key
	for _, line := range strings.Split(lines, "\n") {
		c := parseCookieLine(line)
		if h.pathless && c.path == "" {
			l.traffic.silent = append(l.traffic.silent, r) // nobody can tell the cookie's path but the jar
			continue
		}
		lifetime, deletes := c.lifetime(date)
		key := c.key(h.url, h.top)
		keys = append(keys, key)
		// No reason is given where a request had no credentials, as a document's and one
		// with cookies has, and where a partitioned cookie is not Secure.
		credentials := r.typ == network.ResourceTypeDocument || len(h.carried) > 0
		l.write(draft{
			moment: sent, asked: h.at, frame: r.document, item: key, deletes: deletes, refused: blocked[line], unsure: !credentials || c.attrs.Partitioned,
			via: observation.ViaResponse, by: observation.Source{URL: h.url}, chain: l.traffic.chain(r, h),
			lifetime: lifetime, attrs: c.attrs, given: c.asGiven(l.redact.Text), value: c.value,
		})
	}
	return keys
}

// scriptCookie records a call of document.cookie or cookieStore.
func (l *Log) scriptCookie(c scriptCall) {
	line := parseCookieLine(c.Raw)
	if c.Op != "document.cookie" {
		line = storeLine(c)
	}
	// The page's own clock at the call, which fast time moves, is what its
	// Expires was computed from.
	lifetime, deletes := line.lifetime(time.UnixMilli(int64(c.Date)))
	if c.Op == "cookieStore.delete" {
		lifetime, deletes = observation.Lifetime{Persistence: observation.Session}, true
	}
	item := line.key(c.URL, c.top())
	refused := line.rejected(item, c.URL)
	unsure := c.Op != "document.cookie" || deletes
	if c.Op == "document.cookie" && !deletes && refused == nil {
		refused, unsure = line.readBack(c.Jar, item, c.URL)
	}
	by := l.traffic.setter(c)
	l.write(draft{
		moment: l.moment(c.time()), frame: c.URL, item: item, deletes: deletes, refused: refused, unsure: unsure,
		via: observation.ViaScript, by: by, chain: l.traffic.loaders(by), call: &c,
		lifetime: lifetime, attrs: line.attrs, given: line.asGiven(l.redact.Text), value: line.value,
	})
}

// rejected are the reasons, in CDP's words, for which the browser refuses a
// cookie of a script whatever is stored already.
func (c cookieLine) rejected(k observation.Key, page string) []string {
	_, host, _ := split(page)
	name := strings.ToLower(c.name)
	switch {
	case c.domain != "" && host != c.domain && (!strings.HasSuffix(host, "."+c.domain) || observation.Site(host) != observation.Site(c.domain)):
		// The second: a public suffix, as scripts try that look for the widest
		// domain they may write to.
		return []string{"InvalidDomain"}
	case strings.HasPrefix(name, "__secure-") && !c.attrs.Secure,
		strings.HasPrefix(name, "__host-") && (!c.attrs.Secure || c.domain != "" || k.Path != "/"):
		return []string{"InvalidPrefix"}
	}
	return nil
}

// readBack tells by what document.cookie shows after the call whether the cookie
// was refused. It is unsure where the page's path does not show the cookie, or
// where another one of its name might be meant.
func (c cookieLine) readBack(jar string, k observation.Key, page string) (refused []string, unsure bool) {
	if _, _, path := split(page); !covers(k.Path, path) {
		return nil, true
	}
	found := false
	for _, pair := range strings.Split(jar, "; ") {
		shown := parseCookieLine(pair)
		if shown.name == c.name && shown.value == c.value {
			return nil, false
		}
		found = found || shown.name == c.name
	}
	if found {
		return nil, true
	}
	return []string{"not stored by the browser"}, false
}

// storeLine is a cookieStore call as a cookie line. Its defaults differ from a
// header's: path / and SameSite=Strict.
func storeLine(c scriptCall) cookieLine {
	line := cookieLine{
		name: c.Name, value: c.Value, domain: strings.ToLower(strings.TrimPrefix(c.Domain, ".")), path: c.Path,
		attrs: observation.Attrs{Secure: true, SameSite: sameSite(c.Same), Partitioned: c.Apart},
	}
	// A path names a directory here.
	if !strings.HasSuffix(line.path, "/") {
		line.path += "/"
	}
	if line.attrs.SameSite == "" {
		line.attrs.SameSite = "Strict"
	}
	if n, ok := maxAge(c.Age); ok {
		line.maxAge = &n
	}
	if c.Ends {
		line.expires, line.hasExpires = time.UnixMilli(int64(c.End)), true
	}
	return line
}

func readJar(ctx context.Context, t *chrome.Tab, _ []place) ([]Rest, error) {
	jar, err := t.Context().Cookies(ctx)
	if err != nil {
		return nil, err
	}
	rest := Rest{Area: observation.Area{Kind: observation.Cookie}}
	for _, c := range jar {
		rest.Items = append(rest.Items, jarItem(c))
	}
	return []Rest{rest}, nil
}

// jarItem is a cookie of the jar.
func jarItem(c *network.Cookie) RestItem {
	i := RestItem{
		Item: jarKey(c),
		Attrs: observation.Attrs{
			HTTPOnly: c.HTTPOnly, Secure: c.Secure, SameSite: string(c.SameSite), Partitioned: c.PartitionKey != nil,
		},
		Value: c.Value,
	}
	if !c.Session {
		i.Expires = max(1, int64(time.Unix(int64(c.Expires), 0).Sub(now()).Round(time.Second)/time.Second))
	}
	return i
}

// jarKey is the key of a cookie as CDP tells it: a leading dot marks a domain
// cookie.
func jarKey(c *network.Cookie) observation.Key {
	k := observation.Key{
		Kind: observation.Cookie, Name: c.Name, Path: c.Path,
		Host: strings.ToLower(strings.TrimPrefix(c.Domain, ".")), HostOnly: !strings.HasPrefix(c.Domain, "."),
	}
	if c.PartitionKey != nil {
		k.Partition = c.PartitionKey.TopLevelSite
	}
	return k
}
