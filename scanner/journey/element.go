package journey

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"math"
	"time"

	"cookieaudit/scanner/chrome"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/page"
)

// Element is one node of one frame.
type Element struct {
	World *chrome.World
	Node  cdp.BackendNodeID
}

// Press is how an element was pressed.
type Press string

const (
	ByMouse Press = "mouse"
	// ByScript is a synthetic click, where the element stays covered or is not drawn
	// and no mouse could press it. Handlers can tell it from a real one, and that it
	// worked says nothing of what a visitor can do.
	ByScript Press = "script"
)

// replyLimit bounds one command to a page that may hang.
const replyLimit = 10 * time.Second

//go:embed element.js
var elementJS string

// on calls one of element.js's functions with this bound to the element.
func (e Element) on(ctx context.Context, name string, out any, args ...any) error {
	ctx, cancel := context.WithTimeout(ctx, replyLimit)
	defer cancel()
	return e.World.CallOn(ctx, e.Node, "function(...args){"+elementJS+"; return "+name+".apply(this, args)}", out, args...)
}

// Visible reports whether a visitor sees the element now. An element that is
// gone is not visible.
func (e Element) Visible(ctx context.Context) bool {
	var visible bool
	return e.on(ctx, "visible", &visible) == nil && visible
}

// Checked reports whether a box or switch is on.
func (e Element) Checked(ctx context.Context) (bool, error) {
	var on bool
	err := e.on(ctx, "checked", &on)
	return on, err
}

// Click presses the element: scrolled into view, when it has stopped moving, by
// a real mouse event at its middle or where else nothing covers it. Only where
// there is no such place it is pressed by script. commit, if not nil, is called
// at the last moment before.
func (e Element) Click(ctx context.Context, t *chrome.Tab, commit func()) (Press, error) {
	p, ok, err := e.uncovered(ctx, t)
	if ok {
		return ByMouse, t.Context().Clock.Click(ctx, t, p.x, p.y, commit)
	}
	if err != nil && chrome.Unanswered(err) {
		return "", err
	}
	var there bool
	if err := e.World.CallOn(ctx, e.Node, "function() { return this.isConnected; }", &there); err != nil || !there {
		return "", cmp.Or(err, errors.New("the element is no longer in the page"))
	}
	if commit != nil {
		commit()
	}
	return ByScript, e.on(ctx, "press", nil)
}

// point is a place of the element: in the tab's window, in the window of the
// element's session, and as the part of the element's width and height by which
// it lies right of and below the middle.
type point struct{ x, y, innerX, innerY, right, below float64 }

// coveredLooks is how often a covered element is looked at, a drawn frame or more
// apart: what lies over it may be about to fade.
const coveredLooks = 30

// uncovered is a place at which a mouse reaches the element. Where something lies
// over it, it is done what a visitor would do: scroll it away from the window's
// edges, and point at what shows of it. ok is false where it stays covered.
func (e Element) uncovered(ctx context.Context, t *chrome.Tab) (_ point, ok bool, err error) {
	for n := range coveredLooks {
		places, err := e.steady(ctx, t)
		if err != nil {
			return point{}, false, err
		}
		for _, p := range places {
			if e.hit(ctx, p) {
				return p, true, nil
			}
		}
		if n > 0 {
			continue
		}
		var part []float64
		if e.on(ctx, "expose", &part) == nil && len(part) == 2 && e.World.Top {
			if err := t.Context().Clock.Mouse(ctx, t, part[0], part[1]); err != nil {
				return point{}, false, err
			}
		}
	}
	return point{}, false, nil
}

// steady waits until two looks in a row, a drawn frame apart, find the element
// at one place: an animation has ended. It gives the places of the last look.
func (e Element) steady(ctx context.Context, t *chrome.Tab) ([]point, error) {
	last, err := e.places(ctx)
	if err != nil {
		return nil, err
	}
	for range 60 {
		if err := t.Context().Clock.Frame(ctx, t); err != nil {
			return nil, err
		}
		now, err := e.places(ctx)
		if err != nil {
			return nil, err
		}
		moved := math.Abs(now[0].x-last[0].x) + math.Abs(now[0].y-last[0].y)
		if last = now; moved < 1 {
			break
		}
	}
	return last, nil
}

