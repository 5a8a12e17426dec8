package scanner

import (
	"context"
	"fmt"

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
		sight, err := l.look(ctx, v, l.patience())
		if err != nil {
			return next, err
		}
		if sight.Found() {
			if err := l.unfold(ctx, v, sight, &c); err != nil {
				return next, err
			}
		}
	}
	c.Manager, c.Scripts = l.manager()
	l.consent(v, c)
	l.part.learn(func(h *dialogHint) { h.offers = c.Offers })
	return next, l.leave(ctx, v, nil)
}

// unfold reads the layers of a dialog one by one.
func (l *leg) unfold(ctx context.Context, v *visited, sight *consent.Sight, c *observation.Consent) error {
	o, _ := l.operator(ctx, v, observation.Settings)
	c.Found, c.Looked, c.Outcome = true, sight.Looked.Milliseconds(), ""
	c.Dialog = l.shown(ctx, v, sight, "dialog")
	var layers []observation.Dialog
	o.Shown = func(s *consent.Sight) {
		if d := l.shown(ctx, v, s, fmt.Sprintf("layer-%d", s.Layer())); d != nil {
			layers = append(layers, *d)
		}
	}
	_, offers, err := o.Settings(ctx, sight)
	c.Further, c.Offers = layers, offers
	if gave := l.gaveUp(ctx, v, err); gave != nil {
		return gave
	}
	switch {
	case err != nil:
		c.Why = err.Error()
	case len(layers) == 0 && c.Dialog.Control("settings") != nil:
		c.Why = "the control for the settings was pressed, and no further layer was seen"
	}
	return nil
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
