package scanner

import (
	"context"
	"fmt"
	"slices"
	"time"

	"cookieaudit/scanner/consent"
	"cookieaudit/scanner/observation"
)

const (
	// firstLook is how long a dialog is waited for on the first page when
	// nothing is known yet; the fast minute then looks 60 s further.
	firstLook = 2 * time.Second
	// longLook is for a dialog that is known to come late.
	longLook = 40 * time.Second
)

// untouched makes the visit without a choice: the dialog is looked for and
// never touched, and every page is used as a reader does.
func (l *leg) untouched(ctx context.Context) (int, error) {
	seen, next := false, l.end()
	for _, i := range l.indexes() {
		p, ok, err := l.at(ctx, i)
		if err != nil {
			return i, err
		}
		if !ok {
			next = i
			break
		}
		why := observation.PurposeVisit
		if i == 0 {
			why = observation.PurposeOpen
		}
		v, err := l.open(ctx, p, why)
		if err != nil {
			return i, err
		}
		if i == 0 {
			if err := l.greet(ctx, v); err != nil {
				return i, err
			}
		}
		var sight *consent.Sight
		if v.ok() && !seen {
			patience := time.Duration(0)
			if i == 0 {
				patience = firstLook
			}
			if sight, err = l.look(ctx, v, patience); err != nil {
				return i, err
			}
		}
		var dialog *observation.Dialog
		if sight.Found() {
			dialog = l.shown(ctx, v, sight, "dialog")
		}
		rule := ""
		if i == 0 && !sight.Found() {
			if rule, err = l.glimpse(ctx, v); err != nil {
				return i, err
			}
		}
		if i == 0 {
			v.rec.Picture = l.picture(ctx, v, "page-1")
		}
		if err := l.use(ctx, v); err != nil {
			return i, err
		}
		if v.ok() && !seen && !sight.Found() {
			// Some dialogs come with the first scroll or move of the mouse.
			again, err := l.look(ctx, v, 0)
			if err != nil {
				return i, err
			}
			if again != nil {
				again.Looked += sight.Looked
				sight, dialog = again, l.shown(ctx, v, again, "dialog")
			}
		}
		var glanced *consent.Sight
		err = l.leave(ctx, v, func() {
			if i == 0 && !sight.Found() {
				glanced = l.glance(ctx, v)
			}
		})
		if err != nil {
			return i, err
		}
		late := glanced.Found()
		if late {
			if sight, dialog, err = l.lookAgain(ctx, v); err != nil {
				return i, err
			}
			if !sight.Found() {
				sight, dialog = glanced, glanced.Dialog() // seen once: that is no "none"
			}
		}
		if sight.Found() || i == 0 {
			l.found(v, sight, dialog, late, i, rule)
		}
		seen = seen || sight.Found()
	}
	return next, l.comeAgain(ctx)
}

// look looks for a dialog. What is wrong with the page is recorded.
func (l *leg) look(ctx context.Context, v *visited, patience time.Duration) (*consent.Sight, error) {
	o := &consent.Operator{Tab: v.tab}
	s, err := o.Look(ctx, patience)
	if gave := l.gaveUp(ctx, v, err); gave != nil || err != nil {
		return nil, gave
	}
	return s, nil
}

// glance looks once after the fast minute: a dialog that is there now shows
// itself within a minute of the page's time.
func (l *leg) glance(ctx context.Context, v *visited) *consent.Sight {
	o := &consent.Operator{Tab: v.tab}
	within, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	s, err := o.Glance(within)
	if err != nil {
		if ctx.Err() == nil {
			l.do(func() {
				l.log.Gap("dialog-not-sought", fmt.Sprintf("whether %s shows a dialog within a minute could not be told: %v", l.address(v), err), true)
			})
		}
		v.waited = false
		return nil
	}
	return s
}

// lookAgain waits in a fresh tab, in real time, for a dialog that came in fast
// time. The dialog is what a visitor sees of it, nil for none.
func (l *leg) lookAgain(ctx context.Context, v *visited) (s *consent.Sight, dialog *observation.Dialog, err error) {
	again, err := l.open(ctx, v.page, observation.PurposeOpen)
	if err != nil {
		return nil, nil, err
	}
	if again.ok() {
		if s, err = l.look(ctx, again, longLook); err != nil {
			return nil, nil, err
		}
		dialog = l.shown(ctx, again, s, "dialog")
	}
	return s, dialog, l.leave(ctx, again, nil)
}

// found records what was seen of a dialog in the visit without a choice, and
// tells the other visits how long to wait for it.
func (l *leg) found(v *visited, s *consent.Sight, dialog *observation.Dialog, late bool, index int, rule string) {
	c := observation.Consent{Page: v.rec.ID, Choice: l.record.Choice, Found: s.Found(), Outcome: observation.NoDialog, At: l.clock.Now(), Picture: v.rec.Picture}
	if s != nil {
		c.Looked = s.Looked.Milliseconds()
	}
	if s.Found() {
		c.Dialog, c.Outcome = dialog, ""
	}
	c.Unread = l.part.redact.Text(s.Unread())
	if v.waited && !late {
		c.Looked += v.rec.Fast
	}
	c.Manager, c.Scripts = l.manager()
	c.Rule = rule
	if rule != "" && !s.Found() {
		c.Found, c.Outcome, c.Method = true, "", MethodAutoconsent
		c.Why = seenBySecond(rule)
	}
	l.do(func() {
		l.log.Consent(c)
		l.log.Flush()
	})
	if l.record.Choice != observation.None {
		return // only the first visit shows the others the way
	}
	l.part.learn(func(h *dialogHint) {
		// Only a page that was looked at to the end of its minute tells anything.
		h.foreign = h.foreign || c.Method == MethodAutoconsent
		h.known = h.known || v.ok() && s != nil && v.waited
		if s.Found() && !h.seen {
			h.seen, h.after, h.page, h.more = true, s.Looked, index, s.Deeper()
		}
	})
	if s.Found() {
		l.part.seen.put()
	}
	l.part.looked.put()
}

// manager names the consent manager whose scripts were requested.
func (l *leg) manager() (name string, scripts []string) {
	l.do(func() {
		for s := range l.scripts {
			scripts = append(scripts, s)
		}
	})
	slices.Sort(scripts)
	if len(scripts) > 0 {
		name = consent.ManagerOf(scripts[0])
	}
	if name == "" && len(l.managers) > 0 {
		name = l.managers[0].Name
	}
	return name, scripts
}
