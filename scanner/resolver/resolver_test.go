package resolver_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"cookieaudit/scanner/resolver"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
)

// serve answers questions on loopback by UDP and TCP, and returns the address.
func serve(t *testing.T, h dns.HandlerFunc) string {
	t.Helper()
	pc, l := bothPorts(t)
	for _, s := range []*dns.Server{{PacketConn: pc, Handler: h}, {Listener: l, Handler: h}} {
		started := make(chan struct{})
		s.NotifyStartedFunc = func() { close(started) }
		go func() { _ = s.ActivateAndServe() }()
		<-started
		t.Cleanup(func() { _ = s.Shutdown() })
	}
	return pc.LocalAddr().String()
}

// bothPorts listens on a port that is free for UDP and TCP alike: that of the one may
// be taken for the other.
func bothPorts(t *testing.T) (net.PacketConn, net.Listener) {
	t.Helper()
	var taken error
	for range 50 {
		pc, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		l, err := net.Listen("tcp", pc.LocalAddr().String())
		if err == nil {
			return pc, l
		}
		pc.Close()
		taken = err
	}
	t.Fatal(taken)
	return nil, nil
}

// zone answers from records by the name that is asked for.
func zone(t *testing.T, records map[string][]string) dns.HandlerFunc {
	return func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg)
		m.SetReply(q)
		lines, known := records[strings.ToLower(strings.TrimSuffix(q.Question[0].Name, "."))]
		if !known {
			m.Rcode = dns.RcodeNameError
		}
		for _, line := range lines {
			if code, ok := dns.StringToRcode[line]; ok {
				m.Rcode = code
				continue
			}
			if line == "truncated" {
				if _, udp := w.RemoteAddr().(*net.UDPAddr); udp {
					m.Truncated = true
					break
				}
				continue
			}
			rr, err := dns.NewRR(line)
			if err != nil {
				t.Error(err)
				continue
			}
			m.Answer = append(m.Answer, rr)
		}
		if err := w.WriteMsg(m); err != nil {
			t.Error(err)
		}
	}
}

func TestNames(t *testing.T) {
	server := serve(t, zone(t, map[string][]string{
		"www.a.test":       {"www.a.test. A 192.0.2.1"},
		"m.a.test":         {"m.a.test. CNAME A.Sc.OmtrDC.net.", "a.sc.omtrdc.net. CNAME b.data.adobedc.net.", "b.data.adobedc.net. A 192.0.2.2"},
		"part.a.test":      {"part.a.test. CNAME next.b.test."},
		"next.b.test":      {"next.b.test. CNAME last.c.test."},
		"last.c.test":      {"last.c.test. A 192.0.2.3"},
		"six.a.test":       {"six.a.test. CNAME only-ipv6.b.test."},
		"only-ipv6.b.test": {},
		"circle.a.test":    {"circle.a.test. CNAME circle.b.test.", "circle.b.test. CNAME circle.a.test."},
		"circle.b.test":    {"circle.b.test. CNAME circle.a.test."},
		"left.a.test":      {"left.a.test. CNAME gone.b.test."},
		"big.a.test":       {"truncated", "big.a.test. CNAME t.b.test.", "t.b.test. A 192.0.2.4"},
		"sick.a.test":      {"SERVFAIL"},
		"other.a.test":     {"unrelated.test. CNAME tracker.test.", "other.a.test. A 192.0.2.5"},
	}))
	r, err := resolver.New(server)
	if err != nil {
		t.Fatal(err)
	}
	if r.Name() != server {
		t.Errorf("name %q", r.Name())
	}
	for _, tt := range []struct {
		host  string
		names []string
		wrong string
	}{
		{"www.a.test", nil, ""},
		{"WWW.A.test.", nil, ""},
		{"m.a.test", []string{"a.sc.omtrdc.net", "b.data.adobedc.net"}, ""},
		{"part.a.test", []string{"next.b.test", "last.c.test"}, ""},
		{"six.a.test", []string{"only-ipv6.b.test"}, ""},
		{"circle.a.test", []string{"circle.b.test"}, ""},
		{"left.a.test", []string{"gone.b.test"}, "look up gone.b.test: there is no such name"},
		{"none.a.test", nil, "look up none.a.test: there is no such name"},
		{"big.a.test", []string{"t.b.test"}, ""},
		{"sick.a.test", nil, "look up sick.a.test: the name server says SERVFAIL"},
		{"other.a.test", nil, ""},
	} {
		names, err := r.Names(t.Context(), tt.host)
		wrong := ""
		if err != nil {
			wrong = err.Error()
		}
		if diff := cmp.Diff(tt.names, names); diff != "" || wrong != tt.wrong {
			t.Errorf("%s: error %q (-want +got):\n%s", tt.host, wrong, diff)
		}
		if strings.Contains(tt.wrong, "no such name") && !errors.Is(err, resolver.ErrNoName) {
			t.Errorf("%s: %v", tt.host, err)
		}
	}
}

// A chain without an end is given up.
func TestEndlessNames(t *testing.T) {
	server := serve(t, func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg)
		m.SetReply(q)
		name := q.Question[0].Name
		rr, err := dns.NewRR(fmt.Sprintf("%s CNAME x%s", name, name))
		if err != nil {
			t.Error(err)
			return
		}
		m.Answer = []dns.RR{rr}
		if err := w.WriteMsg(m); err != nil {
			t.Error(err)
		}
	})
	r, err := resolver.New(server)
	if err != nil {
		t.Fatal(err)
	}
	if names, err := r.Names(t.Context(), "a.test"); err == nil || len(names) != 16 {
		t.Errorf("%d names, %v", len(names), err)
	}
}

// Nobody answers: the error says so, and nothing about this machine.
func TestSilence(t *testing.T) {
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer pc.Close()
	r, err := resolver.New(pc.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = r.Names(ctx, "www.a.test")
	if err == nil || err.Error() != "look up www.a.test: no answer in time" {
		t.Error(err)
	}
}

func TestNew(t *testing.T) {
	for server, want := range map[string]bool{
		"9.9.9.9": true, "9.9.9.9:5353": true, "dns.example.org": true, "2620:fe::fe": true, "[2620:fe::fe]:53": true, "[2620:fe::fe]": true,
		"https://dns.example/dns-query": false, "a:b:c": false, ":53": false, "one two": false,
	} {
		if _, err := resolver.New(server); (err == nil) != want {
			t.Errorf("New(%q): %v", server, err)
		}
	}
}
