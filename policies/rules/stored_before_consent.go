package rules

import (
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "stored-before-consent",
	Title: "non-exempt item is stored before the visitor chooses",
	Doc: `Storing or reading anything that no exemption covers needs prior consent. Every moment
without a choice counts: the visit in which the dialog is never touched, also while scrolling and
moving about, the time before the click in all other visits, and all of a visit that closes the dialog
without choosing. One item is one finding, however often it was seen.`,
	Help:     "Load what sets it only after the visitor agreed, or declare on which exemption it may come first.",
	Severity: audit.Critical,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Needs:    []audit.Need{{Choices: []observation.Choice{observation.None}}},
	Legal:    []string{directive, pecr, "CNIL SAN-2025-005"},
	Except:   optOut,
	Run: func(p *audit.Pass) {
		if heldByDialog(p, observation.None) {
			return
		}
		for _, g := range audit.Items(p.NoChoice()) {
			s := g[0]
			if s.Exempt || p.Silent(s) {
				continue
			}
			report(p, observation.None, g, stored(p, s, "with no choice made")+why(s))
		}
	},
})

// heldByDialog: looked from outside the area that the law protects, and no
// dialog came. What happens to a visitor inside cannot be told from that.
func heldByDialog(p *audit.Pass, c observation.Choice) bool {
	d := p.Dialog()
	if !d.OutOfArea {
		return false
	}
	p.CouldNotTell(c, d.Why, d.Next)
	return true
}
