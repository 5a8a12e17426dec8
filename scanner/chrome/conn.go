package chrome

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/chromedp/cdproto"
	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// Errors of calls that a browser can no longer answer.
var (
	ErrLost     = errors.New("the browser is gone")
	ErrDetached = errors.New("the page, frame or worker is gone")
	ErrCrashed  = errors.New("the page crashed")
)

// Conn is the connection to one browser. It is safe for concurrent use.
type Conn struct {
	transport chromedp.Transport
	root      *Session
	done      chan struct{} // closed when the browser is gone

	mu       sync.Mutex
	next     int64
	pending  map[int64]call
	sessions map[target.SessionID]*Session
	contexts map[string]*Context
	lost     bool
	events   int64 // so far
	// left are the sessions that were detached: what is still told of them is no
	// loss.
	left map[target.SessionID]bool
	losses
}

type call struct {
	session *Session
	reply   chan reply
}

type reply struct {
	result jsonv2.Value
	err    error
}

// newConn starts reading. The reader ends when the transport does.
func newConn(t chromedp.Transport) *Conn {
	c := &Conn{
		transport: t,
		done:      make(chan struct{}),
		pending:   map[int64]call{},
		sessions:  map[target.SessionID]*Session{},
		contexts:  map[string]*Context{},
		left:      map[target.SessionID]bool{},
		losses:    losses{told: map[int64]bool{}},
	}
	c.root = &Session{conn: c}
	go c.read()
	return c
}

func (c *Conn) read() {
	for {
		msg := new(cdproto.Message)
		if err := c.transport.Read(context.Background(), msg); err != nil {
			c.lose()
			return
		}
		if msg.Method == "" {
			c.answer(msg)
			continue
		}
		c.route(msg)
	}
}

func (c *Conn) lose() {
	c.mu.Lock()
	c.lost = true
	pending := c.pending
	c.pending = nil
	c.mu.Unlock()
	for _, p := range pending {
		p.reply <- reply{err: ErrLost}
	}
	close(c.done)
}

func (c *Conn) answer(msg *cdproto.Message) {
	c.mu.Lock()
	p, ok := c.pending[msg.ID]
	delete(c.pending, msg.ID)
	c.mu.Unlock()
	if !ok {
		return
	}
	r := reply{result: msg.Result}
	if msg.Error != nil {
		r.err = msg.Error
	}
	p.reply <- r
}

// route hands an event to its context. A child session is registered before the
// next message is read, so that nothing of it is lost.
func (c *Conn) route(msg *cdproto.Message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.events++
	s := c.root
	if msg.SessionID != "" {
		if s = c.sessions[msg.SessionID]; s == nil {
			if !c.left[msg.SessionID] {
				c.unknown(string(msg.Method))
			}
			return
		}
	}
	e := Event{Session: s, Method: string(msg.Method), Params: msg.Params, nr: c.events}
	switch e.Method {
	case "Target.attachedToTarget":
		c.attached(&e)
	case "Target.detachedFromTarget":
		var p target.EventDetachedFromTarget
		if e.Decode(&p) == nil {
			e.Child = c.sessions[p.SessionID]
			c.drop(p.SessionID, ErrDetached)
		}
	case "Inspector.targetCrashed":
		c.failPending(s, ErrCrashed)
	}
	if e.Child != nil && e.Child.context != nil {
		e.Child.context.queue.push(e)
		return
	}
	if s.context != nil {
		s.context.queue.push(e)
	}
}

func (c *Conn) attached(e *Event) {
	var p target.EventAttachedToTarget
	if e.Decode(&p) != nil || p.TargetInfo == nil {
		return
	}
	parent := e.Session
	if parent == c.root {
		parent = nil
	}
	child := &Session{
		conn: c, id: p.SessionID, Parent: parent,
		Type: TargetType(p.TargetInfo.Type), TargetID: p.TargetInfo.TargetID, URL: p.TargetInfo.URL,
		ready: make(chan struct{}),
	}
	if parent != nil {
		child.context = parent.context
	} else {
		child.context = c.contexts[string(p.TargetInfo.BrowserContextID)]
	}
	c.sessions[p.SessionID] = child
	e.Child = child
	if child.context == nil {
		// A target of nobody's context must not stay paused for ever.
		go func() { _ = child.Send("Runtime.runIfWaitingForDebugger", nil) }()
	}
}

func (c *Conn) drop(id target.SessionID, why error) {
	s := c.sessions[id]
	if s == nil {
		return
	}
	delete(c.sessions, id)
	c.left[id] = true
	s.gone = true
	c.failPending(s, why)
}

func (c *Conn) failPending(s *Session, why error) {
	for id, p := range c.pending {
		if p.session == s {
			delete(c.pending, id)
			p.reply <- reply{err: why}
		}
	}
}

// send writes a command and returns where its reply will arrive.
func (c *Conn) send(s *Session, method string, params any) (int64, chan reply) {
	ch := make(chan reply, 1)
	body := jsonv2.Value("{}")
	if params != nil {
		b, err := jsonv2.Marshal(params, chromedp.DefaultMarshalOptions)
		if err != nil {
			ch <- reply{err: fmt.Errorf("encode %s: %w", method, err)}
			return 0, ch
		}
		body = b
	}
	c.mu.Lock()
	switch {
	case c.lost:
		c.mu.Unlock()
		ch <- reply{err: ErrLost}
		return 0, ch
	case s.gone:
		c.mu.Unlock()
		ch <- reply{err: ErrDetached}
		return 0, ch
	}
	c.next++
	id := c.next
	c.pending[id] = call{s, ch}
	c.mu.Unlock()
	msg := &cdproto.Message{ID: id, SessionID: s.id, Method: cdproto.MethodType(method), Params: body}
	if err := c.transport.Write(context.Background(), msg); err != nil {
		// A browser that died meanwhile has had the call answered already.
		if c.forget(id) {
			ch <- reply{err: fmt.Errorf("%s: %w: %w", method, ErrLost, err)}
		}
	}
	return id, ch
}

// forget drops a call and reports whether it was still waiting.
func (c *Conn) forget(id int64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, waits := c.pending[id]
	delete(c.pending, id)
	return waits
}
