package tape

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var day = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// clock is one that tests set.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// record begins a tape of a server that stands for every host.
func record(t *testing.T, h http.Handler, now func() time.Time) (p *Proxy, path string) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	path = filepath.Join(t.TempDir(), "tape.zip")
	p, err := Record(path, Options{
		Tool: "test", URLs: []string{"http://shop.test/"}, Now: now,
		Route: func(string) string { return server.Listener.Addr().String() },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p, path
}

// play opens a tape and replays it.
func play(t *testing.T, path string, now time.Time) (*Tape, *Proxy) {
	t.Helper()
	tape, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := tape.Replay(func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Close()
		tape.Close()
	})
	return tape, p
}

// ask sends one request as it is written, and returns the answer's head and body,
// or how it ended.
func ask(t *testing.T, p *Proxy, track, method, url, body string, headers ...string) (string, string) {
	t.Helper()
	address, err := p.Track(track)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, host, _, _ := split(url)
	request := method + " " + url + " HTTP/1.1\r\nHost: " + host + "\r\nProxy-Connection: keep-alive\r\n"
	for _, h := range headers {
		request += h + "\r\n"
	}
	if body != "" {
		request += fmt.Sprintf("Content-Length: %d\r\n", len(body))
	}
	fmt.Fprint(conn, request+"\r\n"+body)
	r := bufio.NewReader(conn)
	h, err := readHead(r)
	if err != nil {
		return "no answer", ""
	}
	status, err := statusOf(h.start)
	if err != nil {
		t.Fatal(err)
	}
	head := h.start
	for _, f := range h.fields {
		head += "\n" + f.Name + ": " + f.Value
	}
	content, _, err := content(r, h.fields, bodiless(method, status))
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(content)
	if err != nil {
		return head, string(data) + " cut off"
	}
	return head, string(data)
}

// raw is a server that answers with bytes as they are.
func raw(answer string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, rw, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = io.Copy(io.Discard, r.Body)
		_ = rw.Flush()
		fmt.Fprint(conn, answer)
	})
}

