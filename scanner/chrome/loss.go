package chrome

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/network"
)

// losses are the events that came and could not be used. Each is a gap of its
// context; the log counts those that are alike.
type losses struct {
	telling sync.Mutex
	told    map[int64]bool // events that were told as undecodable
}

// enter lets a context have its events, leave ends that. Whoever reads contexts
// holds one of the two mutexes.
func (c *Conn) enter(x *Context) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.telling.Lock()
	defer c.telling.Unlock()
	c.contexts[string(x.id)] = x
}

func (c *Conn) leave(x *Context) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.telling.Lock()
	defer c.telling.Unlock()
	delete(c.contexts, string(x.id))
}

// tellsWrites reports whether events of a method tell of writes, or of the frames
// and workers that write: without them something may have been missed.
func tellsWrites(method string) bool {
	switch method {
	case "Network.requestWillBeSent", "Network.responseReceivedExtraInfo", "Runtime.consoleAPICalled", "Target.attachedToTarget":
		return true
	}
	return strings.HasPrefix(method, "DOMStorage.")
}

// undecodable tells of an event that could not be read. Several readers may try.
func (c *Conn) undecodable(e Event) {
	c.telling.Lock()
	defer c.telling.Unlock()
	if c.told[e.nr] {
		return
	}
	c.told[e.nr] = true
	blind := tellsWrites(e.Method)
	what := "events of a " + string(e.Session.Type)
	if e.Session == c.root {
		what = "events of the browser"
	}
	why := what + " could not be read" + consequence(blind)
	if e.Session.context != nil {
		e.Session.context.lose("events-undecodable", why, e.Session, blind)
		return
	}
	// Nobody knows whose it is.
	for _, x := range c.contexts {
		x.lose("events-undecodable", why, nil, blind)
	}
}

// unknown tells of an event of a session that was never attached.
func (c *Conn) unknown(method string) {
	c.telling.Lock()
	defer c.telling.Unlock()
	blind := tellsWrites(method)
	for _, x := range c.contexts {
		x.lose("events-lost", "events came of a page, frame or worker that nobody was attached to"+consequence(blind), nil, blind)
	}
}

func consequence(blind bool) string {
	if blind {
		return ": writes may have been missed"
	}
	return ""
}

// lose tells of a gap from any goroutine.
func (c *Context) lose(kind, why string, s *Session, blind bool) {
	c.queue.push(Event{task: func() { c.gap(kind, why, s, blind) }})
}

// order watches that what is told of requests belongs to requests that began.
type order struct {
	begun map[network.RequestID]bool
	early map[network.RequestID]stray
}

// stray is what was told of a request before, or without, its beginning.
type stray struct {
	session *Session
	events  int
}

func newOrder() order {
	return order{map[network.RequestID]bool{}, map[network.RequestID]stray{}}
}

func (o *order) event(e Event) {
	switch e.Method {
	case "Network.requestWillBeSent", "Network.webSocketCreated", "Network.webTransportCreated",
		"Network.responseReceived", "Network.responseReceivedExtraInfo":
		// Of ends nothing follows: the document of a srcdoc frame has one, and no
		// beginning.
	default:
		return
	}
	var p struct {
		RequestID network.RequestID `json:"requestId"`
		Headers   network.Headers   `json:"headers"`
	}
	if e.Decode(&p) != nil {
		return
	}
	switch e.Method {
	case "Network.responseReceived":
	case "Network.responseReceivedExtraInfo":
		// A document that is being replaced takes the beginnings of its last requests
		// along. That matters where they set something.
		if !sets(p.Headers) {
			return
		}
	default:
		o.begun[p.RequestID] = true
		delete(o.early, p.RequestID)
		return
	}
	if !o.begun[p.RequestID] {
		o.early[p.RequestID] = stray{e.Session, o.early[p.RequestID].events + 1}
	}
}

func sets(h network.Headers) bool {
	for name := range h {
		if strings.EqualFold(name, "set-cookie") {
			return true
		}
	}
	return false
}

// settle tells what never fell into place, once the page is left.
func (c *Context) settle() {
	for _, id := range slices.Sorted(maps.Keys(c.order.early)) {
		s := c.order.early[id]
		delete(c.order.early, id)
		if s.session.Type == ServiceWorkerTarget {
			continue // the browser asks for its script before there is a session
		}
		for range s.events {
			c.gap("events-out-of-order", fmt.Sprintf("events of a %s tell of requests whose beginning was not told", s.session.Type), s.session, false)
		}
	}
}
