package consent

import (
	"context"
	"slices"
	"time"

	"cookieaudit/scanner/journey"
	"cookieaudit/scanner/observation"
)

// Sight is a dialog that was found. It stays valid until the page changes.
type Sight struct {
	dialog *dialog
	gate   *dialog
	unread *dialog
	finder *finder
	layer  int // 0 counts as 1
	Looked time.Duration
}

// Found reports whether there is a dialog.
func (s *Sight) Found() bool { return s != nil && s.dialog != nil }

// Blocked reports whether a box that only asks for a language or region lies over
// the page. A dialog may come behind it: the Operator's choices answer it first.
func (s *Sight) Blocked() bool { return s != nil && s.gate != nil }

// Unread is the text of a box that lies over the page and may be a consent dialog,
// where there is no other: it speaks of cookies, and nobody understood its buttons. ""
// for none.
func (s *Sight) Unread() string {
	if s == nil || s.dialog != nil || s.unread == nil {
		return ""
	}
	return clip(s.unread.box.BoxText, 200)
}

// Layer is the number of the dialog's layer, 1 for what comes by itself.
func (s *Sight) Layer() int {
	if s == nil {
		return 1
	}
	return max(1, s.layer)
}

// Dialog is the dialog as evidence, nil for none.
func (s *Sight) Dialog() *observation.Dialog {
	if !s.Found() {
		return nil
	}
	return s.dialog.record(s.finder.words, s.Layer())
}

// Elements are the elements of Dialog().Controls, in the same order.
func (s *Sight) Elements() []journey.Element {
	var out []journey.Element
	if s.Found() {
		for _, c := range s.dialog.listed(s.finder.words) {
			out = append(out, c.element)
		}
	}
	return out
}

// Categories are those that this layer lets the visitor allow one by one, sorted:
// functional, analytics, marketing. What is strictly necessary is no choice.
func (s *Sight) Categories() []string {
	if !s.Found() {
		return nil
	}
	var out []string
	for _, c := range s.dialog.controls {
		category := ""
		switch {
		case c.disabled || c.interest:
		case isSwitch(c):
			category = c.category
		case c.class == Accept && !s.finder.words.saysAll(c.words()):
			category = soleCategory(s.finder.words.categories(c.words()))
		}
		if category != "" && category != necessary {
			out = append(out, category)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Look looks for a consent dialog until one is seen twice in the same place, or
// for as long as patience says, at least once.
func (o *Operator) Look(ctx context.Context, patience time.Duration) (*Sight, error) {
	return o.lookFrom(ctx, patience, nil)
}

// lookFrom is Look for a layer that comes from another.
func (o *Operator) lookFrom(ctx context.Context, patience time.Duration, from *dialog) (*Sight, error) {
	begun := time.Now()
	f, err := newFinder(ctx, o.Tab)
	if err != nil {
		return nil, err
	}
	f.from = from
	var last *dialog
	for {
		s, err := f.look(ctx)
		if err != nil {
			return nil, err
		}
		s.Looked = time.Since(begun)
		if s.Found() {
			if s.dialog.same(last) {
				return s, nil
			}
			last = s.dialog
			if err := o.Tab.Context().Clock.Frame(ctx, o.Tab); err != nil {
				return nil, err
			}
			if time.Since(begun) > patience+lookLimit {
				return s, nil // it never stops moving
			}
			continue
		}
		last = nil
		if time.Since(begun) >= patience {
			return s, nil
		}
		if _, err := o.Tab.Context().Clock.Quiet(ctx, o.Tab); err != nil {
			return nil, err
		}
	}
}

// Glance looks once. It asks for no drawn frame, so it also works after the
// tab's fast minute, when the page's clock stands still.
func (o *Operator) Glance(ctx context.Context) (*Sight, error) {
	f, err := newFinder(ctx, o.Tab)
	if err != nil {
		return nil, err
	}
	return f.look(ctx)
}

// pass answers the boxes that only ask for a language or region and lie before
// the dialog, and looks for the dialog again.
func (o *Operator) pass(ctx context.Context, s *Sight, a *Attempt) (*Sight, error) {
	for range 2 {
		if !s.Blocked() {
			break
		}
		c := s.gate.answer(s.finder.words, s.finder.lang)
		if c == nil {
			break
		}
		if err := o.press(ctx, c, nil, a); err != nil {
			return s, err
		}
		if _, err := o.gone(ctx, c, true); err != nil {
			return s, err
		}
		next, err := o.Look(ctx, 2*time.Second)
		if err != nil {
			return s, err
		}
		s = next
	}
	return s, nil
}
