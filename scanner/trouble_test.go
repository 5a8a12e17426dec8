package scanner_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"cookieaudit/scanner"
	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/scantest"

	gocmp "github.com/google/go-cmp/cmp"
)

// troubled serves one host whose pages go wrong in every way, and a good page.
// reloads is how often the page that loads itself again did so after the last page
// was asked for.
func troubled(t *testing.T) (base string, reloads *atomic.Int64) {
	mux := http.NewServeMux()
	reloads = new(atomic.Int64)
	var last atomic.Bool
	html := func(path, body string) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			name := strings.Trim(strings.ReplaceAll(path, "/", "-"), "-{$}")
			w.Header().Set("Set-Cookie", "at-"+name+"=1; Path=/")
			fmt.Fprint(w, "<!doctype html>"+body)
		})
	}
	html("/{$}", "good")
	mux.HandleFunc("GET /last", func(w http.ResponseWriter, r *http.Request) {
		last.Store(true)
		http.SetCookie(w, &http.Cookie{Name: "at-last", Value: "1", Path: "/"})
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!doctype html>good too")
	})
	html("/loop", `<script>setTimeout(() => { for (;;); }, 150)</script>`)
	html("/alert", `<script>alert(1); confirm(2); prompt(3); document.cookie = 'after-dialogs=1'</script>`)
	html("/leave", `<script>addEventListener('beforeunload', e => { e.preventDefault(); e.returnValue = 'no' })</script>`)
	mux.HandleFunc("GET /again", func(w http.ResponseWriter, r *http.Request) {
		if last.Load() {
			reloads.Add(1)
		}
		page(`<script>location.reload()</script>`)(w, r)
	})
	html("/login", `<form><input type=password></form>`)
	mux.HandleFunc("GET /account", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/login", http.StatusFound) })
	mux.HandleFunc("GET /circle", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Set-Cookie", "at-circle=1; Path=/")
		http.Redirect(w, r, "/circle", http.StatusFound)
	})
	mux.HandleFunc("GET /file", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Disposition", "attachment; filename=a.bin")
		w.Header().Set("Content-Type", "application/octet-stream")
		fmt.Fprint(w, "data")
	})
	mux.HandleFunc("GET /nothing", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET /forbidden", func(w http.ResponseWriter, r *http.Request) { http.Error(w, "no", http.StatusForbidden) })
	mux.HandleFunc("GET /elsewhere", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://other-trouble.test/", http.StatusFound)
	})
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) })
	scantest.Pages(t, "other-trouble.test", map[string]string{"/": "other"})
	return scantest.Handle(t, "trouble.test", mux), reloads
}