// places scrolls the element into view and gives points of it: its middle, and
// one near each corner.
func (e Element) places(ctx context.Context) ([]point, error) {
	ctx, cancel := context.WithTimeout(ctx, replyLimit)
	defer cancel()
	s := e.World.Session
	_, _ = cdp.Call(ctx, s, dom.ScrollIntoViewIfNeeded, dom.ScrollIntoViewIfNeededParams{BackendNodeID: e.Node})
	q, err := cdp.Call(ctx, s, dom.GetContentQuads, dom.GetContentQuadsParams{BackendNodeID: e.Node})
	if err != nil {
		return nil, err
	}
	if len(q.Quads) == 0 || len(q.Quads[0]) != 8 {
		return nil, errors.New("the element has no box")
	}
	// A cross-site frame counts from its own corner: add where its element
	// lies, level by level.
	var left, top float64
	for ; s.Parent != nil; s = s.Parent {
		_, x, y, err := frameIn(ctx, s)
		if err != nil {
			return nil, err
		}
		left, top = left+x, top+y
	}
	c := q.Quads[0] // clockwise from the upper left
	var out []point
	for _, d := range [][2]float64{{0, 0}, {-0.4, -0.4}, {0.4, -0.4}, {0.4, 0.4}, {-0.4, 0.4}} {
		p := point{right: d[0], below: d[1]}
		p.innerX = (c[0]+c[2]+c[4]+c[6])/4 + p.right*(c[2]-c[0]) + p.below*(c[6]-c[0])
		p.innerY = (c[1]+c[3]+c[5]+c[7])/4 + p.right*(c[3]-c[1]) + p.below*(c[7]-c[1])
		p.x, p.y = p.innerX+left, p.innerY+top
		out = append(out, p)
	}
	return out, nil
}

// frameIn is the element of a session's frame in the session around it, and where
// its content begins there.
func frameIn(ctx context.Context, s *chrome.Session) (node cdp.BackendNodeID, left, top float64, err error) {
	owner, err := cdp.Call(ctx, s.Parent, dom.GetFrameOwner, dom.GetFrameOwnerParams{FrameID: cdp.FrameID(s.TargetID)})
	if err != nil {
		return 0, 0, 0, err
	}
	box, err := cdp.Call(ctx, s.Parent, dom.GetBoxModel, dom.GetBoxModelParams{BackendNodeID: owner.BackendNodeID})
	if err != nil {
		return 0, 0, 0, fmt.Errorf("find the frame's place: %w", err)
	}
	if box.Model == nil || len(box.Model.Content) < 2 {
		return 0, 0, 0, errors.New("find the frame's place: it has no box")
	}
	return owner.BackendNodeID, box.Model.Content[0], box.Model.Content[1], nil
}

// Drawn reports whether the frame of a world has a place on the page around it, as one in
// a hidden box has not. Where that can't be found out, it has.
func Drawn(ctx context.Context, w *chrome.World) bool {
	ctx, cancel := context.WithTimeout(ctx, replyLimit)
	defer cancel()
	s := w.Session
	if w.Frame != cdp.FrameID(s.TargetID) && !boxed(ctx, s, w.Frame) {
		return false
	}
	for ; s.Parent != nil; s = s.Parent {
		if !boxed(ctx, s.Parent, cdp.FrameID(s.TargetID)) {
			return false
		}
	}
	return true
}

func boxed(ctx context.Context, around *chrome.Session, frame cdp.FrameID) bool {
	owner, err := cdp.Call(ctx, around, dom.GetFrameOwner, dom.GetFrameOwnerParams{FrameID: frame})
	if err != nil {
		return true
	}
	_, err = cdp.Call(ctx, around, dom.GetBoxModel, dom.GetBoxModelParams{BackendNodeID: owner.BackendNodeID})
	return err == nil || ctx.Err() != nil
}

// hit reports whether the element is what lies on top at a place of it: in its own
// document, and where that is a frame's, in every page around it.
func (e Element) hit(ctx context.Context, p point) bool {
	var ok bool
	if e.on(ctx, "onTop", &ok, p.right, p.below) != nil || !ok {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, replyLimit)
	defer cancel()
	s, x, y := e.World.Session, p.innerX, p.innerY
	if e.World.Frame != cdp.FrameID(s.TargetID) {
		at, err := topmost(ctx, s, x, y)
		if err != nil || at.FrameID != e.World.Frame {
			return false
		}
	}
	for ; s.Parent != nil; s = s.Parent {
		frame, left, top, err := frameIn(ctx, s)
		if err != nil {
			return false
		}
		x, y = x+left, y+top
		at, err := topmost(ctx, s.Parent, x, y)
		if err != nil || at.BackendNodeID != frame {
			return false
		}
	}
	return true
}

// topmost is the node that lies on top at a place in a session's window. It may be
// one of a frame that shares the session.
func topmost(ctx context.Context, s *chrome.Session, x, y float64) (*dom.GetNodeForLocationResult, error) {
	m, err := cdp.Call(ctx, s, page.GetLayoutMetrics, cdp.Empty{})
	if err != nil {
		return nil, fmt.Errorf("find how far a page is scrolled: %w", err)
	}
	if m.CSSLayoutViewport == nil {
		return nil, errors.New("find how far a page is scrolled: it has no viewport")
	}
	// The protocol counts from the document's corner here, not from the window's.
	x, y = x+float64(m.CSSLayoutViewport.PageX), y+float64(m.CSSLayoutViewport.PageY)
	at, err := cdp.Call(ctx, s, dom.GetNodeForLocation, dom.GetNodeForLocationParams{X: int64(x), Y: int64(y)})
	return &at, err
}
