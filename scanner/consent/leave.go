package consent

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"cookieaudit/scanner/observation"
)

// leaveList goes back from an open list to what saves the layer that led there, nil where
// that shows already or none is open. The attempt has an outcome afterwards where nothing
// leads back, or where saving the list was the choice.
func (o *Operator) leaveList(ctx context.Context, s *Sight, opened folds, a *Attempt) (*Sight, error) {
	l := a.list
	if l == nil {
		return nil, nil
	}
	if c := s.onward(l); c != nil {
		a.Outcome, a.Why = observation.Failed, fmt.Sprintf("the list behind %q goes on behind %q", clip(l.button.words(), 60), clip(c.words(), 60))
		return nil, nil
	}
	if s.dialog.saves(l.save, false) {
		a.list = nil
		return nil, nil
	}
	home, presses, err := o.homeward(ctx, s, true, a)
	if home == nil || err != nil {
		return nil, err
	}
	// Whether a list keeps what was turned shows when it is opened once more.
	if l.turned && !l.second && presses > 0 {
		if a.kept == nil {
			a.kept = map[string]bool{}
		}
		a.kept[l.button.place()] = true
		opened.close(l.button)
	}
	a.list, a.Gone, a.Outcome, a.Why = nil, false, "", ""
	home.layer = l.from.layer
	return home, nil
}

// homeward goes back from an open list to the layer that led there, nil where nothing
// leads back: the attempt has an outcome then, or the policy's steps are to save. choose:
// what saves or refuses may be pressed.
func (o *Operator) homeward(ctx context.Context, s *Sight, choose bool, a *Attempt) (home *Sight, presses int, err error) {
	l := a.list
	home, err = o.home(ctx, l, false, a)
	for ; home == nil && err == nil; presses++ {
		out := s.wayOut(!s.dialog.at(l.from.dialog), choose)
		switch {
		case out == nil || presses == maxLayers:
			a.Gone, a.Outcome = false, observation.Failed
			a.Why = fmt.Sprintf("nothing leads back from the list behind %q", clip(l.button.words(), 60))
			if a.Committed { // what saves the list may have saved nothing else
				a.Committed, err = o.storedSince(ctx, a.stored)
			}
			return nil, presses, err
		case out.class == Save && len(o.Controls["save"]) > 0:
			return nil, presses, nil
		}
		if s, err = o.leave(ctx, s, out, a); err != nil || s == nil {
			return nil, presses, err
		}
		home, err = o.home(ctx, l, true, a)
	}
	return home, presses, err
}

// home is the layer from which a list was opened, nil where it does not show. left: it may
// take a while to come back, and the page may draw it anew.
func (o *Operator) home(ctx context.Context, l *openList, left bool, a *Attempt) (*Sight, error) {
	begun, m := time.Now(), motion{tab: o.Tab}
	for {
		s, err := o.again(ctx, l.from, a)
		if err != nil {
			return nil, err
		}
		if s.Found() && s.dialog.saves(l.save, left) {
			return s, nil
		}
		if !left || time.Since(begun) > changeLimit || m.rested(ctx) {
			return nil, ctx.Err()
		}
		if _, err := o.Tab.Context().Clock.Quiet(ctx, o.Tab); err != nil {
			return nil, err
		}
	}
}

// leave presses what leads out of a list, and returns what shows then: nil where nothing
// does, and the attempt has an outcome.
func (o *Operator) leave(ctx context.Context, s *Sight, out *control, a *Attempt) (*Sight, error) {
	var err error
	switch out.class {
	case Save:
		err = o.commit(ctx, s, out, a)
	case Reject:
		err = o.press(ctx, out, o.committing(a), a)
	default:
		err = o.press(ctx, out, nil, a)
	}
	if err != nil {
		return nil, err
	}
	next, err := o.lookFrom(ctx, 0, s.dialog)
	if err != nil || next.Found() {
		return next, err
	}
	if out.class != Save {
		o.strayed(a)
		a.Outcome, a.Why = observation.Failed, fmt.Sprintf("the dialog went away when %q was pressed in a list", clip(out.words(), 60))
	}
	return nil, nil
}

// saves reports whether a control that saves can be pressed on this layer too. anew: the
// page may have drawn it anew since.
func (d *dialog) saves(save *control, anew bool) bool {
	return slices.ContainsFunc(d.controls, func(c *control) bool {
		return c.class == Save && !c.info.Covered && (c.element.Node == save.element.Node || anew && c.words() == save.words())
	})
}

// wayOut is the control that saves a list or leads back from it, nil for none. apart: the
// list has a box of its own, which may be closed. choose: it may make a choice.
func (s *Sight) wayOut(apart, choose bool) *control {
	d, v := s.dialog, s.finder.words
	if c := d.first(v, Save); c != nil && choose {
		return c
	}
	var back *control
	for _, c := range d.controls {
		if c.class != NoClass && c.class != Settings || isBox(c.role) || c.disabled || !c.info.Visible {
			continue
		}
		if choose && v.near().any(c.words(), doneWord) {
			return c // to go back may give up what was turned
		}
		if v.near().any(c.words(), backWord) || v.near().any(c.name, backWord) || isArrow(c.info.Text, s.finder.leftward()) {
			back = cmp.Or(back, c)
		}
	}
	asks := v.any(d.box.BoxText, acceptWord) || strings.ContainsAny(d.box.BoxText, "?؟？")
	switch {
	case back != nil || !apart:
		return back
	case choose && d.first(v, Reject) != nil:
		return d.first(v, Reject)
	case asks: // "by OK you agree"
		return d.first(v, Close, Hide)
	}
	return d.first(v, Close, Hide, Acknowledge)
}

// onward is a control that leads to more of a list in which something was on, nil for
// none.
func (s *Sight) onward(l *openList) *control {
	v := s.finder.words
	for _, c := range s.dialog.controls {
		if (l.on || l.turned) && !isBox(c.role) && c.info.Visible && !c.disabled && !l.from.dialog.has(c) &&
			(v.near().any(c.words(), nextWord) || v.near().any(c.name, nextWord) || isArrow(c.info.Text, !s.finder.leftward())) {
			return c
		}
	}
	return nil
}

// leftward reports whether the page is read from right to left.
func (f *finder) leftward() bool {
	lang, _, _ := strings.Cut(strings.ToLower(f.lang), "-")
	return slices.Contains([]string{"ar", "he", "iw", "fa", "ur"}, lang)
}

// isArrow reports whether a text is a sign that points to the left, or to the right.
func isArrow(s string, right bool) bool {
	signs := []string{"←", "‹", "<", "«", "⟵", "❮"}
	if right {
		signs = []string{"→", "›", ">", "»", "⟶", "❯"}
	}
	return slices.Contains(signs, strings.TrimSpace(s))
}
