package audit

import (
	"errors"
	"fmt"
	"regexp"
	"slices"

	"cookieaudit/policies"
	"cookieaudit/scanner/observation"
)

var kebab = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)

// Validate checks a catalogue of rules: what it reports is a mistake in a rule,
// not in a site.
func Validate(rules []*Rule) error {
	seen := map[string]bool{}
	var errs []error
	for _, r := range rules {
		if seen[r.ID] {
			errs = append(errs, fmt.Errorf("rule %s: its id is taken", r.ID))
		}
		seen[r.ID] = true
		for _, fault := range r.faults() {
			errs = append(errs, fmt.Errorf("rule %s: %s", r.ID, fault))
		}
	}
	return errors.Join(errs...)
}

func (r *Rule) faults() []string {
	var out []string
	fault := func(bad bool, text string) {
		if bad {
			out = append(out, text)
		}
	}
	fault(!kebab.MatchString(r.ID), "its id is not kebab-case")
	fault(r.Title == "", "it has no Title")
	fault(r.Doc == "", "it has no Doc")
	fault(r.Help == "", "it has no Help")
	fault(r.Run == nil, "it has no Run")
	fault(r.Severity.Rank() < 0, "its severity is unknown")
	fault(!slices.Contains([]Evidence{ProvenEvidence, DerivedEvidence, HeuristicEvidence}, r.Evidence), "its evidence is unknown")
	fault(!slices.Contains([]Law{SettledLaw, DisputedLaw, GoodPractice}, r.Law), "its law is unknown")
	fault(len(r.Needs) == 0 && !r.Document, "it names no Needs")
	for _, reference := range r.Legal {
		_, known := sourceOf(reference)
		fault(!known, fmt.Sprintf("nobody says where the legal reference %q counts", reference))
	}
	for _, p := range policies.Profiles() {
		profile := policies.Profile(p.Name)
		fault(!slices.Contains(r.Except, profile) && len(r.Under(profile)) == 0, "it names no legal reference that counts under the profile "+p.Name)
	}
	for _, n := range r.Needs {
		fault(n.Kind != "" && !isTerm(observation.Kinds(), string(n.Kind)), "it needs an unknown kind")
		for _, c := range n.Choices {
			_, err := observation.ParseChoice(string(c))
			fault(err != nil, "it needs an unknown choice")
		}
	}
	for p, a := range r.Adjust {
		fault(!isTerm(policies.Profiles(), string(p)), "it adjusts an unknown profile")
		fault(a.Severity != "" && a.Severity.Rank() < 0, "it adjusts to an unknown severity")
	}
	return out
}

func isTerm(terms []observation.Term, name string) bool {
	return slices.ContainsFunc(terms, func(t observation.Term) bool { return t.Name == name })
}
