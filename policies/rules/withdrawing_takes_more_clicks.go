package rules

import (
	"fmt"
	"strings"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "withdrawing-takes-more-clicks",
	Title: "taking consent back is harder than giving it",
	Doc: `It must be as easy to withdraw consent as to give it. One click more is allowed, to get the settings
back; anything beyond that is reported. The clicks are those that the scan itself made.`,
	Help:     "Let the way back lead to a control that refuses everything at once.",
	Severity: audit.Medium,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Overall:  true,
	Needs:    []audit.Need{{Choices: []observation.Choice{observation.Withdraw}}},
	Legal:    []string{withdrawing},
	Except:   optOut,
	Run: func(p *audit.Pass) {
		give, ok1 := pressed(p, observation.Accept)
		back, ok2 := pressed(p, observation.Withdraw)
		if !ok1 || !ok2 {
			p.NotApplicable("", "no visit both accepted and withdrew by the page's own controls")
			return
		}
		if len(back) <= len(give)+1 {
			// Clicks of a choice that had no effect are not the way to it.
			unproven(p, observation.Accept, "")
			unproven(p, observation.Withdraw, "")
			return
		}
		_, page := layersSeen(p)
		p.Report(audit.Finding{
			Name: "dialog", Page: page,
			Message: fmt.Sprintf("Taking consent back took %s (%s), giving it %s.", audit.Count(len(back), "click"), strings.Join(back, "; "), audit.Count(len(give), "click")),
		})
	},
})
