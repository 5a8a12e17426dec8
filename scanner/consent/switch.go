package consent

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/cdp"
)

const (
	// maxPresses bounds the presses on the switches of one layer.
	maxPresses = 120
	// maxUnfolded bounds the folds, lists and tabs of one layer that are opened.
	maxUnfolded = 30
)

// set brings a layer's switches to what on says, opening the folds they lie in,
// and returns the layer as it is then. Switches depend on each other, so all are
// read again after each press. answered are the places of rows whose buttons need
// no press, since not all show what they did; those that are pressed are added.
// Where a switch cannot be brought there, the attempt has an outcome afterwards.
func (o *Operator) set(ctx context.Context, s *Sight, a *Attempt, answered map[string]bool, on func(*control) bool) (*Sight, error) {
	before, err := o.stored(ctx)
	if err != nil {
		return s, err
	}
	a.stored, a.switches, a.granted, a.kept = before, false, false, nil
	defer func() { a.list = nil }()
	pressed, opened := map[cdp.BackendNodeID]int{}, folds{}
	interests, allowed := map[cdp.BackendNodeID]bool{}, on // those that showed behind a tab of that name
	on = func(c *control) bool { return !interests[c.element.Node] && allowed(c) }
	left := map[cdp.BackendNodeID]bool{}   // that are necessary, it seems, and cannot be turned, or follow others
	wanted := map[cdp.BackendNodeID]bool{} // that are on as they should be, also in tabs that do not show now
	for range maxPresses {
		a.switches = a.switches || s.hasSwitches()
		for _, c := range s.dialog.controls {
			wanted[c.element.Node] = c.checked && (on(c) || left[c.element.Node])
			a.granted = a.granted || isSwitch(c) && on(c) && (c.checked || answered[c.place()])
		}
		c := s.wrong(on, answered, left)
		f := s.fold(opened)
		// A fold may hide the switch; another tab, or a list, hides it when it opens.
		if f != nil && (c == nil || !c.info.Visible && (!f.replaces() || pressed[c.element.Node] > 0)) {
			opened.open(f)
			c = f
		}
		switch riddle := s.ambiguous(); {
		case riddle != nil:
			a.Outcome, a.Why = observation.Failed, riddling(riddle)
			return s, nil
		case c == nil:
			if why := s.unsettled(on, opened, wanted); why != "" {
				a.Outcome, a.Why = observation.Failed, why
				return s, nil
			}
			back, err := o.leaveList(ctx, s, opened, a)
			if back == nil || err != nil {
				return s, err
			}
			s = back
			continue
		case c != f && a.list.again():
			a.Outcome, a.Why = observation.Failed, fmt.Sprintf("the list behind %q does not keep what is turned in it", clip(a.list.button.words(), 60))
			return s, nil
		case c != f && pressed[c.element.Node] == 2 && c.needed():
			left[c.element.Node] = true
			continue
		case c != f && pressed[c.element.Node] == 2:
			a.Outcome, a.Why = observation.Failed, fmt.Sprintf("the switch %q cannot be turned", c.words())
			return s, nil
		}
		if c != f {
			a.turned = true
			a.list.turn()
			pressed[c.element.Node]++
			answered[c.place()] = true
		}
		var err error
		switch {
		case c.role == "slider":
			if on(c) {
				o.granting(a, nil)()
			}
			err = o.slide(ctx, c, on(c), pressed[c.element.Node], a)
		case isSwitch(c) && on(c):
			err = o.press(ctx, c, o.granting(a, o.instant(s, c, a)), a)
		default:
			err = o.press(ctx, c, o.instant(s, c, a), a)
		}
		if err != nil {
			return s, err
		}
		look := o.again
		if c == f {
			look = o.opened(c)
		}
		again, err := look(ctx, s, a)
		if err != nil {
			return s, err
		}
		if !again.Found() {
			o.strayed(a)
			a.Outcome, a.Why = observation.Failed, "the dialog went away while its switches were being set"
			return s, nil
		}
		if c == f && s.finder.words.speaksOfInterest(c.words()) {
			again.shown(s, interests)
		}
		if isBox(c.role) && s.finder.words.saysAll(c.words()+" "+c.name) && again.follows(c, s, on) {
			left[c.element.Node] = true
		}
		s = again
	}
	a.Outcome, a.Why = observation.Failed, "the dialog's switches keep changing back"
	return s, nil
}

