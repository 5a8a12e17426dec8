package collector_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cookieaudit/scanner/collector"
	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/scantest"

	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/net/websocket"
)

// opened opens pages one after the other in a visit of its own, leaves each as a
// scan does, and gives what was recorded.
func opened(t *testing.T, urls ...string) *observation.Observation {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	var buf bytes.Buffer
	out := observation.NewWriter(&buf)
	must(t, out.Append(observation.Record{Header: &observation.Header{Schema: observation.Schema, Job: observation.Job{URLs: urls}}}))
	l := collector.NewLog("none/1", observation.NewRedactor([]byte("test")), out)
	c, err := scantest.Browser(t).NewContext(ctx, l.Hooks())
	must(t, err)
	c.Do(func() {
		l.Start(c)
		l.Begin(observation.Leg{ID: "none/1", Choice: observation.None})
	})
	for _, url := range urls {
		c.Do(func() { l.OpenPage(url, true) })
		tab, load, err := c.Clock.Open(ctx, url)
		must(t, err)
		if !load.OK() {
			t.Fatalf("%+v", load)
		}
		l.Links(ctx, tab)
		rest := l.Read(ctx, tab, true)
		c.Do(func() {
			l.Checkpoint(rest)
			l.ClosePage(observation.Page{URL: url, Final: load.Final})
		})
		c.Clock.Close(ctx, tab)
	}
	c.Close()
	l.Flush()
	must(t, l.Err())
	o, err := observation.Load(&buf)
	must(t, err)
	return o
}

// accepting answers every request, also those that ask beforehand.
func accepting(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
	h.Set("Access-Control-Allow-Headers", "*")
	h.Set("Access-Control-Allow-Methods", "*")
	h.Set("Referrer-Policy", "unsafe-url")
	w.WriteHeader(http.StatusNoContent)
}

// arrival is a request that a page has to send before it counts as loaded: it
// answers the page's last script only then. A page counts as settled after a tenth
// of a second of quiet, which a busy machine may well need between two steps of a
// script.
type arrival struct {
	once sync.Once
	came chan struct{}
}

func newArrival() *arrival { return &arrival{came: make(chan struct{})} }

// tell says that the request came.
func (a *arrival) tell() { a.once.Do(func() { close(a.came) }) }

func (a *arrival) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	select {
	case <-a.came:
	case <-r.Context().Done():
	}
	w.Header().Set("Content-Type", "text/javascript")
}

