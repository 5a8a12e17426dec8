package consent

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"cookieaudit/scanner/observation"
)

// listing is what kind of list a control opens.
type listing int

const (
	noList listing = iota
	vendorList
	detailList // of what stands beside the control
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
			c.folded, c.tab = true, true
		}
	}
}

// findLists takes for folds what names vendors, or promises details, beside switches and
// leads to no other page. These are often plain buttons, and the switches of a list may
// be drawn only when it is opened: what is saved without a look at them may consent.
func (d *dialog) findLists(v vocabulary, page string) {
	if d.box.Switches == 0 && !slices.ContainsFunc(d.controls, func(c *control) bool { return isSwitch(c) && !c.disabled }) {
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

// folds are the folds, tabs and lists that were opened.
type folds map[string]bool

// keys tell what is opened apart. A fold says itself whether it is open; a list or plain
// tab does not, also where the page draws it anew.
func (c *control) keys() []string {
	out := []string{fmt.Sprint(c.element.Node)}
	if c.list != noList || c.tab {
		out = append(out, "\x00"+c.place())
	}
	return out
}

func (f folds) open(c *control) {
	for _, k := range c.keys() {
		f[k] = true
	}
}

func (f folds) close(c *control) {
	for _, k := range c.keys() {
		delete(f, k)
	}
}

func (f folds) has(c *control) bool {
	return slices.ContainsFunc(c.keys(), func(k string) bool { return f[k] })
}

// count is how many elements were opened.
func (f folds) count() int {
	n := 0
	for k := range f {
		if !strings.HasPrefix(k, "\x00") {
			n++
		}
	}
	return n
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

// leaveList goes back from an open list to what saves the layer that led there, nil where
// that shows already or none is open. The attempt has an outcome afterwards where nothing
// leads back, or where saving the list was the choice.
func (o *Operator) leaveList(ctx context.Context, s *Sight, opened folds, a *Attempt) (*Sight, error) {
	l := a.list
	if l == nil {
		return nil, nil
	}
	if c := s.onward(l); c != nil {
		a.Outcome, a.Why = observation.Failed, fmt.Sprintf("the list behind %q goes on behind %q", clip(l.button.words(), 60), clip(c.words(), 60))
		return nil, nil
	}
	if s.dialog.saves(l.save, false) {
		a.list = nil
		return nil, nil
	}
	home, presses, err := o.homeward(ctx, s, true, a)
	if home == nil || err != nil {
		return nil, err
	}
	// Whether a list keeps what was turned shows when it is opened once more.
	if l.turned && !l.second && presses > 0 {
		if a.kept == nil {
			a.kept = map[string]bool{}
		}
		a.kept[l.button.place()] = true
		opened.close(l.button)
	}
	a.list, a.Gone, a.Outcome, a.Why = nil, false, "", ""
	home.layer = l.from.layer
	return home, nil
}

// homeward goes back from an open list to the layer that led there, nil where nothing
// leads back: the attempt has an outcome then, or the policy's steps are to save. choose:
// what saves or refuses may be pressed.
func (o *Operator) homeward(ctx context.Context, s *Sight, choose bool, a *Attempt) (home *Sight, presses int, err error) {
	l := a.list
	home, err = o.home(ctx, l, false, a)
	for ; home == nil && err == nil; presses++ {
		out := s.wayOut(!s.dialog.at(l.from.dialog), choose)
		switch {
		case out == nil || presses == maxLayers:
			a.Gone, a.Outcome = false, observation.Failed
			a.Why = fmt.Sprintf("nothing leads back from the list behind %q", clip(l.button.words(), 60))
			if a.Committed { // what saves the list may have saved nothing else
				a.Committed, err = o.storedSince(ctx, a.stored)
			}
			return nil, presses, err
		case out.class == Save && len(o.Controls["save"]) > 0:
			return nil, presses, nil
		}
		if s, err = o.leave(ctx, s, out, a); err != nil || s == nil {
			return nil, presses, err
		}
		home, err = o.home(ctx, l, true, a)
	}
	return home, presses, err
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

// home is the layer from which a list was opened, nil where it does not show. left: it may
// take a while to come back, and the page may draw it anew.
func (o *Operator) home(ctx context.Context, l *openList, left bool, a *Attempt) (*Sight, error) {
	begun, m := time.Now(), motion{tab: o.Tab}
	for {
		s, err := o.again(ctx, l.from, a)
		if err != nil {
			return nil, err
		}
		if s.Found() && s.dialog.saves(l.save, left) {
			return s, nil
		}
		if !left || time.Since(begun) > changeLimit || m.rested(ctx) {
			return nil, ctx.Err()
		}
		if _, err := o.Tab.Context().Clock.Quiet(ctx, o.Tab); err != nil {
			return nil, err
		}
	}
}

// leave presses what leads out of a list, and returns what shows then: nil where nothing
// does, and the attempt has an outcome.
func (o *Operator) leave(ctx context.Context, s *Sight, out *control, a *Attempt) (*Sight, error) {
	var err error
	switch out.class {
	case Save:
		err = o.commit(ctx, s, out, a)
	case Reject:
		err = o.press(ctx, out, o.committing(a), a)
	default:
		err = o.press(ctx, out, nil, a)
	}
	if err != nil {
		return nil, err
	}
	next, err := o.lookFrom(ctx, 0, s.dialog)
	if err != nil || next.Found() {
		return next, err
	}
	if out.class != Save {
		o.strayed(a)
		a.Outcome, a.Why = observation.Failed, fmt.Sprintf("the dialog went away when %q was pressed in a list", clip(out.words(), 60))
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
// list has a box of its own, which may be closed. choose: it may make a choice.
func (s *Sight) wayOut(apart, choose bool) *control {
	d, v := s.dialog, s.finder.words
	if c := d.first(v, Save); c != nil && choose {
		return c
	}
	var back *control
	for _, c := range d.controls {
		if c.class != NoClass && c.class != Settings || isBox(c.role) || c.disabled || !c.info.Visible {
			continue
		}
		if choose && v.near().any(c.words(), doneWord) {
			return c // to go back may give up what was turned
		}
		if v.near().any(c.words(), backWord) || v.near().any(c.name, backWord) || isArrow(c.info.Text, s.finder.leftward()) {
			back = cmp.Or(back, c)
		}
	}
	asks := v.any(d.box.BoxText, acceptWord) || strings.ContainsAny(d.box.BoxText, "?؟？")
	switch {
	case back != nil || !apart:
		return back
	case choose && d.first(v, Reject) != nil:
		return d.first(v, Reject)
	case asks: // "by OK you agree"
		return d.first(v, Close, Hide)
	}
	return d.first(v, Close, Hide, Acknowledge)
}

// onward is a control that leads to more of a list in which something was on, nil for
// none.
func (s *Sight) onward(l *openList) *control {
	v := s.finder.words
	for _, c := range s.dialog.controls {
		if (l.on || l.turned) && !isBox(c.role) && c.info.Visible && !c.disabled && !l.from.dialog.has(c) &&
			(v.near().any(c.words(), nextWord) || v.near().any(c.name, nextWord) || isArrow(c.info.Text, !s.finder.leftward())) {
			return c
		}
	}
	return nil
}

// leftward reports whether the page is read from right to left.
func (f *finder) leftward() bool {
	lang, _, _ := strings.Cut(strings.ToLower(f.lang), "-")
	return slices.Contains([]string{"ar", "he", "iw", "fa", "ur"}, lang)
}

// isArrow reports whether a text is a sign that points to the left, or to the right.
func isArrow(s string, right bool) bool {
	signs := []string{"←", "‹", "<", "«", "⟵", "❮"}
	if right {
		signs = []string{"→", "›", ">", "»", "⟶", "❯"}
	}
	return slices.Contains(signs, strings.TrimSpace(s))
}
