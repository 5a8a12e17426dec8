package rules

import (
	"fmt"

	"cookieaudit/policies/audit"
)

var _ = register(&audit.Rule{
	ID:    "consent-or-pay",
	Title: "the only other choice is to pay",
	Doc: `The dialog asks to accept or to pay, and has no refusal. That may be lawful where a third way without
tracking for advertisements is offered, and where the price does not force the answer; no scan can tell that.
Paying is never taken for refusing.`,
	Help:     "Offer a third way without payment and without behavioural advertising, or document why the choice is free.",
	Severity: audit.Medium,
	Evidence: audit.HeuristicEvidence,
	Law:      audit.DisputedLaw,
	Overall:  true,
	Needs:    []audit.Need{{}},
	Legal:    []string{"EDPB Opinion 08/2024 on consent or pay", "CJEU C-252/21 Meta Platforms, paragraph 150", "ICO, guidance on consent or pay, January 2025"},
	Except:   optOut,
	Run: func(p *audit.Pass) {
		layers, page := layersSeen(p)
		switch {
		case len(layers) == 0:
			p.NotApplicable("", "no consent dialog was seen")
		case !offers(layers, "pay") || offers(layers, "reject"):
		default:
			for i := range layers {
				if c := layers[i].Control("pay"); c != nil {
					p.Report(audit.Finding{Name: "dialog", Page: page, Message: fmt.Sprintf("Beside accepting the dialog offers %q, and no refusal. A person must decide.", c.Text)})
					return
				}
			}
		}
	},
})
