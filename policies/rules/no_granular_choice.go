package rules

import (
	"fmt"
	"slices"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "no-granular-choice",
	Title: "several purposes, one switch",
	Doc: `What was stored after accepting serves several purposes that need consent, and no layer of the dialog
lets a visitor allow one without the others.`,
	Help:     "Offer a switch for each purpose.",
	Severity: audit.Medium,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Overall:  true,
	Needs:    []audit.Need{{Choices: []observation.Choice{observation.Accept}, Proven: true}},
	Legal:    []string{"GDPR, recital 43 and article 7(2)", "EDPB Guidelines 05/2020, paragraphs 42-45", "ICO, guidance on storage and access technologies, April 2026"},
	Except:   optOut,
	Run: func(p *audit.Pass) {
		layers, page := layersSeen(p)
		if len(layers) == 0 {
			p.NotApplicable("", "no consent dialog was seen")
			return
		}
		var purposes []string
		for s := range p.Under(observation.Accept, observation.After, observation.Return) {
			if c := string(s.Category); !s.Exempt && s.Certainty != audit.HeuristicEvidence && !slices.Contains(purposes, c) {
				purposes = append(purposes, c)
			}
		}
		switch {
		case len(purposes) < 2 || granular(p, layers):
		case !settingsRead(p):
			unread(p)
		default:
			slices.Sort(purposes)
			p.Report(audit.Finding{Name: "dialog", Page: page, Message: fmt.Sprintf("Accepting stores for %s; no layer of the dialog lets a visitor allow one of them alone.", list(purposes))})
		}
	},
})

func granular(p *audit.Pass, layers []observation.Dialog) bool {
	if v := p.Visit(observation.Settings); v != nil {
		for _, c := range v.Consents {
			if len(c.Offers) > 0 {
				return true
			}
		}
	}
	return switches(layers, func(observation.Control) {}) > 0
}
