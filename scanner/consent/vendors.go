package consent

import (
	"context"
	"slices"
	"strings"

	"cookieaudit/scanner/observation"
)

// findVendors takes for a fold what names vendors or partners beside switches and leads
// to no other page. It is often a plain button, and their switches may be drawn only when
// it is pressed: what is saved without a look at them may consent.
func (d *dialog) findVendors(v vocabulary, page string) {
	if !slices.ContainsFunc(d.controls, func(c *control) bool { return isSwitch(c) && !c.disabled }) {
		return
	}
	for _, c := range d.controls {
		if (c.class == NoClass || c.class == Settings) && !isBox(c.role) && !c.row && !c.folded && c.role != "tab" &&
			!leaves(c.info.Href, page) && v.near().any(label(c.words()), vendorsWord) {
			c.folded, c.vendors = true, true
		}
	}
}

// overOrAgain is the list of vendors that came over the dialog, or the dialog itself.
func (o *Operator) overOrAgain(ctx context.Context, s *Sight, a *Attempt) (*Sight, error) {
	if !a.OnPage {
		over, err := o.lookFrom(ctx, 0, s.dialog)
		if err != nil {
			return nil, err
		}
		if over.Found() && over.finder.came(over.dialog) {
			over.layer = s.layer
			return over, nil
		}
	}
	return o.again(ctx, s, a)
}

// leaveVendors goes back from an open list of vendors to what saves the layer that led
// there, nil where that shows already or none is open. A list has its own control to
// save, or one that leads back. The attempt has an outcome afterwards where there is
// neither, or where saving the list was the choice.
func (o *Operator) leaveVendors(ctx context.Context, s *Sight, a *Attempt) (*Sight, error) {
	if a.save == nil || s.dialog.saves(a.save) {
		a.save = nil
		return nil, nil
	}
	c := s.dialog.wayOut(s.finder.words, !s.dialog.has(a.save))
	if c == nil {
		a.Outcome, a.Why = observation.Failed, "no control leads back from the dialog's list of vendors"
		return nil, nil
	}
	var err error
	if c.class == Save {
		err = o.commit(ctx, s, c, a)
	} else {
		err = o.press(ctx, c, nil, a)
	}
	if err != nil {
		return nil, err
	}
	next, err := o.lookFrom(ctx, 0, s.dialog)
	switch {
	case err != nil:
		return nil, err
	case next.Found() && next.dialog.saves(a.save):
		a.save, a.Gone, a.Outcome, a.Why = nil, false, "", ""
		next.layer = s.layer
		return next, nil
	case c.class != Save:
		o.strayed(a)
		a.Outcome, a.Why = observation.Failed, "nothing saves the switches once the dialog's list of vendors was opened"
	}
	return nil, nil
}

// saves reports whether a control that saves can be pressed on this layer too.
func (d *dialog) saves(save *control) bool {
	return slices.ContainsFunc(d.controls, func(c *control) bool {
		return c.class == Save && !c.info.Covered && (c.element.Node == save.element.Node || c.words() == save.words())
	})
}

// wayOut is the control that saves a list of vendors or leads back from it, nil for none.
// apart: the list has a box of its own, which may be closed.
func (d *dialog) wayOut(v vocabulary, apart bool) *control {
	if c := d.first(v, Save); c != nil {
		return c
	}
	for _, c := range d.controls {
		if c.class == NoClass && !isBox(c.role) && !c.disabled && c.info.Visible &&
			(v.near().any(c.words(), backWord) || v.near().any(c.name, backWord) || isArrow(c.info.Text)) {
			return c
		}
	}
	if apart {
		return d.first(v, Close, Hide)
	}
	return nil
}

// isArrow reports whether a text is a sign that leads back.
func isArrow(s string) bool {
	switch strings.TrimSpace(s) {
	case "←", "‹", "<", "«", "⟵", "❮":
		return true
	}
	return false
}
