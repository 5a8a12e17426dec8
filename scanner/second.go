package scanner

import (
	"context"
	"fmt"
	"slices"
	"time"

	"cookieaudit/scanner/collector"
	"cookieaudit/scanner/consent"
	"cookieaudit/scanner/consent/autoconsent"
	"cookieaudit/scanner/observation"
)

// MethodAutoconsent is a choice that the second engine made.
const MethodAutoconsent = "autoconsent"

// glimpse asks the second engine whether it knows a dialog on a page, and names its
// rule. It touches nothing.
func (l *leg) glimpse(ctx context.Context, v *visited) (rule string, err error) {
	e := l.part.options.Autoconsent
	if e == nil || !v.ok() {
		return "", nil
	}
	r, err := e.Run(ctx, v.tab, autoconsent.Detect, nil)
	return r.CMP, l.gaveUp(ctx, v, err)
}

func seenBySecond(rule string) string {
	return fmt.Sprintf("the finder saw no dialog; autoconsent's rule %q fits one", rule)
}

// second lets the second engine make a choice where the finder saw no dialog or no
// control for it, or where what it pressed had no effect. What the engine claims is no
// proof: the attempt is weighed like any other. To refuse, only what cannot consent
// may act: its other rules save switches that they did not read, and nobody sees the
// dialog to say how those stand.
func (l *leg) second(ctx context.Context, v *visited, c *observation.Consent, first consent.Attempt) (a consent.Attempt, at int64, used bool, err error) {
	e := l.part.options.Autoconsent
	action := map[observation.Choice]string{observation.Accept: autoconsent.OptIn, observation.Reject: autoconsent.Refuse}[c.Choice]
	if e == nil || action == "" || !v.ok() {
		return first, 0, false, nil
	}
	over, err := consent.Overlays(ctx, v.tab)
	if err != nil {
		return first, 0, false, err
	}
	l.mark("", observation.CauseClick)
	r, err := e.Run(ctx, v.tab, action, func() {
		at = l.clock.Now()
		l.mark(l.phaseOf(c.Choice), observation.CauseClick)
	})
	if err != nil {
		return first, 0, false, err
	}
	if r.CMP == "" {
		return first, 0, false, nil
	}
	c.Rule = r.CMP
	a = consent.Attempt{Method: MethodAutoconsent, Steps: first.Steps, Layers: 1, Committed: r.Acted, Outcome: observation.Unproven, ByScript: first.ByScript}
	for _, s := range r.Steps {
		a.Steps = append(a.Steps, "autoconsent "+e.Version+": "+s)
	}
	if !r.Acted {
		a.Outcome, a.Why = observation.Failed, "autoconsent knows the dialog and did nothing"
		return a, at, true, nil
	}
	// A dialog may take its time to close, as goneLimit of the operator has it.
	for begun := time.Now(); ; {
		if _, err := l.clock.Quiet(ctx, v.tab); err != nil {
			return a, at, true, err
		}
		// Its rules may fit a dialog that is closed: what lay over the page tells.
		now, err := consent.Overlays(ctx, v.tab)
		a.Gone = err == nil && slices.ContainsFunc(over, func(id int) bool { return !slices.Contains(now, id) })
		if a.Gone || err != nil || time.Since(begun) > goneLimit {
			return a, at, true, err
		}
	}
}

const goneLimit = 3 * time.Second

// makeBySecond makes the first choice by the second engine on a page on which the
// finder sees no dialog. used is false where that engine knows none either.
func (l *leg) makeBySecond(ctx context.Context, v *visited) (made, used bool, err error) {
	h := l.part.hint()
	if l.part.options.Autoconsent == nil || h.known && !h.foreign {
		return false, false, nil
	}
	c := observation.Consent{Choice: l.verb(), Found: true}
	before, err := l.rest(ctx, v)
	if err != nil {
		return false, false, err
	}
	c.Picture = l.picture(ctx, v, "dialog")
	a, at, used, err := l.second(ctx, v, &c, consent.Attempt{})
	if gave := l.gaveUp(ctx, v, err); gave != nil || !used {
		return false, false, gave
	}
	l.dialogless = false
	l.fill(&c, a, at, err)
	if !a.Committed {
		l.consent(v, c)
		return false, true, l.leave(ctx, v, nil)
	}
	l.chosen = true
	return true, true, l.prove(ctx, v, c, before, false)
}

// tryAgain lets the second engine make a choice where the finder saw no control for
// it, or where what was pressed left the dialog where it was and changed nothing that
// is stored. Where switches could not be brought to a refusal, it is not asked: its
// rules may save them as they are, which consents. Nor is it where what seems to refuse
// was read and does not. from is how many documents the tab had shown before the first
// attempt.
func (l *leg) tryAgain(ctx context.Context, v *visited, c *observation.Consent, before collector.Snapshot, a consent.Attempt, at int64, from int) (consent.Attempt, int64, error) {
	absent := a.Outcome == observation.NoControl && v.tab.Navigations() == from
	if l.part.options.Autoconsent == nil || a.Method != consent.MethodFinder || a.OnPage || a.Partial || !absent && (!a.Committed || a.Gone) {
		return a, at, nil
	}
	if a.Committed && l.changed(ctx, v, before) {
		return a, at, ctx.Err()
	}
	var phase observation.Phase
	l.do(func() { phase = l.log.Phase() })
	b, begun, used, err := l.second(ctx, v, c, a)
	if !used {
		return a, at, err
	}
	if absent && err == nil && !(b.Gone && l.changed(ctx, v, before)) {
		// Whatever it pressed made no choice: that there is no control stands.
		l.mark(phase, observation.CauseClick)
		a.Steps = b.Steps
		return a, at, ctx.Err()
	}
	return b, begun, err
}

// changed reports whether anything that is stored is not as it was.
func (l *leg) changed(ctx context.Context, v *visited, before collector.Snapshot) (changed bool) {
	read, cancel := context.WithTimeout(ctx, storageLimit)
	defer cancel()
	after := l.log.Read(read, v.tab, v.ok())
	l.do(func() { changed = len(l.log.Changed(before, after)) > 0 })
	return changed
}

// keptBySecond looks by the second engine whether the dialog is back: the finder,
// which did not see it before, can tell nothing by not seeing it now.
func (l *leg) keptBySecond(ctx context.Context, again *visited, c *observation.Consent) error {
	rule, err := l.glimpse(ctx, again)
	switch {
	case err != nil || !again.ok():
	case rule != "":
		c.Outcome, c.Why = observation.NotKept, "the dialog came back when the page was loaded again"
	default:
		c.Proof = append(c.Proof, observation.ProofStaysGone)
	}
	return err
}
