package chrome

import (
	"context"
	"fmt"

	"github.com/chromedp/cdproto/cdp"
	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// TargetType is CDP's type of a target.
type TargetType string

const (
	PageTarget          TargetType = "page"
	FrameTarget         TargetType = "iframe"
	WorkerTarget        TargetType = "worker"
	SharedWorkerTarget  TargetType = "shared_worker"
	ServiceWorkerTarget TargetType = "service_worker"
)

// Document reports whether targets of this type have documents, and so Page,
// DOM and DOMStorage.
func (t TargetType) Document() bool { return t == PageTarget || t == FrameTarget }

// Session is one flattened CDP session: with a page, a cross-site frame or a
// worker. It implements cdp.Session, for cdp.Call.
type Session struct {
	Type     TargetType
	TargetID target.ID
	URL      string   // when it was attached
	Parent   *Session // nil for a page or a shared worker

	conn    *Conn
	context *Context
	id      target.SessionID
	ready   chan struct{} // closed when the barrier was answered
	gone    bool          // guarded by conn.mu
}

var _ cdp.Session = (*Session)(nil)

// ID names the session in records.
func (s *Session) ID() string { return string(s.id) }

// Live reports whether the target is still attached through this session.
func (s *Session) Live() bool {
	s.conn.mu.Lock()
	defer s.conn.mu.Unlock()
	return !s.gone
}

// Root is the session of the page that s belongs to, s itself for a page.
func (s *Session) Root() *Session {
	for s.Parent != nil {
		s = s.Parent
	}
	return s
}

// within reports whether s is a session or one of those below it.
func (s *Session) within(above *Session) bool {
	for ; s != nil; s = s.Parent {
		if s == above {
			return true
		}
	}
	return false
}

// Call sends a command and waits for its reply. It returns ErrDetached,
// ErrCrashed or ErrLost when no reply can come any more. A target that hangs
// never answers: give ctx a deadline.
func (s *Session) Call(ctx context.Context, method string, params, result any) error {
	id, ch := s.conn.send(s, method, params)
	select {
	case r := <-ch:
		if r.err != nil {
			return fmt.Errorf("%s: %w", method, r.err)
		}
		if result == nil {
			return nil
		}
		if err := jsonv2.Unmarshal(r.result, result, chromedp.DefaultUnmarshalOptions); err != nil {
			return fmt.Errorf("%s: decode reply: %w", method, err)
		}
		return nil
	case <-ctx.Done():
		s.conn.forget(id)
		return fmt.Errorf("%s: %w", method, ctx.Err())
	}
}

// Send sends a command without waiting. The reply's error arrives on the
// returned channel, once.
func (s *Session) Send(method string, params any) <-chan error {
	_, ch := s.conn.send(s, method, params)
	out := make(chan error, 1)
	go func() { out <- (<-ch).err }()
	return out
}

// Subscribe is part of cdp.Session. Events are delivered to the hooks of the
// Context, in one order over all sessions, so there is nothing to subscribe to:
// the channel is closed.
func (s *Session) Subscribe(string) (<-chan jsonv2.Value, func()) {
	ch := make(chan jsonv2.Value)
	close(ch)
	return ch, func() {}
}

// Event is one CDP event.
type Event struct {
	Session *Session
	Method  string
	Params  jsonv2.Value
	Child   *Session // of Target.attachedToTarget and detachedFromTarget
	nr      int64    // its place in the transport
	task    func()
}

// Decode reads the event's parameters into a cdproto event type. An event that
// cannot be read is told as a gap of its context, once.
func (e Event) Decode(v any) error {
	err := jsonv2.Unmarshal(e.Params, v, chromedp.DefaultUnmarshalOptions)
	if err != nil && e.Session != nil {
		e.Session.conn.undecodable(e)
	}
	return err
}
