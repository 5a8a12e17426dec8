package scanner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"cookieaudit/scanner/collector"
	"cookieaudit/scanner/consent"
	"cookieaudit/scanner/journey"
	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/signal"
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
	held := l.signals(ctx, v)
	again, err := l.comeBack(ctx, v, onPage)
	if err != nil {
		return err
	}
	if l.byUse {
		if err := l.use(ctx, again); err != nil {
			return err
		}
	}
	if err := l.kept(ctx, again, &c, onPage); err != nil {
		return err
	}
	l.weigh(&c, append(held, l.signals(ctx, again)...))
	c.Proved = l.clock.Now()
	l.do(func() { l.log.Consent(c) })
	l.reloaded = ""
	if again.ok() {
		l.reloaded = again.page.URL
	}
	if !l.byUse {
		if err := l.use(ctx, again); err != nil {
			return err
		}
	}
	return l.leave(ctx, again, nil)
}

// backMargin is how much longer than it took to come a dialog is waited for
// to come back.
const backMargin = 300 * time.Millisecond

// storageLimit bounds the reading of everything at rest.
const storageLimit = 20 * time.Second

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
	if c.Method == MethodAutoconsent {
		return l.keptBySecond(ctx, again, c)
	}
	sight, err := l.look(ctx, again, max(l.part.hint().after, l.looked)+backMargin)
	switch {
	case err != nil:
		return err
	case sight == nil: // the page died; that is recorded
	case sight.Found():
		if c.Choice == observation.Close {
			return nil // closing chooses nothing that could be kept
		}
		c.Outcome, c.Why = observation.NotKept, "the dialog came back when the page was loaded again"
	case sight.Blocked():
		c.Why = "a box that asks for a language or region lay over the page when it was loaded again: whether the dialog stands behind it was not seen"
	case !c.Found && c.Choice != observation.Withdraw && !l.staysGoneUnseen(ctx, again):
		c.Why = "the finder saw no dialog from the beginning, and nothing shows that less is on the page than before"
	default:
		if onPage {
			c.Proof = append(c.Proof, observation.ProofGone)
		}
		c.Proof = append(c.Proof, observation.ProofStaysGone)
	}
	return nil
}

// staysGoneUnseen reports whether a dialog that the finder never saw stays away: less
// lies over the page than before the choice, or what the policy's steps press first
// is not there.
func (l *leg) staysGoneUnseen(ctx context.Context, v *visited) bool {
	over, err := consent.Overlays(ctx, v.tab)
	if err != nil || len(over) < l.over {
		return err == nil
	}
	steps := l.part.job.Controls[controlOf(l.verb())]
	if len(steps) == 0 {
		return false
	}
	target := cmp.Or(steps[0].Click, steps[0].Check, steps[0].Clear)
	if target == "" {
		return false
	}
	_, err = journey.Find(ctx, v.tab, target)
	return errors.Is(err, journey.ErrNotFound)
}

// weigh compares what the page holds of the choice with what was chosen.
func (l *leg) weigh(c *observation.Consent, held []observation.Signal) {
	switch verdict, why := signal.Agrees(c.Choice, held); verdict {
	case signal.Agree:
		c.Proof = append(c.Proof, observation.ProofDecoded)
		c.Held = why
	case signal.Contradict:
		c.Contradicted = why
	case signal.Silent:
		l.plainWord(c)
	}
}

// plainWord takes what changed at the choice for its record where that says so in a
// plain word. Such words are common: they prove what they agree with, and
// contradict nothing. That the opposite choice writes the same word shows only in
// another visit: the judge compares them, and what signals said before the click.
func (l *leg) plainWord(c *observation.Consent) {
	want := observation.StanceDenied
	switch {
	case c.Choice == observation.Accept:
		want = observation.StanceGranted
	case c.Choice.Category() != "":
		return
	}
	for _, r := range c.Record {
		switch r.Word {
		case "":
		case want:
			c.Held = append(c.Held, fmt.Sprintf("%s %s: %s", r.Item.Kind, r.Item.Name, r.Word))
		default:
			c.Held = nil
			return
		}
	}
	if len(c.Held) > 0 {
		c.Proof = append(c.Proof, observation.ProofDecoded)
	}
}

// backOn looks whether the dialog that was answered is there again on the next
// page: a choice may be kept for one page only. What merely speaks of cookies, such
// as a settings page, has other controls.
func (l *leg) backOn(ctx context.Context, v *visited) error {
	if l.answered == nil || l.record.Choice == observation.Close {
		return nil
	}
	sight, err := l.look(ctx, v, 0)
	if err != nil || !sight.Found() || !alike(l.answered, sight.Dialog()) {
		return err
	}
	c := observation.Consent{
		Choice: l.record.Choice, Found: true, Looked: sight.Looked.Milliseconds(), Dialog: sight.Dialog(), At: l.clock.Now(),
		Outcome: observation.NotKept, Why: "the dialog came back on the next page", Picture: l.picture(ctx, v, "back"),
	}
	l.consent(v, c)
	return nil
}

// alike: the same controls with the same meaning, though switches may stand
// otherwise.
func alike(a, b *observation.Dialog) bool {
	words := func(d *observation.Dialog) (out []string) {
		for _, c := range d.Controls {
			if c.As != "on" && c.As != "off" {
				out = append(out, c.As+" "+c.Text)
			}
		}
		slices.Sort(out)
		return out
	}
	return slices.Equal(words(a), words(b))
}
