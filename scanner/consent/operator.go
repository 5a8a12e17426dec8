package consent

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/journey"
	"cookieaudit/scanner/observation"
)

// Operator makes choices in the consent dialog of one tab.
type Operator struct {
	Tab      *chrome.Tab
	Controls map[string][]observation.Step // of the policy
	// Commit is called at the last moment before the input that commits the
	// choice.
	Commit func()
}

// Methods by which a control was found.
const (
	MethodPolicy = "policy"
	MethodFinder = "finder"
)

// Sight is a dialog that was found. It stays valid until the page changes.
type Sight struct {
	dialog *dialog
	finder *finder
	Looked time.Duration
}

// Found reports whether there is a dialog.
func (s *Sight) Found() bool { return s != nil && s.dialog != nil }

// Dialog is the dialog as evidence, nil for none.
func (s *Sight) Dialog() *observation.Dialog {
	if !s.Found() {
		return nil
	}
	return s.dialog.record(1)
}

// Look looks for a consent dialog until one is seen twice in the same place, or
// for as long as patience says, at least once.
func (o *Operator) Look(ctx context.Context, patience time.Duration) (*Sight, error) {
	begun := time.Now()
	f, err := newFinder(ctx, o.Tab)
	if err != nil {
		return nil, err
	}
	var last *dialog
	for {
		found, err := f.dialogs(ctx)
		if err != nil {
			return nil, err
		}
		s := &Sight{finder: f, Looked: time.Since(begun)}
		if len(found) > 0 {
			s.dialog = found[0]
			if s.dialog.same(last) {
				return s, nil
			}
			last = s.dialog
			if err := o.Tab.Context().Clock.Frame(ctx, o.Tab); err != nil {
				return nil, err
			}
			if time.Since(begun) > patience+lookLimit {
				return s, nil // it never stops moving
			}
			continue
		}
		last = nil
		if time.Since(begun) >= patience {
			return s, nil
		}
		if _, err := o.Tab.Context().Clock.Quiet(ctx, o.Tab); err != nil {
			return nil, err
		}
	}
}

// Glance looks once. It asks for no drawn frame, so it also works after the
// tab's fast minute, when the page's clock stands still.
func (o *Operator) Glance(ctx context.Context) (*Sight, error) {
	f, err := newFinder(ctx, o.Tab)
	if err != nil {
		return nil, err
	}
	found, err := f.dialogs(ctx)
	if err != nil {
		return nil, err
	}
	s := &Sight{finder: f}
	if len(found) > 0 {
		s.dialog = found[0]
	}
	return s, nil
}

// Attempt is what was done to make a choice.
type Attempt struct {
	Method    string
	Steps     []string
	Layers    int
	Committed bool // the committing input was sent
	Gone      bool // the dialog disappeared
	// OnPage: the choice was made in a form on a page of its own, which stays
	// there whatever was chosen.
	OnPage  bool
	Outcome observation.Outcome
	Why     string
}

// Accept accepts everything.
func (o *Operator) Accept(ctx context.Context, s *Sight) (Attempt, error) {
	if steps := o.Controls["accept"]; len(steps) > 0 {
		return o.bySteps(ctx, s, steps)
	}
	if !s.Found() {
		return missing(), nil
	}
	c := s.dialog.first(s.finder.words, Accept, Acknowledge)
	if c == nil {
		return Attempt{Method: MethodFinder, Outcome: observation.NoControl, Layers: 1, Why: "the dialog has no control to accept"}, nil
	}
	a := Attempt{Method: MethodFinder, Layers: 1}
	err := o.commit(ctx, s, c, &a)
	return a, err
}

