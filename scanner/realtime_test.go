package scanner_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"cookieaudit/scanner"
	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/scantest"

	"github.com/google/go-cmp/cmp"
)

// slow is a site whose second page stores something after some time, and whose
// dialog, once accepted, brings something after a second more on the first. That
// is long after a page is left for its fast minute, also on a busy machine.
func slow(t *testing.T, host string, after time.Duration) string {
	page := func(body string) string {
		return `<html lang=en><body><a href=/two>two</a>` + body + `
<div id=banner hidden style="position:fixed;bottom:0;left:0;right:0;background:#eee;padding:20px"><p>We use cookies to measure use.</p>
<button id=yes>Accept all</button> <button id=no>Reject all</button></div>
<script>
const said = () => document.cookie.includes('consent=yes');
function late(){ setTimeout(()=>localStorage.setItem('granted', '1'), ` + fmt.Sprint((after + time.Second).Milliseconds()) + `) }
yes.onclick = () => { document.cookie='consent=yes; Max-Age=15552000; Path=/'; banner.hidden = true; late() };
no.onclick = () => { document.cookie='consent=no; Max-Age=15552000; Path=/'; banner.hidden = true };
if (!document.cookie.includes('consent=')) banner.hidden = false; else if (said() && location.pathname == '/') late();
</script>`
	}
	return scantest.Pages(t, host, map[string]string{
		"/":    page(""),
		"/two": page(fmt.Sprintf(`<script>setTimeout(() => document.cookie = 'slow=1; Max-Age=600', %d); if (!window.chrome) localStorage.never = 1</script>`, after.Milliseconds())),
	})
}

// fastOnly are the sightings that came in fast time only, in a short form.
func fastOnly(o *observation.Observation) []string {
	out := []string{}
	for _, s := range o.Sightings {
		if s.FastOnly {
			out = append(out, fmt.Sprintf("%s %s %s", s.Choice, s.Phase, s.Item.Name))
		}
	}
	return out
}

func TestRealTimeLooksAgain(t *testing.T) {
	t.Parallel()
	const after = 5 * time.Second
	url := slow(t, "slow.test", after)
	job := observation.Job{
		URLs: []string{url}, MaxPages: 2, MaxDepth: 1, RealTime: true,
		Choices: []observation.Choice{observation.None, observation.Accept},
	}
	var told []string
	o := scan(t, job, func(o *scanner.Options) {
		progress := o.Progress
		o.Progress = func(s string) {
			progress(s)
			if strings.HasPrefix(s, "look again") {
				told = append(told, s)
			}
		}
	})
	if diff := cmp.Diff([]string{}, fastOnly(o)); diff != "" {
		t.Errorf("still seen in fast time only:\n%s", diff)
	}
	want := []string{"none/real-1 before slow", "accept/real-1 after slow", "accept/real-1 after granted"}
	var got []string
	for _, w := range o.Writes {
		if leg := observation.LegOf(w.Page); strings.Contains(leg, "/real-") && w.Cause == observation.CauseTimer {
			got = append(got, fmt.Sprintf("%s %s %s", leg, w.Phase, w.Item.Name))
			if w.Fast || w.At-o.Page(w.Page).Opened < after.Milliseconds() {
				t.Errorf("%s: fast %v, %d ms after %d", w.Item.Name, w.Fast, w.At, o.Page(w.Page).Opened)
			}
		}
	}
	for _, line := range want {
		if !strings.Contains(strings.Join(got, "\n"), line) {
			t.Errorf("%s did not come by the clock; came:\n%s", line, strings.Join(got, "\n"))
		}
	}
	for _, s := range o.Sightings {
		if s.Runs != 1 {
			t.Errorf("%s %s: seen in %d runs of one", s.Choice, s.Item.Name, s.Runs)
		}
	}
	for _, v := range o.Visits {
		for _, c := range v.Consents {
			if v.Choice == observation.Accept && c.Outcome != observation.Unproven {
				t.Errorf("%s: %s %s", c.Leg, c.Outcome, c.Why)
			}
		}
	}
	// As long as it took in fast time, and a little more.
	if len(told) != 2 || !regexp.MustCompile(`look again by the clock: none, 1 page, about ([789]|1[0-9]) s`).MatchString(strings.Join(told, "\n")) {
		t.Errorf("told %q", told)
	}
}

