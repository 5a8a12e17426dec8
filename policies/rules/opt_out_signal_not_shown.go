package rules

import (
	"slices"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "opt-out-signal-not-shown",
	Title: "the page does not say that it honoured the opt-out signal",
	Doc: `Under Global Privacy Control no page that was seen said that it has honoured the signal. Since January
2026 the regulations of California ask a business to show it, such as by "Opt-Out Request Honored".`,
	Help:     "Show that the signal was honoured, on every page or in the privacy choices.",
	Severity: audit.Medium,
	Evidence: audit.HeuristicEvidence,
	Law:      audit.SettledLaw,
	Needs:    []audit.Need{{Choices: []observation.Choice{observation.GPC}}},
	Legal:    []string{"11 CCR 7025(c)(6)"},
	Except:   optIn,
	Run: func(p *audit.Pass) {
		v := p.Visit(observation.GPC)
		if v == nil || v.Looked() == 0 {
			return
		}
		if slices.ContainsFunc(v.Pages, func(page observation.Page) bool { return page.OptOutShown }) {
			return
		}
		p.Report(audit.Finding{Choice: observation.GPC, Name: "opt-out", Message: "Under Global Privacy Control no page that was seen said that the signal is honoured. A person must decide."})
	},
})
