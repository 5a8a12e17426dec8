package collector

import (
	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/network"
)

// sockets are the open WebSockets. What a page sends through one is a request
// like any other, save that it has no answer and no cookies of its own.
type sockets struct {
	traffic *traffic
	open    map[network.RequestID]*socket
}

type socket struct {
	url       string
	top       string
	initiator *network.Initiator
	unread    bool // that something was sent which nobody could read is recorded
}

// textFrame is the opcode of a frame of text; others are bytes in a form that
// only the site knows.
const textFrame = 1

func (s *sockets) on(e chrome.Event) {
	switch e.Method {
	case "Network.webSocketCreated":
		var p network.EventWebSocketCreated
		if e.Decode(&p) == nil {
			s.open[p.RequestID] = &socket{url: p.URL, top: s.traffic.log.topOf(e.Session), initiator: p.Initiator}
		}
	case "Network.webSocketFrameSent":
		var p network.EventWebSocketFrameSent
		if e.Decode(&p) == nil && p.Response != nil {
			s.sent(p)
		}
	case "Network.webSocketClosed":
		var p network.EventWebSocketClosed
		if e.Decode(&p) == nil {
			delete(s.open, p.RequestID)
		}
	}
}

// sent records a frame that takes something along, and of each socket the first
// that nobody can read.
func (s *sockets) sent(p network.EventWebSocketFrameSent) {
	ws := s.open[p.RequestID]
	if ws == nil {
		return
	}
	t := s.traffic
	h := &hop{url: ws.url, top: ws.top}
	h.sent, h.typed, h.unread = t.log.leaving(&network.Request{URL: ws.url, PostDataEntries: []*network.PostDataEntry{{Bytes: p.Response.PayloadData}}})
	h.unread = h.unread || p.Response.Opcode != textFrame
	if len(h.sent) == 0 && len(h.typed) == 0 && (!h.unread || ws.unread) {
		return
	}
	ws.unread = ws.unread || h.unread
	h.seq = t.log.next()
	t.order = append(t.order, &request{
		hops: []*hop{h}, typ: network.ResourceTypeWebSocket, method: "GET", initiator: ws.initiator,
		document: ws.top, sameSite: observation.Site(observation.HostOf(ws.url)) == observation.Site(observation.HostOf(ws.top)),
		moment: t.log.moment(now()),
	})
}
