package scanner_test

import (
	"crypto/sha1"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cookieaudit/scanner"
	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/scantest"
	"cookieaudit/scanner/tape"
	"cookieaudit/testdata/sites"

	"github.com/google/go-cmp/cmp"
)

var everyChoice = []observation.Choice{observation.None, observation.Accept, observation.Reject, observation.Withdraw}

// recorded scans a job through a recording proxy, and returns what it saw and the
// tape.
func recorded(t *testing.T, job observation.Job, browser chrome.Options, edit ...func(*tape.Options)) (*observation.Observation, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tape.zip")
	to := tape.Options{Tool: "test", URLs: job.URLs, Now: time.Now, Route: browser.Route}
	for _, e := range edit {
		e(&to)
	}
	p, err := tape.Record(path, to)
	if err != nil {
		t.Fatal(err)
	}
	job.Recorded = true
	o := scan(t, job, func(o *scanner.Options) { o.Tape, o.Browser = p, browser })
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	return o, path
}

// replayed scans a job with the answers of a tape, at a later time.
func replayed(t *testing.T, job observation.Job, path string, insecure bool) *observation.Observation {
	t.Helper()
	r, err := tape.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	p, err := r.Replay(time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	job.Replay = &observation.Replay{Recorded: r.Recorded, SHA256: r.SHA256}
	return scan(t, job, func(o *scanner.Options) {
		o.Tape, o.Browser = p, chrome.Options{Insecure: insecure}
	})
}

// seen are the sightings without what differs from run to run: values and times.
func seen(o *observation.Observation) []string {
	var out []string
	for i, line := range lines(o) {
		s := o.Sightings[i]
		switch {
		case s.First == nil || s.First.Via == observation.ViaUnknown:
			// Known from the jar only: what is left of its life at a checkpoint.
			line = fmt.Sprint(s.Choice, s.Phase, s.Item, s.Lifetime.Persistence, s.AtEnd)
		default:
			line += fmt.Sprintf(" %+v chain %d", s.First.Attrs, len(s.First.Chain))
		}
		out = append(out, line)
	}
	slices.Sort(out)
	return out
}

func told(o *observation.Observation, kind string) string {
	for _, g := range o.Gaps {
		if g.Kind == kind {
			return g.Why
		}
	}
	return ""
}

// A scan and its replay, with the server gone, see the same.
func TestReplayExample(t *testing.T) {
	t.Parallel()
	site, err := sites.Open("example")
	if err != nil {
		t.Fatal(err)
	}
	server, err := sites.Listen()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	server.Mount(site)
	browser := chrome.Options{Path: scantest.Path(), Insecure: true}
	for _, rule := range server.ConnectTo("*") {
		to, err := chrome.ParseConnectTo(rule)
		if err != nil {
			t.Fatal(err)
		}
		browser.ConnectTo = append(browser.ConnectTo, to)
	}
	job := observation.Job{URLs: []string{site.Start()}, MaxPages: 2, MaxDepth: 2, Choices: everyChoice}
	first, path := recorded(t, job, browser)
	server.Close()
	if n := len(first.Sightings); n < 20 {
		t.Fatalf("only %d sightings", n)
	}
	second := replayed(t, job, path, true)
	if diff := cmp.Diff(seen(first), seen(second)); diff != "" {
		t.Errorf("(-recorded +replayed):\n%s", diff)
	}
	if why := told(second, "replay-miss"); why != "" {
		t.Error(why)
	}
	for o, want := range map[*observation.Observation]string{first: "--record", second: "--replay"} {
		if !strings.Contains(strings.Join(o.Header.Browser.Differs, "\n"), want) {
			t.Errorf("the observation does not say %s: %q", want, o.Header.Browser.Differs)
		}
		if flags := strings.Join(o.Header.Browser.Flags, " "); strings.Contains(flags, "proxy-server") {
			t.Errorf("flags hold what differs from scan to scan: %s", flags)
		}
	}
}

var none = []observation.Choice{observation.None}

// What streams, and what fails, does so again.
func TestReplayStreams(t *testing.T) {
	t.Parallel()
	scantest.Browser(t)
	mux := http.NewServeMux()
	page := func(path, html string) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, "<!doctype html><link rel=icon href='data:,'>"+html)
		})
	}
	page("/{$}", `<script>
new EventSource('/events').onmessage = e => { document.cookie = 'event_' + e.data + '=1; Max-Age=1000' };
const ws = new WebSocket('wss://stream.taped.test/socket');
ws.onopen = () => ws.send('hello');
ws.onmessage = e => { document.cookie = 'said_' + e.data + '=1; Max-Age=2000' };
fetch('https://refused.taped.test/').catch(() => { document.cookie = 'refused=1; Max-Age=3000' });
fetch('/reset').catch(() => { document.cookie = 'reset=1; Max-Age=4000' });
fetch('/half').then(r => r.text()).catch(() => { document.cookie = 'half=1; Max-Age=5000' });
</script>`)
	mux.HandleFunc("GET /events", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Add("Set-Cookie", "stream=1; Expires="+time.Now().Add(time.Hour).UTC().Format(http.TimeFormat))
		fmt.Fprint(w, "data: one\n\ndata: two\n\n")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	mux.HandleFunc("GET /reset", func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) })
	mux.HandleFunc("GET /half", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		fmt.Fprint(w, "half")
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	})
	mux.HandleFunc("GET /socket", socket)
	scantest.Handle(t, "stream.taped.test", mux)
	browser := scantest.Options()
	browser.ConnectTo = append([]chrome.ConnectTo{{Host: "refused.taped.test", Addr: "127.0.0.1", AddrPort: "9"}}, browser.ConnectTo...)
	job := observation.Job{URLs: []string{"https://stream.taped.test/"}, MaxPages: 1, Choices: none, NoReturn: true}
	first, path := recorded(t, job, browser)
	scantest.Handle(t, "stream.taped.test", http.NotFoundHandler())
	second := replayed(t, job, path, true)
	var names []string
	for _, s := range first.Sightings {
		names = append(names, s.Item.Name)
	}
	slices.Sort(names)
	if diff := cmp.Diff([]string{"event_one", "event_two", "half", "refused", "reset", "said_hello", "said_welcome", "stream", "ws"}, names); diff != "" {
		t.Errorf("recorded (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(seen(first), seen(second)); diff != "" {
		t.Errorf("(-recorded +replayed):\n%s", diff)
	}
	if why := told(second, "replay-miss"); why != "" {
		t.Error(why)
	}
}