// Reject refuses everything that can be refused: on the first layer, else
// behind the settings.
func (o *Operator) Reject(ctx context.Context, s *Sight) (Attempt, error) {
	if steps := o.Controls["reject"]; len(steps) > 0 {
		return o.bySteps(ctx, s, steps)
	}
	if steps := o.Controls["settings"]; len(steps) > 0 && !s.refuses() {
		return o.settingsBySteps(ctx, s, steps)
	}
	if !s.Found() {
		return missing(), nil
	}
	a := Attempt{Method: MethodFinder}
	err := o.reject(ctx, s, &a)
	return a, err
}

func (s *Sight) refuses() bool {
	return s.Found() && s.dialog.first(s.finder.words, Reject) != nil
}

func missing() Attempt {
	return Attempt{Outcome: observation.NoDialog, Why: "no consent dialog was seen"}
}

// maxLayers is how many layers of a dialog are opened to refuse.
const maxLayers = 3

func (o *Operator) reject(ctx context.Context, s *Sight, a *Attempt) error {
	a.Layers++
	words := s.finder.words
	if c := s.dialog.first(words, Reject); c != nil {
		return o.commit(ctx, s, c, a)
	}
	if save := s.dialog.first(words, Save); save != nil {
		return o.saveUnticked(ctx, s, save, a)
	}
	settings := s.dialog.first(words, Settings)
	if settings == nil || a.Layers >= maxLayers {
		a.Outcome, a.Why = observation.NoControl, "the dialog has no control to reject, and no settings that lead to one"
		return nil
	}
	from := o.Tab.Navigations()
	if err := o.press(ctx, settings, nil, a); err != nil {
		return err
	}
	if o.Tab.Navigations() != from {
		b, _, err := o.form(ctx, s.finder, *a)
		*a = b
		return err
	}
	next, err := o.changed(ctx, s)
	if err != nil {
		return err
	}
	if next == nil {
		a.Outcome, a.Why = observation.NoControl, fmt.Sprintf("the settings behind %q offer no way to reject", settings.words())
		return nil
	}
	return o.reject(ctx, next, a)
}

// changed waits for a dialog that offers to refuse or save where the one before
// did not.
func (o *Operator) changed(ctx context.Context, before *Sight) (*Sight, error) {
	begun := time.Now()
	for {
		s, err := o.Look(ctx, 0)
		if err != nil {
			return nil, err
		}
		if s.Found() && s.dialog.first(s.finder.words, Reject, Save) != nil && !s.dialog.same(before.dialog) {
			return s, nil
		}
		if time.Since(begun) > 4*time.Second {
			return nil, nil
		}
		if _, err := o.Tab.Context().Clock.Quiet(ctx, o.Tab); err != nil {
			return nil, err
		}
	}
}

// saveUnticked switches off every optional box, answers every question with no,
// and saves. Boxes depend on each other, so all are read again after each press.
func (o *Operator) saveUnticked(ctx context.Context, s *Sight, save *control, a *Attempt) error {
	for range 60 {
		box := s.ticked()
		if box == nil {
			if yes := s.answeredYes(); yes != nil {
				a.Outcome, a.Why = observation.Failed, fmt.Sprintf("the answer %q cannot be turned into a refusal", yes.words())
				return nil
			}
			return o.commit(ctx, s, save, a)
		}
		before := box.element.Node
		if err := o.press(ctx, box, nil, a); err != nil {
			return err
		}
		again, err := o.again(ctx, a)
		if err != nil {
			return err
		}
		if !again.Found() {
			a.Outcome, a.Why = observation.Failed, "the dialog went away while its switches were being turned off"
			return nil
		}
		s = again
		save = s.dialog.first(s.finder.words, Save)
		if still := s.ticked(); save == nil || still != nil && still.element.Node == before {
			a.Outcome, a.Why = observation.Failed, fmt.Sprintf("the switch %q cannot be turned off", box.words())
			return nil
		}
	}
	a.Outcome, a.Why = observation.Failed, "the dialog's switches keep turning on again"
	return nil
}

