package rules

import (
	"fmt"
	"slices"

	"cookieaudit/policies"
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
		whole, ok := granular(p, layers)
		switch {
		case len(purposes) < 2 || ok:
		case !settingsRead(p):
			unread(p)
		default:
			slices.Sort(purposes)
			f := audit.Finding{Name: "dialog", Page: page, Message: fmt.Sprintf("Accepting stores for %s; no layer of the dialog lets a visitor allow one of them alone.", list(purposes))}
			if whole != "" {
				f.Evidence = audit.HeuristicEvidence
				f.Message += fmt.Sprintf(" The one switch, %s, names no purpose, so it seems to stand for all. A person must decide.", whole)
			}
			p.Report(f)
		}
	},
})

// granular tells whether something lets a visitor allow one purpose without the
// others: a category that is offered, a switch that names one, or more than one switch.
// whole is the switch that names none and stands alone.
func granular(p *audit.Pass, layers []observation.Dialog) (whole string, ok bool) {
	if v := p.Visit(observation.Settings); v != nil {
		for _, c := range v.Consents {
			if len(c.Offers) > 0 {
				return "", true
			}
		}
	}
	for i := range layers {
		n := 0
		switches(layers[i:i+1], func(c observation.Control) {
			if c.Interest || c.Category == string(policies.Necessary) {
				return
			}
			n++
			// One that stands on two layers is one.
			name := fmt.Sprintf("%q", c.Text)
			ok = ok || c.Category != "" || n > 1 || whole != "" && whole != name
			whole = name
		})
	}
	return whole, ok
}
