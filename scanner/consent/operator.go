package consent

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/journey"
	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/cdp"
)

// Operator makes choices in the consent dialog of one tab.
type Operator struct {
	Tab      *chrome.Tab
	Controls map[string][]observation.Step // of the policy
	// Commit, if not nil, is called at the last moment before the input that commits
	// the choice; or afterwards, with the time of the input, where only its effect told
	// that it may have. since is zero for now.
	Commit func(since time.Time)
	// Changed, if not nil, reports whether anything that is stored, in whatever kind of
	// storage and whatever frame, is not as it was before the first input.
	Changed func(context.Context) bool
	// Shown, if not nil, is called with each further layer of a dialog that is
	// reached, and with the dialog that a way back opened, before anything in it
	// is pressed. The Sight is valid until it returns.
	Shown func(*Sight)
	// Managers are the consent managers of the page. What the catalogue knows of
	// opening their settings is only tried where the finder found no way back.
	Managers []Manager

	reading bool     // layers are read to their end, lists too, and nothing is chosen
	layer   unfolded // as it was read last, for drafts
}

// Methods by which a control was found.
const (
	MethodPolicy = "policy"
	MethodFinder = "finder"
	// MethodManager is what the catalogue knows of the consent manager.
	MethodManager = "manager"
)

// Attempt is what was done to make a choice.
type Attempt struct {
	Method    string
	Steps     []string
	Layers    int
	Committed bool // the committing input was sent
	marked    bool // the moment of the choice was marked
	Gone      bool // the dialog disappeared
	// OnPage: the choice was made in a form on a page of its own, which stays
	// there whatever was chosen.
	OnPage bool
	// ByAPI: no visible way back opened the settings, and a call of the manager's
	// script did.
	ByAPI bool
	// ByScript: something lay over a control and stayed there, and a script pressed
	// it in the visitor's place. Steps name the control.
	ByScript bool
	// Partial: what seems to refuse was read, and it allows more than what is necessary
	// or costs money. Nobody else is to press it.
	Partial bool
	Outcome observation.Outcome
	Why     string

	pressed  time.Time                  // when the last input was sent
	stored   string                     // what the page had stored before the switches were set
	switches bool                       // some could be set, though another tab may show by now
	granted  bool                       // one that was to be on is on
	turned   bool                       // some were pressed
	list     *openList                  // nil where none is open
	kept     map[string]bool            // lists in which something was turned, by control.place
	tried    map[cdp.BackendNodeID]bool // ways back that were pressed
	unclear  string                     // what one of them brought that nobody understood, "" for nothing
}

// Accept accepts everything.
func (o *Operator) Accept(ctx context.Context, s *Sight) (Attempt, error) {
	var a Attempt
	if steps := o.Controls["accept"]; len(steps) > 0 {
		err := o.repeat(ctx, &a, Accept, func(next *Sight) (err error) {
			if next != nil {
				return o.commit(ctx, next, next.dialog.first(next.finder.words, Accept), &a)
			}
			a, err = o.bySteps(ctx, s, steps)
			return err
		})
		return a, err
	}
	a.Method = MethodFinder
	s, err := o.begin(ctx, s, &a)
	if err != nil || a.Outcome != "" {
		return a, err
	}
	a.Layers = 1
	c := s.dialog.first(s.finder.words, Accept, Acknowledge)
	if c == nil && o.maySave(s) {
		return a, o.allowAll(ctx, s, &a)
	}
	if c == nil {
		a.Outcome, a.Why = observation.NoControl, "the dialog has no control to accept"
		return a, nil
	}
	err = o.repeat(ctx, &a, Accept, func(next *Sight) error {
		if next != nil {
			s, c = next, next.dialog.first(next.finder.words, Accept)
		}
		return o.commit(ctx, s, c, &a)
	})
	return a, err
}

// allowAll turns every switch on and saves, where no control accepts all.
func (o *Operator) allowAll(ctx context.Context, s *Sight, a *Attempt) error {
	s, err := o.set(ctx, s, a, map[string]bool{}, s.allows())
	if err != nil || a.Outcome != "" {
		return err
	}
	return o.save(ctx, s, a)
}

