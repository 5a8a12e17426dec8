package rules

import (
	"fmt"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "basis-not-valid",
	Title: "declared ground does not allow storing",
	Doc: `To store something on a device there is consent, and there are the exemptions of the law. A
policy that stores on the ground of legitimate interests, of a contract, of consent by merely using the
site or of no ground at all declares a breach by itself, whatever was seen. Where the item is declared
as necessary, only a wrong ground is a defect, and a lesser one. Browser settings alone are no way to
refuse.`,
	Help:     "Ask for consent before storing, or show which exemption covers the item.",
	Severity: audit.High,
	Evidence: audit.ProvenEvidence,
	Law:      audit.SettledLaw,
	Policy:   true,
	Document: true,
	Overall:  true,
	Legal:    []string{directive, pecr, taskforce + ", type H", consentAct},
	Except:   optOut,
	Run:      basisNotValid,
})

func basisNotValid(p *audit.Pass) {
	for _, d := range declarations(p.Policy) {
		if d.kind != observation.RequestKind {
			reportBasis(p, d)
		}
	}
	for _, c := range claims(p) {
		f := c.finding()
		switch c.Name {
		case policies.ImpliedConsent:
			f.Message = fmt.Sprintf("The policy takes using the site for consent (line %d). That is no clear act.", c.Position.Line)
		case policies.BrowserSettings:
			f.Severity = audit.Medium
			f.Message = fmt.Sprintf("The policy offers the browser's settings as the way to refuse (line %d).", c.Position.Line)
			f.Fix = "Offer a control on the site itself."
		default:
			continue
		}
		p.Report(f)
	}
}

func reportBasis(p *audit.Pass, d declaration) {
	ground, found := map[policies.Basis]string{
		policies.LegitimateInterests:  "on legitimate interests",
		policies.BasisImplied:         "on consent by using the site",
		policies.BasisContract:        "on a contract",
		policies.BasisBrowserSettings: "on what the browser's settings allow",
		policies.BasisNone:            "on no ground",
	}[d.basis]
	// What is necessary needs no ground, and a document may say so in other words.
	necessary := d.category == policies.Necessary
	unsaid := d.category == policies.UnknownCategory
	switch d.basis {
	case policies.BasisContract:
		found = found && !necessary
	case policies.BasisBrowserSettings, policies.BasisNone:
		found = found && !necessary && !unsaid
	}
	if !found {
		return
	}
	f := d.finding(p)
	if necessary || d.basis == policies.BasisBrowserSettings {
		f.Severity = audit.Medium
	}
	f.Message = fmt.Sprintf("%s is declared as stored %s. That is neither consent nor an exemption.", at(d.name, d.position.Line), ground)
	p.Report(f)
}
