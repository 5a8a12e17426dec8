package consent

import (
	"context"
	_ "embed"
	"errors"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/journey"
	"cookieaudit/scanner/observation"
)

//go:embed looks.js
var looksJS string

//go:embed covers.js
var coversJS string

// Measure tells how the controls of a dialog look, how they are reached by the
// keyboard, and how much of the page the dialog takes. d must be s.Dialog(). It
// reads and presses nothing; do it ahead of any click, since a pressed or hovered
// control looks different. What cannot be measured stays unmeasured.
func (o *Operator) Measure(ctx context.Context, s *Sight, d *observation.Dialog) error {
	if !s.Found() || d == nil {
		return nil
	}
	elements := s.Elements()
	for i := range min(len(elements), len(d.Controls)) {
		var looks *observation.Looks
		err := elements[i].World.CallOn(ctx, elements[i].Node, looksJS, &looks)
		if fatal(ctx, err) {
			return err
		}
		d.Controls[i].Looks = looks
	}
	covers, err := o.covers(ctx, elements)
	if fatal(ctx, err) {
		return err
	}
	if err == nil {
		d.Covers, d.Locked, d.Looked = covers.Covers, covers.Locked, true
	}
	return nil
}

// fatal: the tab or the scan ended; a control that went away did not.
func fatal(ctx context.Context, err error) bool {
	return err != nil && (ctx.Err() != nil || errors.Is(err, chrome.ErrCrashed) || errors.Is(err, chrome.ErrLost))
}

type coverage struct {
	Covers float64
	Locked bool
}

func (o *Operator) covers(ctx context.Context, elements []journey.Element) (c coverage, err error) {
	top, err := o.Tab.Main(ctx)
	if err != nil {
		return c, err
	}
	for _, e := range elements {
		if e.World.Frame == top.Frame {
			return c, e.World.CallOn(ctx, e.Node, coversJS, &c)
		}
	}
	// The dialog lives in a frame of its own: ask the page that holds it.
	root, err := top.Find(ctx, `document.documentElement`)
	if err != nil {
		return c, err
	}
	return c, top.CallOn(ctx, root, coversJS, &c)
}

//go:embed overlays.js
var overlaysJS string

// Overlays are the boxes that lie over the tab's page, as numbers that stay the
// same for as long as the document is there. It tells that something went away
// where nobody knows what it is called.
func Overlays(ctx context.Context, t *chrome.Tab) ([]int, error) {
	w, err := t.Main(ctx)
	if err != nil {
		return nil, err
	}
	var out []int
	err = w.Eval(ctx, overlaysJS, &out)
	return out, err
}