// allows tells which switches are to be on to accept everything: of levels only the
// highest.
func (s *Sight) allows() func(*control) bool {
	all := func(c *control) bool { return c.role == "radio" && s.finder.words.saysAll(c.label()) }
	levels := slices.ContainsFunc(s.dialog.controls, all)
	return func(c *control) bool { return c.role != "radio" || s.saysNo(c) || !levels || all(c) }
}

// maxRounds bounds how often a choice is made in dialogs that follow each other.
const maxRounds = 3

// repeat makes a choice, and again where another dialog, or the question whether
// that was meant, follows and has a control of the class. choose gets nil first.
func (o *Operator) repeat(ctx context.Context, a *Attempt, class Class, choose func(next *Sight) error) error {
	from := o.Tab.Navigations()
	var next *Sight
	for range maxRounds {
		if err := choose(next); err != nil {
			return err
		}
		if !a.Gone || a.OnPage || o.Tab.Navigations() != from {
			return nil
		}
		s, err := o.Look(ctx, 0)
		if err != nil {
			return err
		}
		if !s.Found() || s.dialog.first(s.finder.words, class) == nil {
			return nil
		}
		next = s
	}
	return nil
}

// Reject refuses everything that can be refused: on the first layer, else
// behind the settings.
func (o *Operator) Reject(ctx context.Context, s *Sight) (Attempt, error) {
	var a Attempt
	if steps := o.Controls["reject"]; len(steps) > 0 {
		err := o.repeat(ctx, &a, Reject, func(next *Sight) (err error) {
			if next != nil {
				return o.reject(ctx, next, &a)
			}
			a, err = o.bySteps(ctx, s, steps)
			return err
		})
		return a, err
	}
	a.Method = MethodFinder
	if !s.Found() && len(o.Controls["settings"]) > 0 {
		s = &Sight{dialog: &dialog{world: &chrome.World{}}, finder: s.finder}
	}
	s, err := o.begin(ctx, s, &a)
	if err != nil || a.Outcome != "" {
		return a, err
	}
	err = o.repeat(ctx, &a, Reject, func(next *Sight) error {
		if next != nil {
			s = next
		}
		return o.reject(ctx, s, &a)
	})
	return a, err
}

// reject refuses on the layer or behind it.
func (o *Operator) reject(ctx context.Context, s *Sight, a *Attempt) error {
	for {
		if a.Layers++; a.Layers > 1 {
			o.show(s)
		}
		a.Partial = a.Partial || s.dialog.first(s.finder.words, partial, Pay) != nil
		done, err := o.refuse(ctx, s, a)
		if done || err != nil {
			return err
		}
		next, err := o.deeper(ctx, s, a, o.mayRefuse)
		if err != nil || a.Outcome != "" {
			return err
		}
		if next == nil {
			a.Outcome, a.Why = observation.NoControl, s.whyNot()
			if c := s.dialog.inverted; c != nil {
				a.Outcome, a.Why = observation.Failed, riddling(c)
			}
			return nil
		}
		s = next
	}
}

// refuses reports whether the layer may offer to refuse.
func (s *Sight) refuses() bool {
	if !s.Found() {
		return false
	}
	first := func(classes ...Class) bool { return s.dialog.first(s.finder.words, classes...) != nil }
	unreadable := !first(Settings) && s.beside(0) != ""
	return first(Reject) || s.maySwitch() && first(Save, Close, Hide) || unreadable && first(Save)
}

// mayRefuse is refuses, with what the policy says of saving.
func (o *Operator) mayRefuse(s *Sight) bool {
	return s.refuses() || s.maySwitch() && len(o.Controls["save"]) > 0
}

// rejectAgain refuses in what a way back opened. That may be another layer than
// the one that comes by itself: the policy's steps count where they fit it.
func (o *Operator) rejectAgain(ctx context.Context, s *Sight) (Attempt, error) {
	if steps := o.Controls["reject"]; len(steps) > 0 && s.Found() {
		first := cmp.Or(steps[0].Click, steps[0].Check, steps[0].Clear)
		if _, err := journey.Find(ctx, o.Tab, first); first != "" && errors.Is(err, journey.ErrNotFound) {
			var a Attempt
			err = o.reject(ctx, s, &a)
			return a, err
		}
	}
	return o.Reject(ctx, s)
}

