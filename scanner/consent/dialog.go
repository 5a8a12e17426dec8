package consent

import (
	"cmp"
	"slices"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"
)

// dialog is one box of controls that may be a consent dialog.
type dialog struct {
	world    *chrome.World
	box      info
	controls []*control
	score    int
	why      []string
	around   []*dialog // all boxes of the page at that look
	// asksRegion: it only asks for a language or region.
	asksRegion bool
	// elsewhere: it opens with what is no consent, such as a log-in. vague: it names
	// cookies, and says nothing of what it does with them.
	elsewhere, vague bool
	// inverted is a "no" that answers whether to refuse, nil for none.
	inverted *control
}

// unread: it lies over the page, speaks of cookies and has buttons, and what they do
// nobody understood. It may be a consent dialog.
func (d *dialog) unread(v vocabulary) bool {
	return d.box.Overlay && d.box.Fields == 0 && !d.elsewhere && v.speaksOfCookies(d.box.BoxText+" "+d.box.Label) && !v.speaksOfOther(d.box.BoxText) &&
		slices.ContainsFunc(d.controls, func(c *control) bool { return c.riddle(v) })
}

// at reports whether two looks saw the same box.
func (d *dialog) at(o *dialog) bool {
	return d.world.Frame == o.world.Frame && d.box.Box == o.box.Box
}

// follow adds to a box's score that it takes the place of a layer, or came after
// something in that layer was pressed.
func (d *dialog) follow(v vocabulary, from *dialog) {
	switch {
	case from == nil:
	case d.at(from):
		d.score += 8
		d.why = append(d.why, "+8 where the layer before was")
	case d.lies() && from.brought(d) && d.consents(v):
		d.score += 6
		d.why = append(d.why, "+6 came after the layer before")
	}
}

// lies reports whether a box lies over the page, or is in a frame that may.
func (d *dialog) lies() bool { return d.box.Overlay || d.box.Framed }

// brought reports whether a box shows something to press and showed nothing at
// the look that saw this layer.
func (d *dialog) brought(o *dialog) bool {
	return o.handle() != nil && !slices.ContainsFunc(d.around, func(was *dialog) bool { return was.at(o) && was.handle() != nil })
}

// consents reports whether what a box offers, or the text of one that is no page, is
// about consent.
func (d *dialog) consents(v vocabulary) bool {
	return d.asksConsent(v) || !d.box.Page && (v.speaksOfCookies(v.unmentioned(d.box.BoxText)) || d.box.Hint != "")
}

// asksConsent reports whether what a box offers is about consent, whatever its text
// speaks of.
func (d *dialog) asksConsent(v vocabulary) bool {
	yes, no := d.first(v, Accept), d.first(v, Reject)
	speaks := func(c *control) bool {
		return c != nil && (v.speaksOfCookies(c.words()) || v.speaksOfPrivacy(c.words()))
	}
	return yes != nil && no != nil || speaks(no) || speaks(d.first(v, Save)) ||
		slices.ContainsFunc(d.controls, func(c *control) bool {
			return isSwitch(c) && !c.disabled && (c.category != "" && c.category != necessary || v.speaksOfCookies(c.label()))
		})
}

// has reports whether a control was there at this look.
func (d *dialog) has(c *control) bool {
	return slices.ContainsFunc(d.controls, func(o *control) bool { return o.element.Node == c.element.Node })
}

// covered reports whether something lies over what the dialog offers to press.
func (d *dialog) covered() bool {
	for _, c := range d.controls {
		if c.class != NoClass && c.info.Visible && !c.info.Covered {
			return false
		}
	}
	return true
}

// cross is the sign that closes the dialog, whatever its name says it means,
// unless that is to accept; nil for none.
func (d *dialog) cross() *control {
	for _, c := range d.controls {
		if (c.class == Close || c.class == Reject) && !c.disabled && hasCross(c.info.Text) {
			return c
		}
	}
	return nil
}