// Every way in which a page can send a body is read, from pages and from workers.
func TestWaysOfSending(t *testing.T) {
	const id = "0b9f3c1e-77aa-4c1d-9c1e-2f5d8a6b4c3d"
	const to = "https://send-tracker.test/"
	ways := []struct{ name, script, want string }{
		{"beacon-text", `navigator.sendBeacon(to, id)`, "body plain"},
		{"beacon-blob", `navigator.sendBeacon(to, new Blob(['{"id":"' + id + '"}'], {type: 'text/plain'}))`, "body plain"},
		{"beacon-json-blob", `navigator.sendBeacon(to, new Blob(['{"id":"' + id + '"}'], {type: 'application/json'}))`, "body plain"},
		{"beacon-form", `{ const f = new FormData(); f.append('id', id); navigator.sendBeacon(to, f) }`, "body plain"},
		{"beacon-buffer", `navigator.sendBeacon(to, new TextEncoder().encode(id).buffer)`, "body plain"},
		{"beacon-params", `navigator.sendBeacon(to, new URLSearchParams({id}))`, "body plain"},
		{"fetch-text", `fetch(to, {method: 'POST', body: id})`, "body plain"},
		{"fetch-blob", `fetch(to, {method: 'POST', body: new Blob([id])})`, "body plain"},
		{"fetch-form-blob", `{ const f = new FormData(); f.append('a', new Blob([id]), 'a.txt'); f.append('b', 'c'); fetch(to, {method: 'POST', body: f}) }`, "body plain"},
		{"fetch-keepalive", `fetch(to, {method: 'POST', body: id, keepalive: true, mode: 'no-cors'})`, "body plain"},
		{"fetch-big", `fetch(to, {method: 'POST', body: ' '.repeat(200000) + id})`, "body plain"},
		{"fetch-big-blob", `fetch(to, {method: 'POST', body: new Blob([' '.repeat(200000), id])})`, "body plain"},
		{"fetch-gzip", `new Response(new Blob([id]).stream().pipeThrough(new CompressionStream('gzip'))).blob().then(body => fetch(to, {method: 'POST', body, headers: {'Content-Encoding': 'gzip'}}))`, "body plain"},
		{"fetch-deflate", `new Response(new Blob([id]).stream().pipeThrough(new CompressionStream('deflate'))).arrayBuffer().then(body => fetch(to, {method: 'POST', body}))`, "body plain"},
		{"fetch-sha256", `crypto.subtle.digest('SHA-256', new TextEncoder().encode(id)).then(d => fetch(to, {method: 'POST', body: Array.from(new Uint8Array(d), b => b.toString(16).padStart(2, '0')).join('')}))`, "body sha256"},
		{"fetch-header", `fetch(to, {headers: {'X-Visitor': id}})`, "header plain"},
		{"fetch-referer", `fetch(to, {referrerPolicy: 'unsafe-url', referrer: '/page?u=' + id})`, "referer plain"},
		{"fetch-base64", `fetch(to + '?v=' + encodeURIComponent(btoa(id)))`, "url base64"},
		{"xhr", `{ const x = new XMLHttpRequest(); x.open('POST', to); x.send(id) }`, "body plain"},
		{"xhr-blob", `{ const x = new XMLHttpRequest(); x.open('POST', to); x.send(new Blob([id])) }`, "body plain"},
		{"image", `new Image().src = to + '?id=' + id`, "url plain"},
		{"worker-fetch", `new Worker(URL.createObjectURL(new Blob(["fetch('" + to + "', {method: 'POST', body: '" + id + "'})"])))`, "body plain"},
		{"worker-fetch-blob", `new Worker(URL.createObjectURL(new Blob(["fetch('" + to + "', {method: 'POST', body: new Blob(['" + id + "'])})"])))`, "body plain"},
	}
	pages, arrivals, sent := map[string]string{}, map[string]*arrival{}, http.NewServeMux()
	for _, w := range ways {
		arrivals["/"+w.name] = newArrival()
		sent.Handle("/"+w.name, arrivals["/"+w.name])
		pages["/"+w.name] = fmt.Sprintf(`<script>const id = %q; localStorage.setItem('visitor', id); const to = %q; %s</script><script src="https://send-arrivals.test/%s"></script>`, id, to+w.name, w.script, w.name)
	}
	scantest.Handle(t, "send-arrivals.test", sent)
	scantest.Handle(t, "send-tracker.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		accepting(w, r)
		if a := arrivals[r.URL.Path]; a != nil {
			a.tell() // also by what asks beforehand: nothing may follow
		}
	}))
	site := scantest.Pages(t, "send-site.test", pages)
	for _, w := range ways {
		t.Run(w.name, func(t *testing.T) {
			o := opened(t, site+w.name)
			var got []string
			for _, r := range o.Requests {
				if !strings.HasPrefix(r.URL, to) || r.Method == http.MethodOptions {
					continue
				}
				if r.Unread {
					got = append(got, "unread")
				}
				for _, taken := range r.Taken {
					got = append(got, taken.In+" "+taken.As)
					if taken.Item.Name != "visitor" {
						t.Errorf("%+v", taken)
					}
				}
			}
			if diff := gocmp.Diff([]string{w.want}, got); diff != "" {
				t.Errorf("(-want +got):\n%s\n%+v", diff, o.Requests)
			}
		})
	}
}

