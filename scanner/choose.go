package scanner

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"cookieaudit/scanner/collector"
	"cookieaudit/scanner/consent"
	"cookieaudit/scanner/crawl"
	"cookieaudit/scanner/observation"
)

// patience is how long a dialog is waited for on the first page, by what the
// visit without a choice saw.
func (l *leg) patience() time.Duration {
	h := l.part.hint()
	if h.known && !h.seen {
		// It waited a minute of the page's time and saw none.
		return 0
	}
	return h.after + firstLook + 4*time.Second
}

// lastPatience is how long it is waited for once the page was used as well, which
// may have brought it.
func (l *leg) lastPatience() time.Duration {
	if l.part.hint().seen {
		return longLook
	}
	return 0
}

// choose makes a visit with a choice: page 1, find the dialog, choose, reload
// page 1, then every page again. Without a dialog on page 1 it is looked for on
// each page, and the plan starts over where it was operated.
func (l *leg) choose(ctx context.Context) (int, error) {
	made, next, err := l.firstChoice(ctx)
	if err != nil || !made {
		return next, err
	}
	if next, err = l.everyPage(ctx); err != nil {
		return next, err
	}
	if l.record.Choice == observation.Withdraw {
		made, err := l.withdraw(ctx)
		if err != nil || !made {
			return next, err
		}
		if next, err = l.everyPage(ctx); err != nil {
			return next, err
		}
	}
	return next, l.comeAgain(ctx)
}

// noMore is behind the last page of any list.
const noMore = 1 << 30

// firstChoice looks for the dialog page by page and makes the first choice of
// the visit there.
func (l *leg) firstChoice(ctx context.Context) (made bool, next int, err error) {
	for _, i := range l.indexes() {
		p, ok, err := l.at(ctx, i)
		if !ok || err != nil {
			return false, i, err
		}
		why := observation.PurposeVisit
		if i == 0 {
			why = observation.PurposeOpen
		}
		v, err := l.open(ctx, p, why)
		if err != nil {
			return false, i, err
		}
		if !v.ok() {
			if i == 0 {
				l.consent(v, observation.Consent{Outcome: observation.Failed, Why: "the first page could not be looked at: " + firstReason(v.rec)})
			}
			if err := l.leave(ctx, v, nil); err != nil {
				return false, i, err
			}
			continue
		}
		patience := time.Duration(0)
		if i == 0 {
			patience = l.patience()
		}
		sight, err := l.look(ctx, v, patience)
		if err != nil {
			return false, i, err
		}
		if sight.Found() || sight.Blocked() || i == 0 && l.hasSteps() {
			made, absent, err := l.make(ctx, v, sight)
			if absent && err == nil {
				l.dialogless = l.dialogless || i == 0
				continue
			}
			l.dialogless = false
			// A choice that cannot be made here cannot be made in another leg:
			// the visit ends.
			return made, noMore, err
		}
		if i == 0 && v.ok() {
			made, used, err := l.makeBySecond(ctx, v)
			if used || err != nil {
				return made, noMore, err
			}
		}
		if err := l.use(ctx, v); err != nil {
			return false, i, err
		}
		// Some dialogs come with the first scroll or move of the mouse.
		if v.ok() {
			if i == 0 {
				patience = l.lastPatience()
			}
			if sight, err = l.look(ctx, v, patience); err != nil {
				return false, i, err
			}
			if sight.Found() || sight.Blocked() {
				l.byUse = true
				made, absent, err := l.make(ctx, v, sight)
				if absent && err == nil {
					l.dialogless = l.dialogless || i == 0
					continue
				}
				l.dialogless = false
				return made, noMore, err
			}
		}
		if i == 0 && v.ok() {
			c := observation.Consent{Outcome: observation.NoDialog, Looked: sight.Looked.Milliseconds()}
			if h := l.part.hint(); h.known && !h.seen {
				c.Why = "the visit without a choice waited a minute of the page's time and saw none either"
			}
			c.Manager, c.Scripts = l.manager()
			l.consent(v, c)
		}
		l.dialogless = l.dialogless || i == 0 && v.ok()
		if err := l.leave(ctx, v, nil); err != nil {
			return false, i, err
		}
	}
	return false, l.end(), nil
}