func TestAnswersAsTheyCame(t *testing.T) {
	for _, tt := range []struct {
		name, method, answer string
		head, body           string // as the browser got it, at first and again
	}{
		{
			"headers in order, spelt as sent", "GET",
			"HTTP/1.1 200 Fine\r\nx-b: 1\r\nSet-Cookie: b=2; Path=/\r\nX-A: \xfc\r\nset-cookie: a=1\r\nContent-Length: 3\r\n\r\nabc",
			"HTTP/1.1 200 OK\nx-b: 1\nSet-Cookie: b=2; Path=/\nX-A: \xfc\nset-cookie: a=1\nContent-Length: 3", "abc",
		},
		{
			"chunks", "GET",
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\nTrailing: 1\r\n\r\n",
			"HTTP/1.1 200 OK\nX-A: 1\nTransfer-Encoding: chunked", "abc",
		},
		{"until the connection ends", "GET", "HTTP/1.0 404 No\r\nX-A: 1\r\n\r\nabc", "HTTP/1.1 404 Not Found\nX-A: 1\nTransfer-Encoding: chunked", "abc"},
		{"interim answers are passed over", "GET", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No\r\nX-A: 1\r\n\r\n", "HTTP/1.1 204 No Content\nX-A: 1", ""},
		{"a head alone", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", "HTTP/1.1 200 OK\nContent-Length: 9", ""},
		{"lines that are no header", "GET", "HTTP/1.1 200 OK\r\nno header\r\nA b: c\r\nX-A: 1\r\n  more\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\nX-A: 1 more\nContent-Length: 0", ""},
		{"a body that ends early", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "HTTP/1.1 200 OK\nContent-Length: 9", "abc cut off"},
		{"no answer", "GET", "", "no answer", ""},
		{"no HTTP", "GET", "220 smtp.test ESMTP\r\n\r\n", "no answer", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, path := record(t, raw(tt.answer), time.Now)
			for _, again := range []string{"recorded", "replayed"} {
				head, body := ask(t, p, "none/1", tt.method, "http://shop.test/a", "")
				// With a length that is known, it stands where it was or at the end.
				if diff := cmp.Diff([]string{tt.head, tt.body}, []string{withLength(head, tt.head), body}); diff != "" {
					t.Errorf("%s (-want +got):\n%s", again, diff)
				}
				if err := p.Close(); err != nil {
					t.Fatal(err)
				}
				if again == "recorded" {
					_, p = play(t, path, time.Now())
				}
			}
			if m := p.Misses(); len(m) > 0 {
				t.Errorf("misses: %v", m)
			}
		})
	}
}

// withLength takes a body of known length for the one in chunks that was wanted: a
// replay knows how long a body is.
func withLength(got, want string) string {
	if strings.HasSuffix(want, "Transfer-Encoding: chunked") {
		if i := strings.LastIndex(got, "\nContent-Length:"); i >= 0 {
			return got[:i] + "\nTransfer-Encoding: chunked"
		}
	}
	return got
}

func TestTape(t *testing.T) {
	c := &clock{t: day}
	p, path := record(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Date"] = nil
		w.Header().Set("X-Host", r.Host)
		fmt.Fprint(w, "hello")
	}), c.now)
	ask(t, p, "none/1", "GET", "http://shop.test/a?x=1", "")
	ask(t, p, "accept/1", "POST", "http://other.test:81/b", "body", "Range: bytes=0-")
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	tape, _ := play(t, path, day)
	headers := func(host string) []Field {
		return []Field{{"X-Host", host}, {"Content-Length", "5"}, {"Content-Type", "text/plain; charset=utf-8"}}
	}
	want := Index{Schema: 1, Tool: "test", Recorded: day, URLs: []string{"http://shop.test/"}, Entries: []Entry{
		{Track: "none/1", Method: "GET", URL: "http://shop.test/a?x=1", Status: 200, Headers: headers("shop.test"), Body: "bodies/0001"},
		{Track: "accept/1", Method: "POST", URL: "http://other.test:81/b", Digest: digest([]byte("body")), Range: "bytes=0-", Status: 200, Headers: headers("other.test:81"), Body: "bodies/0001"},
	}}
	byName := cmpopts.SortSlices(func(a, b Field) bool { return a.Name < b.Name })
	if diff := cmp.Diff(want, tape.Index, byName, cmpopts.IgnoreUnexported(Entry{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("others can read the tape: %v", info.Mode())
	}
}

// What the user keeps secret goes to the site, and not on the tape.
func TestSecrets(t *testing.T) {
	var got []string
	p, path := record(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		got = append(got, r.Header.Get("Authorization"), r.Header.Get("X-Preview"), r.Header.Get("Cookie"), string(data))
	}), time.Now)
	secrets := []string{"Basic c2VjcmV0MQ==", "secret2", "sid=secret3", "pin=secret4"}
	ask(t, p, "none/1", "POST", "http://shop.test/", secrets[3], "Authorization: "+secrets[0], "X-Preview: "+secrets[1], "Cookie: "+secrets[2])
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(secrets, got); diff != "" {
		t.Errorf("the site got (-want +got):\n%s", diff)
	}
	for name, data := range unzip(t, path) {
		for _, s := range secrets {
			if strings.Contains(data, s) {
				t.Errorf("%s holds %q", name, s)
			}
		}
		if strings.Contains(data, "X-Preview") {
			t.Errorf("%s holds headers of requests", name)
		}
	}
}

func unzip(t *testing.T, path string) map[string]string {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = string(data)
	}
	return out
}

