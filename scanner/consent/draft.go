package consent

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"cookieaudit/scanner/journey"
	"cookieaudit/scanner/observation"
)

// Draft is how a policy's controls would make the choices that a dialog offers, in
// the finder's stead. The zero value is ready for a dialog's first layer.
type Draft struct {
	// Controls are the steps, by the key of the policy's controls.
	Controls map[string][]observation.Step
	// Beyond says of keys without steps why none are known, where the dialog offers
	// what they do.
	Beyond map[string]string

	path []observation.Step // from the page as it comes to the layer at hand
	lost string             // why no steps lead to the layer at hand, "" if some do
}

// Draft adds to a draft what a layer offers. Layers come in order. Every target
// was tried on the page: it leads to the control and to nothing before it.
func (o *Operator) Draft(ctx context.Context, s *Sight, d *Draft) {
	if s.Blocked() {
		d.lead(o.draftClick(ctx, s.gate.answer(s.finder.words, s.finder.lang)))
	}
	if !s.Found() {
		return
	}
	words := s.finder.words
	if s.Layer() == 1 {
		if c := s.dialog.first(words, Accept, Acknowledge); c != nil {
			o.draftPress(ctx, d, "accept", c)
		} else if o.maySave(s) {
			steps, why := o.draftSwitches(ctx, s, s.allows())
			d.add("accept", steps, why)
		}
		closes := s.dialog.cross()
		if closes == nil {
			closes = s.dialog.first(words, Close, Hide)
		}
		o.draftPress(ctx, d, "close", closes)
		o.draftPress(ctx, d, "settings", s.dialog.first(words, Settings))
		o.draftPress(ctx, d, "reopen", s.wayBack())
	}
	o.draftRefusal(ctx, s, d)
	for _, category := range o.categories(ctx, s) {
		o.draftOnly(ctx, s, d, category)
	}
	d.lead(o.draftClick(ctx, s.dialog.first(words, Settings)))
}

// add notes the steps of a key, behind those that lead to the layer. What an
// earlier layer offers stands.
func (d *Draft) add(key string, steps []observation.Step, why string) {
	if d.Controls[key] != nil || d.Beyond[key] != "" {
		return
	}
	// Settings are opened where the finder has come to the first layer.
	if why == "" && key != "reopen" && key != "settings" {
		steps, why = slices.Concat(d.path, steps), d.lost
	}
	if why != "" {
		if d.Beyond == nil {
			d.Beyond = map[string]string{}
		}
		d.Beyond[key] = why
		return
	}
	if d.Controls == nil {
		d.Controls = map[string][]observation.Step{}
	}
	d.Controls[key] = steps
}

// Scrolled notes that the dialog came with a scroll.
func (d *Draft) Scrolled() { d.path = []observation.Step{{Scroll: "end"}} }

// lead notes the way to the next layer.
func (d *Draft) lead(step observation.Step, why string) {
	switch {
	case d.lost != "":
	case why != "":
		d.lost = why
	case step.Click != "":
		d.path = append(slices.Clone(d.path), step)
	}
}

// draftPress drafts a key that presses one control, nil for none.
func (o *Operator) draftPress(ctx context.Context, d *Draft, key string, c *control) {
	if c != nil {
		step, why := o.draftClick(ctx, c)
		if key != "settings" && leaves(c.info.Href, o.Tab.URL()) {
			why = fmt.Sprintf("%q is a link to another page, which may choose nothing", clip(c.words(), 60))
		}
		d.add(key, []observation.Step{step}, why)
	}
}

// draftRefusal drafts a refusal where the layer offers one. Whether "refuse all"
// beside switches is enough or wants saving nobody knows who does not press it: to
// turn the switches off and to save them is certain.
func (o *Operator) draftRefusal(ctx context.Context, s *Sight, d *Draft) {
	c, switches := s.dialog.first(s.finder.words, Reject), len(o.switches(ctx, s)) > 0
	switch {
	case switches && s.dialog.first(s.finder.words, Save) != nil:
		steps, why := o.draftSwitches(ctx, s, func(*control) bool { return false })
		d.add("reject", steps, why)
	case c != nil && switches && s.dialog.disabledSave() != nil:
		// To refuse all sets the rows, and lets them be saved.
		press, why := o.draftClick(ctx, c)
		save, why2 := o.draftClick(ctx, s.dialog.disabledSave())
		d.add("reject", []observation.Step{press, save}, cmp.Or(why, why2))
	case c != nil:
		o.draftPress(ctx, d, "reject", c)
	case switches:
		d.add("reject", nil, "nothing was seen that saves the switches")
	}
}

// disabledSave is what saves once something is chosen, nil for none.
func (d *dialog) disabledSave() *control {
	if i := slices.IndexFunc(d.controls, func(c *control) bool { return c.class == Save && c.disabled && c.info.Visible }); i >= 0 {
		return d.controls[i]
	}
	return nil
}

