package collector

import (
	"fmt"
	"testing"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/network"
	"github.com/google/go-cmp/cmp"
)

// kept is a log in memory.
type kept struct{ records []observation.Record }

func (k *kept) Append(r ...observation.Record) error {
	k.records = append(k.records, r...)
	return nil
}

// A request whose beginning is not told, since its document went with it, is told as
// far as its headers go: its cookies are no cookies of nobody's.
func TestStrays(t *testing.T) {
	var out kept
	l := NewLog("accept/1", observation.NewRedactor([]byte("test")), &out)
	l.clock = &chrome.Clock{}
	l.OpenPage("https://shop.test/", true)
	s := &chrome.Session{Type: chrome.PageTarget, TargetID: "tab"}
	sent := func(id network.RequestID, headers network.Headers) {
		p := network.EventRequestWillBeSentExtraInfo{RequestID: id, Headers: headers}
		l.traffic.wait(chrome.Event{Session: s}, id)
		l.traffic.carried(p)
	}
	answered := func(id network.RequestID, cookies string) {
		l.traffic.extra(answer{network.EventResponseReceivedExtraInfo{RequestID: id, StatusCode: 200, Headers: network.Headers{"Set-Cookie": cookies}}, 5, false})
	}
	sent("1", network.Headers{"Host": "ads.test", "Referer": "https://shop.test/", "Sec-Fetch-Dest": "image", "Sec-Fetch-Mode": "no-cors"})
	answered("1", "uid=1; Path=/\nbelow=1")
	sent("2", network.Headers{":authority": "tags.test", ":scheme": "https", ":path": "/a/b?c=1", ":method": "POST"})
	sent("3", network.Headers{"Host": "late.test"})
	// Scripts are seen to send beacons, whichever comes first.
	beacon := func(url string) { l.traffic.beacon(scriptCall{Name: url, URL: "https://shop.test/"}) }
	beacon("https://seen.test/early")
	sent("4", network.Headers{"Host": "seen.test", "Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "no-cors"})
	answered("4", "seen=1")
	// Of two that go to one origin the browser tells the first.
	beacon("https://both.test/told")
	beacon("https://both.test/untold")
	told := network.EventRequestWillBeSent{RequestID: "6", Type: network.ResourceTypePing, Request: &network.Request{URL: "https://both.test/told", Method: "POST"}, Initiator: &network.Initiator{}}
	l.traffic.begin(chrome.Event{Session: s}, told)
	sent("7", network.Headers{"Host": "both.test", "Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "no-cors"})
	sent("5", network.Headers{"Host": "heard.test", "Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "no-cors"})
	l.traffic.gather()
	answered("2", "deep=1")
	begun := network.EventRequestWillBeSent{RequestID: "3", Type: network.ResourceTypeScript, Request: &network.Request{URL: "http://late.test/x.js", Method: "GET"}, Initiator: &network.Initiator{}}
	l.traffic.begin(chrome.Event{Session: s}, begun)
	beacon("https://heard.test/late")
	l.ClosePage(observation.Page{})

	var got []string
	for _, r := range out.records {
		switch {
		case r.Request != nil:
			got = append(got, fmt.Sprintf("%q %s as %s: %d, sets %d", r.Request.Method, r.Request.URL, r.Request.Type, r.Request.Status, len(r.Request.Sets)))
		case r.Write != nil:
			got = append(got, fmt.Sprintf("%s %s @%s%s by %s", r.Write.Op, r.Write.Item.Name, r.Write.Item.Host, r.Write.Item.Path, r.Write.By.URL))
		}
	}
	want := []string{
		"set uid @ads.test/ by https://ads.test",
		"set seen @seen.test/ by https://seen.test/early",
		"set deep @tags.test/a by https://tags.test/a/b?c={1 digits}",
		`"POST" https://both.test/told as Ping: 0, sets 0`,
		`"" https://ads.test as Image: 200, sets 1`,
		`"POST" https://tags.test/a/b?c={1 digits} as Other: 200, sets 1`,
		`"GET" http://late.test/x.js as Script: 0, sets 0`,
		`"POST" https://seen.test/early as Ping: 200, sets 1`,
		`"POST" https://both.test/untold as Ping: 0, sets 0`,
		`"POST" https://heard.test/late as Ping: 0, sets 0`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
