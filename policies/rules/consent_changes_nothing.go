package rules

import (
	"fmt"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "consent-changes-nothing",
	Title: "accepting stores nothing that was not stored before",
	Doc: `The policy makes items depend on consent, and yet all that needs consent was there with the dialog
untouched: accepting added nothing. The dialog then decides on nothing.`,
	Help:     "Bind what needs consent to the choice.",
	Severity: audit.High,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Policy:   true,
	Overall:  true,
	Needs:    []audit.Need{{Choices: []observation.Choice{observation.None}}, {Choices: []observation.Choice{observation.Accept}, Proven: true}},
	Legal:    []string{directive, pecr, fairness},
	Except:   optOut,
	Run: func(p *audit.Pass) {
		if !p.Dialog().Found || !asksConsent(p.Policy) {
			p.NotApplicable("", "no dialog was seen, or the policy makes nothing depend on consent")
			return
		}
		without := map[observation.Key]bool{}
		for s := range p.Under(observation.None, observation.Before, observation.Return) {
			without[s.Item] = true
		}
		var names []string
		var refs []int
		for _, g := range audit.Items(p.Under(observation.Accept, observation.After, observation.Return)) {
			s := g[0]
			if s.Exempt {
				continue
			}
			if !without[s.Item] {
				return
			}
			if s.Category == policies.UnknownCategory {
				continue // it may need no consent
			}
			names, refs = append(names, p.Where(s)), append(refs, audit.Refs(g)...)
		}
		if len(names) == 0 {
			p.NotApplicable("", "accepting stored nothing that needs consent")
			return
		}
		p.Report(audit.Finding{Name: "dialog", Sightings: refs, Message: fmt.Sprintf("All that needs consent after accepting was there with the dialog untouched: %s.", list(short(names)))})
	},
})

// asksConsent: the policy declares something that only consent allows.
func asksConsent(p *policies.Policy) bool {
	for _, d := range declarations(p) {
		optional := d.category == policies.Functional || tracking(d.category)
		if optional && (d.basis == policies.NoBasis || d.basis == policies.BasisConsent) {
			return true
		}
	}
	return false
}