// socket says welcome and then whatever it is told.
func socket(w http.ResponseWriter, r *http.Request) {
	sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	conn, rw, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSet-Cookie: ws=1; Max-Age=6000\r\nSec-WebSocket-Accept: %s\r\n\r\n",
		base64.StdEncoding.EncodeToString(sum[:]))
	fmt.Fprint(conn, "\x81\x07welcome")
	h := make([]byte, 6) // a short masked frame
	for {
		if _, err := io.ReadFull(rw.Reader, h); err != nil {
			return
		}
		data := make([]byte, h[1]&0x7f)
		if _, err := io.ReadFull(rw.Reader, data); err != nil {
			return
		}
		for i := range data {
			data[i] ^= h[2+i%4]
		}
		if _, err := conn.Write(append([]byte{h[0], byte(len(data))}, data...)); err != nil || h[0]&0xf == 8 {
			return
		}
	}
}

// A certificate that is not valid is one for the browser of a recorded scan, and
// of its replay; --insecure goes on in both.
func TestReplayCertificate(t *testing.T) {
	t.Parallel()
	scantest.Browser(t)
	url := scantest.Pages(t, "cert.taped.test", map[string]string{"/": `<link rel=icon href="data:,"><script>document.cookie='a=1'</script>`})
	browser := scantest.Options()
	browser.Insecure = false
	job := observation.Job{URLs: []string{url}, MaxPages: 1, Choices: none, NoReturn: true}
	first, path := recorded(t, job, browser)
	wantReason(t, "recorded", first, "net::ERR_CERT_AUTHORITY_INVALID")
	wantReason(t, "replayed", replayed(t, job, path, false), "net::ERR_CERT_AUTHORITY_INVALID")

	browser.Insecure, job.Insecure = true, true
	first, path = recorded(t, job, browser)
	second := replayed(t, job, path, true)
	if len(first.Sightings) == 0 {
		t.Error("nothing seen with --insecure")
	}
	if diff := cmp.Diff(seen(first), seen(second)); diff != "" {
		t.Errorf("(-recorded +replayed):\n%s", diff)
	}
	third := replayed(t, job, path, false)
	wantReason(t, "replayed without --insecure", third, "net::ERR_CERT_AUTHORITY_INVALID")
	if why := told(third, "replay-miss"); why != "" {
		t.Error(why)
	}
}