// A scan that dies leaves what it recorded, as a whole archive.
func TestInterrupted(t *testing.T) {
	c := &clock{t: day}
	p, path := record(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.URL.Path) }), c.now)
	for i := range 5 {
		c.pass(2 * unwrittenTime)
		ask(t, p, "none/1", "GET", fmt.Sprintf("http://shop.test/%d", i), "")
		for p.Entries() == i { // an answer is on the tape when the browser has all of it
			runtime.Gosched()
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		tape, err := read(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatalf("after %d answers: %v", i+1, err)
		}
		if len(tape.Entries) != i+1 {
			t.Errorf("%d entries after %d answers", len(tape.Entries), i+1)
		}
	}
}

// An answer without end is kept as far as it came; it holds up neither the
// recording nor the replay, and does not end in the replay either.
func TestEndless(t *testing.T) {
	begun := make(chan struct{})
	p, path := record(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/stream" {
			fmt.Fprint(w, "data: one\n\n")
			w.(http.Flusher).Flush()
		}
		begun <- struct{}{}
		<-r.Context().Done()
	}), time.Now)
	follow := func(p *Proxy, path string) *bufio.Reader {
		address, err := p.Track("none/1")
		if err != nil {
			t.Fatal(err)
		}
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		fmt.Fprintf(conn, "GET http://shop.test%s HTTP/1.1\r\nHost: shop.test\r\n\r\n", path)
		return bufio.NewReader(conn)
	}
	line := func(r *bufio.Reader) string {
		h, err := readHead(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _, err := content(r, h.fields, false)
		if err != nil {
			t.Fatal(err)
		}
		b := make([]byte, 11)
		if _, err := io.ReadFull(body, b); err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	stream := follow(p, "/stream")
	<-begun
	first := line(stream)
	poll := follow(p, "/poll")
	<-begun
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	for _, r := range []*bufio.Reader{stream, poll} {
		if _, err := r.Discard(1 << 20); err == nil {
			t.Error("the connection outlives the proxy")
		}
	}
	tape, p := play(t, path, time.Now())
	for _, e := range tape.Entries {
		if !e.CutOff {
			t.Errorf("not marked as cut off: %+v", e)
		}
	}
	if got := line(follow(p, "/stream")); got != first {
		t.Errorf("replayed %q, recorded %q", got, first)
	}
	silent := follow(p, "/poll")
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := readHead(silent); err == nil {
		t.Error("a request that got no answer has one in the replay")
	}
}

func TestFaults(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	p, path := func() (*Proxy, string) {
		path := filepath.Join(t.TempDir(), "tape.zip")
		p, err := Record(path, Options{Now: time.Now, Route: func(address string) string {
			if strings.HasPrefix(address, "refused.") {
				return closed.Addr().String()
			}
			return "no-such-host.invalid:80"
		}})
		if err != nil {
			t.Fatal(err)
		}
		return p, path
	}()
	for _, again := range []string{"recorded", "replayed"} {
		for _, host := range []string{"refused.test", "unknown.test"} {
			if head, _ := ask(t, p, "none/1", "GET", "http://"+host+"/", ""); head != "no answer" {
				t.Errorf("%s: %s answers %q", again, host, head)
			}
			if status := tunnel(t, p, host+":443"); !strings.HasPrefix(status, "HTTP/1.1 502") {
				t.Errorf("%s: a tunnel to %s: %q", again, host, status)
			}
		}
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
		if again == "recorded" {
			_, p = play(t, path, time.Now())
		}
	}
	if m := p.Misses(); len(m) > 0 {
		t.Errorf("misses: %v", m)
	}
	tape, _ := play(t, path, time.Now())
	faults := map[string]Fault{}
	for _, e := range tape.Entries {
		faults[e.Method+" "+string(e.URL)] = e.Error
	}
	want := map[string]Fault{
		"CONNECT refused.test:80": FaultRefused, "CONNECT refused.test:443": FaultRefused, "GET http://refused.test/": FaultRefused,
		"CONNECT unknown.test:80": FaultDNS, "CONNECT unknown.test:443": FaultDNS, "GET http://unknown.test/": FaultDNS,
	}
	if diff := cmp.Diff(want, faults); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func tunnel(t *testing.T, p *Proxy, address string) string {
	t.Helper()
	to, err := p.Track("none/1")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", to)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n", address, address)
	h, err := readHead(bufio.NewReader(conn))
	if err != nil {
		t.Fatal(err)
	}
	return h.start
}

// The browser's own errands reach nobody.
func TestErrands(t *testing.T) {
	p, _ := record(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { t.Error("reached:", r.URL) }), time.Now)
	if head, _ := ask(t, p, "", "GET", "http://update.test/", ""); !strings.HasPrefix(head, "HTTP/1.1 502") {
		t.Errorf("answer %q", head)
	}
	if head, _ := ask(t, p, "none/1", "GET", "http://connectivitycheck.gstatic.com/generate_204", ""); !strings.HasPrefix(head, "HTTP/1.1 502") {
		t.Errorf("answer %q", head)
	}
	if n := p.Entries(); n != 0 {
		t.Errorf("%d entries", n)
	}
}

