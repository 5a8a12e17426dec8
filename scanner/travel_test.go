package scanner_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cookieaudit/scanner"
	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/scantest"

	"github.com/chromedp/cdproto/network"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/websocket"
)

// account is a site with a search form, a log-in that can be remembered, a
// session that ends when nobody used it for half an hour by the server's clock,
// and a recorder that takes what is typed.
func account(t *testing.T) (url string, forward func(context.Context, []*network.Cookie, time.Duration) error) {
	var mu sync.Mutex
	now := time.Unix(0, 0)
	alive := map[string]time.Time{}
	next := 0
	session := func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if c, err := r.Cookie("sid"); err == nil && now.Sub(alive[c.Value]) < 30*time.Minute && !alive[c.Value].IsZero() {
			alive[c.Value] = now
			return
		}
		next++
		id := fmt.Sprintf("session-%08d", next)
		alive[id] = now
		http.SetCookie(w, &http.Cookie{Name: "sid", Value: id, Path: "/", HttpOnly: true})
	}
	page := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			session(w, r)
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, "<!doctype html><title>account</title><script>if (!sessionStorage.getItem('tab')) sessionStorage.setItem('tab', '1')</script>"+body)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", page(`<a href=/login>Log in</a><form action=/found><label>Search <input name=q></label><button>Find</button></form>`))
	mux.HandleFunc("GET /found", page(`<p>Found</p><script>localStorage.setItem('searches', '["lamps"]')</script>`))
	mux.HandleFunc("GET /login", page(`<form method=post action=/login><label>E-mail <input type=email name=email></label>
<label>Password <input type=password name=password></label>
<label>Council <select name=council><option value=1>Chelmsford</option><option value=2>Southend</option></select></label>
<label><input type=checkbox name=remember> Remember me</label><label><input type=checkbox name=news checked> Newsletter</label><button>Log in</button></form>
<script>document.querySelector('[type=email]').addEventListener('change', e => fetch('https://recorder-account.test/in', {method:'POST', mode:'no-cors', body: JSON.stringify({v: e.target.value, s: sessionStorage.tab})}))</script>`))
	mux.HandleFunc("POST /login", func(w http.ResponseWriter, r *http.Request) {
		session(w, r)
		if r.FormValue("password") != "open sesame" || r.FormValue("council") != "2" {
			http.Error(w, "wrong", http.StatusForbidden)
			return
		}
		if r.FormValue("remember") == "on" {
			http.SetCookie(w, &http.Cookie{Name: "remember", Value: "user-4711-remembered", Path: "/", MaxAge: 86400 * 30})
		}
		http.Redirect(w, r, "/home", http.StatusSeeOther)
	})
	mux.HandleFunc("GET /home", page(`<p>Welcome back</p><button onclick="document.cookie = 'late=1'; setTimeout(() => this.insertAdjacentHTML('afterend', '<p>Done</p>'), 50)">Later</button><a href=/logout>Log out</a>`))
	mux.HandleFunc("GET /logout", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "remember", Path: "/", MaxAge: -1})
		page(`<p>Bye</p>`)(w, r)
	})
	recorder := http.NewServeMux()
	recorder.HandleFunc("POST /in", func(http.ResponseWriter, *http.Request) {})
	scantest.Handle(t, "recorder-account.test", recorder)
	return scantest.Handle(t, "www."+strings.ToLower(t.Name())+".test", mux), func(_ context.Context, _ []*network.Cookie, d time.Duration) error {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(d)
		return nil
	}
}

func logIn() []observation.Step {
	return []observation.Step{
		{Goto: "/login"},
		{Fill: "label=E-mail", Value: "pat@example.org"},
		{Fill: "label=Password", Value: "${ACCOUNT_PASSWORD}"},
		{Select: "label=Council", Value: "Southend"},
		{Check: "label=Newsletter"},
		{Check: "label=Remember me"},
		{Click: "role=button[name=Log in]", Name: "log-in"},
		{Expect: "url=/home"},
		{Wait: "storage=cookie:rem*"},
		{Click: "text=Later"},
		{Wait: "text=Done"},
	}
}