// again looks at the dialog once more after something in it was pressed.
func (o *Operator) again(ctx context.Context, a *Attempt) (*Sight, error) {
	if !a.OnPage {
		return o.Look(ctx, 0)
	}
	f, err := newFinder(ctx, o.Tab)
	if err != nil {
		return nil, err
	}
	found, err := f.forms(ctx)
	s := &Sight{finder: f}
	for _, d := range found {
		if d.first(f.words, Save, Reject) != nil {
			s.dialog = d
			break
		}
	}
	return s, err
}

// ticked is a box of the dialog that is on and can be turned off, nil for none.
// Boxes for "all" come last: turning single ones off may turn them off too.
func (s *Sight) ticked() *control {
	var all *control
	for _, c := range s.dialog.controls {
		if c.role == "radio" && !c.disabled && !c.checked && s.finder.words.saysOff(c.label()) {
			return c
		}
		if !isBox(c.role) || c.role == "radio" || c.disabled || !c.checked {
			continue
		}
		if !s.finder.words.saysAll(c.words() + " " + c.name) {
			return c
		}
		all = c
	}
	return all
}

// answeredYes is a radio button that is on and does not mean no, nil for none:
// saving with it would consent in the visitor's name.
func (s *Sight) answeredYes() *control {
	for _, c := range s.dialog.controls {
		if c.role == "radio" && c.checked && !c.disabled && !s.finder.words.saysOff(c.label()) {
			return c
		}
	}
	return nil
}

// press presses a control and waits until the page has settled.
func (o *Operator) press(ctx context.Context, c *control, commit func(), a *Attempt) error {
	how, err := c.element.Click(ctx, o.Tab, commit)
	as := string(c.class)
	switch {
	case isBox(c.role):
		as = "a switch"
	case as == "":
		as = "a way to the settings"
	}
	step := fmt.Sprintf("pressed %q (%s, taken for %s)", clip(c.words(), 60), c.role, as)
	if how == journey.ByScript {
		step += " by script, since something covers it"
	}
	a.Steps = append(a.Steps, step)
	if err != nil {
		return fmt.Errorf("press %q: %w", c.words(), err)
	}
	_, err = o.Tab.Context().Clock.Quiet(ctx, o.Tab)
	return err
}

// commit presses the control that makes the choice and sees whether the dialog
// goes away. A "refuse all" that only turns switches off wants saving.
func (o *Operator) commit(ctx context.Context, s *Sight, c *control, a *Attempt) error {
	before := o.stored(ctx)
	commit := func() {
		if !a.Committed && o.Commit != nil {
			o.Commit()
		}
		a.Committed = true
	}
	if err := o.press(ctx, c, commit, a); err != nil {
		return err
	}
	if a.OnPage {
		a.Outcome = observation.Unproven
		return nil
	}
	gone, err := o.gone(ctx, c)
	if err != nil {
		return err
	}
	if !gone && o.stored(ctx) == before {
		// Some managers show their buttons before they listen to them. Nobody
		// else presses that early; whoever saw nothing happen presses again.
		if err := o.press(ctx, c, commit, a); err != nil {
			return err
		}
		if gone, err = o.gone(ctx, c); err != nil {
			return err
		}
	}
	for _, class := range []Class{Save, Hide, Close} {
		if gone {
			break
		}
		next := s.dialog.first(s.finder.words, class)
		if next == nil || next == c || !next.element.Visible(ctx) || class == Save && c.class != Reject {
			continue
		}
		if err := o.press(ctx, next, commit, a); err != nil {
			return err
		}
		if gone, err = o.gone(ctx, c); err != nil {
			return err
		}
	}
	a.Gone = gone
	a.Outcome = observation.Unproven
	if !gone {
		a.Why = "the dialog stayed after the control was pressed"
	}
	return nil
}