// Dates are moved by the time since the recording, misses are answered and told.
func TestReplay(t *testing.T) {
	c := &clock{t: day}
	p, path := record(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", day.Format(http.TimeFormat))
		w.Header().Set("Set-Cookie", "a=1; Expires="+day.Add(time.Hour).Format(http.TimeFormat))
	}), c.now)
	ask(t, p, "none/1", "GET", "http://shop.test/", "")
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	later := day.Add(100*24*time.Hour + 300*time.Millisecond)
	_, p = play(t, path, later)
	head, _ := ask(t, p, "none/1", "GET", "http://shop.test/", "")
	for _, want := range []string{"Date: Tue, 09 Jun 2026 12:00:00 GMT", "Set-Cookie: a=1; Expires=Tue, 09 Jun 2026 13:00:00 GMT"} {
		if !strings.Contains(head, "\n"+want) {
			t.Errorf("%q is missing in:\n%s", want, head)
		}
	}
	for range 2 {
		if head, _ := ask(t, p, "none/1", "GET", "http://other.test:81/x", ""); !strings.HasPrefix(head, "HTTP/1.1 504 Gateway Timeout\n"+missHeader) {
			t.Errorf("answer to what is not on the tape: %s", head)
		}
	}
	if diff := cmp.Diff([]Miss{{"other.test", 2}}, p.Misses()); diff != "" {
		t.Errorf("misses (-want +got):\n%s", diff)
	}
}