// instant is what a press on a switch commits: nothing where something saves it,
// the choice itself where nothing does.
func (o *Operator) instant(s *Sight, c *control, a *Attempt) func() {
	if !isSwitch(c) || a.list != nil || s.dialog.first(s.finder.words, Save) != nil || len(o.Controls["save"]) > 0 {
		return nil
	}
	return o.committing(a)
}

// granting marks the moment of the choice at a press that says yes to one thing: a
// site may act on that at once, whatever is saved later.
func (o *Operator) granting(a *Attempt, press func()) func() {
	return func() {
		o.mark(a, time.Time{})
		if press != nil {
			press()
		}
	}
}

// hasSwitches reports whether the layer has a switch, slider or question about
// what is stored that can be answered, or rows of buttons to allow and refuse. Where all
// that is seen is fixed, what can be chosen was not understood.
func (s *Sight) hasSwitches() bool {
	return s.Found() && slices.ContainsFunc(s.dialog.controls, func(c *control) bool { return isSwitch(c) && !c.disabled })
}

// maySwitch reports whether the layer has switches, or folds they may lie in.
func (s *Sight) maySwitch() bool {
	return s.hasSwitches() || s.Found() && s.fold(nil) != nil
}

// again looks at the same box once more after something in it was pressed.
func (o *Operator) again(ctx context.Context, s *Sight, a *Attempt) (*Sight, error) {
	f, err := newFinder(ctx, o.Tab)
	if err != nil {
		return nil, err
	}
	f.from = s.dialog
	look := f.dialogs
	switch {
	case a.list != nil:
		look = f.boxes // a list need not speak of cookies
	case a.OnPage:
		look = f.forms
	}
	found, err := look(ctx)
	if err != nil {
		return nil, err
	}
	out := &Sight{finder: f, layer: s.layer}
	for _, d := range found {
		if d.at(s.dialog) {
			out.dialog = d
			return out, nil
		}
	}
	for _, d := range found {
		if d.first(f.words, Save, Reject) != nil {
			out.dialog = d
			break
		}
	}
	return out, nil
}

// isSwitch: pressing it says yes or no to one thing, or takes that back.
func isSwitch(c *control) bool { return isBox(c.role) && !c.aside || c.inRow() }

// wrong is a control to press so that the switches come nearer to what on says,
// nil where they are there. Boxes for "all" come last: turning single ones off may
// turn them off too, and where some are wanted they are left alone.
func (s *Sight) wrong(on func(*control) bool, answered map[string]bool, left map[cdp.BackendNodeID]bool) *control {
	words := s.finder.words
	var all *control
	for _, c := range s.dialog.controls {
		if c.disabled || !isSwitch(c) || left[c.element.Node] {
			continue
		}
		want := on(c)
		switch {
		case c.role == "radio":
			if s.right(c, want) && !c.checked {
				return c
			}
		case c.inRow():
			if !answered[c.place()] && !c.checked && s.right(c, want) {
				return c
			}
		case c.checked == want:
		case !want && words.saysAll(c.words()+" "+c.name):
			all = c
		default:
			return c
		}
	}
	return all
}

// shown adds the switches that show and did not before.
func (s *Sight) shown(before *Sight, to map[cdp.BackendNodeID]bool) {
	for _, c := range s.dialog.controls {
		was := slices.ContainsFunc(before.dialog.controls, func(o *control) bool { return o.element.Node == c.element.Node && o.info.Visible })
		if isBox(c.role) && c.info.Visible && !was {
			to[c.element.Node] = true
		}
	}
}

// follows reports whether a switch for "all" that was turned off took along one that is
// to be on: turning that one on again turns it too, and it only shows what the others say.
func (s *Sight) follows(all *control, before *Sight, on func(*control) bool) bool {
	checked := map[cdp.BackendNodeID]bool{}
	for _, c := range s.dialog.controls {
		checked[c.element.Node] = c.checked
	}
	return !on(all) && all.checked && !checked[all.element.Node] && slices.ContainsFunc(before.dialog.controls, func(c *control) bool {
		return c.checked && isBox(c.role) && on(c) && !checked[c.element.Node]
	})
}

// place tells the buttons of rows apart, also where the page draws them anew.
func (c *control) place() string { return strings.Join(append(c.info.Contexts, c.words()), "\x00") }

// right reports whether an answer of a question is the one wanted.
func (s *Sight) right(c *control, want bool) bool { return s.saysNo(c) != want }

