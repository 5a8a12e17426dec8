package rules

import (
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "optional-preticked",
	Title: "an optional purpose is switched on in advance",
	Doc: `A switch of the dialog that a visitor may turn off is on before anybody has chosen. Consent is a
clear affirmative act; a box that was ticked by somebody else is none. Switches that cannot be turned, and
those for what is strictly necessary, do not count.`,
	Help:     "Leave every optional switch off until the visitor turns it on.",
	Severity: audit.High,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Overall:  true,
	Needs:    []audit.Need{{}},
	Legal:    []string{"CJEU C-673/17 Planet49, paragraphs 44-65: a pre-ticked box is no consent", taskforce + ", type B", consentAct},
	Except:   optOut,
	Run: func(p *audit.Pass) {
		preset(p, func(c observation.Control) bool { return !c.Interest && c.Category != "necessary" }, "The dialog has %s switched on before anybody chose.")
	},
})
