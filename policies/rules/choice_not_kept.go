package rules

import (
	"fmt"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "choice-not-kept",
	Title: "the dialog comes back after the choice",
	Doc: `The choice was made and the dialog went; when the page was loaded again, it was there once more.
Asking again and again until a visitor agrees is no free choice, and a consent that is not kept cannot be
shown.`,
	Help:     "Store the choice, a refusal for as long as a consent.",
	Severity: audit.Medium,
	Evidence: audit.DerivedEvidence,
	Law:      audit.GoodPractice,
	Needs:    []audit.Need{{Choices: []observation.Choice{observation.Accept}}, {Choices: []observation.Choice{observation.Reject}}},
	Legal: []string{
		"CNIL, Délibération 2020-092: the refusal as long as the consent (good practice)", "Garante, provvedimento 231 of 10 June 2021: 6 months without asking again",
		"GDPR, article 7(1): consent must be shown",
	},
	Except: optOut,
	Run: func(p *audit.Pass) {
		for i := range p.Visits {
			v := &p.Visits[i]
			if v.Choice != observation.Accept && v.Choice != observation.Reject {
				continue
			}
			switch v.Outcome {
			case observation.Failed, observation.Unproven:
				unproven(p, v.Choice, v.Choice)
			case observation.NoDialog, observation.NoControl:
				p.NotApplicable(v.Choice, "the choice could not be made")
			}
			for _, c := range v.Consents {
				if c.Outcome == observation.NotKept && c.Choice == v.Choice && !p.Repeated(c.Leg) {
					p.Report(audit.Finding{
						Choice: c.Choice, Phase: observation.After, Name: "dialog", Page: p.URL(c.Page),
						Message: fmt.Sprintf("After the choice %s the dialog came back with the next load of the page.", c.Choice),
					})
				}
			}
		}
	},
})
