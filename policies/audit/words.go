package audit

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"cookieaudit/scanner/observation"
)

// Noun names an item as a reader says it: cookie "_ga", localStorage key "x".
func Noun(k observation.Key) string {
	what := map[observation.Kind]string{
		observation.LocalStorage:   "localStorage key",
		observation.SessionStorage: "sessionStorage key",
		observation.IndexedDB:      "IndexedDB database",
		observation.CacheStorage:   "cache",
		observation.ServiceWorker:  "service worker",
		observation.OPFS:           "private file",
	}[k.Kind]
	if what == "" {
		what = string(k.Kind)
	}
	return fmt.Sprintf("%s %q", what, k.Name)
}

// Span is a duration as a reader says it: 2 years, 13 months, 90 days, 1.2 s.
// The largest unit that is right within 1 % is used.
func Span(d time.Duration) string {
	units := []struct {
		name string
		long time.Duration
	}{{"year", 31557600 * time.Second}, {"month", 2629800 * time.Second}, {"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}}
	for _, u := range units {
		n := (d + u.long/2) / u.long
		if off := (d - n*u.long).Abs(); n > 0 && (off <= d/100 || u.name == "day" && n > 2) {
			return Count(int(n), u.name)
		}
	}
	return seconds(d.Milliseconds())
}

// Count is a number with its noun: 1 page, 2 pages.
func Count(n int, noun string) string {
	switch {
	case n == 1:
	case strings.HasSuffix(noun, "y") && !strings.HasSuffix(noun, "ey") && !strings.HasSuffix(noun, "ay"):
		noun = strings.TrimSuffix(noun, "y") + "ies"
	default:
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

func seconds(ms int64) string {
	if ms < 10_000 && ms%1000 != 0 {
		return fmt.Sprintf("%.1f s", float64(ms)/1000)
	}
	return fmt.Sprintf("%d s", (ms+500)/1000)
}

// short names a URL shortly: its path on the audited site, else host and path.
func (j *judge) short(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return raw
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	if observation.Site(j.place.host(strings.ToLower(u.Hostname()))) == j.place.site {
		return path
	}
	return u.Hostname() + path
}

func (j *judge) source(s observation.Source) string {
	if s.Line > 0 {
		return fmt.Sprintf("%s line %d", j.short(s.URL), s.Line)
	}
	return j.short(s.URL)
}

// setter tells who wrote: "by /gtm.js line 3, loaded by /index.html line 12",
// "" where nobody saw it.
func (j *judge) setter(w *observation.Write) string {
	if w == nil || w.By.URL == "" {
		return ""
	}
	if w.Via == observation.ViaResponse {
		return "by the response of " + j.short(w.By.URL)
	}
	by := "by " + j.source(w.By)
	for _, c := range w.Chain {
		if c.URL != "" && c.URL != w.By.URL {
			return by + ", loaded by " + j.source(c)
		}
	}
	return by
}
