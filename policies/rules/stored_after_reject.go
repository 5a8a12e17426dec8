package rules

import (
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "stored-after-reject",
	Title: "non-exempt item is stored although the visitor refused",
	Doc: `After refusing everything, an item that no exemption covers was set, or was set before and
is still there at the end. The rule answers only where the refusal is proven: the dialog went, stayed
away, and a record of the choice shows it.`,
	Help:     "Bind what sets it to the stored refusal, and delete what came before the choice.",
	Severity: audit.Critical,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Needs:    []audit.Need{{Choices: []observation.Choice{observation.Reject}, Proven: true}},
	Legal:    []string{directive, pecr, "CNIL SAN-2025-005"},
	Except:   optOut,
	Run: func(p *audit.Pass) {
		for _, g := range audit.Items(p.Under(observation.Reject, observation.After, observation.Return)) {
			s := g[0]
			if s.Exempt || p.Silent(s) {
				continue
			}
			message := stored(p, s, "after refusing")
			if !s.Written() {
				if !g[len(g)-1].AtEnd {
					continue
				}
				message = p.Where(s) + " was set before the choice and is still there after refusing."
			}
			report(p, observation.Reject, g, message+why(s))
		}
	},
})