func TestTroubledPagesAreRecordedAndTheRestGoesOn(t *testing.T) {
	t.Parallel()
	base, reloads := troubled(t)
	paths := []string{"", "alert", "leave", "circle", "file", "nothing", "forbidden", "elsewhere", "account", "again", "loop", "last"}
	var urls []string
	for _, p := range paths {
		urls = append(urls, base+p)
	}
	urls = append(urls, "chrome://crash", "https://trouble.test:9443/")
	o := scan(t, observation.Job{URLs: urls, MaxPages: 1, Choices: []observation.Choice{observation.None}})
	var got []string
	for _, p := range o.Visit(observation.None).Pages {
		got = append(got, fmt.Sprintf("%s %s %s", strings.TrimPrefix(p.URL, base), p.State, strings.Join(p.Reasons, "; ")))
	}
	want := []string{
		" ok ", "alert ok ", "leave ok ",
		"circle failed it redirects in a circle (net::ERR_TOO_MANY_REDIRECTS)",
		"file download the address is a download, not a page",
		"nothing failed it sent no page (such as HTTP 204) (net::ERR_ABORTED)",
		"forbidden ok ",
		"elsewhere ok ",
		"account blocked a log-in page came instead of the page asked for",
		"again hung it loads itself again and again",
		"loop hung the page stopped answering",
		"last ok ",
		"chrome://crash crashed its renderer crashed",
		"https://trouble.test:9443/ failed its host name cannot be resolved: check the address, or use --connect-to for a staging host (net::ERR_NAME_NOT_RESOLVED)",
		" ok ", // the first page again, by a visitor who comes back
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
	seen := map[string]bool{}
	for _, s := range o.Sightings {
		seen[s.Item.Name] = true
	}
	for _, name := range []string{"at-", "at-circle", "after-dialogs", "at-last"} {
		if !seen[name] {
			t.Errorf("cookie %s was lost; seen %v", name, seen)
		}
	}
	if n := reloads.Load(); n > 0 {
		t.Errorf("the page that loads itself again did so %d times more after it had been left", n)
	}
}

func TestCertificateErrorIsNamed(t *testing.T) {
	t.Parallel()
	url := scantest.Pages(t, "certificate.test", map[string]string{"/": "secret", "/good": "<script>document.cookie = 'good=1'</script>"})
	plain := strings.Replace(url, "https:", "http:", 1) + "good"
	o := scan(t, observation.Job{URLs: []string{url, plain}, MaxPages: 2, Choices: []observation.Choice{observation.None}}, func(o *scanner.Options) {
		o.Browser.Insecure = false
	})
	p := o.Visit(observation.None).Pages[0]
	if p.State != observation.PageFailed || len(p.Reasons) != 1 || !strings.Contains(p.Reasons[0], "--insecure") {
		t.Errorf("page %+v", p)
	}
	if len(o.Sightings) != 1 || o.Sightings[0].Item.Name != "good" {
		t.Errorf("the page without a certificate was not visited: %+v", o.Sightings)
	}
}

func TestBrowserKilledInMidVisit(t *testing.T) {
	var mu sync.Mutex
	opened := 0 // of the first page: by the visit without a choice, then by the one that accepts
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		opened++
		kill := opened == 2
		mu.Unlock()
		if kill {
			killNewest(t)
			<-r.Context().Done()
		}
		fmt.Fprint(w, "<!doctype html><script>document.cookie='before=1'</script>")
	})
	mux.HandleFunc("GET /two", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "<!doctype html><script>document.cookie='two=1'</script>")
	})
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) })
	url := scantest.Handle(t, "killed.test", mux)
	o := scan(t, observation.Job{
		URLs: []string{url, url + "two"}, MaxPages: 2, NoReturn: true, Choices: []observation.Choice{observation.None, observation.Accept},
	})
	v := o.Visit(observation.Accept)
	if v == nil || len(v.Legs) != 2 || v.Legs[1].Retry != v.Legs[0].ID {
		t.Fatalf("the visit was not made once more: %+v", v)
	}
	if len(v.Pages) == 0 {
		t.Error("the second try saw no page")
	}
	blind := false
	for _, g := range o.Gaps {
		blind = blind || g.Kind == "leg-failed" && g.Blind
	}
	if !blind {
		t.Errorf("the lost leg left no blind gap: %+v", o.Gaps)
	}
}

// trouble is a site of three pages whose second goes wrong.
type trouble struct {
	name  string
	at    string           // address of the page that goes wrong, "" for /bad
	bad   http.HandlerFunc // answers there
	part  http.HandlerFunc // answers at /part, of which that page may have need
	state observation.PageState
	gap   string   // kind of the gap that names the failure
	note  bool     // the gap is no blind one
	seen  []string // cookies that were set before, by a script and by a response
}

// say begins an answer that sets one cookie by itself and one by a script.
func say(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "text/html")
	w.Header().Set("Set-Cookie", "sent=1; Path=/")
	fmt.Fprint(w, "<!doctype html><script>document.cookie = 'written=1'</script>"+body)
	_ = http.NewResponseController(w).Flush()
}

// page answers with a whole page.
func page(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { say(w, body) }
}

// never does not answer.
func never(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// drip answers and goes on answering.
func drip(w http.ResponseWriter, r *http.Request) {
	say(w, "")
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-r.Context().Done():
			return
		case <-tick.C:
			fmt.Fprint(w, "<p>more")
			_ = http.NewResponseController(w).Flush()
		}
	}
}

