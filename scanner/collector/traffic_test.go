package collector

import (
	"testing"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"
)

// A cookie that nobody was seen setting is put down to a request whose answer the
// browser did not tell, not to one that was answered without cookies (from memory, or of
// a blob), nor to one of a page whose answers an earlier reading of the jar would have
// shown.
func TestSilentRequests(t *testing.T) {
	k := observation.Key{Kind: observation.Cookie, Name: "a", Host: "shop.test", HostOnly: true, Path: "/"}
	l := NewLog("none/1", observation.NewRedactor([]byte("test")), nowhere{})
	l.clock = &chrome.Clock{}
	l.OpenPage("https://shop.test/", true)
	request := func(url string, status int) {
		l.traffic.order = append(l.traffic.order, &request{moment: l.moment(now()), hops: []*hop{{url: url, status: status, leaving: &leaving{}}}})
	}
	read := func() {
		l.reconcile(Snapshot{seq: l.seq, areas: []Rest{{Area: observation.Area{Kind: observation.Cookie}}}})
	}
	request("https://shop.test/from-memory", 200)
	request("https://shop.test/last", 0)
	l.ClosePage(observation.Page{})
	l.OpenPage("https://shop.test/two", true)
	if r := l.traffic.answeredWith(k); r == nil || r.last().url != "https://shop.test/last" {
		t.Errorf("set by %+v", r)
	}
	read()
	if r := l.traffic.answeredWith(k); r != nil {
		t.Errorf("set by %s, whose page was left before the jar was read", r.last().url)
	}
	request("https://shop.test/of-two", 0)
	l.ClosePage(observation.Page{})
	l.OpenPage("https://shop.test/three", true)
	if r := l.traffic.answeredWith(k); r == nil || r.last().url != "https://shop.test/of-two" {
		t.Errorf("set by %+v", r)
	}
}