// acts are a journey's steps as they were done, each with its names and, where
// it has one, what it changed.
func acts(v *observation.Visit, journey string) []string {
	var out []string
	for _, a := range v.Acts {
		if a.Journey != journey {
			continue
		}
		line := fmt.Sprintf("%d %s", a.Nr, a.What)
		if len(a.Names) > 0 {
			line += fmt.Sprintf(" %v: %s -> %s", a.Names, names(a.Before), names(a.After))
		}
		if a.Already {
			line += " already"
		}
		if a.Idle > 0 {
			line += fmt.Sprintf(" real=%v", a.Real)
		}
		if a.Failed != "" {
			line += " FAILED " + a.Failed
		}
		out = append(out, line)
	}
	return out
}

func names(items []observation.Stored) string {
	var out []string
	for _, s := range items {
		out = append(out, s.Item.Name)
	}
	return strings.Join(out, ",")
}

func withEnv(o *scanner.Options) {
	o.Env = func(name string) string { return map[string]string{"ACCOUNT_PASSWORD": "open sesame"}[name] }
}

func TestJourney(t *testing.T) {
	t.Parallel()
	url, _ := account(t)
	o := scan(t, observation.Job{
		URLs: []string{url}, MaxPages: 1, Choices: []observation.Choice{observation.None, observation.Accept},
		Journeys: []observation.Journey{
			{Name: "search", Steps: []observation.Step{{Fill: "label=Search", Value: "lamps"}, {Press: "Enter"}, {Wait: "url=/found*"}, {Wait: "storage=localStorage:searches"}}},
			{Name: "account", Steps: append(logIn(), observation.Step{Restart: "browser"}, observation.Step{Goto: "/logout", Name: "log-out"}, observation.Step{Gone: "storage=cookie:remember"})},
			{Name: "lost", Steps: []observation.Step{{Goto: "/home"}, {Expect: "text=Welcome back"}, {Expect: "text=Goodbye"}, {Click: "text=Log out"}}},
		},
	}, withEnv)
	for _, c := range []observation.Choice{observation.None, observation.Accept} {
		v := o.Visit(c)
		want := []string{
			"1 fill label=Search",
			"2 press Enter [search]: sid,tab -> sid,searches,tab",
			"3 wait for url=/found*",
			"4 wait for storage=localStorage:searches",
		}
		if diff := cmp.Diff(want, acts(v, "search")); diff != "" {
			t.Errorf("%s: search (-want +got):\n%s", c, diff)
		}
		want = []string{
			"1 goto /login", "2 fill label=E-mail", "3 fill label=Password", "4 select in label=Council", "5 check label=Newsletter already",
			"6 check label=Remember me",
			"7 click role=button[name=Log in] [log-in]: sid,tab -> remember,sid,tab",
			"8 expect url=/home", "9 wait for storage=cookie:rem*",
			"10 click text=Later [account]: remember,sid,tab -> late,remember,sid,tab",
			"11 wait for text=Done",
			// The page writes tab again in its fresh tab, and the server a new sid.
			"12 restart the browser [restart]: late,remember,sid,tab -> remember,sid,tab",
			"13 goto /logout [log-out]: remember,sid,tab -> sid,tab",
			"14 wait until gone storage=cookie:remember",
		}
		if diff := cmp.Diff(want, acts(v, "account")); diff != "" {
			t.Errorf("%s: account (-want +got):\n%s", c, diff)
		}
		want = []string{"1 goto /home", "2 expect text=Welcome back", "3 expect text=Goodbye FAILED text=Goodbye is not there"}
		if diff := cmp.Diff(want, acts(v, "lost")); diff != "" {
			t.Errorf("%s: lost (-want +got):\n%s", c, diff)
		}
	}
	for _, w := range o.Writes {
		if w.Item.Name == "remember" && w.Op == observation.OpSet && w.By.URL != url+"login" {
			t.Errorf("remember was set by the answer to the form: %+v", w)
		}
		if p := o.Page(w.Page); w.Item.Name == "searches" && (p == nil || !strings.HasPrefix(p.Final, url+"found")) {
			t.Errorf("searches was written by the page that the form led to: %+v on %+v", w, p)
		}
		if w.Item.Name == "sid" && w.Op == observation.OpDelete && w.Cause != observation.CauseRestart {
			t.Errorf("the session ended with the browser: %+v", w)
		}
	}
	i := slices.IndexFunc(o.Requests, func(r observation.Request) bool { return strings.Contains(r.URL, "recorder") })
	if i < 0 || !slices.Equal(o.Requests[i].Typed, []string{"label=E-mail"}) {
		t.Errorf("the recorder took what was typed: %+v", o.Requests)
	}
	raw, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"open sesame", "sesame", "pat@example.org", "lamps"} {
		if strings.Contains(string(raw), secret) {
			t.Errorf("the evidence holds the secret %q", secret)
		}
	}
}