// stored is what the page has stored that a choice could have changed: the jar
// and the page's own localStorage. It is only compared, never recorded.
func (o *Operator) stored(ctx context.Context) string {
	var b strings.Builder
	jar, err := o.Tab.Context().Cookies(ctx)
	if err != nil {
		return ""
	}
	for _, c := range jar {
		fmt.Fprintf(&b, "%s\x00%s\x00%s\x00%s\n", c.Name, c.Domain, c.Path, c.Value)
	}
	if w, err := o.Tab.Main(ctx); err == nil {
		var local string
		_ = w.Eval(ctx, `(() => { try { return JSON.stringify(Object.entries(localStorage).sort()) } catch { return '' } })()`, &local)
		b.WriteString(local)
	}
	return b.String()
}

// goneLimit is how long a dialog may take to close, in real time.
const goneLimit = 3 * time.Second

// gone waits until the control can no longer be seen.
func (o *Operator) gone(ctx context.Context, c *control) (bool, error) {
	begun := time.Now()
	for c.element.Visible(ctx) {
		if time.Since(begun) > goneLimit {
			return false, nil
		}
		if _, err := o.Tab.Context().Clock.Quiet(ctx, o.Tab); err != nil {
			return false, err
		}
	}
	return true, ctx.Err()
}

// bySteps runs the policy's steps for a choice.
func (o *Operator) bySteps(ctx context.Context, s *Sight, steps []observation.Step) (Attempt, error) {
	a := Attempt{Method: MethodPolicy, Layers: 1}
	runner := journey.Runner{Tab: o.Tab, Tidies: tidies, Commit: func() {
		a.Committed = true
		if o.Commit != nil {
			o.Commit()
		}
	}}
	done, err := runner.Run(ctx, steps)
	a.Steps = append(a.Steps, done...)
	switch {
	case errors.Is(err, journey.ErrNotFound) || errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
		a.Outcome, a.Why = observation.Failed, err.Error()
		return a, nil
	case err != nil:
		return a, err
	}
	a.Outcome = observation.Unproven
	if s.Found() {
		c := s.dialog.first(s.finder.words, Accept, Reject, Acknowledge, Save, Settings, Close)
		if c != nil {
			a.Gone, err = o.gone(ctx, c)
			return a, err
		}
	}
	after, err := o.Look(ctx, 0)
	a.Gone = err == nil && !after.Found()
	return a, err
}

// tidies reports whether a step's target says that it hides or closes.
func tidies(target string) bool {
	_, label, ok := strings.Cut(target, "=")
	if !ok {
		return false
	}
	class := vocabularyFor("").classify(strings.TrimSuffix(label, "]"))
	return class == Hide || class == Close
}

// settingsBySteps opens the settings as the policy says and refuses there.
func (o *Operator) settingsBySteps(ctx context.Context, s *Sight, steps []observation.Step) (Attempt, error) {
	a := Attempt{Method: MethodPolicy, Layers: 1}
	done, err := journey.Runner{Tab: o.Tab}.Run(ctx, steps)
	a.Steps = done
	if err != nil {
		a.Outcome, a.Why = observation.Failed, err.Error()
		return a, ctx.Err()
	}
	before := s
	if !s.Found() {
		before = &Sight{dialog: &dialog{world: &chrome.World{}}}
	}
	next, err := o.changed(ctx, before)
	if err != nil {
		return a, err
	}
	if next == nil {
		a.Outcome, a.Why = observation.NoControl, "the settings offer no way to reject: say how under `controls.reject`"
		return a, nil
	}
	err = o.reject(ctx, next, &a)
	return a, err
}

// maxReopeners is how many controls are tried to get the settings back.
const maxReopeners = 3

