package rules

import (
	"fmt"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "lifetime-over-thirteen-months",
	Title: "a cookie asks to live for more than 13 months",
	Doc: `Thirteen months is the longest life that the French authority recommends for cookies that follow a
visitor's behaviour; others look to it. What counts is what the site asks for, not the 400 days to which
browsers cut it. What is exempt, and the record of the choice, have rules of their own.`,
	Help:     "Justify the lifetime in the policy, or shorten it.",
	Severity: audit.Low,
	Evidence: audit.ProvenEvidence,
	Law:      audit.GoodPractice,
	Overall:  true,
	Needs:    []audit.Need{{}},
	Legal:    []string{storageLimit, "CNIL, Délibération 2020-091, paragraph 50: 13 months (audience measurement)"},
	Except:   optOut,
	Run: func(p *audit.Pass) {
		for _, g := range audit.Items(p.Judged()) {
			s := longest(g)
			if s.Exempt || s.Record || !overThirteenMonths(s) {
				continue
			}
			p.Report(audit.Finding{
				Item: s.Item, Sightings: audit.Refs(g),
				Message: fmt.Sprintf("%s asks to live for %s.", p.Where(s), audit.Span(s.Lifetime.Duration())),
			})
		}
	},
})

func overThirteenMonths(s audit.Sighting) bool {
	return s.Item.Kind == observation.Cookie && s.Lifetime.Seconds > 0 && tooLong(s.Lifetime, 13*month)
}
