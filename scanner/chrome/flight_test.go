package chrome

import (
	"slices"
	"strings"
	"testing"
	"time"

	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/google/go-cmp/cmp"
)

// What a document asked for that is gone is not waited for: how it ended is often
// not told.
func TestFlightOfDocumentsThatAreGone(t *testing.T) {
	page := &Session{Type: PageTarget, TargetID: "top"}
	frame := &Session{Type: FrameTarget, TargetID: "frame", Parent: page}
	worker := &Session{Type: WorkerTarget, TargetID: "worker", Parent: frame}
	sessions := map[string]*Session{"page": page, "frame": frame, "worker": worker}
	for _, test := range []struct {
		name   string
		events []string // session, then what happens
		want   string   // open requests
	}{
		{"under way", []string{"page sends Document A of A in top", "page sends Image 1 of A in top"}, "1 A"},
		{"finished", []string{"page sends Document A of A in top", "page ends A"}, ""},
		{"replaced", []string{
			"page sends Document A of A in top", "page shows A in top", "page sends Image 1 of A in top", "page sends Fetch 2 of A in top",
			"page sends Document B of B in top", "page shows B in top",
		}, "2 B"},
		{"told late", []string{"page shows A in top", "page shows B in top", "page sends Other 1 of A in top"}, ""},
		{"called off for another", []string{"page sends Document A of A in top", "page sends Document B of B in top", "page shows B in top"}, "B"},
		{"the next is on its way", []string{"page sends Document A of A in top", "page sends Document B of B in top", "page shows A in top"}, "A B"},
		{"frame removed", []string{"page sends Document F of F in frame", "page shows F in frame", "page sends Script 1 of F in frame", "page removes frame"}, ""},
		{"frame moves to a process of its own", []string{"page sends Document F of F in frame", "page swaps frame"}, "F"},
		{"target gone", []string{"page shows A in top", "page sends Image 1 of A in top", "frame shows F in frame", "frame sends Image 2 of F in frame", "worker sends Fetch 3 of W in ", "page detaches frame"}, "1"},
		{"frame goes on in its page's process", []string{"frame shows F in frame", "frame sends Document G of G in frame", "page detaches frame"}, "G"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFlight(&silence{})
			for _, line := range test.events {
				w := strings.Split(line+"     ", " ")
				e := Event{Session: sessions[w[0]]}
				switch w[1] {
				case "sends":
					e.Method, e.Params = "Network.requestWillBeSent", jsonv2.Value(`{"type":"`+w[2]+`","requestId":"`+w[3]+`","loaderId":"`+w[5]+`","frameId":"`+w[7]+`"}`)
				case "ends":
					e.Method, e.Params = "Network.loadingFinished", jsonv2.Value(`{"requestId":"`+w[2]+`"}`)
				case "shows":
					e.Method, e.Params = "Page.frameNavigated", jsonv2.Value(`{"frame":{"id":"`+w[4]+`","loaderId":"`+w[2]+`"}}`)
				case "removes":
					e.Method, e.Params = "Page.frameDetached", jsonv2.Value(`{"frameId":"`+w[2]+`","reason":"remove"}`)
				case "swaps":
					e.Method, e.Params = "Page.frameDetached", jsonv2.Value(`{"frameId":"`+w[2]+`","reason":"swap"}`)
				case "detaches":
					e.Method, e.Child = "Target.detachedFromTarget", sessions[w[2]]
				}
				f.event(e, time.Now())
			}
			var open []string
			for id := range f.open {
				open = append(open, string(id))
			}
			slices.Sort(open)
			if diff := cmp.Diff(test.want, strings.Join(open, " ")); diff != "" {
				t.Errorf("open (-want +got):\n%s", diff)
			}
		})
	}
}

// A host that let one page wait in vain is not waited for in full by the pages after
// it, until it answers.
func TestSilentHosts(t *testing.T) {
	s, page := &silence{}, &Session{Type: PageTarget, TargetID: "top"}
	at := func(seconds int) time.Time { return time.Date(2026, 11, 23, 12, 0, seconds, 0, time.UTC) }
	sends := func(f *flight, id, url string, seconds int) {
		f.event(Event{Session: page, Method: "Network.requestWillBeSent", Params: jsonv2.Value(`{"type":"Image","requestId":"` + id + `","request":{"url":"` + url + `"}}`)}, at(seconds))
	}
	says := func(f *flight, method, id string, seconds int) {
		f.event(Event{Session: page, Method: method, Params: jsonv2.Value(`{"type":"Image","requestId":"` + id + `"}`)}, at(seconds))
	}
	for _, test := range []struct {
		name   string
		before func(f *flight) // on the page before, which is given up after 20 s
		now    func(f *flight)
		left   time.Duration
		ok     bool
	}{
		{"waited for in vain", func(f *flight) { sends(f, "1", "https://dead.test/a", 0) }, func(f *flight) { sends(f, "2", "https://dead.test/b", 28) }, 3 * time.Second, true},
		{"for long enough", func(f *flight) { sends(f, "1", "https://dead.test/a", 0) }, func(f *flight) { sends(f, "2", "https://dead.test/b", 21) }, 0, true},
		{"asked late", func(f *flight) { sends(f, "1", "https://dead.test/a", 10) }, func(f *flight) { sends(f, "2", "https://dead.test/b", 28) }, 0, false},
		{"another host too", func(f *flight) { sends(f, "1", "https://dead.test/a", 0) }, func(f *flight) {
			sends(f, "2", "https://dead.test/b", 28)
			sends(f, "3", "https://slow.test/", 28)
		}, 0, false},
		{"it answers", func(f *flight) { sends(f, "1", "https://dead.test/a", 0) }, func(f *flight) {
			sends(f, "2", "https://dead.test/b", 28)
			sends(f, "3", "https://dead.test/c", 28)
			says(f, "Network.responseReceived", "2", 29)
		}, 0, false},
		{"it answered while the page waited", func(f *flight) {
			sends(f, "1", "https://dead.test/a", 0)
			says(f, "Network.responseReceived", "1", 19)
		}, func(f *flight) { sends(f, "2", "https://dead.test/b", 28) }, 0, false},
		{"nothing to wait for", func(f *flight) { sends(f, "1", "https://dead.test/a", 0) }, func(*flight) {}, 0, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			*s = silence{}
			before, f := newFlight(s), newFlight(s)
			test.before(&before)
			before.unanswered(at(20))
			test.now(&f)
			if left, ok := f.hopeless(at(30)); left != test.left || ok != test.ok {
				t.Errorf("hopeless: %v, %t; want %v, %t", left, ok, test.left, test.ok)
			}
		})
	}
}
