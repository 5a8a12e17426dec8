package scanner

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"cookieaudit/scanner/consent"
	"cookieaudit/scanner/observation"
)

// settings makes the visit that reads what lies behind the dialog's first layer,
// and chooses nothing. It goes where the visit without a choice saw the dialog.
func (l *leg) settings(ctx context.Context) (next int, err error) {
	next = l.end()
	p, ok, err := l.at(ctx, l.part.hint().page)
	if !ok || err != nil {
		return next, err
	}
	v, err := l.open(ctx, p, observation.PurposeOpen)
	if err != nil {
		return next, err
	}
	c := observation.Consent{Choice: observation.Settings, Outcome: observation.NoDialog}
	if v.ok() {
		sight, used, err := l.lookForAll(ctx, v, &c)
		if err != nil {
			return next, err
		}
		if sight.Found() || sight.Blocked() {
			if err := l.unfold(ctx, v, sight, used, &c); err != nil {
				return next, err
			}
		}
		// Here nobody waits for the answer, which takes two seconds.
		if name, _ := l.manager(); name == "" && sight.Found() {
			if c.Rule, err = l.glimpse(ctx, v); err != nil {
				return next, err
			}
		}
	}
	c.Manager, c.Scripts = l.manager()
	l.consent(v, c)
	l.part.learn(func(h *dialogHint) { h.offers = c.Offers })
	return next, l.leave(ctx, v, nil)
}

// lookForAll looks for the dialog, also after the page was used, and where no other
// visit has with the second engine's eyes. used: it came with the use.
func (l *leg) lookForAll(ctx context.Context, v *visited, c *observation.Consent) (sight *consent.Sight, used bool, err error) {
	sight, err = l.look(ctx, v, l.patience())
	if err != nil || sight.Found() || sight.Blocked() || !v.ok() {
		return sight, false, err
	}
	c.Looked = sight.Looked.Milliseconds()
	if err := l.use(ctx, v); err != nil || !v.ok() {
		return nil, false, err
	}
	if sight, err = l.look(ctx, v, l.lastPatience()); err != nil || sight.Found() || sight.Blocked() || !v.ok() || l.part.hint().known {
		return sight, true, err
	}
	c.Looked += sight.Looked.Milliseconds()
	rule, err := l.glimpse(ctx, v)
	if rule != "" {
		c.Found, c.Outcome, c.Method, c.Rule, c.Why = true, "", MethodAutoconsent, rule, seenBySecond(rule)
		c.Picture = l.picture(ctx, v, "dialog")
	}
	return sight, true, err
}

// unfold reads the layers of a dialog one by one. used: it came with the use of the
// page.
func (l *leg) unfold(ctx context.Context, v *visited, sight *consent.Sight, used bool, c *observation.Consent) error {
	o, _ := l.operator(ctx, v, observation.Settings)
	c.Looked += sight.Looked.Milliseconds()
	c.Dialog = l.shown(ctx, v, sight, "dialog")
	var draft consent.Draft
	if used {
		draft.Scrolled()
	}
	o.Draft(ctx, sight, &draft)
	var layers []observation.Dialog
	o.Shown = func(s *consent.Sight) {
		switch d := l.shown(ctx, v, s, fmt.Sprintf("layer-%d", s.Layer())); {
		case d == nil:
		case s.Layer() == 1:
			c.Dialog = d // it lay behind what asks for a language or region
		default:
			layers = append(layers, *d)
		}
		o.Draft(ctx, s, &draft)
	}
	offers, why, err := o.Settings(ctx, sight)
	c.Further, c.Offers = layers, offers
	c.Controls, c.Beyond = l.drafted(draft)
	if gave := l.gaveUp(ctx, v, err); gave != nil {
		return gave
	}
	if c.Dialog == nil {
		return nil
	}
	c.Found, c.Outcome = true, ""
	switch {
	case err != nil:
		c.Why = err.Error()
	case why != "":
		c.Why = why
	case len(layers) == 0 && c.Dialog.Control("settings") != nil:
		c.Why = "the control for the settings was pressed, and no further layer was seen"
	}
	return nil
}

// drafted is a draft without what may be a visitor's own: targets hold the site's
// words. Steps that would no longer lead anywhere are left out.
func (l *leg) drafted(d consent.Draft) (controls map[string][]observation.Step, beyond map[string]string) {
	controls, beyond = maps.Clone(d.Controls), map[string]string{}
	for key, why := range d.Beyond {
		beyond[key] = l.part.redact.Text(why)
	}
	for key, steps := range d.Controls {
		if slices.ContainsFunc(steps, func(s observation.Step) bool { return l.part.redact.Text(s.String()) != s.String() }) {
			delete(controls, key)
			beyond[key] = "its words may be personal data"
		}
	}
	return controls, beyond
}

// shown is a layer of a dialog as a visitor sees it, with its picture. A page that
// does not answer leaves it unmeasured.
func (l *leg) shown(ctx context.Context, v *visited, s *consent.Sight, name string) *observation.Dialog {
	d := s.Dialog()
	if d == nil {
		return nil
	}
	l.detect(ctx, v)
	d.Picture = l.picture(ctx, v, name)
	o := consent.Operator{Tab: v.tab}
	_ = o.Measure(ctx, s, d)
	return d
}