// saysNo: the answer of a radio button or row button that refuses.
func (s *Sight) saysNo(c *control) bool {
	v := s.finder.words
	// Of levels, "no advertising" is not the lowest where another is what is necessary.
	lower := func(o *control) bool {
		return o != c && o.role == "radio" && soleCategory(v.categories(o.label())) == necessary
	}
	lowest := c.role == "radio" && soleCategory(v.categories(c.label())) == necessary && v.namesCategory(c.label()) && !v.near().any(c.label(), andWord)
	return c.class == Reject || lowest || v.opensOff(c.label()) && !(v.refusesPart(c.label()) && slices.ContainsFunc(s.dialog.controls, lower))
}

// ambiguous is a switch of which nobody can tell which way it refuses, nil for none: it
// is called "opt out" or "block advertising", answers a question whether to refuse, or
// is a slider of no category, such as "privacy level".
func (s *Sight) ambiguous() *control {
	v := s.finder.words
	for _, c := range s.dialog.controls {
		if c.disabled || !isBox(c.role) || c.aside {
			continue
		}
		switch c.role {
		case "radio":
			asked := func(x string) bool {
				return norm(x) != norm(c.label()) && (v.near().any(x, rejectWord) || v.saysOff(x))
			}
			if slices.ContainsFunc(c.info.Contexts, asked) {
				return c
			}
		case "slider":
			if c.category == "" && !v.namesCookies(c.label()) {
				return c
			}
		default:
			// "Enable or disable all" says both.
			off := v.saysOff(c.label()) && c.class != Accept && !v.any(c.label(), unnecessaryWord)
			// "Use my own selection" says whether the others count.
			rules := c.category == "" && c.class == NoClass && v.saysChosen(c.label()) && !v.saysAll(c.label()) && slices.ContainsFunc(s.dialog.controls, func(o *control) bool {
				return o != c && isCheckbox(o) && o.category != "" && o.category != necessary
			})
			if (c.class == Reject || off || rules) && !c.needed() {
				return c
			}
		}
	}
	return nil
}

// riddling says why an ambiguous switch is not turned.
func riddling(c *control) string {
	return fmt.Sprintf("nobody can tell which way %q refuses", clip(c.words(), 60))
}

// unsettled says why what shows cannot be saved although no switch is left to press, ""
// where it can: something may be on that nobody asked for.
func (s *Sight) unsettled(on func(*control) bool, opened folds, wanted map[cdp.BackendNodeID]bool) string {
	if f := s.unopened(opened); f != nil {
		return fmt.Sprintf("the dialog has more folds than are opened, such as %q", clip(f.words(), 60))
	}
	if yes := s.answeredYes(on); yes != nil {
		return fmt.Sprintf("the answer %q cannot be turned into a refusal", yes.words())
	}
	var boxes []*control
	for _, c := range s.dialog.controls {
		if isBox(c.role) {
			boxes = append(boxes, c)
		}
	}
	if why := fixed(boxes, on); why != "" {
		return why
	}
	known := 0
	for _, is := range wanted {
		if is {
			known++
		}
	}
	for _, c := range s.dialog.controls {
		if isCheckbox(c) && c.checked && !c.disabled && !wanted[c.element.Node] {
			known++ // for "all", which is left where some are wanted, or no matter of consent
		}
	}
	return s.beside(known)
}

// isCheckbox: it is on or off, whatever others are.
func isCheckbox(c *control) bool { return isBox(c.role) && c.role != "radio" && c.role != "slider" }

// fixed says which switch is on, is not to be, and cannot be turned, "" for none.
func fixed(switches []*control, on func(*control) bool) string {
	for _, c := range switches {
		if isCheckbox(c) && c.checked && c.disabled && c.category != "" && c.category != necessary && !on(c) {
			return fmt.Sprintf("the switch %q is on and cannot be turned", clip(c.words(), 60))
		}
	}
	return ""
}

// beside says what the dialog's box holds beside the switches that are known to be on
// and can be turned, "" for nothing.
func (s *Sight) beside(known int) string {
	switch {
	case s.dialog.box.On > known:
		return fmt.Sprintf("%d switches of the dialog are on or do not say, and %d of them could be read", s.dialog.box.On, known)
	case s.stateless() != nil:
		return fmt.Sprintf("nobody can tell what the button %q does", clip(s.stateless().words(), 60))
	case s.dialog.box.Options != "" && !s.finder.words.listsLanguages(s.dialog.box.Options):
		return "the dialog has a list to select from, which nobody operates"
	}
	return ""
}

