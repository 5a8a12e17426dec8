package rules

import (
	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "statistical-exemption-without-objection",
	Title: "statistics are collected although the visitor objected",
	Doc: `The policy stores an item on the ground that it serves the provider's own statistics, which the law of
the United Kingdom frees of consent where visitors are told and given a simple, free way to object. The item
was set after everything was refused, or the dialog has no way to refuse.`,
	Help:     "Stop the item once a visitor objects, and offer the objection on every page.",
	Severity: audit.High,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Policy:   true,
	Needs:    []audit.Need{{Choices: []observation.Choice{observation.Reject}}},
	Legal:    []string{"PECR 2003, Schedule A1, paragraph 5: statistical purposes", "ICO, guidance on storage and access technologies, April 2026"},
	Except:   []policies.Profile{policies.EU, policies.FR, policies.DE, policies.ES, policies.IT, policies.IE, policies.USCA},
	Run: func(p *audit.Pass) {
		v := p.Visit(observation.Reject)
		if v == nil {
			return
		}
		if len(onBasis(p, policies.BasisStatistical, p.Judged())) == 0 {
			p.NotApplicable(observation.Reject, "no item that is declared for statistics was seen")
			return
		}
		switch v.Outcome {
		case observation.Proven:
			for _, g := range onBasis(p, policies.BasisStatistical, p.Under(observation.Reject, observation.After, observation.Return)) {
				if g[0].Written() {
					p.Report(audit.Finding{Item: g[0].Item, Choice: observation.Reject, Sightings: audit.Refs(g), Message: stored(p, g[0], "after refusing")})
				}
			}
		case observation.NoControl, observation.NoDialog:
			for _, g := range onBasis(p, policies.BasisStatistical, p.NoChoice()) {
				p.Report(audit.Finding{
					Item: g[0].Item, Choice: observation.Reject, Sightings: audit.Refs(g), Evidence: audit.HeuristicEvidence, Severity: audit.Medium,
					Message: p.Where(g[0]) + " is stored for statistics, and no control to object was found. A person must decide.",
				})
			}
		default:
			why, next := p.WhyNot(v)
			p.CouldNotTell(observation.Reject, why, next)
		}
	},
})
