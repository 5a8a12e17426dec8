package collector

import (
	"context"
	_ "embed"
	"net/url"
	"strings"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
)

// Cookies are seen three ways: the raw Set-Cookie of every response and redirect
// hop, the calls of document.cookie and cookieStore, and the jar at each
// checkpoint.
var _ = register(func(l *Log) Collector {
	return Collector{
		Kind:   observation.Cookie,
		Script: cookieJS,
		On: func(e chrome.Event) {
			if c, ok := callOf(e, "cookie"); ok {
				l.scriptCookie(c)
			}
		},
		Snapshot: readJar,
	}
})

//go:embed cookie.js
var cookieJS string

// callOf decodes an event that is a report of our wrapper, of one kind.
func callOf(e chrome.Event, kind string) (scriptCall, bool) {
	if e.Method != "Runtime.bindingCalled" {
		return scriptCall{}, false
	}
	var p runtime.EventBindingCalled
	if e.Decode(&p) != nil || p.Name != bindingName {
		return scriptCall{}, false
	}
	c, ok := decodeCall(p.Payload)
	return c, ok && c.Kind == kind
}

// setCookies records every Set-Cookie line of one response or redirect hop, and
// returns the items they name.
func (l *Log) setCookies(r *request, h *hop, p network.EventResponseReceivedExtraInfo) []observation.Key {
	header := func(name string) string {
		for k, v := range p.Headers {
			if s, ok := v.(string); ok && strings.EqualFold(k, name) {
				return s
			}
		}
		return ""
	}
	lines := header("set-cookie")
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
	sent.at = l.clock.Now()
	sent.fast = l.fast
	date := responseDate(header("date"), now())
	var keys []observation.Key
	for _, line := range strings.Split(lines, "\n") {
		c := parseCookieLine(line)
		lifetime, deletes := c.lifetime(date)
		key := c.key(h.url, r.moment.top)
		keys = append(keys, key)
		l.write(draft{
			moment: sent, frame: r.document, item: key, deletes: deletes, refused: blocked[line],
			via: observation.ViaResponse, by: observation.Source{URL: h.url}, chain: l.traffic.chain(r, h),
			lifetime: lifetime, attrs: c.attrs, value: c.value,
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
	item := line.key(c.URL, l.top)
	var refused []string
	if c.Op == "document.cookie" && !c.Seen && !deletes && readable(item, c.URL) {
		refused = []string{"not stored by the browser"}
	}
	frames := parseStack(c.Stack)
	by := setter(frames)
	l.write(draft{
		moment: l.moment(c.time()), frame: c.URL, item: item, deletes: deletes, refused: refused,
		via: observation.ViaScript, by: by, chain: l.traffic.loaders(by),
		lifetime: lifetime, attrs: line.attrs, value: line.value,
	})
}

// readable reports whether document.cookie would show the item at a page.
func readable(k observation.Key, page string) bool {
	u, err := url.Parse(page)
	return err == nil && covers(k.Path, u.EscapedPath())
}

// storeLine is a cookieStore call as a cookie line. Its defaults differ from a
// header's: path / and SameSite=Strict.
func storeLine(c scriptCall) cookieLine {
	line := cookieLine{
		name: c.Name, value: c.Value, domain: strings.ToLower(strings.TrimPrefix(c.Domain, ".")), path: c.Path,
		attrs: observation.Attrs{Secure: true, SameSite: sameSite(c.Same), Partitioned: c.Apart},
	}
	if line.path == "" {
		line.path = "/"
	}
	if line.attrs.SameSite == "" {
		line.attrs.SameSite = "Strict"
	}
	if c.End > 0 {
		line.expires, line.hasExpires = time.UnixMilli(int64(c.End)), true
	}
	return line
}

func readJar(ctx context.Context, t *chrome.Tab) ([]Rest, error) {
	jar, err := t.Context().Cookies(ctx)
	if err != nil {
		return nil, err
	}
	rest := Rest{Area: observation.Area{Kind: observation.Cookie}}
	at := now()
	for _, c := range jar {
		i := RestItem{
			Item: jarKey(c),
			Attrs: observation.Attrs{
				HTTPOnly: c.HTTPOnly, Secure: c.Secure, SameSite: string(c.SameSite), Partitioned: c.PartitionKey != nil,
			},
			Value: c.Value,
		}
		if !c.Session {
			i.Expires = max(1, int64(time.Unix(int64(c.Expires), 0).Sub(at).Round(time.Second)/time.Second))
		}
		rest.Items = append(rest.Items, i)
	}
	return []Rest{rest}, nil
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