// address is one of this machine that is not loopback, where it has one.
func address() string {
	all, _ := net.InterfaceAddrs()
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && !n.IP.IsLoopback() && n.IP.To4() != nil {
			return n.IP.String()
		}
	}
	return "127.0.0.1"
}

// A valid certificate is one behind the proxy too; for another host it is not.
func TestReplayTrusted(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!doctype html><link rel=icon href='data:,'><script>if (isSecureContext) document.cookie='__Host-a=1; Secure; Path=/'</script>")
	}))
	defer server.Close()
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	here := func(o *tape.Options) {
		o.Roots, o.Route = roots, func(string) string { return server.Listener.Addr().String() }
	}
	const valid, other = "https://example.com/", "https://other.taped.test/"
	job := observation.Job{URLs: []string{valid}, MaxPages: 1, Choices: none, NoReturn: true}
	first, path := recorded(t, job, chrome.Options{}, here)
	if len(first.Sightings) != 1 {
		t.Errorf("sightings: %q", lines(first))
	}
	if diff := cmp.Diff(seen(first), seen(replayed(t, job, path, false))); diff != "" {
		t.Errorf("(-recorded +replayed):\n%s", diff)
	}
	job.URLs = []string{other}
	first, path = recorded(t, job, chrome.Options{}, here)
	wantReason(t, "recorded", first, "net::ERR_CERT_")
	wantReason(t, "replayed", replayed(t, job, path, false), "net::ERR_CERT_")
}

func wantReason(t *testing.T, what string, o *observation.Observation, code string) {
	t.Helper()
	for _, p := range o.Visits[0].Pages {
		if p.State == observation.PageFailed && strings.Contains(strings.Join(p.Reasons, " "), code) {
			return
		}
	}
	t.Errorf("%s: no page failed with %s: %+v", what, code, o.Visits[0].Pages)
}

// What is not on the tape is told, and nothing leaves the machine for it.
func TestReplayMiss(t *testing.T) {
	t.Parallel()
	scantest.Browser(t)
	reached := make(chan string, 100)
	outside, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer outside.Close()
	go func() {
		for {
			conn, err := outside.Accept()
			if err != nil {
				return
			}
			reached <- "TCP"
			conn.Close()
		}
	}()
	machine := address()
	peers, err := net.ListenPacket("udp", net.JoinHostPort(machine, "0"))
	if err != nil {
		t.Fatal(err)
	}
	defer peers.Close()
	go func() {
		buf := make([]byte, 1500)
		for {
			if _, _, err := peers.ReadFrom(buf); err != nil {
				return
			}
			reached <- "UDP"
		}
	}()
	url := scantest.Pages(t, "miss.taped.test", map[string]string{"/": `<link rel=icon href="data:,"><link rel=dns-prefetch href="//prefetch.taped.test"><link rel=preconnect href="https://pre.taped.test"><script>
document.cookie = 'a=1';
const pc = new RTCPeerConnection({iceServers: [{urls: 'stun:` + peers.LocalAddr().String() + `'}]});
pc.createDataChannel('x'); pc.createOffer().then(o => pc.setLocalDescription(o));
new Image().src = 'http://` + outside.Addr().String() + `/' + Date.now() + '.gif';
fetch('https://` + outside.Addr().String() + `/').catch(() => {});
fetch('/?' + Math.random());
fetch('/' + Math.random() + '.json');
</script>`})
	job := observation.Job{URLs: []string{url}, MaxPages: 1, Choices: none, NoReturn: true}
	scan(t, job)
	drain := func() (all []string) {
		for len(reached) > 0 {
			all = append(all, <-reached)
		}
		slices.Sort(all)
		return slices.Compact(all)
	}
	ways := []string{"TCP", "UDP"}
	if machine == "127.0.0.1" {
		ways = ways[:1] // browsers do not ask loopback for a way out
	}
	if diff := cmp.Diff(ways, drain()); diff != "" {
		t.Errorf("the page does not try every way out, so this test shows nothing (-want +got):\n%s", diff)
	}
	_, path := recorded(t, job, scantest.Options())
	drain()
	second := replayed(t, job, path, true)
	if got := drain(); len(got) > 0 {
		t.Errorf("a replay reached out: %v", got)
	}
	if want, why := "miss.taped.test (", told(second, "replay-miss"); !strings.Contains(why, want) {
		t.Errorf("gap replay-miss is %q, want one with %q", why, want)
	}
	if !slices.ContainsFunc(second.Sightings, func(s observation.Sighting) bool { return s.Item.Name == "a" }) {
		t.Error("what is on the tape was not seen")
	}
}