// Fast time stands still while a script is on its way, as a visitor's minute is long
// enough for it; one that never comes is told.
func TestFastTimeWaitsForScripts(t *testing.T) {
	t.Parallel()
	const host = "tag.fast-time.test"
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!doctype html><link rel=icon href='data:,'><script>setTimeout(() => document.head.append(Object.assign(document.createElement('script'), {src: location.search.slice(1)})), 25000)</script>")
	})
	mux.HandleFunc("GET /slow.js", func(w http.ResponseWriter, r *http.Request) {
		<-time.After(2 * time.Second) // what it is about: a server that takes its time
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprint(w, "setTimeout(() => { document.cookie = 'late=1; Max-Age=600' }, 10000)")
	})
	mux.HandleFunc("GET /never.js", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	url := scantest.Handle(t, host, mux)
	for script, want := range map[string]string{"/slow.js": "late", "/never.js": "fast-minute-not-finished"} {
		o := scan(t, observation.Job{URLs: []string{url + "?" + script}, MaxPages: 1, NoReturn: true, Choices: []observation.Choice{observation.None}})
		var got []string
		for _, w := range o.Writes {
			got = append(got, w.Item.Name)
		}
		for _, g := range o.Gaps {
			if g.Blind {
				got = append(got, g.Kind)
			}
		}
		if diff := cmp.Diff([]string{want}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", script, diff)
		}
	}
}

// Without --real-time, or where the server's clock is not the one on the wall,
// what came in fast time is marked and left at that.
func TestFastOnlyIsMarked(t *testing.T) {
	t.Parallel()
	const after = 30 * time.Second
	url := slow(t, "hasty.test", after)
	job := observation.Job{URLs: []string{url}, MaxPages: 2, MaxDepth: 1, Choices: []observation.Choice{observation.None}}
	want := []string{"none before slow"}
	if diff := cmp.Diff(want, fastOnly(scan(t, job))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	job.RealTime = true
	waits := 0
	o := scan(t, job, func(o *scanner.Options) {
		o.Linger = func(_ context.Context, d time.Duration) error {
			waits++
			if d <= 0 || d > 2*after {
				t.Errorf("waits %s for what came after %s", d, after)
			}
			return nil // and so it does not come
		}
	})
	if diff := cmp.Diff(want, fastOnly(o)); diff != "" || waits != 1 {
		t.Errorf("%d waits (-want +got):\n%s", waits, diff)
	}
}

func TestRepeat(t *testing.T) {
	t.Parallel()
	visits := 0 // of the first page; the visits without a choice open it first
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("CF-IPCountry", "GB")
		if _, err := r.Cookie("always"); err != nil {
			visits++
			fmt.Fprintf(w, "<!doctype html><a href=/two>two</a><script>if (%d == 2) localStorage.setItem('sometimes', '1')</script>", visits)
		}
		fmt.Fprint(w, "<script>document.cookie = 'always=1; Max-Age=60'</script>")
	})
	mux.HandleFunc("GET /two", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!doctype html>two")
	})
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) })
	url := scantest.Handle(t, "repeat.test", mux)
	o := scan(t, observation.Job{
		URLs: []string{url}, MaxPages: 2, MaxDepth: 1, Repeat: 3, Choices: []observation.Choice{observation.None},
	}, func(o *scanner.Options) { o.Vantage.CountryTold = "GB" })
	if o.Runs != 3 || len(o.Visits) != 1 {
		t.Fatalf("%d runs, %d visits", o.Runs, len(o.Visits))
	}
	var legs, seen []string
	for _, l := range o.Visits[0].Legs {
		legs = append(legs, fmt.Sprintf("%s run %d, %d pages", l.ID, l.Run, len(l.Plan)))
	}
	for _, s := range o.Sightings {
		if s.Phase == observation.Before {
			seen = append(seen, fmt.Sprintf("%s %d of %d", s.Item.Name, s.Runs, o.Runs))
		}
	}
	if diff := cmp.Diff([]string{"r1/none/1 run 1, 1 pages", "r2/none/1 run 2, 2 pages", "r3/none/1 run 3, 2 pages"}, legs); diff != "" {
		t.Errorf("legs (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"always 3 of 3", "sometimes 1 of 3"}, seen); diff != "" {
		t.Errorf("seen (-want +got):\n%s", diff)
	}
	wantCountries := []observation.Country{{Code: "GB", Pages: 6, By: []string{url}}}
	if diff := cmp.Diff(wantCountries, o.Countries); diff != "" {
		t.Errorf("countries (-want +got):\n%s", diff)
	}
	if v := o.Header.Vantage; v.CountryTold != "GB" || v.Locale == "" || v.TimeZone == "" || v.AcceptLanguage == "" {
		t.Errorf("vantage %+v", v)
	}
}