func troubles() []trouble {
	both := []string{"sent", "written"}
	ran := make(chan struct{}, 1)
	reset := func(w http.ResponseWriter, r *http.Request) {
		say(w, "<script>new Image().src = '/part'</script>")
		select {
		case <-ran:
		case <-r.Context().Done():
		}
		panic(http.ErrAbortHandler)
	}
	locked := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Set-Cookie", "locked=1; Path=/")
		w.Header().Set("WWW-Authenticate", `Basic realm="staff"`)
		w.WriteHeader(http.StatusUnauthorized)
	}
	file := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Set-Cookie", "file=1; Path=/")
		w.Header().Set("Content-Disposition", "attachment; filename=a.bin")
		fmt.Fprint(w, "data")
	}
	return []trouble{
		{name: "crash", at: "chrome://crash", state: observation.PageCrashed, gap: "page-not-seen"},
		{name: "loop", bad: page(`<script>setTimeout(() => { for (;;); }, 150)</script>`), state: observation.PageHung, gap: "page-hung", seen: both},
		{name: "memory", bad: page(`<script>for (const all = [];;) all.push(new Array(1e6).fill(1.5))</script>`), state: observation.PageCrashed, gap: "page-not-seen", seen: both},
		{name: "endless", bad: drip, state: observation.PageOK, gap: "page-not-loaded", seen: both},
		{name: "reload", bad: page(`<script>location.reload()</script>`), state: observation.PageHung, gap: "reload-loop", seen: both},
		{name: "dialogs", bad: page(`<script>
			for (let i = 0; i < 50; i++) { alert(i); confirm(i); prompt(i) }
			document.cookie = 'after=1';
			addEventListener('beforeunload', e => { e.preventDefault(); e.returnValue = 'no' });
		</script>`), state: observation.PageOK, gap: "page-dialog", note: true, seen: append(both, "after")},
		{name: "storm", bad: page(`<script>for (;;) alert(1)</script>`), state: observation.PageHung, gap: "dialog-storm", seen: both},
		{name: "file", bad: file, state: observation.PageDownload, gap: "page-not-seen", seen: []string{"file"}},
		{name: "locked", bad: locked, state: observation.PageFailed, gap: "page-not-seen", seen: []string{"locked"}},
		{name: "reset", bad: reset, part: func(http.ResponseWriter, *http.Request) { ran <- struct{}{} }, state: observation.PageHung, gap: "document-cut-short", seen: both},
		{name: "silent", bad: never, state: observation.PageHung, gap: "page-not-loaded"},
		{name: "parts", bad: page(`<img src=/part><script async src=/part?2></script>`), part: never, state: observation.PageOK, gap: "page-not-loaded", seen: both},
	}
}

// Whatever goes wrong with a page, what was seen before is kept, the failure is
// named, and the page after it is visited under the choice. That it ends is the
// scan's own limits' work: nothing interrupts it here.
func TestTroubles(t *testing.T) {
	scantest.Browser(t)
	all := troubles()
	job := observation.Job{MaxPages: 3, Choices: []observation.Choice{observation.None}}
	var second chrome.ConnectTo // where HTTP/2 is spoken
	for _, k := range all {
		mux := http.NewServeMux()
		for path, answer := range map[string]http.HandlerFunc{
			"/{$}": page(""), "/bad": k.bad, "/part": k.part,
			"/good": func(w http.ResponseWriter, r *http.Request) {
				http.SetCookie(w, &http.Cookie{Name: "good", Value: "1"})
			},
			"/favicon.ico": func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) },
		} {
			if answer != nil {
				mux.HandleFunc("GET "+path, answer)
			}
		}
		host := k.name + ".troubles.test"
		base := scantest.Handle(t, host, mux)
		if k.name == "reset" {
			second = overHTTP2(t, host, mux)
		}
		urls := []string{base, cmp.Or(k.at, base+"bad"), base + "good"}
		job.URLs = append(job.URLs, urls...)
		job.Services = append(job.Services, observation.Service{Name: k.name, URLs: urls, Hosts: []string{host}})
	}
	o := scan(t, job, func(o *scanner.Options) {
		o.Parallel = len(all)     // most of it is waiting
		o.Browser.Path = whole(t) // a headless shell shows what comes with a 401
		// What a page that wants all memory gets before it is ended.
		o.Browser.Extra = []string{"--js-flags=--max-old-space-size=64"}
		o.Browser.ConnectTo = append([]chrome.ConnectTo{second}, o.Browser.ConnectTo...)
	})
	if o.End == nil || o.End.Interrupted {
		t.Errorf("the scan was interrupted: %+v", o.End)
	}
	for _, k := range all {
		t.Run(k.name, func(t *testing.T) { k.check(t, o.Of(k.name)) })
	}
}

