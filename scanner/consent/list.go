package consent

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// listing is what kind of list a control opens.
type listing int

const (
	noList listing = iota
	vendorList
	detailList // of what stands beside the control
)

// findLists takes for folds what names vendors, or promises details, beside switches and
// leads to no other page. These are often plain buttons, and the switches of a list may
// be drawn only when it is opened: what is saved without a look at them may consent.
func (d *dialog) findLists(v vocabulary, page string) {
	shown := slices.ContainsFunc(d.controls, func(c *control) bool { return isSwitch(c) && !c.disabled })
	if d.box.Switches == 0 && !shown {
		return
	}
	// Where nothing shows that could be saved, the way to the settings leads to all of them.
	if !shown && d.first(v, Save) == nil && d.first(v, Settings) != nil {
		return
	}
	for _, c := range d.controls {
		if c.class != NoClass && c.class != Settings || isBox(c.role) || c.row || c.folded || c.role == "tab" || leaves(c.info.Href, page) || label(c.words()) == "" {
			continue
		}
		switch {
		case v.namesList(c.words()):
			c.folded, c.list = true, vendorList
		case v.near().any(c.words(), detailsWord):
			c.folded, c.list = true, detailList
		}
	}
}

// openList is a list that a dialog has opened.
type openList struct {
	button *control
	from   *Sight   // the layer with the button
	save   *control // what saves that layer
	on     bool     // some of its switches were on
	turned bool     // some were turned
	second bool     // it was opened before, to be turned off
}

func (l *openList) again() bool { return l != nil && l.second }

// named: the control stands in an open list of vendors or services, and only its name
// tells of a category; it may be anybody's name. One that stands below the switch of its
// category belongs to that.
func (l *openList) named(c *control) bool {
	return l != nil && l.button.list == vendorList && !slices.ContainsFunc(l.from.dialog.controls, func(o *control) bool {
		return o.element.Node == c.element.Node || o.place() == c.place() || isSwitch(o) && o.category == c.category &&
			slices.ContainsFunc(c.info.Contexts, func(x string) bool { return norm(x) == norm(o.label()) })
	})
}

func (l *openList) turn() {
	if l != nil {
		l.turned = true
	}
}

// opened looks at what a fold has brought: the dialog as it is now, or a box or frame of
// its own. A list may take a while to come.
func (o *Operator) opened(c *control) func(context.Context, *Sight, *Attempt) (*Sight, error) {
	return func(ctx context.Context, s *Sight, a *Attempt) (*Sight, error) {
		begun, m := time.Now(), motion{tab: o.Tab}
		for {
			now, err := o.again(ctx, s, a)
			if err != nil {
				return nil, err
			}
			apart, err := o.appeared(ctx, now, s)
			if err != nil {
				return nil, err
			}
			came := now.Found() && now.brings(s)
			if apart == nil && !came && c.list != noList && time.Since(begun) < changeLimit && !m.rested(ctx) {
				if _, err := o.Tab.Context().Clock.Quiet(ctx, o.Tab); err != nil {
					return nil, err
				}
				continue
			}
			if apart != nil {
				now = apart
			}
			if apart == nil && c.list == noList || !now.Found() || s.dialog.first(s.finder.words, Save) == nil {
				return now, nil
			}
			if a.list == nil {
				a.list = &openList{button: c, from: s, save: s.dialog.first(s.finder.words, Save)}
				a.list.second = a.kept[c.place()]
			}
			a.list.on = a.list.on || now.anyOn(s)
			return now, nil
		}
	}
}

// brings reports whether a switch shows that did not before.
func (s *Sight) brings(before *Sight) bool {
	return slices.ContainsFunc(s.dialog.controls, func(c *control) bool { return isBox(c.role) && !before.dialog.has(c) })
}

// anyOn reports whether one of the switches that did not show before is on.
func (s *Sight) anyOn(before *Sight) bool {
	return slices.ContainsFunc(s.dialog.controls, func(c *control) bool {
		return isCheckbox(c) && c.checked && !c.disabled && !before.dialog.has(c)
	})
}

// appeared is a box over the page, or in a frame, that showed nothing to press before
// and has switches now or hides what saves; nil for none.
func (o *Operator) appeared(ctx context.Context, now, before *Sight) (*Sight, error) {
	all, err := now.finder.boxes(ctx)
	if err != nil {
		return nil, err
	}
	visible := func(c *control) bool { return c.info.Visible }
	save := before.dialog.first(before.finder.words, Save)
	hidden := save != nil && !(now.Found() && now.dialog.saves(save, false))
	for _, d := range all {
		was := slices.ContainsFunc(before.dialog.around, func(o *dialog) bool { return o.at(d) && slices.ContainsFunc(o.controls, visible) })
		if was || d.at(before.dialog) || !d.lies() || !slices.ContainsFunc(d.controls, visible) {
			continue
		}
		if hidden || slices.ContainsFunc(d.controls, func(c *control) bool { return isBox(c.role) && !c.disabled }) {
			return &Sight{finder: now.finder, dialog: d, layer: before.layer}, nil
		}
	}
	return nil, nil
}

// peek opens a fold or list to see what lies in it. A list is left again without a choice:
// something may be on in it that no drafted step turns off. The Sight is that of the
// layer, or what shows where nothing leads back.
func (o *Operator) peek(ctx context.Context, s *Sight, f *control, a *Attempt) (*Sight, error) {
	look := *a // what comes of it is no outcome of the attempt
	look.list = nil
	defer func() { a.Steps, a.pressed, a.marked = look.Steps, look.pressed, look.marked }()
	if err := o.press(ctx, f, nil, &look); err != nil {
		return s, err
	}
	now, err := o.opened(f)(ctx, s, &look)
	if err != nil || !now.Found() {
		o.strayed(&look)
		return now, err
	}
	if look.list == nil {
		return now, nil
	}
	if look.list.on {
		o.layer.hides = fmt.Sprintf("something is on in the list behind %q", clip(f.words(), 60))
	}
	if now.dialog.saves(look.list.save, false) {
		return now, nil
	}
	home, _, err := o.homeward(ctx, now, false, &look)
	if home == nil {
		o.layer.hides = cmp.Or(o.layer.hides, look.Why)
		return now, err
	}
	home.layer = s.layer
	return home, err
}
