package scanner_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"cookieaudit/scanner"
	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/scantest"

	"github.com/google/go-cmp/cmp"
)

func TestMain(m *testing.M) { scantest.Main(m) }

// scan runs a job against the shared server and loads what it wrote.
func scan(t *testing.T, job observation.Job, edit ...func(*scanner.Options)) *observation.Observation {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	scantest.Browser(t)
	o := scanner.Options{
		Browser: scantest.Options(), Tool: "cookieaudit test", Key: []byte("test"),
		Now: time.Now, Progress: func(s string) { t.Log(s) },
	}
	for _, e := range edit {
		e(&o)
	}
	if job.Device == "" {
		job.Device = "desktop"
	}
	var buf bytes.Buffer
	if err := scanner.Scan(ctx, o, job, observation.NewWriter(&buf)); err != nil {
		t.Fatal(err)
	}
	obs, err := observation.Load(&buf)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range obs.Gaps {
		t.Logf("gap %+v", g)
	}
	return obs
}

// lines are the sightings in a short form, for comparing with truth.
func lines(o *observation.Observation) []string {
	var out []string
	for _, s := range o.Sightings {
		by := ""
		if s.First != nil {
			by = fmt.Sprintf(" by %s %s:%d", s.First.Via, strings.TrimPrefix(s.First.By.URL, "https://"), s.First.By.Line)
		}
		end := ""
		if s.AtEnd {
			end = " at-end"
		}
		out = append(out, fmt.Sprintf("%s %s %s %s@%s %s %d%s%s", s.Choice, s.Phase, s.Item.Kind, s.Item.Name, s.Item.Hostname(), s.Lifetime.Persistence, s.Lifetime.Seconds, end, by))
	}
	return out
}