// stateless is what says "on" or "off" in a row of its own and is no switch that anybody
// could read, nil for none.
func (s *Sight) stateless() *control {
	const row = 40 // runes
	v := s.finder.words
	for _, c := range s.dialog.controls {
		if isBox(c.role) || c.row || c.disabled || c.folded || !c.info.Visible || len(c.info.Contexts) == 0 {
			continue
		}
		if chip := c.role == "button" && c.class == NoClass && hasCross(c.info.Text) && norm(c.info.Text) != ""; chip {
			return c // a name that its cross takes away
		}
		if v.near().any(c.words(), stateWord) && len([]rune(c.info.Contexts[0])) <= row {
			return c
		}
	}
	odd := map[int]int{} // how many buttons of it nobody understood: of levels, one is preset
	for _, c := range s.dialog.controls {
		if c.riddle(v) {
			odd[c.info.Row]++
		}
		if s.alone(c) || odd[c.info.Row] > 2 {
			return c
		}
	}
	return nil
}

// alone: a plain button named as a category of which no switch shows: pressing it may
// turn something, or show a switch that is not drawn yet.
func (s *Sight) alone(c *control) bool {
	if c.role != "button" || c.class != NoClass || c.row || c.disabled || c.folded || !c.info.Visible || label(c.words()) == "" {
		return false
	}
	category := soleCategory(s.finder.words.categories(c.words()))
	return category != "" && category != necessary && s.hasSwitches() && !slices.ContainsFunc(s.dialog.controls, func(o *control) bool { return isSwitch(o) && o.category == category })
}

// answeredYes is a radio button that is on and does not mean the no that is
// wanted, nil for none: saving with it would consent in the visitor's name.
func (s *Sight) answeredYes(on func(*control) bool) *control {
	for _, c := range s.dialog.controls {
		if c.role == "radio" && c.checked && !c.disabled && !s.saysNo(c) && !on(c) {
			return c
		}
	}
	return nil
}

// save saves a layer whose switches are set. Steps under the policy's controls
// "save" win.
func (o *Operator) save(ctx context.Context, s *Sight, a *Attempt) error {
	if steps := o.Controls["save"]; len(steps) > 0 {
		b, err := o.bySteps(ctx, s, steps)
		a.Method, a.Outcome, a.Why, a.Gone = b.Method, b.Outcome, b.Why, b.Gone
		a.Committed, a.ByScript, a.marked = a.Committed || b.Committed, a.ByScript || b.ByScript, a.marked || b.marked
		a.Steps = append(a.Steps, b.Steps...)
		return err
	}
	words := s.finder.words
	if c := s.dialog.first(words, Save); c != nil {
		return o.commit(ctx, s, c, a)
	}
	// Closing where the switches stored nothing may be taken for any answer.
	if c := s.dialog.first(words, Close, Hide); c != nil && a.Committed {
		recorded, err := o.storedSince(ctx, a.stored)
		if err != nil {
			return err
		}
		if recorded {
			return o.shut(ctx, c, a)
		}
	}
	a.Outcome, a.Why = observation.Failed, "the dialog has no control that saves its switches"
	if a.Committed {
		recorded, err := o.storedSince(ctx, a.stored)
		if err != nil {
			return err
		}
		recorded = recorded || o.Changed != nil && o.Changed(ctx)
		if recorded {
			a.Outcome, a.Why = observation.Unproven, ""
		}
		a.Committed = recorded
	}
	return nil
}

// slide moves a slider to its end (on) or beginning: by key first, then by the
// mouse.
func (o *Operator) slide(ctx context.Context, c *control, on bool, try int, a *Attempt) error {
	end := map[bool]string{true: "end", false: "beginning"}[on]
	a.Steps = append(a.Steps, fmt.Sprintf("moved %q (slider) to its %s", clip(c.words(), 60), end))
	e := c.element
	clock := o.Tab.Context().Clock
	if try == 1 {
		if err := e.World.CallOn(ctx, e.Node, "function(){this.focus()}", nil); err != nil {
			return nil // it went away; the next look tells
		}
		if err := clock.Key(ctx, o.Tab, map[bool]string{true: "End", false: "Home"}[on]); err != nil {
			return fmt.Errorf("move a slider: %w", err)
		}
	} else if e.World.Session.Parent == nil {
		var r struct{ X, Y, Width, Height float64 }
		if err := e.World.CallOn(ctx, e.Node, "function(){this.scrollIntoView({block:'nearest'}); return this.getBoundingClientRect().toJSON()}", &r); err != nil {
			return nil
		}
		x := r.X + 3
		if on {
			x = r.X + r.Width - 3
		}
		if err := clock.Click(ctx, o.Tab, x, r.Y+r.Height/2, nil); err != nil {
			return fmt.Errorf("move a slider: %w", err)
		}
	}
	_, err := clock.Quiet(ctx, o.Tab)
	return err
}
