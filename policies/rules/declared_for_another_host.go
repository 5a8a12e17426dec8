package rules

import (
	"fmt"

	"cookieaudit/policies/audit"
)

var _ = register(&audit.Rule{
	ID:    "declared-for-another-host",
	Title: "item is declared for another host",
	Doc: `The item is declared by name, but for a host that is not the one it was found on. Either
the policy is mistaken or something sets the item more widely than intended.`,
	Help:     "Correct the host in the policy, or the Domain attribute of the cookie.",
	Severity: audit.Medium,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Policy:   true,
	Overall:  true,
	Needs:    []audit.Need{{}},
	Legal:    []string{information, transparency, notice},
	Run: func(p *audit.Pass) {
		for _, g := range audit.Items(p.Judged()) {
			s := g[0]
			if !s.Match.WrongHost || s.Match.Entry == nil {
				continue
			}
			e := s.Match.Entry
			p.Report(audit.Finding{
				Item: s.Item, Sightings: audit.Refs(g), Position: &e.Position,
				Message: fmt.Sprintf("%s is declared for %s (policy line %d) and was found on %s.", audit.Noun(s.Item), e.Host, e.Position.Line, s.Item.Hostname()),
			})
		}
	},
})