// maySave reports whether the layer has switches that can be saved.
func (o *Operator) maySave(s *Sight) bool {
	return s.hasSwitches() && (s.dialog.first(s.finder.words, Save) != nil || len(o.Controls["save"]) > 0)
}

// whyNot is why a layer gives no way to refuse.
func (s *Sight) whyNot() string {
	words := s.finder.words
	switch {
	case s.dialog.first(words, Pay) != nil:
		return "who does not accept is asked to pay"
	case s.dialog.first(words, partial) != nil:
		return fmt.Sprintf("%q still allows more than what is necessary", s.dialog.first(words, partial).words())
	case s.dialog.first(words, Settings) != nil:
		return fmt.Sprintf("the settings behind %q offer no way to reject", s.dialog.first(words, Settings).words())
	}
	return "the dialog has no control to reject, and no settings that lead to one"
}

// refuse refuses on one layer. done is false where it offers no way.
func (o *Operator) refuse(ctx context.Context, s *Sight, a *Attempt) (done bool, err error) {
	words := s.finder.words
	if c := s.dialog.first(words, Reject); c != nil {
		return true, o.commit(ctx, s, c, a)
	}
	if !o.mayRefuse(s) {
		return false, nil
	}
	s, err = o.set(ctx, s, a, map[string]bool{}, func(*control) bool { return false })
	if err != nil || a.Outcome != "" {
		return true, err
	}
	if !a.switches {
		return false, nil // nothing says what saving would allow
	}
	return true, o.save(ctx, s, a)
}

// press presses a control and waits until the page has settled.
func (o *Operator) press(ctx context.Context, c *control, commit func(), a *Attempt) error {
	as := string(c.class)
	switch {
	case isBox(c.role):
		as = "a switch"
	case as == "":
		as = "a way to the settings"
	}
	step := fmt.Sprintf("pressed %q (%s, taken for %s)", clip(c.words(), 60), c.role, as)
	if err := o.click(ctx, c.element, step, commit, a); err != nil {
		return fmt.Errorf("press %q: %w", c.words(), err)
	}
	return nil
}

// click presses an element, tells of it as a step, and waits until the page has
// settled.
func (o *Operator) click(ctx context.Context, e journey.Element, step string, commit func(), a *Attempt) error {
	how, err := e.Click(ctx, o.Tab, func() {
		a.pressed = time.Now()
		if commit != nil {
			commit()
		}
	})
	if how == journey.ByScript {
		step += " by script, since something covers it"
		a.ByScript = true
	}
	a.Steps = append(a.Steps, step)
	if err != nil {
		return err
	}
	_, err = o.Tab.Context().Clock.Quiet(ctx, o.Tab)
	return err
}

// committing is what marks the moment of a choice, once.
func (o *Operator) committing(a *Attempt) func() {
	return func() {
		o.mark(a, time.Time{})
		a.Committed = true
	}
}

// mark tells, once, since when the choice is made, zero for now.
func (o *Operator) mark(a *Attempt, since time.Time) {
	if !a.marked && o.Commit != nil {
		o.Commit(since)
	}
	a.marked = true
}

// strayed tells that the last input, which was to choose nothing, may have chosen: what
// came of it did not come before any choice.
func (o *Operator) strayed(a *Attempt) { o.mark(a, a.pressed) }

