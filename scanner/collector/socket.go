package collector

import (
	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/network"
)

// sockets are the open WebSockets. The handshake is a request, and what a page
// sends through one is another, which has no answer and no cookies of its own.
type sockets struct {
	traffic *traffic
	open    map[network.RequestID]*socket
}

type socket struct {
	url       string
	top       string
	initiator *network.Initiator
	handshake *request
	told      map[told]bool
}

// told is something that a socket was seen to take along: an observation.Taken or
// Param, a field's name, or true for what nobody could read.
type told struct {
	page  string
	phase observation.Phase
	what  any
}

func (s *sockets) on(e chrome.Event) {
	switch e.Method {
	case "Network.webSocketCreated":
		var p network.EventWebSocketCreated
		if e.Decode(&p) == nil {
			ws := &socket{url: p.URL, top: s.traffic.log.topOf(e.Session), initiator: p.Initiator, told: map[told]bool{}}
			s.open[p.RequestID] = ws
			v := s.traffic.log.leaves(ws.url, ws.top)
			s.traffic.log.readURL(v, ws.url)
			ws.handshake = s.record(ws, v)
			// What another site's answer sets is kept from the page's session.
			s.traffic.silent = append(s.traffic.silent, ws.handshake)
		}
	case "Network.webSocketHandshakeResponseReceived":
		var p network.EventWebSocketHandshakeResponseReceived
		if e.Decode(&p) == nil && p.Response != nil {
			s.answered(p)
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

// answered records what the answer to the handshake set.
func (s *sockets) answered(p network.EventWebSocketHandshakeResponseReceived) {
	ws := s.open[p.RequestID]
	if ws == nil {
		return
	}
	h := ws.handshake.last()
	h.status = int(p.Response.Status)
	a := answer{network.EventResponseReceivedExtraInfo{Headers: p.Response.Headers}, s.traffic.log.clock.Now(), s.traffic.log.fast}
	h.sets = append(h.sets, s.traffic.log.setCookies(ws.handshake, h, a)...)
}

// sent records a frame that takes something new along, or that nobody can read.
func (s *sockets) sent(p network.EventWebSocketFrameSent) {
	ws := s.open[p.RequestID]
	if ws == nil {
		return
	}
	v := s.traffic.log.leaves(ws.url, ws.top)
	s.traffic.log.readBody(v, p.Response.PayloadData, "")
	if s.news(ws, v) {
		s.record(ws, v)
	}
}

// news reports whether a frame takes something along that none before it on the
// page and in the phase did: a socket may send the same a thousand times.
func (s *sockets) news(ws *socket, v *leaving) bool {
	m := s.traffic.log.moment(now())
	found := false
	note := func(what any) {
		k := told{m.page, m.phase, what}
		found = found || !ws.told[k]
		ws.told[k] = true
	}
	for t := range v.taken {
		note(t)
	}
	for f := range v.typed {
		note(f)
	}
	for id := range v.ids {
		note(id)
	}
	if v.unread {
		note(v.unread)
	}
	return found
}

func (s *sockets) record(ws *socket, v *leaving) *request {
	t := s.traffic
	sent := t.log.moment(now())
	r := &request{
		hops: []*hop{{seq: t.log.next(), url: ws.url, method: "GET", at: sent.at, top: ws.top, leaving: v}},
		typ:  network.ResourceTypeWebSocket, initiator: ws.initiator,
		document: ws.top,
		moment:   sent,
	}
	t.order = append(t.order, r)
	return r
}
