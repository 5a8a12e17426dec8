package consent

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"cookieaudit/scanner/observation"
)

// findTabs takes plain buttons that are named as categories for tabs, where the box has
// switches that do not show.
func (d *dialog) findTabs(v vocabulary) {
	shown := 0
	for _, c := range d.controls {
		if isCheckbox(c) && !c.disabled {
			shown++
		}
	}
	if d.box.Switches <= shown {
		return
	}
	for _, c := range d.controls {
		if c.role == "button" && c.class == NoClass && !c.row && !c.folded && label(c.words()) != "" && len(v.categories(c.words())) > 0 {
			c.folded, c.tab, c.list = true, true, c.words()
		}
	}
}

// findLists takes for folds what names vendors, or promises details, beside switches and
// leads to no other page. These are often plain buttons, and the switches of a list may
// be drawn only when it is opened: what is saved without a look at them may consent.
func (d *dialog) findLists(v vocabulary, page string) {
	if !slices.ContainsFunc(d.controls, func(c *control) bool { return isSwitch(c) && !c.disabled }) {
		return
	}
	for _, c := range d.controls {
		if c.class != NoClass && c.class != Settings || isBox(c.role) || c.row || c.folded || c.role == "tab" || leaves(c.info.Href, page) || label(c.words()) == "" {
			continue
		}
		switch {
		case v.near().any(c.words(), vendorsWord):
			c.folded, c.list = true, c.words()
		case c.role == "button" && v.near().any(c.words(), detailsWord):
			c.folded, c.list = true, c.place() // of what stands beside it
		}
	}
}

// fold tells what was opened from what was not: a fold says itself that it is open,
// and a list or plain tab does not, also where the page draws it anew.
func (c *control) fold() string {
	if c.list != "" {
		return c.list
	}
	return fmt.Sprint(c.element.Node)
}

// overOrAgain is the list that came over the dialog, or the dialog itself.
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
	now, err := o.again(ctx, s, a)
	if err != nil || a.save == nil || now.Found() && now.dialog.saves(a.save, false) {
		return now, err
	}
	all, err := now.finder.boxes(ctx)
	if err != nil {
		return nil, err
	}
	for _, d := range all {
		if d.lies() && s.dialog.brought(d) {
			now.dialog = d // a text, or a list that speaks of no consent
			break
		}
	}
	return now, nil
}

// leaveList goes back from an open list to what saves the layer that led there, nil where
// that shows already or none is open. A list has its own control to save, or one that
// leads back. The attempt has an outcome afterwards where there is neither, or where
// saving the list was the choice.
func (o *Operator) leaveList(ctx context.Context, s *Sight, a *Attempt) (*Sight, error) {
	if a.save == nil || s.dialog.saves(a.save, false) {
		a.save = nil
		return nil, nil
	}
	c := s.dialog.wayOut(s.finder.words, !s.dialog.has(a.save))
	switch {
	case c != nil && c.class == Save && len(o.Controls["save"]) > 0:
		return nil, nil
	case c == nil:
		a.Outcome, a.Why = observation.Failed, "no control leads back from a list that the dialog opened"
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
	case next.Found() && next.dialog.saves(a.save, true):
		a.save, a.Gone, a.Outcome, a.Why = nil, false, "", ""
		next.layer = s.layer
		return next, nil
	case c.class != Save:
		o.strayed(a)
		a.Outcome, a.Why = observation.Failed, "nothing saves the switches once a list of the dialog was opened"
	}
	return nil, nil
}

// saves reports whether a control that saves can be pressed on this layer too. anew: the
// page may have drawn it anew since.
func (d *dialog) saves(save *control, anew bool) bool {
	return slices.ContainsFunc(d.controls, func(c *control) bool {
		return c.class == Save && !c.info.Covered && (c.element.Node == save.element.Node || anew && c.words() == save.words())
	})
}

// wayOut is the control that saves a list or leads back from it, nil for none. apart: the
// list has a box of its own, which may be closed.
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
	switch {
	case !apart:
		return nil
	case v.any(d.box.BoxText, acceptWord): // "by OK you agree"
		return d.first(v, Close, Hide)
	}
	return d.first(v, Close, Hide, Acknowledge)
}

// isArrow reports whether a text is a sign that leads back.
func isArrow(s string) bool {
	switch strings.TrimSpace(s) {
	case "←", "‹", "<", "«", "⟵", "❮":
		return true
	}
	return false
}
