package rules

import (
	"fmt"
	"strings"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "refusing-takes-more-clicks",
	Title: "refusing takes more clicks than accepting",
	Doc: `Refusing must be as easy as accepting. The clicks are those that the scan itself made on the
shortest way it found, in visits of their own. Where the first layer has no control to refuse at all, the
rule no-reject-on-first-layer says so too.`,
	Help:     "Let a visitor refuse with as many clicks as it takes to accept.",
	Severity: audit.High,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Overall:  true,
	Needs:    []audit.Need{{Choices: []observation.Choice{observation.Accept}}, {Choices: []observation.Choice{observation.Reject}}},
	Legal:    []string{"CNIL, Délibération 2020-092, and SAN-2025-004", taskforce + ", type A", "ICO, guidance on storage and access technologies, April 2026"},
	Except:   optOut,
	Run: func(p *audit.Pass) {
		yes, ok1 := pressed(p, observation.Accept)
		no, ok2 := pressed(p, observation.Reject)
		if !ok1 || !ok2 {
			p.NotApplicable("", "no visit both accepted and refused by the page's own controls")
			return
		}
		if len(no) <= len(yes) {
			// Clicks of a choice that had no effect are not the way to it.
			unproven(p, observation.Accept, "")
			unproven(p, observation.Reject, "")
			return
		}
		_, page := layersSeen(p)
		p.Report(audit.Finding{
			Name: "dialog", Page: page,
			Message: fmt.Sprintf("Refusing took %s (%s), accepting %s.", audit.Count(len(no), "click"), strings.Join(no, "; "), audit.Count(len(yes), "click")),
		})
	},
})