// overHTTP2 serves a host by HTTP/2, which the shared server does not speak.
func overHTTP2(t *testing.T, host string, h http.Handler) chrome.ConnectTo {
	t.Helper()
	server := httptest.NewUnstartedServer(h)
	server.EnableHTTP2 = true
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	address, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return chrome.ConnectTo{Host: host, Port: "443", Addr: address, AddrPort: port}
}

func (k trouble) check(t *testing.T, o *observation.Observation) {
	v := o.Visit(observation.None)
	if v == nil || len(v.Legs) != 1 {
		t.Fatalf("not one leg: %+v", v)
	}
	if len(v.Pages) < 3 {
		t.Fatalf("%d pages were visited", len(v.Pages))
	}
	if p := v.Pages[1]; p.State != k.state {
		t.Errorf("the page is %s %v, want %s", p.State, p.Reasons, k.state)
	}
	if p := v.Pages[2]; p.State != observation.PageOK || !strings.HasSuffix(p.URL, "/good") {
		t.Errorf("the page after it, %s, is %s %v", p.URL, p.State, p.Reasons)
	}
	named := slices.ContainsFunc(o.Gaps, func(g observation.Gap) bool {
		return g.Kind == k.gap && g.Blind != k.note && g.Page == v.Pages[1].ID
	})
	if !named {
		t.Errorf("no gap %s names it: %+v", k.gap, o.Gaps)
	}
	var seen []string
	for _, w := range o.Writes {
		if w.Page == v.Pages[1].ID || w.Page == v.Pages[2].ID {
			seen = append(seen, w.Item.Name)
		}
	}
	for _, name := range append(k.seen, "good") {
		if !slices.Contains(seen, name) {
			t.Errorf("cookie %s was lost; seen %v", name, seen)
		}
	}
}

// A frame of another site that hangs takes its page along, since nobody can look at
// all of it any more: what either stored is kept, and the next page is visited.
func TestFrameThatHangs(t *testing.T) {
	t.Parallel()
	frame := scantest.Pages(t, "hanging-frame.test", map[string]string{
		"/": `<script>localStorage.early = 1; setTimeout(() => { localStorage.late = 1; for (;;); }, 400)</script>`,
	})
	url := scantest.Pages(t, "framing.test", map[string]string{
		"/": `<script>localStorage.top = 1</script><iframe src="` + frame + `"></iframe>`, "/good": "<script>localStorage.good = 1</script>",
	})
	o := scan(t, observation.Job{URLs: []string{url, url + "good"}, MaxPages: 2, NoReturn: true, Choices: []observation.Choice{observation.None}})
	var pages, seen []string
	for _, p := range o.Visit(observation.None).Pages {
		pages = append(pages, string(p.State))
	}
	for _, s := range o.Sightings {
		seen = append(seen, s.Item.Name)
	}
	if diff := gocmp.Diff([]string{"hung", "ok"}, pages); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
	slices.Sort(seen)
	if diff := gocmp.Diff([]string{"early", "good", "late", "top"}, seen); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
	if !slices.ContainsFunc(o.Gaps, func(g observation.Gap) bool { return g.Kind == "page-hung" && g.Blind && g.Page == "none/1/p1" }) {
		t.Errorf("no blind gap names it: %+v", o.Gaps)
	}
}

// killNewest kills the browser that this process started last.
func killNewest(t *testing.T) {
	out, err := exec.Command("pgrep", "-n", "-P", strconv.Itoa(os.Getpid()), "chrom").Output()
	if err != nil {
		t.Errorf("find the browser's process: %v", err)
		return
	}
	pid, _ := strconv.Atoi(strings.TrimSpace(string(out)))
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Error(err)
	}
}

