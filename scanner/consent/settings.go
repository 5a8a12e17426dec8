package consent

import (
	"context"
	"fmt"
	"slices"
	"time"

	"cookieaudit/scanner/observation"
)

// maxLayers is how many layers of a dialog are opened.
const maxLayers = 3

// Settings opens what lies behind the dialog's first layer and reads it, and
// chooses nothing. categories are those that some layer, the first included, lets a
// visitor allow one by one, sorted. why says what kept it from going on, "" where
// nothing did. Steps under the policy's controls "settings" open the second layer.
// Shown gets each layer behind the first, and the first too where it lay behind what
// asks for a language or region.
func (o *Operator) Settings(ctx context.Context, s *Sight) (categories []string, why string, err error) {
	o.reading = true
	defer func() { o.reading = false }()
	var a Attempt
	behind := !s.Found() // what asks for a language or region, if it is there
	if s, err = o.begin(ctx, s, &a); err != nil || a.Outcome != "" {
		return nil, a.Why, err
	}
	for {
		a.Layers++
		var more []string
		if s, more, err = o.unfold(ctx, s, &a); err != nil {
			return categories, a.Why, err
		}
		categories = append(categories, more...)
		if a.Layers > 1 || behind {
			o.show(s)
		}
		next, err := o.deeper(ctx, s, &a, func(*Sight) bool { return true })
		if err != nil || next == nil || a.Outcome != "" {
			slices.Sort(categories)
			return slices.Compact(categories), a.Why, err
		}
		s = next
	}
}

// begin makes a dialog ready to be operated: it answers what lies before it. The
// attempt has an outcome afterwards where there is no dialog.
func (o *Operator) begin(ctx context.Context, s *Sight, a *Attempt) (*Sight, error) {
	s, err := o.pass(ctx, s, a)
	if err == nil && !s.Found() {
		a.Method, a.Outcome, a.Why = "", observation.NoDialog, "no consent dialog was seen"
	}
	return s, err
}

// show tells of a layer that was reached.
func (o *Operator) show(s *Sight) {
	if o.Shown != nil && s.Found() {
		o.Shown(s)
	}
}

// deeper opens the next layer that offers what is looked for, nil where none
// does. The attempt has an outcome afterwards where the choice was made, or
// given up, on a page of its own.
func (o *Operator) deeper(ctx context.Context, s *Sight, a *Attempt, offers func(*Sight) bool) (*Sight, error) {
	if a.Layers >= maxLayers {
		return nil, nil
	}
	from := o.Tab.Navigations()
	steps := o.Controls["settings"]
	if a.Layers != 1 {
		steps = nil
	}
	c := s.dialog.first(s.finder.words, Settings)
	if len(steps) == 0 && c == nil {
		return nil, nil
	}
	before, err := o.stored(ctx)
	if err != nil {
		return nil, err
	}
	for try := 0; ; try++ {
		if err := o.open(ctx, steps, c, a); err != nil || a.Outcome != "" {
			return nil, err
		}
		next, err := o.behind(ctx, s, a, from, offers)
		if next != nil || err != nil || a.Outcome != "" || leaves(o.Tab.URL(), s.finder.url) {
			return next, err
		}
		now, err := o.lookFrom(ctx, 0, s.dialog)
		if err == nil && !now.Found() {
			return nil, o.undone(ctx, c, before, a)
		}
		// As in commit: a button that was shown before its manager listened to it. To
		// press one that did something would undo what it did.
		if err != nil || o.Tab.Navigations() != from || try == maxDeafPresses || !now.dialog.alike(s.dialog) {
			return nil, err
		}
		if len(steps) == 0 {
			if seen, err := c.seen(ctx); !seen || err != nil {
				return nil, err
			}
		}
	}
}

// undone sees whether a way to the settings, c or the policy's, made a choice: the
// dialog has gone, and no further layer came. Where nothing is seen to have been stored
// it may have, all the same.
func (o *Operator) undone(ctx context.Context, c *control, before string, a *Attempt) error {
	o.strayed(a)
	recorded, err := o.storedSince(ctx, before)
	if err == nil && recorded {
		way := "the policy's way to the settings made a choice"
		if a.Method != MethodPolicy && c != nil {
			way = fmt.Sprintf("%q was taken for a way to the settings", clip(c.words(), 60))
		}
		a.Outcome, a.Why = observation.Failed, way+": the dialog went, and something was stored"
	}
	return err
}

// open runs the policy's steps to the settings, or presses what leads there where
// it has none. The attempt has an outcome afterwards where the steps fail.
func (o *Operator) open(ctx context.Context, steps []observation.Step, c *control, a *Attempt) error {
	if len(steps) == 0 {
		return o.press(ctx, c, nil, a)
	}
	a.pressed = time.Now()
	done, err := o.runner(a).Run(ctx, steps)
	a.Method, a.Steps = MethodPolicy, append(a.Steps, done...)
	if err != nil {
		a.Outcome, a.Why = observation.Failed, err.Error()
	}
	return ctx.Err()
}

// maxDeafPresses is how often a way to the settings is pressed again that does nothing,
// each time after stillLimit.
const maxDeafPresses = 2

// behind is the layer that came of a press, or the form on the page to which it
// led; from is how many documents the tab had shown before it.
func (o *Operator) behind(ctx context.Context, s *Sight, a *Attempt, from int, offers func(*Sight) bool) (*Sight, error) {
	if o.Tab.Navigations() != from {
		return o.formPage(ctx, a, offers)
	}
	next, err := o.changed(ctx, s, offers)
	if next != nil {
		next.layer = a.Layers + 1
	}
	return next, err
}

// formPage is the choice on a page of its own to which the settings led.
func (o *Operator) formPage(ctx context.Context, a *Attempt, offers func(*Sight) bool) (*Sight, error) {
	f, err := newFinder(ctx, o.Tab)
	if err != nil {
		return nil, err
	}
	found, err := f.forms(ctx)
	if err != nil {
		return nil, err
	}
	// The dialog may stand on that page too: what has switches is what was meant.
	slices.SortStableFunc(found, func(a, b *dialog) int { return switches(b) - switches(a) })
	for _, d := range found {
		next := &Sight{dialog: d, finder: f, layer: a.Layers + 1}
		if d.asksConsent(f.words) && d.first(f.words, Save, Reject) != nil && offers(next) {
			a.OnPage = true
			return next, nil
		}
	}
	return nil, nil
}

// switches is 1 for a box that has switches, else 0.
func switches(d *dialog) int {
	if slices.ContainsFunc(d.controls, isSwitch) {
		return 1
	}
	return 0
}
