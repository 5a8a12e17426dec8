package scanner

import (
	"context"
	"regexp"

	"cookieaudit/scanner/collector"
	"cookieaudit/scanner/crawl"
	"cookieaudit/scanner/observation"
)

// withdraw takes the consent back on the first of ways that has a way back.
// made is false where none has.
func (l *leg) withdraw(ctx context.Context) (made bool, err error) {
	last := observation.Consent{Choice: observation.Withdraw, Outcome: observation.Failed, Why: "no page could be opened to withdraw on"}
	for _, p := range l.ways() {
		c, made, err := l.withdrawOn(ctx, p)
		if made || err != nil {
			return made, err
		}
		// A way back that could not be operated says more than none.
		if c.Page != "" && (last.Page == "" || last.Outcome != observation.Failed) {
			last = c
		}
	}
	l.do(func() {
		l.log.Consent(last)
		l.log.Flush()
	})
	return false, nil
}

// withdrawOn tries to take the consent back on one page. Where that cannot be
// done, c tells why; its Page is empty where the page could not be looked at.
func (l *leg) withdrawOn(ctx context.Context, p crawl.Page) (c observation.Consent, made bool, err error) {
	v, err := l.open(ctx, p, observation.PurposeReopen)
	if err != nil {
		return c, false, err
	}
	if !v.ok() {
		return c, false, l.leave(ctx, v, nil)
	}
	before, err := l.rest(ctx, v)
	if err != nil {
		return c, false, err
	}
	c = observation.Consent{Choice: observation.Withdraw}
	if l.part.options.Attend != nil {
		return l.withdrawByPerson(ctx, v, before)
	}
	o, at := l.operator(ctx, v, observation.Withdraw)
	o.Shown = l.further(ctx, v, &c)
	o.Changed = func(ctx context.Context) bool { return l.changed(ctx, v, before) }
	l.detect(ctx, v)
	o.Managers = l.managers
	attempt, dialog, err := o.Withdraw(ctx)
	if gave := l.gaveUp(ctx, v, err); gave != nil {
		return c, false, gave
	}
	c.Page, c.Found, c.Dialog = v.rec.ID, dialog != nil, dialog
	l.fill(&c, attempt, *at, err)
	if attempt.Committed {
		c.Picture = l.picture(ctx, v, "withdrawn")
		l.withdrawn = true
		return c, true, l.prove(ctx, v, c, before, attempt.OnPage)
	}
	c.Picture = l.picture(ctx, v, "no-way-back")
	return c, false, l.leave(ctx, v, nil)
}

// withdrawByPerson lets a person take the consent back.
func (l *leg) withdrawByPerson(ctx context.Context, v *visited, before collector.Snapshot) (c observation.Consent, made bool, err error) {
	attempt, at, err := l.attended(ctx, v, nil, observation.Withdraw)
	if gave := l.gaveUp(ctx, v, err); gave != nil {
		return c, false, gave
	}
	c = observation.Consent{Page: v.rec.ID, Choice: observation.Withdraw}
	l.fill(&c, attempt, at, err)
	c.Picture = l.picture(ctx, v, "withdrawn")
	if !attempt.Committed {
		return c, false, l.leave(ctx, v, nil)
	}
	l.withdrawn = true
	return c, true, l.prove(ctx, v, c, before, attempt.OnPage)
}

var policyPage = regexp.MustCompile(`(?i)cookie|privacy|datenschutz|confidentialit|privacidad|protezione`)

// ways are the pages on which a way back is looked for: the last, the first, and
// one that speaks of cookies or privacy in its address.
func (l *leg) ways() []crawl.Page {
	var all []crawl.Page
	for _, i := range l.indexes() {
		if p, ok := l.part.pages.At(i); ok {
			all = append(all, p)
		}
	}
	out := []crawl.Page{all[len(all)-1]}
	if len(all) > 1 {
		out = append(out, all[0])
	}
	for _, p := range all[1:] {
		if policyPage.MatchString(p.URL) && p != out[0] {
			return append(out, p)
		}
	}
	return out
}
