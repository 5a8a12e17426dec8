package rules

import (
	"fmt"
	"slices"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
)

var _ = register(&audit.Rule{
	ID:    "declared-name-misprinted",
	Title: "declared name is misprinted",
	Doc: `An item was seen that fits an entry only by one of its aliases, while nothing that was seen
fits the name as the document prints it. A visitor who looks for that name in the browser finds nothing.`,
	Help:     "Print the name as it is set; * stands for what varies.",
	Severity: audit.Low,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Policy:   true,
	Overall:  true,
	Needs:    []audit.Need{{}},
	Legal:    []string{information, transparency, notice},
	Run: func(p *audit.Pass) {
		seen := map[*policies.Entry][]audit.Sighting{}
		for s := range p.Judged() {
			if e := s.Match.Entry; e != nil && s.Match.Step == policies.MatchedEntry && len(e.Aliases) > 0 {
				seen[e] = append(seen[e], s)
			}
		}
		for _, e := range p.Policy.Entries() {
			all := seen[e]
			if len(all) == 0 {
				continue
			}
			everywhere := p.Everywhere(e)
			if slices.ContainsFunc(everywhere, func(s audit.Sighting) bool { return e.Name.Match(s.Item.Name) }) {
				continue
			}
			// The first service that has it tells of it for all.
			if everywhere[0].Sighting.Service != all[0].Sighting.Service {
				continue
			}
			p.Report(audit.Finding{
				Item: all[0].Item, Name: e.Name.Text, Sightings: audit.Refs(all), Position: &e.Position,
				Message: fmt.Sprintf("%s is declared as %s. No item of that name was seen.", p.Where(all[0]), at(e.Name.Text, e.Position.Line)),
			})
		}
	},
})
