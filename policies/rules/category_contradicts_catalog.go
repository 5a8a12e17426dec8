package rules

import (
	"fmt"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
)

var _ = register(&audit.Rule{
	ID:    "category-contradicts-catalog",
	Title: "declared category contradicts the catalogue",
	Doc: `The policy calls the item necessary or functional, while the catalogue knows it as one for
analytics or marketing. The item is judged by the stricter of the two.`,
	Help:     "Move it to the right category and let it come after consent only, or show why it is necessary here.",
	Severity: audit.High,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Policy:   true,
	Overall:  true,
	Needs:    []audit.Need{{}},
	Legal:    []string{taskforce + ", section on inaccurately classified cookies", directive, deceptive},
	Run: func(p *audit.Pass) {
		for _, g := range audit.Items(p.Judged()) {
			s := g[0]
			said, position := declared(s)
			if said != policies.Necessary && said != policies.Functional || !tracking(s.Catalogue) || s.Record {
				continue
			}
			p.Report(audit.Finding{
				Item: s.Item, Sightings: audit.Refs(g), Position: &position,
				Message: fmt.Sprintf("%s is declared as %s (policy line %d); the catalogue knows it as %s: %s.", p.Where(s), said, position.Line, s.Catalogue, s.Vendor),
			})
		}
	},
})

// declared is the category that the policy gives, and where.
func declared(s audit.Sighting) (policies.Category, policies.Position) {
	switch m := s.Match; {
	case m.Entry != nil:
		return m.Entry.Category, m.Entry.Position
	case m.Vendor != nil:
		return m.Vendor.Category, m.Vendor.Position
	}
	return "", policies.Position{}
}

func tracking(c policies.Category) bool { return c == policies.Analytics || c == policies.Marketing }
