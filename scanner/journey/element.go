package journey

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"math"
	"time"

	"cookieaudit/scanner/chrome"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
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
	// ByScript is a synthetic click, where something covers the element and a
	// visitor could not press it. Handlers can tell it from a real one.
	ByScript Press = "script"
)

// replyLimit bounds one command to a page that may hang.
const replyLimit = 5 * time.Second

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
// a real mouse event at its middle. commit, if not nil, is called at the last
// moment before.
func (e Element) Click(ctx context.Context, t *chrome.Tab, commit func()) (Press, error) {
	p, err := e.steady(ctx, t)
	if err == nil && e.hit(ctx, t, p) {
		return ByMouse, t.Context().Clock.Click(ctx, t, p.x, p.y, commit)
	}
	if err != nil && (errors.Is(err, chrome.ErrCrashed) || errors.Is(err, chrome.ErrLost) || ctx.Err() != nil) {
		return "", err
	}
	if commit != nil {
		commit()
	}
	return ByScript, e.on(ctx, "press", nil)
}

// point is a place in the tab's viewport, and in the element's own frame.
type point struct{ x, y, innerX, innerY float64 }

// steady waits until two looks in a row, a drawn frame apart, find the element
// at one place: an animation has ended.
func (e Element) steady(ctx context.Context, t *chrome.Tab) (point, error) {
	last, err := e.point(ctx, t)
	if err != nil {
		return point{}, err
	}
	for range 60 {
		if err := t.Context().Clock.Frame(ctx, t); err != nil {
			return last, err
		}
		p, err := e.point(ctx, t)
		if err != nil {
			return point{}, err
		}
		if math.Abs(p.x-last.x)+math.Abs(p.y-last.y) < 1 {
			return p, nil
		}
		last = p
	}
	return last, nil
}

func (e Element) point(ctx context.Context, t *chrome.Tab) (point, error) {
	ctx, cancel := context.WithTimeout(ctx, replyLimit)
	defer cancel()
	s := e.World.Session
	_, _ = cdp.Call(ctx, s, dom.ScrollIntoViewIfNeeded, dom.ScrollIntoViewIfNeededParams{BackendNodeID: e.Node})
	q, err := cdp.Call(ctx, s, dom.GetContentQuads, dom.GetContentQuadsParams{BackendNodeID: e.Node})
	if err != nil {
		return point{}, err
	}
	if len(q.Quads) == 0 || len(q.Quads[0]) != 8 {
		return point{}, errors.New("the element has no box")
	}
	c := q.Quads[0]
	p := point{innerX: (c[0] + c[2] + c[4] + c[6]) / 4, innerY: (c[1] + c[3] + c[5] + c[7]) / 4}
	p.x, p.y = p.innerX, p.innerY
	// A cross-site frame counts from its own corner: add where its element
	// lies, level by level.
	for ; s.Parent != nil; s = s.Parent {
		owner, err := cdp.Call(ctx, s.Parent, dom.GetFrameOwner, dom.GetFrameOwnerParams{FrameID: cdp.FrameID(s.TargetID)})
		if err != nil {
			return point{}, err
		}
		box, err := cdp.Call(ctx, s.Parent, dom.GetBoxModel, dom.GetBoxModelParams{BackendNodeID: owner.BackendNodeID})
		if err != nil || box.Model == nil || len(box.Model.Content) < 2 {
			return point{}, fmt.Errorf("find the frame's place: %w", err)
		}
		p.x += box.Model.Content[0]
		p.y += box.Model.Content[1]
	}
	return p, nil
}

// hit reports whether the element is what lies on top at the point, in its own
// document and, for a cross-site frame, in the page around it.
func (e Element) hit(ctx context.Context, t *chrome.Tab, p point) bool {
	var ok bool
	if e.on(ctx, "onTop", &ok, p.innerX, p.innerY) != nil || !ok {
		return false
	}
	s := e.World.Session
	if s.Parent == nil {
		return true
	}
	for s.Parent.Parent != nil {
		s = s.Parent
	}
	ctx, cancel := context.WithTimeout(ctx, replyLimit)
	defer cancel()
	owner, err := cdp.Call(ctx, t.Session, dom.GetFrameOwner, dom.GetFrameOwnerParams{FrameID: cdp.FrameID(s.TargetID)})
	if err != nil {
		return false
	}
	at, err := cdp.Call(ctx, t.Session, dom.GetNodeForLocation, dom.GetNodeForLocationParams{X: int64(p.x), Y: int64(p.y)})
	// The node may lie in the frame's process, where this session cannot name it.
	return err != nil || at.BackendNodeID == owner.BackendNodeID || at.BackendNodeID == 0
}