// handle is a control by which the dialog can be seen to go, nil for none.
func (d *dialog) handle() *control {
	for _, c := range d.controls {
		if c.info.Visible && c.class != NoClass {
			return c
		}
	}
	return nil
}

// answer is the control to press in a box that asks for a language or region:
// the page's own language, else what goes on as it is, else the first language.
func (d *dialog) answer(v vocabulary, lang string) *control {
	var onward, first *control
	for _, c := range d.controls {
		if c.disabled || isBox(c.role) || !c.info.Visible {
			continue
		}
		switch {
		case v.isLanguageOf(c.words(), lang):
			return c
		case onward == nil && (c.class == Save || c.class == Acknowledge):
			onward = c
		case first == nil && c.class != Close:
			first = c
		}
	}
	return cmp.Or(onward, first)
}

// takeIn adds the switches and radio buttons that lie within the box on the
// screen, though a smaller box of their own speaks of cookies too: they belong to
// what the box's button saves.
func (d *dialog) takeIn(list []*control) {
	if d.box.Overlay {
		return // all that belongs to an overlay is in its box; what it covers is not
	}
	r := d.box.Rect
	for _, c := range list {
		x, y := c.info.Middle[0], c.info.Middle[1]
		inside := x >= r[0] && x <= r[0]+r[2] && y >= r[1] && y <= r[1]+r[3]
		if isBox(c.role) && inside && c.info.Box != d.box.Box && c.element.World == d.world {
			d.controls = append(d.controls, c)
		}
	}
}

// first is the best control of the given classes, the first class first: a
// button before a link, one that saves what was selected before one that saves, one that
// speaks of "all" before others, then the larger.
func (d *dialog) first(v vocabulary, classes ...Class) *control {
	for _, class := range classes {
		var best *control
		for _, c := range d.controls {
			if c.class != class || c.disabled || isBox(c.role) || c.row {
				continue
			}
			if best == nil || c.weight(v) > best.weight(v) {
				best = c
			}
		}
		if best != nil {
			return best
		}
	}
	return nil
}

// same reports whether two looks saw one dialog that has stopped moving.
func (d *dialog) same(o *dialog) bool {
	return o != nil && d.at(o) && d.box.Rect == o.box.Rect && len(d.controls) == len(o.controls)
}

// alike reports whether two looks saw the same controls in the same state: what
// was pressed in between has not led to another layer.
func (d *dialog) alike(o *dialog) bool {
	return d.same(o) && slices.EqualFunc(d.controls, o.controls, func(a, b *control) bool {
		return a.element.Node == b.element.Node && a.checked == b.checked && a.info.Visible == b.info.Visible
	})
}

// listed are the controls that are evidence: what was understood, and buttons that
// were not, since one of them may do what no other does.
func (d *dialog) listed(v vocabulary) []*control {
	var out []*control
	for _, c := range d.controls {
		if c.as() != "" || c.riddle(v) {
			out = append(out, c)
		}
	}
	return out
}

// record is the dialog as evidence.
func (d *dialog) record(v vocabulary, layer int) *observation.Dialog {
	out := &observation.Dialog{Text: clip(d.box.BoxText, maxText), Why: d.why, Layer: layer, Controls: []observation.Control{}}
	if !d.world.Top {
		out.Frame = d.world.URL
	}
	out.Named = d.box.Role != "" && d.box.Named
	out.Policy = d.box.Policy
	for _, c := range d.listed(v) {
		r := observation.Control{Text: clip(c.words(), 80), Role: c.role, As: c.as(), Why: c.why(v)}
		if c.role == "radio" && (c.class == Reject || v.saysOff(c.label())) {
			r.As = "off" // the answer that refuses is no switch that is on
		}
		if c.name != c.words() {
			r.Name = clip(c.name, 80)
		}
		if isBox(c.role) || c.row {
			r.Category, r.Fixed, r.Interest = c.category, c.disabled, c.interest
		}
		out.Controls = append(out.Controls, r)
	}
	return out
}
