package consent

import (
	"context"
	"fmt"
	"slices"

	"cookieaudit/scanner/observation"
)

// Categories by which a dialog sorts what it asks for, in the policy's words.
const (
	necessary  = "necessary"
	functional = "functional"
	analytics  = "analytics"
	marketing  = "marketing"
)

// Only allows one category (necessary, functional, analytics or marketing),
// switches all others off and saves. Steps under the policy's controls
// "only.<category>" win. Where the dialog offers no such category, the outcome is
// no-control.
func (o *Operator) Only(ctx context.Context, s *Sight, category string) (Attempt, error) {
	if steps := o.Controls["only."+category]; len(steps) > 0 {
		return o.bySteps(ctx, s, steps)
	}
	if category == necessary {
		return o.Reject(ctx, s)
	}
	a := Attempt{Method: MethodFinder}
	s, err := o.begin(ctx, s, &a)
	if err != nil || a.Outcome != "" {
		return a, err
	}
	for {
		if a.Layers++; a.Layers > 1 {
			o.show(s)
		}
		done, err := o.allow(ctx, s, category, &a)
		if done || err != nil {
			return a, err
		}
		next, err := o.deeper(ctx, s, &a, (*Sight).maySwitch)
		if err != nil || a.Outcome != "" {
			return a, err
		}
		if next == nil {
			a.Outcome, a.Why = observation.NoControl, fmt.Sprintf("the dialog does not let a visitor allow %s alone", category)
			return a, nil
		}
		s = next
	}
}

// allow allows one category on a layer. done is false where the layer does not
// offer it.
func (o *Operator) allow(ctx context.Context, s *Sight, category string, a *Attempt) (done bool, err error) {
	// Nothing is switched on a layer that does not offer the category: some
	// switches need no saving.
	offered := s.Categories()
	if !slices.Contains(offered, category) {
		if s, offered, err = o.unfold(ctx, s, a); err != nil {
			return true, err
		}
	}
	if c := s.doubtful(category); c != nil {
		a.Outcome, a.Why = observation.Failed, fmt.Sprintf("nobody can tell which switches allow %s and nothing else: %q, beside %q", category, clip(c.words(), 60), clip(c.info.Contexts[0], 60))
		return true, nil
	}
	if s.maySwitch() && slices.Contains(offered, category) {
		s, err = o.set(ctx, s, a, map[string]bool{}, func(c *control) bool {
			return s.grants(c, category) && !a.list.named(c)
		})
		if err != nil || a.Outcome != "" {
			return true, err
		}
		if a.granted {
			return true, o.save(ctx, s, a)
		}
	}
	if c := s.accepting(category); c != nil {
		return true, o.commit(ctx, s, c, a)
	}
	return false, nil
}

// grants reports whether a switch allows a category and nothing beside it, as one for
// "analytics and advertising" does.
func (s *Sight) grants(c *control, category string) bool {
	words := s.finder.words
	level := c.role == "radio" && words.opensOff(c.label()) && !s.saysNo(c) // "no advertising", above the lowest of levels
	return c.category == category && !c.interest && !c.unsure && !level && len(words.categories(c.title())) < 2
}

// doubtful is a switch that may allow a category, or another, where none is sure to allow
// it; nil otherwise.
func (s *Sight) doubtful(category string) *control {
	if !s.Found() || slices.ContainsFunc(s.dialog.controls, func(c *control) bool { return isSwitch(c) && s.grants(c, category) }) {
		return nil
	}
	for _, c := range s.dialog.controls {
		if isSwitch(c) && c.unsure && c.category == category && !c.disabled && !c.interest && len(c.info.Contexts) > 0 {
			return c
		}
	}
	return nil
}

// accepting is the control that accepts a category and nothing beside it, nil for none.
func (s *Sight) accepting(category string) *control {
	words := s.finder.words
	for _, c := range s.dialog.controls {
		if c.class == Accept && !isSwitch(c) && !c.disabled && !words.saysAll(c.words()) && soleCategory(words.categories(c.words())) == category && !words.besides(c.words()) {
			return c
		}
	}
	return nil
}
