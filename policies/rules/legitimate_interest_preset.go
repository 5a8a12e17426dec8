package rules

import (
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "legitimate-interest-preset",
	Title: "a switch for legitimate interest is on in advance",
	Doc: `Behind the first layer purposes are asked for a second time, as legitimate interests that are on
until somebody objects. To store on a device or to read from it there is no such ground: it takes consent or
an exemption.`,
	Help:     "Take the legitimate interests out for whatever is stored on the device, or read from it.",
	Severity: audit.High,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Overall:  true,
	Needs:    []audit.Need{{}},
	Legal:    []string{taskforce + ", type H", directive, pecr},
	Except:   optOut,
	Run: func(p *audit.Pass) {
		preset(p, func(c observation.Control) bool { return c.Interest }, "The dialog has legitimate interests switched on before anybody chose: %s.")
	},
})
