package audit

import (
	"cookieaudit/policies"
	"cookieaudit/scanner/observation"
)

// Rule is one check. Run is a pure function of the pass.
type Rule struct {
	ID       string // kebab-case, stable for ever
	Title    string
	Doc      string // what and why
	Help     string // how to put it right
	Severity Severity
	Evidence Evidence
	Law      Law
	// Needs is empty for a Document rule that looks at the text alone: what
	// nobody could see does not hold it back.
	Needs []Need
	// Policy: the rule needs a declared policy.
	Policy bool
	// Document: the rule reads the policy. It looks once at the whole of it, also
	// at services that nobody visited, and not service by service.
	Document bool
	// Overall: one answer for the whole audit, and findings without a choice.
	Overall bool
	Legal   []string // references of every profile, as printed; see Under
	// Except lists the profiles under which the rule does not apply.
	Except []policies.Profile
	// Adjust changes severity or law under a profile. Nil for none.
	Adjust map[policies.Profile]Adjustment
	Run    func(*Pass)
}

// Adjustment replaces what is set in it.
type Adjustment struct {
	Severity Severity
	Law      Law
}

// Need is what a rule must have seen to answer. Run answers inconclusive for it
// where a blind gap or an unproven choice lies within its needs, and
// not-applicable where the choice was not asked for or the site offers no way
// to make it.
type Need struct {
	Kind    observation.Kind     // "" for any
	Choices []observation.Choice // any of them; empty: every visit
	Proven  bool                 // the choice must be proven
	Journey string               // a journey must have run
	Whole   bool                 // all named pages must have been seen
}