func TestChoices(t *testing.T) {
	t.Parallel()
	tracker := http.NewServeMux()
	tracker.HandleFunc("/t.js", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprint(w, "document.cookie='_trk=1; Max-Age=1000';\nlocalStorage.setItem('trk', 'x');\nnew Image().src='https://tracker-choices.test/px';")
	})
	tracker.HandleFunc("/px", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Set-Cookie", "tid=abc; Max-Age=63072000; SameSite=None; Secure")
	})
	scantest.Handle(t, "tracker-choices.test", tracker)
	page := func(title, body string) string {
		return `<html lang=en><title>` + title + `</title><body><nav><a href=/>home</a> <a href=/two>two</a></nav>` + body + `
<div id=banner hidden style="position:fixed;bottom:0;left:0;right:0;background:#eee;padding:20px"><p>We use cookies to measure use.</p>
<button id=yes>Accept all</button> <button id=no>Reject all</button></div>
<footer style="margin-top:1500px"><button id=again>Cookie settings</button></footer>
<script>
const get = n => (document.cookie.split('; ').find(c => c.startsWith(n+'='))||'').split('=')[1];
function load(){ const s=document.createElement('script'); s.src='https://tracker-choices.test/t.js'; document.head.append(s) }
function set(v){ document.cookie='consent='+v+'; Max-Age=15552000; Path=/'; banner.hidden=true; if(v=='no'){document.cookie='_trk=; Max-Age=0'} else load() }
yes.onclick=()=>set('yes'); no.onclick=()=>set('no'); again.onclick=()=>banner.hidden=false;
if(!get('consent')) banner.hidden=false; else if(get('consent')=='yes') load();
</script>`
	}
	url := scantest.Pages(t, "www.choices.test", map[string]string{
		"/":    page("one", `<script>document.cookie='sid=1';</script>`),
		"/two": page("two", `<script>setTimeout(()=>sessionStorage.late='1', 30000); addEventListener('scroll',()=>localStorage.setItem('scrolled','1'))</script>`),
	})
	o := scan(t, observation.Job{URLs: []string{url}, MaxPages: 10, MaxDepth: 2, Choices: []observation.Choice{observation.None, observation.Accept, observation.Reject, observation.Withdraw}})
	const one, two, script = "www.choices.test/", "www.choices.test/two", "tracker-choices.test/t.js"
	want := []string{
		"accept after cookie _trk@www.choices.test persistent 1000 at-end by script " + script + ":1",
		"accept return cookie _trk@www.choices.test persistent 1000 at-end by script " + script + ":1",
		"withdraw granted cookie _trk@www.choices.test persistent 1000 at-end by script " + script + ":1",
		"accept after cookie consent@www.choices.test persistent 15552000 at-end by script " + one + ":8",
		"accept return cookie consent@www.choices.test persistent 15552000 at-end",
		"reject after cookie consent@www.choices.test persistent 15552000 at-end by script " + one + ":8",
		"reject return cookie consent@www.choices.test persistent 15552000 at-end",
		"withdraw granted cookie consent@www.choices.test persistent 15552000 at-end by script " + one + ":8",
		"withdraw after cookie consent@www.choices.test persistent 15552000 at-end by script " + two + ":8",
		"withdraw return cookie consent@www.choices.test persistent 15552000 at-end",
		"accept before cookie sid@www.choices.test session 0 at-end by script " + one + ":1",
		"accept after cookie sid@www.choices.test session 0 at-end by script " + one + ":1",
		"accept return cookie sid@www.choices.test session 0 at-end by script " + one + ":1",
		"none before cookie sid@www.choices.test session 0 at-end by script " + one + ":1",
		"none return cookie sid@www.choices.test session 0 at-end by script " + one + ":1",
		"reject before cookie sid@www.choices.test session 0 at-end by script " + one + ":1",
		"reject after cookie sid@www.choices.test session 0 at-end by script " + one + ":1",
		"reject return cookie sid@www.choices.test session 0 at-end by script " + one + ":1",
		"withdraw before cookie sid@www.choices.test session 0 at-end by script " + one + ":1",
		"withdraw granted cookie sid@www.choices.test session 0 at-end by script " + one + ":1",
		"withdraw after cookie sid@www.choices.test session 0 at-end by script " + one + ":1",
		"withdraw return cookie sid@www.choices.test session 0 at-end by script " + one + ":1",
		"accept after cookie tid@tracker-choices.test persistent 63072000 at-end by response tracker-choices.test/px:0",
		"accept return cookie tid@tracker-choices.test persistent 63072000 at-end by response tracker-choices.test/px:0",
		"withdraw granted cookie tid@tracker-choices.test persistent 63072000 at-end by response tracker-choices.test/px:0",
		"withdraw after cookie tid@tracker-choices.test persistent 63072000 at-end",
		"withdraw return cookie tid@tracker-choices.test persistent 63072000 at-end",
		"accept after localStorage scrolled@www.choices.test persistent 0 at-end by script " + two + ":1",
		"accept return localStorage scrolled@www.choices.test persistent 0 at-end",
		"none before localStorage scrolled@www.choices.test persistent 0 at-end by script " + two + ":1",
		"none return localStorage scrolled@www.choices.test persistent 0 at-end",
		"reject after localStorage scrolled@www.choices.test persistent 0 at-end by script " + two + ":1",
		"reject return localStorage scrolled@www.choices.test persistent 0 at-end",
		"withdraw granted localStorage scrolled@www.choices.test persistent 0 at-end by script " + two + ":1",
		"withdraw after localStorage scrolled@www.choices.test persistent 0 at-end by script " + two + ":1",
		"withdraw return localStorage scrolled@www.choices.test persistent 0 at-end",
		"accept after localStorage trk@www.choices.test persistent 0 at-end by script " + script + ":2",
		"accept return localStorage trk@www.choices.test persistent 0 at-end by script " + script + ":2",
		"withdraw granted localStorage trk@www.choices.test persistent 0 at-end by script " + script + ":2",
		"withdraw after localStorage trk@www.choices.test persistent 0 at-end",
		"withdraw return localStorage trk@www.choices.test persistent 0 at-end",
		"accept after sessionStorage late@www.choices.test session 0 at-end by script " + two + ":1",
		"none before sessionStorage late@www.choices.test session 0 at-end by script " + two + ":1",
		"reject after sessionStorage late@www.choices.test session 0 at-end by script " + two + ":1",
		"withdraw granted sessionStorage late@www.choices.test session 0 at-end by script " + two + ":1",
		"withdraw after sessionStorage late@www.choices.test session 0 at-end by script " + two + ":1",
	}
	if diff := cmp.Diff(want, lines(o)); diff != "" {
		t.Errorf("sightings (-want +got):\n%s", diff)
	}
	var consents []string
	for _, v := range o.Visits {
		for _, c := range v.Consents {
			consents = append(consents, fmt.Sprintf("%s %s %s %v", v.Choice, c.Choice, c.Outcome, c.Proof))
		}
	}
	wantConsents := []string{
		"none none  []", "accept accept unproven [gone recorded stays-gone decoded]", "reject reject unproven [gone recorded stays-gone decoded]",
		"withdraw accept unproven [gone recorded stays-gone decoded]", "withdraw withdraw unproven [gone recorded stays-gone decoded]",
	}
	if diff := cmp.Diff(wantConsents, consents); diff != "" {
		t.Errorf("consents (-want +got):\n%s", diff)
	}
}