// What goes through a WebSocket is told once a page and phase: of the address, of
// text, and of bytes that hold text; other bytes are unread.
func TestSockets(t *testing.T) {
	const id = "0b9f3c1e-77aa-4c1d-9c1e-2f5d8a6b4c3d"
	last := newArrival()
	scantest.Handle(t, "socket-arrivals.test", last)
	open := func(w http.ResponseWriter, r *http.Request) {
		websocket.Handler(func(ws *websocket.Conn) {
			for {
				var frame []byte
				if websocket.Message.Receive(ws, &frame) != nil {
					return
				}
				if string(frame) == "ping" {
					last.tell()
				}
			}
		}).ServeHTTP(w, r)
	}
	scantest.Handle(t, "socket-tracker.test", http.HandlerFunc(open))
	site := scantest.Pages(t, "socket-site.test", map[string]string{"/": `<script>
localStorage.setItem('visitor', '` + id + `');
localStorage.setItem('other', 'k3J9x-Qm27Lp_80Zs4');
const ws = new WebSocket('wss://socket-tracker.test/ws?session=pQ7-77aa41bc9d3e');
ws.onopen = () => {
	for (let i = 0; i < 5; i++) ws.send(JSON.stringify({id: '` + id + `', n: i}));
	for (let i = 0; i < 5; i++) ws.send(new TextEncoder().encode('\0\1\2k3J9x-Qm27Lp_80Zs4\3'));
	for (let i = 0; i < 5; i++) ws.send(new Uint8Array([1, 2, 3, 250]));
	ws.send('ping');
};
</script><script src="https://socket-arrivals.test/"></script>`})
	var got []string
	for _, r := range opened(t, site).Requests {
		if r.Type != "WebSocket" {
			continue
		}
		line := r.URL
		for _, taken := range r.Taken {
			line += " " + taken.Item.Name + " in " + taken.In
		}
		for _, id := range r.IDs {
			line += " parameter " + id.Name
		}
		if r.Unread {
			line += " unread"
		}
		got = append(got, line)
	}
	const at = "wss://socket-tracker.test/ws?session={16 base64}"
	want := []string{at + " parameter session", at + " visitor in body parameter id", at + " other in body", at + " unread"}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Links that scripts mark are told; those that pass something on, lead to the
// site itself, or say nothing about the visitor are not.
func TestLinks(t *testing.T) {
	const id = "0b9f3c1e-77aa-4c1d-9c1e-2f5d8a6b4c3d"
	scantest.Pages(t, "links-frame.test", map[string]string{"/": `<a href="https://links-shop.test/f#?twclid=in-a-frame-1">x</a>`})
	site := scantest.Pages(t, "links-site.test", map[string]string{"/": `
<a href="https://links-shop.test/a">plain</a> <a href="https://links-shop.test/b?utm_source=mail">campaign</a>
<a href="https://links-shop.test/c?fbclid=passed-on-123">passed on</a> <a href="https://links-shop.test/d?gclid=">empty</a>
<a href="/own?gclid=own-1">own</a> <a href="https://www.links-site.test/own?gclid=own-2">own host</a>
<a id=m href="https://links-shop.test/e?x=1">marked</a> <a id=v href="https://links-other.test/">known value</a>
<iframe src="https://links-frame.test/"></iframe>
<script>
localStorage.setItem('visitor', '` + id + `');
m.href += '&_gl=1*abc123*_ga*MTIzNDU2Nzg5LjE3MDAwMDAwMDA.';
v.href += '?who=` + id + `#msclkid=0123456789abcdef';
</script>`})
	o := opened(t, site+"?fbclid=passed-on-123")
	var got []string
	for _, link := range o.Links {
		items := ""
		for _, k := range link.Items {
			items += " " + k.Name
		}
		got = append(got, link.Param+" "+link.URL+items)
		if link.Digest == "" || link.Phase != observation.Before || link.Page != "none/1/p1" {
			t.Errorf("%+v", link)
		}
	}
	slices.Sort(got)
	want := []string{
		"_gl https://links-shop.test/e?x={1 digits}&_gl={41 text}",
		"msclkid https://links-other.test/?who={36 uuid}",
		"twclid https://links-shop.test/f",
		"who https://links-other.test/?who={36 uuid} visitor",
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
