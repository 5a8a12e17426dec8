package main

import (
	"encoding/json"
	"net"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
)

// A site that tracks without storing, from the page to the findings: an identifier
// of its own goes to two companies, a script reads what tells devices apart, a
// link is marked, and a tracker stands behind a host of the site.
func TestTrackingWithoutStoring(t *testing.T) {
	t.Parallel()
	const script = `
const id = crypto.randomUUID();
localStorage.setItem('visitor', id);
new Image().src = 'https://pixel.first-tracker.test/p?v=' + id;
navigator.sendBeacon('https://beacon.second-tracker.test/b', new Blob([JSON.stringify({visitor: id})]));
new Image().src = 'https://metrics.site.test/b/ss/x';
const c = document.createElement('canvas');
c.getContext('2d').fillText('x', 1, 9);
c.toDataURL();
new OfflineAudioContext(1, 100, 44100).startRendering();
document.querySelector('a').href += '?_gl=1*' + id;`
	flags := site(t, map[string]http.Handler{
		"www.site.test":              html(`<p>Lamps</p><a href="https://shop.other.test/">shop</a><script>` + script + `</script>`),
		"pixel.first-tracker.test":   html(""),
		"beacon.second-tracker.test": html(""),
	})
	flags = append(flags, "--resolver", nameServer(t, "metrics.site.test. CNAME site.sc.omtrdc.net."), "--choices", "none", "--max-pages", "1", "--format", "json", "--quiet", "https://www.site.test/")
	r := run(t, t.Context(), nil, append([]string{"scan"}, flags...)...)
	var audit struct {
		Findings []struct{ Rule, Message string }
	}
	if err := json.Unmarshal([]byte(r.out), &audit); err != nil {
		t.Fatalf("%v\n%s\n%s", err, r.out, r.stderr)
	}
	var got []string
	for _, f := range audit.Findings {
		t.Log(f.Rule + ": " + f.Message)
		if !slices.Contains(got, f.Rule) {
			got = append(got, f.Rule)
		}
	}
	for _, want := range []string{
		"fingerprinting-before-consent", "identifier-sent-to-third-party", "identifier-shared-between-third-parties", "link-decorated-before-consent", "tracker-behind-first-party-host",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("no finding of %s", want)
		}
	}
	if diff := cmp.Diff(exitFinding, r.code); diff != "" {
		t.Errorf("exit (-want +got):\n%s", diff)
	}
}

// nameServer answers on loopback with one record, and knows no other name.
func nameServer(t *testing.T, record string) string {
	t.Helper()
	rr, err := dns.NewRR(record)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	started := make(chan struct{})
	s := &dns.Server{PacketConn: conn, NotifyStartedFunc: func() { close(started) }, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg)
		m.SetReply(q)
		if q.Question[0].Name == rr.Header().Name {
			m.Answer = append(m.Answer, rr)
		} else {
			m.Rcode = dns.RcodeNameError
		}
		_ = w.WriteMsg(m)
	})}
	go func() { _ = s.ActivateAndServe() }()
	<-started
	t.Cleanup(func() { _ = s.Shutdown() })
	return conn.LocalAddr().String()
}
