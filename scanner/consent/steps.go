package consent

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/journey"
	"cookieaudit/scanner/observation"
)

// bySteps runs the policy's steps for a choice, and once more where all stays as it
// was: as in commit, a page may show its controls before it listens to them.
func (o *Operator) bySteps(ctx context.Context, s *Sight, steps []observation.Step) (Attempt, error) {
	a := Attempt{Method: MethodPolicy, Layers: 1}
	runner := o.runner(&a)
	runner.Tidies, runner.Commit, runner.Tick = tidies, o.committing(&a), o.granting(&a, nil)
	before, err := o.stored(ctx)
	if err != nil {
		return a, err
	}
	over, err := Overlays(ctx, o.Tab)
	if err != nil {
		return a, err
	}
	var c *control
	if s.Found() {
		c = s.dialog.first(s.finder.words, Accept, Reject, Acknowledge, Save, Settings, Close)
	}
	for again := false; ; again = true {
		done, err := runner.Run(ctx, steps)
		a.Steps = append(a.Steps, done...)
		a.Outcome, a.Why = observation.Unproven, ""
		switch {
		case ctx.Err() != nil, errors.Is(err, chrome.ErrLost), errors.Is(err, chrome.ErrCrashed), errors.Is(err, chrome.ErrDetached):
			return a, errors.Join(err, ctx.Err())
		case err != nil: // the steps do not fit the page
			a.Outcome, a.Why = observation.Failed, err.Error()
		case c == nil:
			a.Gone, err = o.GoneUnseen(ctx, over, lastTarget(steps))
			return a, err
		default:
			if a.Gone, err = o.gone(ctx, c, false); err != nil {
				return a, err
			}
		}
		if again || a.Gone || c == nil {
			return a, nil
		}
		if changed, err := o.changedSince(ctx, before); changed || err != nil {
			return a, err
		}
		now, err := o.lookFrom(ctx, 0, s.dialog)
		if err != nil || !now.Found() || !now.dialog.alike(s.dialog) || !now.dialog.reads(s.dialog) {
			return a, err
		}
		if !now.dialog.asks(s.dialog) {
			a.Committed, a.Outcome, a.Why = false, observation.Failed, "the dialog stayed with the same controls, below a text that changed: nobody can tell what they do now"
			return a, nil
		}
	}
}

// lastTarget is what the last of the steps presses, "" for none.
func lastTarget(steps []observation.Step) string {
	for _, s := range slices.Backward(steps) {
		if target := cmp.Or(s.Click, s.Check, s.Clear); target != "" {
			return target
		}
	}
	return ""
}

// runner runs steps of the policy for an attempt.
func (o *Operator) runner(a *Attempt) journey.Runner {
	return journey.Runner{Tab: o.Tab, Covered: func(string) { a.ByScript = true }}
}

// tidies reports whether a step's target says that it hides or closes.
func tidies(target string) bool {
	_, label, ok := strings.Cut(target, "=")
	if !ok {
		return false
	}
	class := vocabularyFor("").classify(strings.TrimSuffix(label, "]"))
	return class == Hide || class == Close
}

func (o *Operator) withdrawBySteps(ctx context.Context, steps []observation.Step) (Attempt, *observation.Dialog, error) {
	a := Attempt{Method: MethodPolicy}
	done, err := o.runner(&a).Run(ctx, steps)
	a.Steps = done
	if err != nil {
		a.Outcome, a.Why = observation.Failed, err.Error()
		return a, nil, ctx.Err()
	}
	s, err := o.Look(ctx, 2*time.Second)
	if err != nil {
		return a, nil, err
	}
	o.show(s)
	b, err := o.rejectAgain(ctx, s)
	s.doubtNone(&b)
	b.Method, b.ByScript = MethodPolicy, a.ByScript || b.ByScript
	b.Steps = append(a.Steps, b.Steps...)
	return b, s.Dialog(), err
}