// Withdraw gets the consent settings back and refuses there.
func (o *Operator) Withdraw(ctx context.Context) (Attempt, *observation.Dialog, error) {
	if steps := o.Controls["reopen"]; len(steps) > 0 {
		return o.withdrawBySteps(ctx, steps)
	}
	f, err := newFinder(ctx, o.Tab)
	if err != nil {
		return Attempt{}, nil, err
	}
	list, err := f.controls(ctx)
	if err != nil {
		return Attempt{}, nil, err
	}
	a := Attempt{Method: MethodFinder}
	for _, c := range f.reopeners(list) {
		from := o.Tab.Navigations()
		if err := o.press(ctx, c, nil, &a); err != nil {
			return a, nil, err
		}
		s, err := o.Look(ctx, time.Second)
		if err != nil {
			return a, nil, err
		}
		if s.Found() && s.dialog.first(s.finder.words, Reject, Save, Settings) != nil {
			d := s.Dialog()
			a.Layers = 0
			err := o.reject(ctx, s, &a)
			return a, d, err
		}
		if o.Tab.Navigations() != from {
			// Another page: the other controls are gone, and this one may hold
			// the choice as a form.
			return o.form(ctx, f, a)
		}
	}
	a.Outcome = observation.NoControl
	a.Why = "no control was found that opens the consent settings again"
	if len(a.Steps) > 0 {
		a.Why = "what looked like a way back to the consent settings led to no choice"
	}
	return a, nil, nil
}

// form refuses in a form on a page of its own, such as /cookies, to which a way
// back led. A page that is all about cookies needs less to be taken for one.
func (o *Operator) form(ctx context.Context, f *finder, a Attempt) (Attempt, *observation.Dialog, error) {
	found, err := f.forms(ctx)
	if err != nil {
		return a, nil, err
	}
	for _, d := range found {
		if d.first(f.words, Save, Reject) == nil {
			continue
		}
		a.OnPage = true
		err := o.reject(ctx, &Sight{dialog: d, finder: f}, &a)
		return a, d.record(1), err
	}
	a.Outcome, a.Why = observation.NoControl, "what looked like a way back to the consent settings led to no choice"
	return a, nil, nil
}

func (o *Operator) withdrawBySteps(ctx context.Context, steps []observation.Step) (Attempt, *observation.Dialog, error) {
	a := Attempt{Method: MethodPolicy}
	done, err := journey.Runner{Tab: o.Tab}.Run(ctx, steps)
	a.Steps = done
	if err != nil {
		a.Outcome, a.Why = observation.Failed, err.Error()
		return a, nil, ctx.Err()
	}
	s, err := o.Look(ctx, 2*time.Second)
	if err != nil {
		return a, nil, err
	}
	b, err := o.Reject(ctx, s)
	b.Steps = append(a.Steps, b.Steps...)
	return b, s.Dialog(), err
}

// reopeners are the controls that may open the settings again, the likeliest
// first: those that speak of settings, floating ones, those that stay on the
// page.
func (f *finder) reopeners(list []*control) []*control {
	var out []*control
	for _, c := range list {
		label := c.words()
		// A floating tab or badge that speaks of cookies is there to be pressed,
		// whatever it is called.
		floats := c.info.Floats && f.words.speaksOfCookies(label)
		if !c.info.Visible || isBox(c.role) || !floats && !f.words.reopens(label) && !f.words.reopens(c.name) {
			continue
		}
		out = append(out, c)
	}
	rank := func(c *control) int {
		r := 0
		if c.class == Settings {
			r += 4
		}
		if c.role == "button" {
			r += 2
		}
		if c.info.Floats {
			r++
		}
		if leaves(c.info.Href, f.tab.URL()) {
			r -= 3
		}
		return -r
	}
	slices.SortStableFunc(out, func(a, b *control) int { return cmp.Compare(rank(a), rank(b)) })
	return out[:min(len(out), maxReopeners)]
}

// leaves reports whether a link opens another page.
func leaves(href, page string) bool {
	if href == "" {
		return false
	}
	bare := func(s string) string {
		for i := range s {
			if s[i] == '#' {
				return s[:i]
			}
		}
		return s
	}
	return bare(href) != bare(page) && len(href) > 4 && href[:4] == "http"
}
