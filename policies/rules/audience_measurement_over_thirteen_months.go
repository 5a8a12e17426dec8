package rules

import (
	"fmt"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
)

var _ = register(&audit.Rule{
	ID:    "audience-measurement-over-thirteen-months",
	Title: "a cookie for audience measurement lives for too long",
	Doc: `In France and Spain measuring an audience may be free of consent under conditions. One of them is that
its cookies live no longer than 13 months, counted from the first visit; one that lives longer is not exempt,
and the rules on storing without consent answer as well.`,
	Help:     "Let it end after 13 months at most, and do not renew it with later visits.",
	Severity: audit.High,
	Evidence: audit.ProvenEvidence,
	Law:      audit.SettledLaw,
	Overall:  true,
	Needs:    []audit.Need{{}},
	Legal:    []string{"CNIL, Délibération 2020-091, paragraph 50", "AEPD, Guía sobre el uso de las cookies, July 2023, annex on audience measurement"},
	Except:   []policies.Profile{policies.UK, policies.EU, policies.DE, policies.IT, policies.IE, policies.USCA},
	Run: func(p *audit.Pass) {
		for _, g := range onBasis(p, policies.BasisStatistical, p.Judged()) {
			s := longest(g)
			if !overThirteenMonths(s) {
				continue
			}
			p.Report(audit.Finding{
				Item: s.Item, Sightings: audit.Refs(g),
				Message: fmt.Sprintf("%s is declared to measure the audience without consent, and asks to live for %s.", p.Where(s), audit.Span(s.Lifetime.Duration())),
			})
		}
	},
})