func TestMatch(t *testing.T) {
	entry := func(track, method, url string, n int) Entry {
		return Entry{Track: track, Method: method, URL: octets(url), Status: n}
	}
	post := func(body string, n int) Entry {
		e := entry("t", "POST", "http://a.test/p", n)
		e.Digest = digest([]byte(body))
		return e
	}
	for _, tt := range []struct {
		name    string
		entries []Entry
		asks    []string // METHOD URL [BODY]; a leading ? is conditional
		want    []int    // status; 0 for none
	}{
		{"in order, and the last again", []Entry{entry("t", "GET", "http://a.test/", 201), entry("t", "GET", "http://a.test/", 202)},
			[]string{"GET http://a.test/", "GET http://a.test/", "GET http://a.test/"}, []int{201, 202, 202}},
		{"by method", []Entry{entry("t", "GET", "http://a.test/", 201), entry("t", "HEAD", "http://a.test/", 202)},
			[]string{"HEAD http://a.test/", "PUT http://a.test/"}, []int{202, 0}},
		{"by body, else by place", []Entry{post("x", 201), post("y", 202)},
			[]string{"POST http://a.test/p y", "POST http://a.test/p z", "POST http://a.test/p z"}, []int{202, 201, 202}},
		{"names of the query only", []Entry{entry("t", "GET", "http://a.test/x?b=1&a=2", 201)},
			[]string{"GET http://a.test/x?a=9&b=8", "GET http://a.test/x?a=9", "GET http://a.test/x?a=9&b=8&c=7", "GET http://b.test/x?a=9&b=8"}, []int{201, 0, 0, 0}},
		{"exact before similar", []Entry{entry("t", "GET", "http://a.test/x?a=1", 201), entry("t", "GET", "http://a.test/x?a=2", 202)},
			[]string{"GET http://a.test/x?a=2", "GET http://a.test/x?a=3", "GET http://a.test/x?a=1"}, []int{202, 201, 201}},
		{"its own visit first", []Entry{entry("other", "GET", "http://a.test/", 201), entry("t", "GET", "http://a.test/", 202), entry("other", "GET", "http://a.test/y", 203)},
			[]string{"GET http://a.test/", "GET http://a.test/", "GET http://a.test/y"}, []int{202, 202, 203}},
		{"another visit's exact before its own similar", []Entry{entry("t", "GET", "http://a.test/i?id=1", 201), entry("other", "GET", "http://a.test/i?id=2", 202)},
			[]string{"GET http://a.test/i?id=2"}, []int{202}},
		{"not modified only for who has it", []Entry{entry("t", "GET", "http://a.test/", 200), entry("t", "GET", "http://a.test/", 304)},
			[]string{"GET http://a.test/", "GET http://a.test/", "?GET http://a.test/", "GET http://a.test/"}, []int{200, 200, 304, 200}},
		{"an address that is odd", []Entry{entry("t", "GET", "http://a.test/100%?%zz=1", 201)}, []string{"GET http://a.test/100%?%zz=1"}, []int{201}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMatcher(tt.entries, "t")
			var got []int
			for _, a := range tt.asks {
				conditional := strings.HasPrefix(a, "?")
				words := append(strings.Fields(strings.TrimPrefix(a, "?")), "")
				q := &request{method: words[0], body: []byte(words[2])}
				q.scheme, q.host, q.target, _ = split(words[1])
				if conditional {
					q.fields = fields{{"If-None-Match", `"x"`}}
				}
				e, _ := m.find(q)
				got = append(got, e.Status)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestConnection(t *testing.T) {
	entries := []Entry{
		{Track: "t", Method: methodConnect, URL: "refused.test:443", Error: FaultRefused},
		{Track: "t", Method: methodConnect, URL: "later.test:443", Error: FaultRefused},
		{Track: "t", Method: "GET", URL: "https://later.test/"},
		{Track: "other", Method: methodConnect, URL: "late.test:443", Error: FaultTLS},
		{Track: "t", Method: methodConnect, URL: "bad.test:443", Error: FaultCertificate},
		{Track: "t", Method: "GET", URL: "wss://bad.test/"},
	}
	m := newMatcher(entries, "t")
	for address, want := range map[string]string{
		"refused.test:443": "false refused", "later.test:443": "false ", "late.test:443": "false tls", "bad.test:443": "true ", "new.test:443": "false ",
	} {
		untrusted, f := m.connection(address, "t")
		if got := fmt.Sprintf("%t %s", untrusted, f); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}

func TestShift(t *testing.T) {
	const by = 48 * time.Hour
	for _, tt := range []struct{ name, value, want string }{
		{"Date", "Sun, 01 Mar 2026 12:00:00 GMT", "Tue, 03 Mar 2026 12:00:00 GMT"},
		{"last-modified", "Sunday, 01-Mar-26 12:00:00 GMT", "Tue, 03 Mar 2026 12:00:00 GMT"},
		{"Expires", "Sun Mar  1 12:00:00 2026", "Tue, 03 Mar 2026 12:00:00 GMT"},
		{"Expires", "0", "0"},
		{"Retry-After", "120", "120"},
		{"X-Date", "Sun, 01 Mar 2026 12:00:00 GMT", "Sun, 01 Mar 2026 12:00:00 GMT"},
		{"Set-Cookie", "a=expires=Sun, 01 Mar 2026 12:00:00 GMT; Path=/", "a=expires=Sun, 01 Mar 2026 12:00:00 GMT; Path=/"},
		{"Set-Cookie", "a=1; path=/; EXPIRES = Sun, 01-Mar-2026 12:00:00 GMT ;Secure", "a=1; path=/; EXPIRES =Tue, 03 Mar 2026 12:00:00 GMT;Secure"},
		{"set-cookie", "a=1; expires=1 mar 26 12:00:00", "a=1; expires=Tue, 03 Mar 2026 12:00:00 GMT"},
		{"Set-Cookie", "a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "a=; Expires=Sat, 03 Jan 1970 00:00:00 GMT"},
		{"Set-Cookie", "a=1; Expires=Fri, 31 Dec 9999 23:59:59 GMT", "a=1; Expires=Fri, 31 Dec 9999 23:59:59 GMT"},
		{"Set-Cookie", "a=1; Expires=tomorrow; Max-Age=5", "a=1; Expires=tomorrow; Max-Age=5"},
		{"Set-Cookie", "a=1; Expires=Sun, 31 Feb 2026 12:00:00 GMT", "a=1; Expires=Sun, 31 Feb 2026 12:00:00 GMT"},
	} {
		if got := shifted([]Field{{tt.name, tt.value}}, by)[0].Value; got != tt.want {
			t.Errorf("%s: %s\n got %q\nwant %q", tt.name, tt.value, got, tt.want)
		}
	}
}

func TestBroken(t *testing.T) {
	index := func(entry string) map[string]string {
		return map[string]string{indexName: `{"schema":1,"entries":[` + entry + `]}`, "bodies/0001": "hello"}
	}
	const good = `"method":"GET","url":"https://a.test/","status":200`
	for _, tt := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"no archive", nil, "zip"},
		{"no index", map[string]string{"a": ""}, "no tape.json"},
		{"no JSON", map[string]string{indexName: "hello"}, "tape.json: "},
		{"of a later version", map[string]string{indexName: `{"schema":2}`}, "schema 2"},
		{"no method", index(`{"url":"https://a.test/"}`), "entry 1: method"},
		{"a method that is more", index(`{"method":"GET / HTTP/1.1\r\nX:","url":"https://a.test/"}`), "entry 1: method"},
		{"no address", index(`{` + good + `},{"method":"GET","url":"file:///x"}`), "entry 2: its url"},
		{"a status that is none", index(`{"method":"GET","url":"https://a.test/","status":42}`), "status 42"},
		{"a header of two lines", index(`{` + good + `,"headers":[["A","b\r\nSet-Cookie: x=1"]]}`), "header 1"},
		{"a header of no name", index(`{` + good + `,"headers":[["","b"]]}`), "header 1"},
		{"a header of three", index(`{` + good + `,"headers":[["a","b","c"]]}`), "[name, value]"},
		{"a header beyond bytes", index(`{` + good + `,"headers":[["a","\u20ac"]]}`), "no byte"},
		{"a body elsewhere", index(`{` + good + `,"body":"../../secret"}`), "body file"},
		{"a body that is missing", index(`{` + good + `,"body":"bodies/0002"}`), "bodies/0002 is missing"},
		{"an error of another kind", index(`{` + good + `,"error":"boom"}`), `error "boom"`},
		{"frames of more than there is", index(`{` + good + `,"body":"bodies/0001","frames":[{"site":true,"length":6}]}`), "frames of more"},
		{"frames of less than nothing", index(`{` + good + `,"body":"bodies/0001","frames":[{"site":true,"length":-6}]}`), "frame 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data := []byte("no archive at all")
			if tt.files != nil {
				data = archive(t, tt.files)
			}
			_, err := read(bytes.NewReader(data), int64(len(data)))
			if !errors.Is(err, ErrNoTape) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
	whole := archive(t, index(`{`+good+`,"body":"bodies/0001"}`))
	if _, err := read(bytes.NewReader(whole), int64(len(whole))); err != nil {
		t.Errorf("a good tape: %v", err)
	}
	changed := bytes.Replace(whole, []byte("hello"), []byte("hullo"), 1)
	if _, err := read(bytes.NewReader(changed), int64(len(changed))); !errors.Is(err, ErrNoTape) {
		t.Errorf("a body that was changed: %v", err)
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none.zip")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

func archive(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for name, data := range files {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name}) // stored
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(w, data)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// FuzzRead reads what may be a tape, and plays every entry of one that is.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"schema":1,"entries":[{"method":"GET","url":"https://a.test/?x","status":200,"headers":[["Set-Cookie","a=1; Expires=Sun, 01 Mar 2026 12:00:00 GMT"]],"body":"bodies/0001"}]}`))
	f.Add([]byte(`{"schema":1,"entries":[{"method":"GET","url":"wss://a.test/","status":101,"body":"bodies/0001","frames":[{"site":true,"head":129,"length":5}]}]}`))
	f.Add([]byte(`{"schema":1,"entries":[{"method":"CONNECT","url":"a.test:443","error":"dns"}]}`))
	f.Fuzz(func(t *testing.T, index []byte) {
		data := archive(t, map[string]string{indexName: string(index), "bodies/0001": "hello"})
		tape, err := read(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			if !errors.Is(err, ErrNoTape) {
				t.Errorf("error of another kind: %v", err)
			}
			return
		}
		m := newMatcher(tape.Entries, "")
		for _, e := range tape.Entries {
			q := &request{method: e.Method}
			q.scheme, q.host, q.target, _ = split(string(e.URL))
			m.find(q)
			m.connection(q.address(), "")
			body, err := tape.body(e)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			here, there := net.Pipe()
			go func() { _, _ = io.Copy(io.Discard, there) }()
			c := newClient(here, here)
			p := &past{tape: tape, shift: time.Hour}
			if len(e.Frames) > 0 {
				for _, f := range e.Frames {
					if f.Site {
						_ = c.say(f.Head, body[:f.Length])
						body = body[f.Length:]
					}
				}
			} else if e.Status != 0 {
				p.give(ctx, q, c, e, shifted(e.Headers, p.shift), body)
			}
			here.Close()
			there.Close()
		}
	})
}

// FuzzMessage reads what a site may send in place of HTTP.
func FuzzMessage(f *testing.F) {
	f.Add([]byte("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"))
	f.Add([]byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"))
	f.Add([]byte("GET /x HTTP/1.1\r\nA: b\r\n c\r\n\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := bufio.NewReader(bytes.NewReader(data))
		h, err := readHead(r)
		if err != nil {
			return
		}
		for _, field := range append(h.fields.onward(), shifted(h.fields, time.Hour)...) {
			if !field.sound() {
				t.Errorf("unsound header %q", field)
			}
		}
		if _, err := statusOf(h.start); err == nil {
			if body, _, err := content(r, h.fields, false); err == nil {
				_, _ = io.Copy(io.Discard, body)
			}
		}
		_, _ = readRequest(bufio.NewReader(bytes.NewReader(data)), "https", "a.test")
	})
}

// FuzzFrame copies what may be frames of a WebSocket, byte for byte.
func FuzzFrame(f *testing.F) {
	f.Add([]byte("\x81\x05hello"))
	f.Add([]byte("\x81\x85\x01\x02\x03\x04hello\x88\x00"))
	f.Add([]byte("\x82\x7e\x00\x7ehello"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var out bytes.Buffer
		r := bufio.NewReader(bytes.NewReader(data))
		for {
			if _, err := copyFrame(&out, r, io.Discard); err != nil {
				break
			}
		}
		if !bytes.HasPrefix(data, out.Bytes()) {
			t.Errorf("%x became %x", data, out.Bytes())
		}
	})
}