// A consent manager's own answer counts before the edge's header, and a foreign
// host's header not at all.
func TestCountryAsSeen(t *testing.T) {
	t.Parallel()
	html := func(code, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			if code != "" {
				w.Header().Set("X-Country-Code", code)
			}
			fmt.Fprint(w, "<!doctype html>"+body)
		}
	}
	geo := http.NewServeMux()
	geo.HandleFunc("GET /cookieconsentpub/v1/geo/location", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprint(w, `jsonFeed({"country":"US","state":"CA","stateName":"California","continent":"NA"});`)
	})
	scantest.Handle(t, "geolocation.onetrust.com", geo)
	other := http.NewServeMux()
	other.HandleFunc("GET /", html("BR", "foreign"))
	scantest.Handle(t, "country-other.test", other)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", html("GB", "plain"))
	mux.HandleFunc("GET /manager", html("GB", `<script>window.jsonFeed = () => {}</script><script src="https://geolocation.onetrust.com/cookieconsentpub/v1/geo/location"></script>`))
	mux.HandleFunc("GET /trace", html("", `<script>fetch('/cdn-cgi/trace')</script>`))
	mux.HandleFunc("GET /cdn-cgi/trace", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "fl=1\nip=127.0.0.1\nloc=FR\nwarp=off\n") })
	mux.HandleFunc("GET /cookiebot", html("", `<script>document.cookie = "CookieConsent={stamp:%27a%3D%3D%27%2Cnecessary:true%2Cver:1%2Cregion:%27de%27}; Path=/; Max-Age=60"; addEventListener('pagehide', () => {})</script>`))
	mux.HandleFunc("GET /foreign", html("XX", `<iframe src="https://country-other.test/"></iframe><script>document.cookie = 'CookieConsent=; Max-Age=0; Path=/'</script>`))
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) })
	url := scantest.Handle(t, "country.test", mux)
	var urls []string
	for _, p := range []string{"", "manager", "trace", "cookiebot", "foreign"} {
		urls = append(urls, url+p)
	}
	o := scan(t, observation.Job{URLs: urls, MaxPages: 1, Choices: []observation.Choice{observation.None}})
	var got []string
	for _, p := range o.Visits[0].Pages {
		if p.Purpose != observation.PurposeReturn {
			got = append(got, fmt.Sprintf("%s %s %s", strings.TrimPrefix(p.URL, url), p.CountrySeen, p.SeenBy))
		}
	}
	want := []string{
		" GB " + url, "manager US https://geolocation.onetrust.com/cookieconsentpub/v1/geo/location", "trace FR " + url + "cdn-cgi/trace",
		"cookiebot DE cookie CookieConsent of country.test", "foreign  ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
