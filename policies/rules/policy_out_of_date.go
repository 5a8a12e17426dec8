package rules

import (
	"fmt"

	"cookieaudit/policies/audit"
)

var _ = register(&audit.Rule{
	ID:    "policy-out-of-date",
	Title: "policy was not looked at for a year",
	Doc: `The date of the document lies more than 12 months before the day of judgement. Sites change
faster than that, and a controller must be able to show that its information is kept true. No law names
a number of months.`,
	Help:     "Compare the policy with what the site stores, correct it and date it anew.",
	Severity: audit.Medium,
	Evidence: audit.ProvenEvidence,
	Law:      audit.GoodPractice,
	Policy:   true,
	Document: true,
	Overall:  true,
	Legal:    []string{accountable, transparency, notice},
	Run: func(p *audit.Pass) {
		updated, asOf := p.Policy.Updated, p.AsOf()
		if updated.IsZero() {
			p.NotApplicable("", "the policy bears no date")
			return
		}
		years := 0
		for updated.AddDate(years+1, 0, 0).Before(asOf) {
			years++
		}
		if years == 0 {
			return
		}
		p.Report(audit.Finding{
			Name:    "updated",
			Message: fmt.Sprintf("The policy is of %s. On the day of judgement, %s, that is more than %s ago.", updated.Format("2 January 2006"), asOf.Format("2 January 2006"), audit.Count(years, "year")),
		})
	},
})