// commit presses the control that makes the choice and sees whether the dialog
// goes away. A "refuse all" that only turns switches off wants saving.
func (o *Operator) commit(ctx context.Context, s *Sight, c *control, a *Attempt) error {
	from := o.Tab.Navigations()
	before, err := o.stored(ctx)
	if err != nil {
		return err
	}
	commit := o.committing(a)
	if err := o.press(ctx, c, commit, a); err != nil {
		return err
	}
	if a.OnPage {
		a.Outcome = observation.Unproven
		return nil
	}
	if leaves(c.info.Href, s.finder.url) && o.Tab.Navigations() != from {
		return o.followed(ctx, c, a)
	}
	heard, err := o.changedSince(ctx, before)
	if err != nil {
		return err
	}
	gone, err := o.gone(ctx, c, heard)
	if err != nil {
		return err
	}
	changed := false
	if !gone {
		if changed, err = o.changedSince(ctx, before); err != nil {
			return err
		}
	}
	saves := c.class == Reject && slices.ContainsFunc(s.dialog.controls, func(c *control) bool { return c.class == Save })
	if !gone && saves {
		now, err := o.again(ctx, s, a)
		if err != nil {
			return err
		}
		if now.Found() && now.dialog.at(s.dialog) && !now.dialog.alike(s.dialog) {
			if saved, err := o.saveRefusal(ctx, s, a, changed); saved || err != nil {
				return err
			}
		}
	}
	if !gone && !changed {
		// Some managers show their buttons before they listen to them. Nobody
		// else presses that early; whoever saw nothing happen presses again.
		// What has become another control meanwhile, such as the next question in the
		// same place, is left alone.
		still, asked, err := o.still(ctx, s, c)
		switch {
		case err != nil:
			return err
		case !still:
			gone = true
		case !asked && c.class == Reject:
			a.Committed, a.Outcome = false, observation.Failed // nothing was stored
			a.Why = fmt.Sprintf("%q stayed after it was pressed, below a text that changed: nobody can tell what it refuses now", clip(c.words(), 60))
			return nil
		default:
			if err := o.press(ctx, c, commit, a); err != nil {
				return err
			}
			if gone, err = o.gone(ctx, c, true); err != nil {
				return err
			}
		}
	}
	if !gone && saves {
		if changed, err = o.changedSince(ctx, before); err != nil {
			return err
		}
		if saved, err := o.saveRefusal(ctx, s, a, changed); saved || err != nil {
			return err
		}
	}
	for _, class := range []Class{Hide, Close} {
		// Closing where nothing was recorded may be taken for any answer.
		if gone {
			break
		}
		recorded, err := o.storedSince(ctx, before)
		if err != nil {
			return err
		}
		if !recorded {
			break
		}
		next := s.dialog.first(s.finder.words, class)
		if next == nil || next == c || class == Close && s.dialog.closingConsents(s.finder.words) {
			continue
		}
		seen, err := next.seen(ctx)
		if err != nil {
			return err
		}
		if !seen {
			continue
		}
		if err := o.press(ctx, next, commit, a); err != nil {
			return err
		}
		if gone, err = o.gone(ctx, c, true); err != nil {
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

// followed sees whether a link to another page made a choice: it did not where
// the dialog stands on that page too.
func (o *Operator) followed(ctx context.Context, c *control, a *Attempt) error {
	s, err := o.Look(ctx, 0)
	if err != nil {
		return err
	}
	a.Gone, a.Outcome = !s.Found(), observation.Unproven
	if s.Found() {
		a.Committed, a.Outcome = false, observation.NoControl
		a.Why = fmt.Sprintf("%q is a link to another page, where the dialog still stands", c.words())
	}
	return nil
}

// saveRefusal saves what a "refuse all" that only turns switches off has left to
// be saved, after a look that all are off. recorded: the refusal changed what is
// stored. It was the answer to all rows of buttons then, which show none. saved is
// false where no switch is seen that saving could be about.
func (o *Operator) saveRefusal(ctx context.Context, s *Sight, a *Attempt, recorded bool) (saved bool, err error) {
	again, err := o.again(ctx, s, a)
	if err != nil || !again.Found() || !again.hasSwitches() {
		return false, err
	}
	answered := map[string]bool{}
	for _, c := range again.dialog.controls {
		answered[c.place()] = recorded && c.inRow()
	}
	if again, err = o.set(ctx, again, a, answered, func(*control) bool { return false }); err != nil || a.Outcome != "" {
		return true, err
	}
	return true, o.save(ctx, again, a)
}