// draftOnly drafts how one category is allowed where the layer offers it.
func (o *Operator) draftOnly(ctx context.Context, s *Sight, d *Draft, category string) {
	key := "only." + category
	wanted := func(c *control) bool { return s.grants(c, category) }
	if slices.ContainsFunc(o.switches(ctx, s), func(t turn) bool { return wanted(t.control) }) {
		steps, why := o.draftSwitches(ctx, s, wanted)
		d.add(key, steps, why)
		return
	}
	o.draftPress(ctx, d, key, s.accepting(category))
}

// unfolded is what was seen of a layer while its folds and tabs were opened.
type unfolded struct {
	stages []stage
	opened folds
	seen   []*control // all switches, as they first showed
	riddle *control   // see Sight.ambiguous
	hides  string     // why what lies in its lists keeps switches from being drafted, "" if nothing does
}

// stage is what showed of a layer once one of its folds or tabs was opened: the
// switches that had not shown before. Those of one tab are gone when the next opens.
type stage struct {
	open  observation.Step // the zero step for the layer as it came
	why   string           // why no step opens it, "" if one does
	turns []turn
}

// turn is how a switch is turned, or a row's answer given.
type turn struct {
	control *control
	press   bool // pressing it is all there is: it has no state that could be set
	target  string
	why     string // why no step does it, "" if one does
}

// step turns the switch to what is wanted.
func (t turn) step(on bool) observation.Step {
	switch {
	case t.press:
		return observation.Step{Click: t.target}
	case on || t.control.role == "radio":
		return observation.Step{Check: t.target}
	}
	return observation.Step{Clear: t.target}
}

// draftStage notes the switches that a layer shows for the first time.
func (o *Operator) draftStage(ctx context.Context, s *Sight, way stage) {
	if !s.Found() {
		return
	}
	known := func(c *control) bool {
		return slices.ContainsFunc(o.layer.seen, func(k *control) bool { return k.element.Node == c.element.Node })
	}
	o.layer.riddle = cmp.Or(o.layer.riddle, s.ambiguous())
	way.turns = nil
	for _, c := range s.dialog.controls {
		if !isSwitch(c) || known(c) {
			continue
		}
		o.layer.seen = append(o.layer.seen, c)
		if !c.disabled && (!c.needed() || c.role == "radio") {
			way.turns = append(way.turns, o.draftTurn(ctx, c))
		}
	}
	o.layer.stages = append(o.layer.stages, way)
}

// stages are those of a layer as it was unfolded; it alone where it was not.
func (o *Operator) stages(ctx context.Context, s *Sight) []stage {
	if o.layer.stages == nil {
		o.draftStage(ctx, s, stage{})
	}
	return o.layer.stages
}

// switches are all that a layer has, in the order in which they showed.
func (o *Operator) switches(ctx context.Context, s *Sight) []turn {
	var out []turn
	for _, st := range o.stages(ctx, s) {
		out = append(out, st.turns...)
	}
	return out
}

