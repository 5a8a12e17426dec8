package rules

import (
	"fmt"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "consent-wall",
	Title: "nobody gets to the page without accepting",
	Doc: `The dialog lies over nearly all of the window or keeps the page from being scrolled, and offers
neither a refusal, on any layer, nor a way to close it. Consent that is the price of entry is not free. Where
paying is offered in its place, the rule consent-or-pay answers.`,
	Help:     "Give access without tracking, by a control that refuses.",
	Severity: audit.High,
	Evidence: audit.HeuristicEvidence,
	Law:      audit.SettledLaw,
	Adjust: map[policies.Profile]audit.Adjustment{
		policies.UK: {Severity: audit.Medium, Law: audit.DisputedLaw}, policies.FR: {Severity: audit.Medium, Law: audit.DisputedLaw}, policies.ES: {Severity: audit.Medium, Law: audit.DisputedLaw},
	},
	Overall: true,
	Needs:   []audit.Need{{Choices: []observation.Choice{observation.Reject}}},
	Legal:   []string{"GDPR, article 7(4)", "EDPB Guidelines 05/2020, paragraphs 39-41", "Garante, provvedimento 231/2021"},
	Except:  optOut,
	Run: func(p *audit.Pass) {
		layers, page := layersSeen(p)
		if len(layers) == 0 || !layers[0].Looked {
			p.NotApplicable("", "no consent dialog was measured")
			return
		}
		first := layers[0]
		if first.Covers < 0.9 && !first.Locked || offers(layers, "reject", "close", "hide", "pay") || !refusalFailed(p) {
			return
		}
		how := fmt.Sprintf("lies over %.0f %% of the window", 100*first.Covers)
		if first.Locked {
			how += " and keeps the page from being scrolled"
		}
		p.Report(audit.Finding{Name: "dialog", Page: page, Message: fmt.Sprintf("The dialog %s, and no layer of it offers to refuse or to close.", how)})
	},
})

func offers(layers []observation.Dialog, classes ...string) bool {
	for i := range layers {
		for _, class := range classes {
			if layers[i].Control(class) != nil {
				return true
			}
		}
	}
	return false
}

// refusalFailed: the visit that was to refuse found no way to.
func refusalFailed(p *audit.Pass) bool {
	v := p.Visit(observation.Reject)
	return v != nil && v.Outcome == observation.NoControl
}
