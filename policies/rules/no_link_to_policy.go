package rules

import (
	"regexp"
	"slices"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "no-link-to-policy",
	Title: "neither the dialog nor the page leads to the cookie policy",
	Doc: `Whoever is asked must be able to read what for: no layer of the dialog links to a text on cookies or
privacy, and no link of the first page has such an address.`,
	Help:     "Link the cookie policy in the dialog and on every page.",
	Severity: audit.Medium,
	Evidence: audit.HeuristicEvidence,
	Law:      audit.SettledLaw,
	Overall:  true,
	Needs:    []audit.Need{{}},
	Legal:    []string{information, transparency, notice},
	Run: func(p *audit.Pass) {
		layers, page := layersSeen(p)
		if len(layers) == 0 || !slices.ContainsFunc(layers, func(d observation.Dialog) bool { return d.Looked }) {
			p.NotApplicable("", "no consent dialog was measured")
			return
		}
		if slices.ContainsFunc(layers, func(d observation.Dialog) bool { return d.Policy != "" }) {
			return
		}
		for _, v := range p.Visits {
			for _, page := range v.Pages {
				if slices.ContainsFunc(page.Links, policyAddress.MatchString) {
					return
				}
			}
		}
		p.Report(audit.Finding{Name: "dialog", Page: page, Message: "No layer of the dialog, and no link that was seen on the pages, leads to a text on cookies or privacy."})
	},
})

// policyAddress are words of the addresses of such texts, in the languages of
// the profiles and some more.
var policyAddress = regexp.MustCompile(`(?i)cookie|privacy|datenschutz|confidentialit|privacidad|protezione|mentions|donnees|privacidade|integritet|personvern|tietosuoja|prywatno|gdpr|rgpd|dsgvo`)