func TestInterruptKeepsWhatWasSeen(t *testing.T) {
	t.Parallel()
	pages := map[string]string{}
	var links []string
	for i := range 10 {
		links = append(links, fmt.Sprintf("<a href=/p%d>%d</a>", i, i))
		pages[fmt.Sprintf("/p%d", i)] = fmt.Sprintf("<script>document.cookie='p%d=1'</script>", i)
	}
	pages["/"] = strings.Join(links, " ")
	url := scantest.Pages(t, "interrupt.test", pages)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var buf bytes.Buffer
	w := observation.NewWriter(&buf)
	log := logFunc(func(r ...observation.Record) error {
		err := w.Append(r...)
		for _, x := range r {
			if x.Page != nil && x.Page.ID == "none/1/p3" {
				cancel()
			}
		}
		return err
	})
	err := scanner.Scan(ctx, scanner.Options{Browser: scantest.Options(), Tool: "test", Key: []byte("k"), Now: time.Now}, observation.Job{
		URLs: []string{url}, MaxPages: 10, MaxDepth: 1, Choices: []observation.Choice{observation.None, observation.Accept},
	}, log)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("scan ended with %v", err)
	}
	o, err := observation.Load(&buf)
	if err != nil {
		t.Fatal(err)
	}
	if o.End == nil || !o.End.Interrupted {
		t.Errorf("end %+v", o.End)
	}
	if n := len(o.Visit(observation.None).Pages); n < 3 {
		t.Errorf("%d pages kept", n)
	}
}

type logFunc func(...observation.Record) error

func (f logFunc) Append(r ...observation.Record) error { return f(r...) }

func TestNoBrowser(t *testing.T) {
	err := scanner.Scan(t.Context(), scanner.Options{Browser: chrome.Options{Path: "/no/such/browser"}, Now: time.Now}, observation.Job{URLs: []string{"https://a.test/"}}, logFunc(func(...observation.Record) error { return nil }))
	if !errors.Is(err, chrome.ErrNoBrowser) {
		t.Errorf("got %v", err)
	}
}

// A ten-page site with a timer on each page: what is set is seen on every one of
// them, not only on the first.
func TestTenPagesWithATimerEach(t *testing.T) {
	t.Parallel()
	pages := map[string]string{}
	var links []string
	var want []string
	for i := range 10 {
		path := "/"
		if i > 0 {
			path = fmt.Sprintf("/page%d", i)
			links = append(links, fmt.Sprintf("<a href=%s>%d</a>", path, i))
		}
		pages[path] = fmt.Sprintf("<script>setTimeout(() => document.cookie='timer%d=1; Max-Age=3600', %d)</script>", i, 30_000+i*3000)
		want = append(want, fmt.Sprintf("timer%d on %s", i, path))
	}
	pages["/"] += strings.Join(links, " ")
	url := scantest.Pages(t, "ten.test", pages)
	o := scan(t, observation.Job{URLs: []string{url}, MaxPages: 10, MaxDepth: 1, Choices: []observation.Choice{observation.None}, NoReturn: true})
	var got []string
	for _, s := range o.Sightings {
		got = append(got, fmt.Sprintf("%s on /%s", s.Item.Name, strings.TrimPrefix(o.Page(s.First.Page).URL, url)))
		if !s.First.Fast || s.First.Cause != observation.CauseTimer {
			t.Errorf("%s: fast %v, cause %s", s.Item.Name, s.First.Fast, s.First.Cause)
		}
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A browser gives a page half a second for what it does as it goes; that this one
// took longer is told.
func TestLeavingCutShort(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		steps string // of a loop, ahead of the beacon
		told  bool
	}{"long": {"1e10", true}, "short": {"1", false}} {
		url := scantest.Pages(t, name+".farewell.test", map[string]string{"/": `<link rel=icon href="data:,"><script>
addEventListener('pagehide', () => {
	let x = 0;
	for (let i = 0; i < ` + tt.steps + `; i++) x += Math.sqrt(i);
	navigator.sendBeacon('https://ads.farewell.test/' + (x < 0), 'x');
});</script>`})
		o := scan(t, observation.Job{URLs: []string{url}, MaxPages: 1, NoReturn: true, Choices: []observation.Choice{observation.None}})
		var told, sent bool
		for _, g := range o.Gaps {
			told = told || g.Kind == "leaving-cut-short" && !g.Blind
		}
		for _, r := range o.Requests {
			sent = sent || strings.HasPrefix(r.URL, "https://ads.farewell.test/")
		}
		// On a slow machine a page may be told of that went in time.
		if tt.told && !told || sent == tt.told {
			t.Errorf("%s: told %v, the beacon seen %v; gaps %v", name, told, sent, o.Gaps)
		}
	}
}