// hasSteps reports whether the policy says how to make this choice, or a person
// makes it: then no dialog needs to be found.
func (l *leg) hasSteps() bool {
	return l.part.options.Attend != nil || len(l.part.job.Controls[controlOf(l.verb())]) > 0
}

// controlOf is the key of the policy's controls for a choice.
func controlOf(c observation.Choice) string { return strings.Replace(string(c), "only:", "only.", 1) }

// verb is the choice that is made first: withdrawing begins with accepting.
func (l *leg) verb() observation.Choice {
	if l.record.Choice == observation.Withdraw {
		return observation.Accept
	}
	return l.record.Choice
}

// phaseOf is the phase that a committed choice begins.
func (l *leg) phaseOf(verb observation.Choice) observation.Phase {
	if l.record.Choice == observation.Withdraw && verb == observation.Accept {
		return observation.Granted
	}
	return observation.After
}

// make makes the first choice in a page's dialog, reloads the page to see that
// it is kept, and leaves it. absent: behind what only asked for a language or
// region there was no dialog.
func (l *leg) make(ctx context.Context, v *visited, sight *consent.Sight) (made, absent bool, err error) {
	if !sight.Found() && l.part.options.Attend != nil {
		// What stands before the page may hide the dialog, and what a person does there
		// is no choice.
		if err := l.greet(ctx, v); err != nil {
			return false, false, err
		}
		if sight, err = l.look(ctx, v, 0); err != nil {
			return false, false, err
		}
	}
	c := observation.Consent{Choice: l.verb(), Found: sight.Found(), Dialog: l.shown(ctx, v, sight, "dialog")}
	if sight != nil {
		c.Looked, l.looked = sight.Looked.Milliseconds(), sight.Looked
	}
	if c.Dialog != nil {
		c.Picture = c.Dialog.Picture
	} else {
		c.Picture = l.picture(ctx, v, "no-dialog")
	}
	before, err := l.rest(ctx, v)
	if err != nil {
		return false, false, err
	}
	if over, err := consent.Overlays(ctx, v.tab); err == nil {
		l.over = len(over)
	}
	from := v.tab.Navigations()
	attempt, at, err := l.operate(ctx, v, sight, &c, before)
	if gave := l.gaveUp(ctx, v, err); gave != nil {
		return false, false, gave
	}
	if err == nil {
		attempt, at, err = l.tryAgain(ctx, v, &c, before, attempt, at, from)
		if gave := l.gaveUp(ctx, v, err); gave != nil {
			return false, false, gave
		}
	}
	l.fill(&c, attempt, at, err)
	if !attempt.Committed {
		c.Page = v.rec.ID
		l.consent(v, c)
		return false, c.Outcome == observation.NoDialog && sight.Blocked(), l.leave(ctx, v, nil)
	}
	l.chosen, l.answered = true, c.Dialog
	return true, false, l.prove(ctx, v, c, before, attempt.OnPage)
}

// rest takes the checkpoint before a choice, and hears what the page says before it:
// what it has said all along proves no choice.
func (l *leg) rest(ctx context.Context, v *visited) (collector.Snapshot, error) {
	l.signals(ctx, v)
	read, cancel := context.WithTimeout(ctx, storageLimit)
	defer cancel()
	s := l.log.Read(read, v.tab, v.ok())
	l.do(func() { l.log.Checkpoint(s) })
	return s, ctx.Err()
}

// operate presses what makes the choice. at is when the committing input was
// sent, on the visitor's clock.
func (l *leg) operate(ctx context.Context, v *visited, sight *consent.Sight, c *observation.Consent, before collector.Snapshot) (a consent.Attempt, at int64, err error) {
	if l.part.options.Attend != nil {
		return l.attended(ctx, v, sight, c.Choice)
	}
	o, committed := l.operator(ctx, v, c.Choice)
	o.Changed = func(ctx context.Context) bool { return l.changed(ctx, v, before) }
	o.Shown = l.further(ctx, v, c)
	switch category := c.Choice.Category(); {
	case c.Choice == observation.Accept:
		a, err = o.Accept(ctx, sight)
	case c.Choice == observation.Reject:
		a, err = o.Reject(ctx, sight)
	case c.Choice == observation.Close:
		a, err = o.Close(ctx, sight)
	case category != "":
		a, err = o.Only(ctx, sight, category)
	default:
		return a, 0, fmt.Errorf("no visitor can make the choice %q", c.Choice)
	}
	return a, *committed, err
}

