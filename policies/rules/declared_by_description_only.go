package rules

import (
	"fmt"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
)

var _ = register(&audit.Rule{
	ID:    "declared-by-description-only",
	Title: "item is described in the policy but not named",
	Doc: `The policy describes what is stored on a host without naming it, so that a visitor cannot
find the item in the browser. That is a defect of the policy; the item does not count as undeclared.`,
	Help:     "Name the item in the policy.",
	Severity: audit.Medium,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Policy:   true,
	Overall:  true,
	Needs:    []audit.Need{{}},
	Legal:    []string{information, directive, notice},
	Run: func(p *audit.Pass) {
		for _, g := range audit.Items(p.Judged()) {
			s := g[0]
			if s.Match.Step != policies.MatchedDescribed {
				continue
			}
			e := s.Match.Entry
			p.Report(audit.Finding{
				Item: s.Item, Sightings: audit.Refs(g), Position: &e.Position,
				Message: fmt.Sprintf("%s on %s is not named in the policy; only %s may mean it.", p.Where(s), s.Item.Hostname(), at(e.Described, e.Position.Line)),
			})
		}
	},
})