// What a run of a script sets and removes is brief however long the machine takes
// for it; what a later run removes, after more than 100 ms, is not.
func TestBrief(t *testing.T) {
	t.Parallel()
	url := scantest.Pages(t, "www.brief.test", map[string]string{"/": `<title>brief</title><script>
localStorage.setItem('probe', 1);
document.cookie = 'probe=1';
localStorage.setItem('passing', 1);
for (const end = performance.now() + 300; performance.now() < end;);
localStorage.removeItem('probe');
document.cookie = 'probe=; Max-Age=0';
setTimeout(() => localStorage.removeItem('passing'));
</script>`})
	o := scan(t, observation.Job{URLs: []string{url}, MaxPages: 1, Choices: []observation.Choice{observation.None}, NoReturn: true})
	var got []string
	for _, s := range o.Sightings {
		got = append(got, fmt.Sprintf("%s %s brief=%t", s.Item.Kind, s.Item.Name, s.Brief))
	}
	want := []string{"cookie probe brief=true", "localStorage passing brief=false", "localStorage probe brief=true"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sightings (-want +got):\n%s", diff)
	}
}

// Answers that come while the page is busy are told before their requests are. Where
// all of them renew one cookie none is taken for refused, and no other hand for the
// one that gave the cookie its value.
func TestRenewedByEveryAnswer(t *testing.T) {
	t.Parallel()
	renew := func(w http.ResponseWriter) {
		w.Header().Set("Set-Cookie", "id="+rand.Text()+"; Path=/; Secure; SameSite=None")
		w.WriteHeader(http.StatusOK)
		w.(http.Flusher).Flush()
	}
	const answers = 5
	// The last one asked for is answered first.
	backwards := func() http.HandlerFunc {
		var mu sync.Mutex
		answered := map[string]chan struct{}{} // by page and number
		signal := func(of string, n int) chan struct{} {
			mu.Lock()
			defer mu.Unlock()
			id := fmt.Sprint(of, n)
			if answered[id] == nil {
				answered[id] = make(chan struct{})
			}
			return answered[id]
		}
		return func(w http.ResponseWriter, r *http.Request) {
			var n int
			fmt.Sscanf(r.PathValue("n"), "%d", &n)
			if n+1 < answers {
				<-signal(r.URL.RawQuery, n+1)
			}
			renew(w)
			close(signal(r.URL.RawQuery, n))
		}
	}
	pixels, site := http.NewServeMux(), http.NewServeMux()
	pixels.HandleFunc("/p/{n}", backwards())
	scantest.Handle(t, "pixels-renewed.test", pixels)
	site.HandleFunc("/p/{n}", backwards())
	site.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		renew(w)
		fmt.Fprint(w, "<title>renewed</title>")
		for n := range answers {
			fmt.Fprintf(w, "<a href=/%[1]d>%[1]d</a>", n)
		}
		fmt.Fprintf(w, `<script>
for (let n = 0; n < %d; n++) for (const host of ['', 'https://pixels-renewed.test']) fetch(host + '/p/' + n + '?%s', { mode: 'no-cors', credentials: 'include' });
for (const end = performance.now() + 200; performance.now() < end;);
</script>`, answers, r.URL.Path)
	})
	scantest.Handle(t, "www.renewed.test", site)
	o := scan(t, observation.Job{URLs: []string{"https://www.renewed.test/"}, MaxPages: 5, MaxDepth: 1, Choices: []observation.Choice{observation.None}, NoReturn: true})
	if len(o.Gaps) > 0 {
		t.Errorf("%d gaps", len(o.Gaps))
	}
	for _, w := range o.Writes {
		if w.Op == observation.OpRefused || w.Via != observation.ViaResponse {
			t.Errorf("%s %s at %d ms by %s %s: %v", w.Op, w.Item.Name, w.At, w.Via, w.By.URL, w.Refused)
		}
	}
}
