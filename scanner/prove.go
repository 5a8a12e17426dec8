package scanner

import (
	"context"
	"time"

	"cookieaudit/scanner/collector"
	"cookieaudit/scanner/observation"
)

// prove gathers what shows that a choice took effect: what changed at the
// click, and whether the dialog stays away. It leaves the page. onPage: the
// choice was made in a form on a page of its own, which stays whatever was
// chosen, so that the first page tells.
func (l *leg) prove(ctx context.Context, v *visited, c observation.Consent, before collector.Snapshot, onPage bool) error {
	read, cancel := context.WithTimeout(ctx, storageLimit)
	after := l.log.Read(read, v.tab, v.ok())
	cancel()
	l.do(func() {
		l.log.Checkpoint(after)
		c.Record = l.log.Changed(before, after)
	})
	if len(c.Record) > 0 {
		c.Proof = append(c.Proof, observation.ProofRecorded)
	}
	c.Page = v.rec.ID
	again, err := l.comeBack(ctx, v, onPage)
	if err != nil {
		return err
	}
	if err := l.kept(ctx, again, &c, onPage); err != nil {
		return err
	}
	l.do(func() { l.log.Consent(c) })
	l.reloaded = ""
	if again.ok() {
		l.reloaded = again.page.URL
	}
	if err := l.use(ctx, again); err != nil {
		return err
	}
	return l.leave(ctx, again, nil)
}

// backMargin is how much longer than it took to come a dialog is waited for
// to come back.
const backMargin = 300 * time.Millisecond

// storageLimit bounds the reading of everything at rest.
const storageLimit = 10 * time.Second

// comeBack loads the page again in its tab, or, after a form on a page of its
// own, opens the first page.
func (l *leg) comeBack(ctx context.Context, v *visited, onPage bool) (*visited, error) {
	if onPage {
		if err := l.leave(ctx, v, nil); err != nil {
			return nil, err
		}
		home, _ := l.part.pages.At(0)
		return l.open(ctx, home, observation.PurposeReload)
	}
	if err := l.finish(ctx, v); err != nil {
		return nil, err
	}
	return l.reload(ctx, v)
}

// kept looks whether the dialog is back, which means that the choice was not
// kept.
func (l *leg) kept(ctx context.Context, again *visited, c *observation.Consent, onPage bool) error {
	if !again.ok() {
		c.Why = "the page could not be loaded again to see whether the choice is kept: " + firstReason(again.rec)
		return nil
	}
	sight, err := l.look(ctx, again, l.part.hint().after+backMargin)
	switch {
	case err != nil:
		return err
	case sight == nil: // the page died; that is recorded
	case sight.Found():
		c.Outcome, c.Why = observation.NotKept, "the dialog came back when the page was loaded again"
	default:
		if onPage {
			c.Proof = append(c.Proof, observation.ProofGone)
		}
		c.Proof = append(c.Proof, observation.ProofStaysGone)
	}
	return nil
}
