package rules

import (
	"fmt"
	"slices"
	"strings"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "set-before-condition",
	Title: "item comes before what it is for",
	Doc: `The policy says that an item is stored only on a certain page or with a certain step, such as
a log-in or a ticked box, and it was stored before. What is necessary for a service is exempt only from
the moment at which the visitor asks for that service. Only a write that was seen counts. The steps
accept and consent, also with a category behind them, are taken to be done by the choice itself.`,
	Help:     "Store it only with the step, or say in the policy when it really comes.",
	Severity: audit.High,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Policy:   true,
	Overall:  true,
	Needs:    []audit.Need{{}},
	Legal:    []string{necessity, directive, transparency, deceptive},
	Run:      setBeforeCondition,
})

func setBeforeCondition(p *audit.Pass) {
	conditional := slices.ContainsFunc(declarations(p.Policy), func(d declaration) bool { return len(d.when) > 0 })
	if !conditional {
		p.NotApplicable("", "the policy names no condition for any item")
		return
	}
	legs := walks(p)
	for _, b := range boundItems(p) {
		if len(b.when) == 0 {
			continue
		}
		if early := earlyWrites(p, legs, b); len(early) > 0 {
			reportEarly(p, legs, b, early)
		}
	}
}

// earlyWrites are the writes of an item that came while none of its conditions
// was met.
func earlyWrites(p *audit.Pass, legs map[string]*walk, b bound) []observation.Write {
	var out []observation.Write
	for _, w := range p.Observation.Writes {
		leg := legs[observation.LegOf(w.Page)]
		if w.Item != b.group[0].Item || leg == nil || w.Op != observation.OpSet && w.Op != observation.OpChange {
			continue
		}
		if !leg.held(b.when, w) {
			out = append(out, w)
		}
	}
	return out
}

func reportEarly(p *audit.Pass, legs map[string]*walk, b bound, early []observation.Write) {
	s := b.group[0]
	s.First = &early[0]
	f := audit.Finding{
		Item: s.Item, Position: &b.position, Page: p.URL(early[0].Page), Phase: early[0].Phase,
		Message: fmt.Sprintf("%s The policy says that it comes only then (line %d).",
			stored(p, s, "with no "+whenWords(b.when)+" before it"), b.position.Line),
	}
	for _, seen := range b.group {
		if slices.ContainsFunc(early, func(w observation.Write) bool {
			return w.Phase == seen.Phase && legs[observation.LegOf(w.Page)].choice == seen.Choice
		}) {
			f.Sightings = append(f.Sightings, seen.Ref)
		}
	}
	b.weigh(&f)
	p.Report(f)
}

// whenWords are the conditions in words: log-in, or page /pay.
func whenWords(when []policies.Condition) string {
	var words []string
	for _, c := range when {
		if c.Step != "" {
			words = append(words, c.Step)
		} else {
			words = append(words, "page "+c.Page)
		}
	}
	return strings.Join(words, " or ")
}
