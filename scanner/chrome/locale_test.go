package chrome_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/scantest"

	"github.com/google/go-cmp/cmp"
)

// whereabouts is what one realm says of the visitor's place.
type whereabouts struct {
	Zone, Language, Languages, Intl string
	Offset                          int // of January 2026 from UTC, minutes west
	Header                          string
}

// A visitor's language and time zone are those that were asked for, whatever the
// machine's, and everything that could tell them agrees.
func TestWhereabouts(t *testing.T) {
	for _, c := range []struct {
		locale, zone string
		offset       int
	}{
		{"de-DE,de,en-US,en", "Europe/Berlin", -60},
		{"en-US,en", "America/Los_Angeles", 480},
		{"en", "Europe/Brussels", -60},
		{"en-IE,en-US,en", "Europe/Dublin", 0},
	} {
		t.Run(c.locale, func(t *testing.T) {
			scantest.Browser(t) // for its server
			o := scantest.Options()
			o.Locale, o.TimeZone = c.locale, c.zone
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			b, err := chrome.Start(ctx, o)
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			got := tellWhereabouts(t, ctx, b)
			first := strings.Split(c.locale, ",")[0]
			want := map[string]whereabouts{}
			for realm := range got {
				want[realm] = whereabouts{c.zone, first, c.locale, b.Formats, c.offset, b.AcceptLanguage}
			}
			if diff := cmp.Diff(want, got); diff != "" || len(got) != 5 {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if header := strings.Split(b.AcceptLanguage, ","); !strings.HasPrefix(c.locale+",", header[0]+",") || len(header) != strings.Count(c.locale, ",")+1 {
				t.Errorf("Accept-Language %q", b.AcceptLanguage)
			}
			if b.TimeZone != c.zone || b.Locale != first {
				t.Errorf("the self-test saw %s, %s", b.Locale, b.TimeZone)
			}
		})
	}
}

// tellWhereabouts has a page, a frame of another site and workers of all kinds say
// where they are.
func tellWhereabouts(t *testing.T, ctx context.Context, b *chrome.Browser) map[string]whereabouts {
	t.Helper()
	const tell = `function tell(realm) {
		const where = {Zone: Intl.DateTimeFormat().resolvedOptions().timeZone, Language: navigator.language, Languages: navigator.languages.join(),
			Intl: Intl.DateTimeFormat().resolvedOptions().locale, Offset: new Date(2026, 0, 15).getTimezoneOffset()};
		return fetch('https://here.test/tell?realm=' + realm, {method: 'POST', mode: 'no-cors', body: JSON.stringify(where)});
	}`
	var mu sync.Mutex
	got := map[string]whereabouts{}
	all := make(chan struct{})
	page := func(html string) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, "<!doctype html><script>"+tell+"</script>"+html)
		}
	}
	script := func(realm string) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/javascript")
			fmt.Fprintf(w, "%s; tell('%s')", tell, realm)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", page(`<iframe src="https://there.test/"></iframe><script>
		tell('page'); new Worker('/worker.js'); new SharedWorker('/shared.js'); navigator.serviceWorker.register('/service.js')</script>`))
	mux.HandleFunc("GET /worker.js", script("worker"))
	mux.HandleFunc("GET /shared.js", script("shared worker"))
	mux.HandleFunc("GET /service.js", script("service worker"))
	mux.HandleFunc("POST /tell", func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		var where whereabouts
		if err := json.NewDecoder(r.Body).Decode(&where); err != nil {
			t.Error(err)
		}
		where.Header = r.Header.Get("Accept-Language")
		realm := r.URL.Query().Get("realm")
		if _, told := got[realm]; told {
			return
		}
		if got[realm] = where; len(got) == 5 {
			close(all)
		}
	})
	there := http.NewServeMux()
	there.HandleFunc("GET /{$}", page(`<script>tell('frame')</script>`))
	url := scantest.Handle(t, "here.test", mux)
	scantest.Handle(t, "there.test", there)
	c, err := b.NewContext(ctx, chrome.Hooks{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, load, err := c.Clock.Open(ctx, url); err != nil || !load.OK() {
		t.Fatalf("open: %+v, %v", load, err)
	}
	select {
	case <-all:
	case <-ctx.Done():
	}
	mu.Lock()
	defer mu.Unlock()
	return got
}

func TestUnknownTimeZone(t *testing.T) {
	scantest.Browser(t) // for its server
	o := scantest.Options()
	o.TimeZone = "Europe/Atlantis"
	b, err := chrome.Start(t.Context(), o)
	if err == nil {
		b.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "Europe/Atlantis") {
		t.Errorf("got %v", err)
	}
}
