package consent

import (
	"context"
	"time"

	"cookieaudit/scanner/observation"
)

// Close closes the dialog without a choice: by its X or another control that
// only closes, else by Escape. Steps under the policy's controls "close" win. It
// never presses what says that it accepts; the outcome is then no-control.
func (o *Operator) Close(ctx context.Context, s *Sight) (Attempt, error) {
	if steps := o.Controls["close"]; len(steps) > 0 {
		return o.bySteps(ctx, s, steps)
	}
	a := Attempt{Method: MethodFinder}
	s, err := o.begin(ctx, s, &a)
	if err != nil || a.Outcome != "" {
		return a, err
	}
	a.Layers = 1
	c := s.dialog.cross()
	if c == nil {
		c = s.dialog.first(s.finder.words, Close, Hide)
	}
	if c != nil {
		err = o.shut(ctx, c, &a)
	} else {
		err = o.escape(ctx, s, &a)
	}
	return a, err
}

// shut presses what closes the dialog. Unlike a choice it is pressed once: a
// second press could be taken for another answer.
func (o *Operator) shut(ctx context.Context, c *control, a *Attempt) error {
	if err := o.press(ctx, c, o.committing(a), a); err != nil {
		return err
	}
	gone, err := o.gone(ctx, c, true)
	if err != nil {
		return err
	}
	a.Gone, a.Outcome = gone, observation.Unproven
	if !gone {
		a.Why = "the dialog stayed after the control was pressed"
	}
	return nil
}

// escape presses Escape. A key that changed nothing was no choice.
func (o *Operator) escape(ctx context.Context, s *Sight, a *Attempt) error {
	const why = "the dialog has no control that closes it without a choice"
	if !s.dialog.box.Overlay {
		a.Outcome, a.Why = observation.NoControl, why
		return nil
	}
	before, err := o.stored(ctx)
	if err != nil {
		return err
	}
	o.mark(a, time.Time{})
	a.Steps = append(a.Steps, "pressed the Escape key")
	if err := o.Tab.Context().Clock.Key(ctx, o.Tab, "Escape"); err != nil {
		return err
	}
	if _, err := o.Tab.Context().Clock.Quiet(ctx, o.Tab); err != nil {
		return err
	}
	if c := s.dialog.handle(); c != nil {
		gone, err := o.gone(ctx, c, true)
		if err != nil {
			return err
		}
		a.Gone = gone
	}
	changed, err := o.changedSince(ctx, before)
	if err != nil {
		return err
	}
	if !a.Gone && !changed {
		a.Outcome, a.Why = observation.NoControl, why+", and Escape does nothing"
		return nil
	}
	a.Committed, a.Outcome = true, observation.Unproven
	return nil
}