// Sites name items after what was typed. It is masked there, and an item has one name
// wherever it is told of.
func TestTypedInNames(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", page(`<label>E-mail <input oninput="localStorage['draft:' + value] = 1; caches.open(value).then(c => c.put('/drafts/Pat-Example', new Response('')))"></label>
		<button onclick="location = '/confirm/' + encodeURIComponent(document.querySelector('input').value) + '/'">Go</button>`))
	mux.HandleFunc("GET /confirm/{who}/{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Set-Cookie", "confirmed=1") // under the page's own path
		fmt.Fprint(w, "<!doctype html>thanks, "+r.PathValue("who"))
	})
	url := scantest.Handle(t, "typed-names.test", mux)
	o := scan(t, observation.Job{URLs: []string{url}, MaxPages: 1, NoReturn: true, Choices: []observation.Choice{observation.None}, Journeys: []observation.Journey{
		{Name: "draft", Steps: []observation.Step{{Fill: "label=E-mail", Value: "Pat-Example"}, {Click: "text=Go"}, {Expect: "text=thanks"}}},
	}})
	var got []string
	for _, s := range o.Sightings {
		if s.Item.Name != "sent" && s.Item.Name != "written" {
			got = append(got, fmt.Sprintf("%s %s %s written %d, at rest %t", s.Item.Kind, s.Item.Name, s.Item.Path, s.Writes, s.AtEnd))
		}
	}
	slices.Sort(got)
	want := []string{
		"cacheStorage {typed}  written 1, at rest true", "cookie confirmed /confirm/{typed} written 1, at rest true",
		"localStorage draft:{typed}  written 1, at rest true",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	raw, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(raw), "Pat-Example") {
		t.Errorf("the evidence holds what was typed: %s", raw)
	}
}

// Idle minutes in the page's own time pass unnoticed by the server; by the wall
// clock they do not.
func TestIdle(t *testing.T) {
	t.Parallel()
	url, forward := account(t)
	for _, real := range []bool{false, true} {
		o := scan(t, observation.Job{
			URLs: []string{url}, MaxPages: 1, Choices: []observation.Choice{observation.None}, RealTime: real,
			Journeys: []observation.Journey{{Name: "rest", Steps: []observation.Step{{Goto: "/home"}, {Idle: "31m0s"}, {Expect: "text=Welcome back"}}}},
		}, func(o *scanner.Options) { o.Wait = forward })
		v := o.Visit(observation.None)
		want := []string{"1 goto /home", fmt.Sprintf("2 idle for 31m0s [idle]: sid,tab -> sid,tab real=%v", real), "3 expect text=Welcome back"}
		if diff := cmp.Diff(want, acts(v, "rest")); diff != "" {
			t.Fatalf("real=%v (-want +got):\n%s", real, diff)
		}
		before, after := v.Acts[1].Before[0].Value.Digest, v.Acts[1].After[0].Value.Digest
		if (before == after) == real {
			t.Errorf("real=%v: the session is the same: %v", real, before == after)
		}
	}
}

// What is typed leaves through a WebSocket as well; what nobody can read there is
// said to be unread.
func TestTypedThroughSocket(t *testing.T) {
	t.Parallel()
	scantest.Handle(t, "socket.test", websocket.Handler(func(ws *websocket.Conn) { _, _ = io.Copy(io.Discard, ws) }))
	url := scantest.Pages(t, "www.sockets.test", map[string]string{"/": `<label>E-mail <input type=email></label><button onclick="this.after('x')">Next</button><script>
const ws = new WebSocket('wss://socket.test/rec');
ws.onopen = () => document.body.insertAdjacentHTML('beforeend', '<p>Connected</p>'); // nothing can be sent before
document.querySelector('input').addEventListener('input', e => { ws.send(JSON.stringify({v: e.target.value})); ws.send(new Uint8Array([1, 2, 3])); ws.send('ping'); });
</script>`})
	o := scan(t, observation.Job{
		URLs: []string{url}, MaxPages: 1, Choices: []observation.Choice{observation.None}, NoReturn: true,
		Journeys: []observation.Journey{{Name: "form", Steps: []observation.Step{{Wait: "text=Connected"}, {Fill: "label=E-mail", Value: "pat@example.org"}, {Click: "text=Next"}}}},
	})
	var got []string
	for _, r := range o.Requests {
		if r.Type == "WebSocket" {
			got = append(got, fmt.Sprintf("%s %s typed=%v unread=%v", r.URL, r.Embed, r.Typed, r.Unread))
		}
	}
	const handshake = "wss://socket.test/rec cross-site typed=[] unread=false" // on the page, and in the journey
	want := []string{handshake, handshake, "wss://socket.test/rec cross-site typed=[label=E-mail] unread=false", "wss://socket.test/rec cross-site typed=[] unread=true"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What a journey cannot do is said, and never taken for done.
func TestJourneyStops(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	html := func(path, body string) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, "<!doctype html><title>stops</title>"+body)
		})
	}
	html("/{$}", `<a href=/wall>Wall</a> <a href=/file>File</a> <a href=/missing>Missing</a>
<label><input type=checkbox onclick="event.preventDefault()"> Stubborn</label><label>Number <input type=number></label>
<label>Shade <select><option>Red</option></select></label><a href=/hello>Hello</a>`)
	html("/hello", `<script>document.cookie = 'hello=1; path=/'</script><p>Hello</p>`)
	mux.HandleFunc("GET /wall", func(w http.ResponseWriter, r *http.Request) { http.Error(w, "go away", http.StatusForbidden) })
	mux.HandleFunc("GET /missing", func(w http.ResponseWriter, r *http.Request) { http.Error(w, "<p>Gone</p>", http.StatusNotFound) })
	mux.HandleFunc("GET /file", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Disposition", "attachment; filename=a.bin")
		fmt.Fprint(w, "data")
	})
	url := scantest.Handle(t, "www.stops.test", mux)
	o := scan(t, observation.Job{
		URLs: []string{url}, MaxPages: 1, Choices: []observation.Choice{observation.None},
		Journeys: []observation.Journey{
			{Name: "box", Steps: []observation.Step{{Check: "label=Stubborn"}}},
			{Name: "file", Steps: []observation.Step{{Click: "text=File"}, {Click: "text=Hello"}}},
			{Name: "hello", Steps: []observation.Step{{Click: "text=Hello", Name: "greet"}}},
			{Name: "missing", Steps: []observation.Step{{Click: "text=Missing"}, {Wait: "url=/missing"}}},
			{Name: "number", Steps: []observation.Step{{Fill: "label=Number", Value: "many"}}},
			{Name: "shade", Steps: []observation.Step{{Select: "label=Shade", Value: "${ACCOUNT_PASSWORD}"}}},
			{Name: "wall", Steps: []observation.Step{{Click: "text=Wall"}, {Click: "text=Hello"}}},
		},
	}, withEnv)
	v := o.Visit(observation.None)
	for name, want := range map[string][]string{
		"box":     {"1 check label=Stubborn [box]: ->  FAILED the box did not change when it was pressed"},
		"file":    {"1 click text=File", "2 click text=Hello [file]: -> hello"},
		"hello":   {"1 click text=Hello [greet hello]: -> hello"},
		"missing": {"1 click text=Missing [missing]: -> ", "2 wait for url=/missing"},
		"number":  {"1 fill label=Number FAILED the field took nothing of what was typed"},
		"shade":   {`1 select in label=Shade FAILED the list has no option "${ACCOUNT_PASSWORD}"`},
		"wall":    {"1 click text=Wall FAILED the page answered with status 403"},
	} {
		got := acts(v, name)
		for i := range got {
			got[i] = strings.ReplaceAll(got[i], ":  ->", ": ->")
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for _, w := range o.Writes {
		if p := o.Page(w.Page); w.Item.Name == "hello" && (p == nil || p.URL != url+"hello" || w.At < p.Opened) {
			t.Errorf("hello belongs to the page that the click led to: %+v on %+v", w, p)
		}
	}
}

func TestSecretNotSet(t *testing.T) {
	t.Parallel()
	url, _ := account(t)
	o := scan(t, observation.Job{
		URLs: []string{url}, MaxPages: 1, Choices: []observation.Choice{observation.None},
		Journeys: []observation.Journey{{Name: "log-in", Steps: logIn()}},
	})
	done := o.Visit(observation.None).Acts
	if last := done[len(done)-1]; !strings.Contains(last.Failed, "ACCOUNT_PASSWORD is not set") {
		t.Errorf("%+v", last.Act)
	}
}

// Each service has its own pages, its own dialog and its own visits; links from
// one to another are not followed.
func TestServices(t *testing.T) {
	t.Parallel()
	banner := `<div id=b style="position:fixed;bottom:0;left:0;right:0;background:#eee;padding:20px"><p>We use cookies.</p><button onclick="c('yes')">Accept all</button> <button onclick="c('no')">Reject all</button></div>
<script>if (document.cookie.includes('choice=')) b.remove(); function c(v) { document.cookie = 'choice=' + v; b.remove(); if (v == 'yes') localStorage.setItem('stats', '1') }</script>`
	one := scantest.Pages(t, "one.services.test", map[string]string{"/": `<a href=https://two.services.test/>two</a><a href=/more>more</a>` + banner, "/more": `<p>more</p>`})
	two := scantest.Pages(t, "two.services.test", map[string]string{"/": `<script>document.cookie = 'shared=1; Domain=services.test'</script>`})
	o := scan(t, observation.Job{
		URLs: []string{one, two}, MaxPages: 5, MaxDepth: 2, Choices: []observation.Choice{observation.None, observation.Accept},
		Services: []observation.Service{
			{Name: "One", URLs: []string{one}, Hosts: []string{"one.services.test"}},
			{Name: "Two", URLs: []string{two}, Hosts: []string{"two.services.test"}},
		},
		Journeys: []observation.Journey{{Name: "more", Service: "One", Steps: []observation.Step{{Goto: "/more"}}}},
	})
	var visits []string
	for _, v := range o.Visits {
		pages := map[string]bool{}
		for _, p := range v.Pages {
			pages[p.URL] = true
		}
		outcome := observation.Outcome("")
		for _, c := range v.Consents {
			outcome = c.Outcome
		}
		visits = append(visits, fmt.Sprintf("%s %s: %d legs, %d pages, %d acts, %s", v.Service, v.Choice, len(v.Legs), len(pages), len(v.Acts), outcome))
	}
	want := []string{
		"One none: 2 legs, 2 pages, 1 acts, ", "One accept: 2 legs, 2 pages, 1 acts, unproven",
		"Two none: 1 legs, 1 pages, 0 acts, no-dialog", "Two accept: 1 legs, 1 pages, 0 acts, no-dialog",
	}
	if diff := cmp.Diff(want, visits); diff != "" {
		t.Errorf("visits (-want +got):\n%s", diff)
	}
	var seen []string
	for _, s := range o.Sightings {
		seen = append(seen, fmt.Sprintf("%s %s/%s %s", s.Service, s.Choice, s.Phase, s.Item.Name))
	}
	want = []string{"One accept/after choice", "Two none/before shared", "Two accept/before shared", "One accept/after stats", "One accept/return stats", "Two none/return shared"}
	slices.Sort(seen)
	slices.Sort(want)
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("sightings (-want +got):\n%s", diff)
	}
	if part := o.Of("Two"); len(part.Visits) != 2 || len(part.Sightings) != 3 {
		t.Errorf("the part of one service: %d visits, %d sightings", len(part.Visits), len(part.Sightings))
	}
}

// A visitor who says no by Global Privacy Control presses nothing, and goes on.
func TestJourneyUnderGPC(t *testing.T) {
	t.Parallel()
	url := scantest.Pages(t, "www.journeyundergpc.test", map[string]string{
		"/": `<html lang=en><main>Shop</main><div style="position:fixed;bottom:0;background:#ddd;width:600px"><p>We use cookies.</p>
<button onclick="document.cookie='choice=yes';this.parentNode.remove()">Accept all</button><button onclick="document.cookie='choice=no';this.parentNode.remove()">Reject all</button></div>`,
		"/found": `<p>Found</p>`,
	})
	o := scan(t, observation.Job{
		URLs: []string{url}, MaxPages: 1, Choices: []observation.Choice{observation.None, observation.GPC},
		Journeys: []observation.Journey{{Name: "look", Steps: []observation.Step{{Goto: "/found"}, {Expect: "text=Found"}}}},
	})
	v := o.Visit(observation.GPC)
	if diff := cmp.Diff([]string{"1 goto /found", "2 expect text=Found"}, acts(v, "look")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, p := range v.Pages {
		if p.State != observation.PageOK {
			t.Errorf("page %s: %s %v", p.URL, p.State, p.Reasons)
		}
	}
}
