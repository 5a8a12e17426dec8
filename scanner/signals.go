package scanner

import (
	"context"
	"time"

	"cookieaudit/scanner/consent"
	"cookieaudit/scanner/observation"
)

// signalLimit bounds asking a page what it holds of the visitor's choice.
const signalLimit = 6 * time.Second

// signals asks the page what it and its consent manager hold of the visitor's
// choice, and records it. Ask ahead of the fast minute: afterwards no script of
// the page answers.
func (l *leg) signals(ctx context.Context, v *visited) []observation.Signal {
	if !v.ok() || v.tab == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, signalLimit)
	defer cancel()
	list, err := consent.Signals(ctx, v.tab)
	if err != nil {
		l.unheard(err)
	}
	l.detect(ctx, v)
	for _, m := range l.managers {
		s, ok, err := m.State(ctx, v.tab)
		switch {
		case err != nil:
			l.unheard(err)
		case ok:
			list = append(list, s)
		}
	}
	l.do(func() {
		for _, s := range list {
			l.log.Signal(s)
		}
	})
	return list
}

func (l *leg) unheard(err error) {
	l.do(func() {
		l.log.Gap("signals-not-read", "what the page holds of the visitor's choice could not be read: "+err.Error(), false)
	})
}

// wayBack looks for a way back to the consent settings, on the pages of a visitor
// who has agreed and will look for one.
func (l *leg) wayBack(ctx context.Context, v *visited) {
	if !l.chosen || l.record.Choice != observation.Withdraw || l.withdrawn {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, signalLimit)
	defer cancel()
	o := consent.Operator{Tab: v.tab}
	if words, err := o.WayBack(ctx); err == nil {
		v.rec.WayBack, v.rec.WayBackSought = l.part.redact.Text(words), true
	}
}

// detectPages is on how many pages of a leg a consent manager is looked for, the first
// counting twice, before the choice and after: one that is on none of the first is on
// few.
const detectPages = 4

// detect looks for the page's consent managers until a page has one. A leg may
// see the dialog on a later page only.
func (l *leg) detect(ctx context.Context, v *visited) {
	if len(l.managers) > 0 || l.searched >= detectPages {
		return
	}
	l.searched++
	found, err := consent.Detect(ctx, v.tab)
	if err == nil {
		l.managers = found
	}
}