// categories are those that a visitor can allow one by one on the layer, sorted.
func (o *Operator) categories(ctx context.Context, s *Sight) []string {
	out := s.Categories()
	for _, t := range o.switches(ctx, s) {
		if c := t.control; c.category != "" && c.category != necessary && !c.interest {
			out = append(out, c.category)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// undecided says why no steps bring a layer's switches to what on says, "" where some
// may: whoever pastes them must not consent by what nobody could read.
func (o *Operator) undecided(s *Sight, on func(*control) bool) string {
	if o.layer.riddle != nil {
		return riddling(o.layer.riddle)
	}
	if why := fixed(o.layer.seen, on); why != "" {
		return why
	}
	known, yes, answers := 0, 0, 0
	for _, c := range s.dialog.controls {
		if c.aside && c.checked && !c.disabled {
			known++
		}
	}
	for _, c := range o.layer.seen {
		switch {
		case c.disabled:
		case isCheckbox(c) && c.checked:
			known++
		case c.role == "radio" && c.checked && !s.saysNo(c) && !on(c):
			yes++
		case c.role == "radio" && !c.checked && s.right(c, on(c)):
			answers++
		}
	}
	if yes > answers {
		return "an answer that is given cannot be turned into a refusal"
	}
	return s.beside(known)
}

// draftSwitches brings a layer's switches to what on says, and saves. Where some are
// wanted a switch for all is turned off first: it may count, or take the others along.
func (o *Operator) draftSwitches(ctx context.Context, s *Sight, on func(*control) bool) (steps []observation.Step, why string) {
	save := s.dialog.first(s.finder.words, Save)
	if save == nil {
		return nil, "nothing was seen that saves the switches"
	}
	if f := s.unopened(o.layer.opened); f != nil {
		return nil, fmt.Sprintf("what lies in %q would have to be opened first", clip(f.words(), 60))
	}
	if o.layer.hides != "" {
		return nil, o.layer.hides
	}
	press, why := o.draftClick(ctx, save)
	if why != "" {
		return nil, why
	}
	if s.Layer() > 1 {
		// A box can be found before it can be seen.
		steps = append(steps, observation.Step{Wait: press.Click})
	}
	wanted := slices.ContainsFunc(o.switches(ctx, s), func(t turn) bool { return on(t.control) })
	if why := o.undecided(s, on); why != "" {
		return nil, why
	}
	var last []observation.Step
	first := len(steps)
	for i, st := range o.stages(ctx, s) {
		if st.why != "" {
			return nil, st.why
		}
		if st.open.Click != "" {
			steps = append(steps, st.open)
		}
		for _, t := range st.turns {
			c := t.control
			want := on(c)
			forAll := c.role != "radio" && !c.inRow() && s.finder.words.saysAll(c.words()+" "+c.name)
			if answer := c.role == "radio" || c.inRow(); answer && !s.right(c, want) {
				continue
			}
			switch {
			case isBox(c.role) && c.checked == (want || c.role == "radio") && (t.why != "" || c.undrawn):
				// It is so by itself, and to press a label would turn it.
			case t.why != "":
				return nil, t.why
			case forAll && !want && wanted && i > 0:
				return nil, fmt.Sprintf("%q may turn switches that were set before it shows", clip(c.words(), 60))
			case forAll && !want && wanted:
				steps = slices.Insert(steps, first, t.step(false))
			case forAll && !want:
				last = append(last, t.step(false))
			default:
				steps = append(steps, t.step(want))
			}
		}
	}
	return append(append(steps, last...), press), ""
}

// draftTurn is how a switch is turned or a row's answer given.
func (o *Operator) draftTurn(ctx context.Context, c *control) turn {
	if c.inRow() || c.undrawn {
		step, why := o.draftClick(ctx, c)
		return turn{c, true, step.Click, why}
	}
	var drawn bool
	if err := c.element.World.CallOn(ctx, c.element.Node, "function () { return this.checkVisibility() }", &drawn); err != nil || !drawn {
		return turn{control: c, why: fmt.Sprintf("%q does not show", clip(c.words(), 60))}
	}
	if c.role == "slider" {
		return turn{control: c, why: fmt.Sprintf("no step moves the slider %q", clip(c.words(), 60))}
	}
	target, why := o.target(ctx, c, true, "label="+c.label(), "text="+c.label(), fmt.Sprintf("role=%s[name=%s]", c.role, c.name))
	return turn{c, false, target, why}
}

// draftClick is the step that presses a control; the zero step for nil.
func (o *Operator) draftClick(ctx context.Context, c *control) (observation.Step, string) {
	if c == nil {
		return observation.Step{}, ""
	}
	target, why := o.target(ctx, c, false, "text="+c.info.Text, "text="+c.name, fmt.Sprintf("role=%s[name=%s]", c.role, c.name))
	return observation.Step{Click: target}, why
}

//go:embed targets.js
var targetsJS string

// isWanted tells whether the element that a target led to is the control that
// targets.js keeps. exact: it must be the box itself, whose state is read. Else it
// may lie in the control, or around it where a press at its middle hits the control.
const isWanted = `function (exact) {
	const w = globalThis.__wanted;
	if (!w || exact) return this === w;
	const r = this.getBoundingClientRect(), b = w.getBoundingClientRect(), x = r.x + r.width / 2, y = r.y + r.height / 2;
	return w.contains(this) || this.contains(w) && x > b.left && x < b.right && y > b.top && y < b.bottom;
}`

// target is the first candidate that leads to the control, or else a selector that
// does; why is "" then. exact: as isWanted has it.
func (o *Operator) target(ctx context.Context, c *control, exact bool, candidates ...string) (target, why string) {
	w := c.element.World
	var selectors []string
	if err := w.CallOn(ctx, c.element.Node, targetsJS, &selectors); err != nil {
		return "", fmt.Sprintf("%q went away while it was looked at", clip(c.words(), 60))
	}
	for _, t := range append(candidates, selectors...) {
		t = strings.Join(strings.Fields(t), " ")
		if strings.HasSuffix(t, "=") || strings.HasSuffix(t, "[name=]") {
			continue
		}
		e, err := journey.Find(ctx, o.Tab, t)
		if err != nil || e.World.Frame != w.Frame {
			continue
		}
		same := e.Node == c.element.Node
		if !same && e.World.CallOn(ctx, e.Node, isWanted, &same, exact) != nil || !same {
			continue
		}
		return t, ""
	}
	return "", fmt.Sprintf("neither words, role nor a plain selector lead to %q alone", clip(c.words(), 60))
}

// wayBack is the one control of the page, beside the dialog, that offers the
// settings again and leads to no other page; nil where none or several do. What is
// only called "Cookies" may lead to a text, and steps are not weighed as the finder
// weighs what it pressed.
func (s *Sight) wayBack() *control {
	var beside []*control
	for _, d := range s.dialog.around {
		if d != s.dialog {
			beside = append(beside, d.controls...)
		}
	}
	found := s.finder.reopeners(beside)
	if len(found) != 1 || found[0].class != Settings || leaves(found[0].info.Href, s.finder.url) {
		return nil
	}
	return found[0]
}