// further takes down the layers that a choice leads through.
func (l *leg) further(ctx context.Context, v *visited, c *observation.Consent) func(*consent.Sight) {
	return func(s *consent.Sight) {
		if d := l.shown(ctx, v, s, fmt.Sprintf("layer-%d", s.Layer())); d != nil {
			c.Further = append(c.Further, *d)
		}
	}
}

// operator operates the dialog of a page and begins the choice's phase with the
// committing input. at is when that was sent, on the visitor's clock.
func (l *leg) operator(ctx context.Context, v *visited, verb observation.Choice) (o *consent.Operator, at *int64) {
	at = new(int64)
	l.mark("", observation.CauseClick)
	return &consent.Operator{Tab: v.tab, Controls: l.part.job.Controls, Commit: func(since time.Time) {
		p := l.phaseOf(verb)
		if since.IsZero() {
			since = time.Now()
			l.mark(p, observation.CauseClick)
		} else {
			l.do(func() { l.log.MarkSince(since, p) })
		}
		if *at == 0 {
			*at = l.clock.At(since)
		}
	}}, at
}

func (l *leg) fill(c *observation.Consent, a consent.Attempt, at int64, err error) {
	c.Method, c.Steps, c.Layers, c.Outcome, c.Why, c.At = a.Method, a.Steps, a.Layers, a.Outcome, a.Why, at
	c.ByAPI, c.ByScript = a.ByAPI, a.ByScript
	if a.ByScript && a.Outcome == observation.Unproven && a.Why == "" {
		c.Why = "something covers a control that was pressed: a script pressed it in the visitor's place"
	}
	c.Manager, c.Scripts = l.manager()
	if a.Gone {
		c.Proof = append(c.Proof, observation.ProofGone)
	}
	if err != nil || c.Outcome == "" {
		c.Outcome = observation.Failed
		if err != nil {
			c.Why = err.Error()
		}
	}
}

// consent records an attempt on a page.
func (l *leg) consent(v *visited, c observation.Consent) {
	c.Page = v.rec.ID
	if c.Choice == "" {
		c.Choice = l.verb()
	}
	l.do(func() { l.log.Consent(c) })
}

// everyPage visits the pages of the leg, save the one that was loaded again to
// prove the choice, and returns the index of the first page
// that was not visited.
func (l *leg) everyPage(ctx context.Context) (int, error) {
	looked := false
	for _, i := range l.indexes() {
		p, ok, err := l.at(ctx, i)
		if !ok || err != nil {
			return i, err
		}
		if p.URL == l.reloaded {
			continue // it was looked at when the choice was proven
		}
		var back func(context.Context, *visited) error
		if !looked {
			back = func(ctx context.Context, v *visited) error {
				looked = true
				return l.backOn(ctx, v)
			}
		}
		if err := l.page(ctx, p, back); err != nil {
			return i, err
		}
	}
	return l.end(), nil
}

// page visits a page. back, if not nil, looks at it before it is used.
func (l *leg) page(ctx context.Context, p crawl.Page, back func(context.Context, *visited) error) error {
	v, err := l.open(ctx, p, observation.PurposeVisit)
	if err != nil {
		return err
	}
	acts := []func(context.Context, *visited) error{l.use}
	if back != nil {
		acts = append([]func(context.Context, *visited) error{back}, acts...)
	}
	if l.byUse {
		slices.Reverse(acts) // else there is nothing to see yet
	}
	for _, act := range acts {
		if !v.ok() {
			break
		}
		if err := act(ctx, v); err != nil {
			return err
		}
	}
	return l.leave(ctx, v, nil)
}
