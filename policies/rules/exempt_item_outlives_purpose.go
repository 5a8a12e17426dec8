package rules

import (
	"fmt"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "exempt-item-outlives-purpose",
	Title: "an item that needs no consent lives for over a year",
	Doc: `What is strictly necessary for a service that the visitor asked for is exempt as long as the service
lasts: mostly a session, or some hours. A necessary item that asks for more than 12 months is hard to explain
by that. The record of the choice has a rule of its own.`,
	Help:     "Shorten its life to what the service takes, or ask for consent.",
	Severity: audit.Medium,
	Evidence: audit.HeuristicEvidence,
	Law:      audit.DisputedLaw,
	Overall:  true,
	Needs:    []audit.Need{{}},
	Legal:    []string{"WP29 Opinion 04/2012, section 2.3: lifetime in proportion to the purpose", storageLimit},
	Except:   optOut,
	Run: func(p *audit.Pass) {
		for _, g := range audit.Items(p.Judged()) {
			s := longest(g)
			if !s.Exempt || s.Record || s.Category != policies.Necessary || s.Item.Kind != observation.Cookie || s.Lifetime.Seconds == 0 || !tooLong(s.Lifetime, 12*month) {
				continue
			}
			p.Report(audit.Finding{
				Item: s.Item, Sightings: audit.Refs(g),
				Message: fmt.Sprintf("%s counts as necessary and asks to live for %s. A person must decide whether the service takes that.", p.Where(s), audit.Span(s.Lifetime.Duration())),
			})
		}
	},
})
