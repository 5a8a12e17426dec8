package rules

import (
	"fmt"
	"slices"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "no-reject-on-first-layer",
	Title: "the dialog's first layer cannot be refused",
	Doc: `The first layer of the dialog has a control to accept everything, or only to take note while
something is stored that needs consent, and none to refuse. Most
European authorities and the ICO take that for a breach: refusing must be as easy as accepting. Under
the Italian profile a control that closes the dialog keeps refusing, and so counts.`,
	Help:     "Put \"Reject all\" beside \"Accept all\", alike in size and colour.",
	Severity: audit.High,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Overall:  true,
	Needs:    []audit.Need{{}},
	Legal: []string{
		taskforce + ", type A", "ICO, guidance on storage and access technologies, April 2026",
		"CNIL, Délibération 2020-092", "AEPD, Guía sobre el uso de las cookies, July 2023", "Garante, provvedimento 231/2021",
	},
	Except: optOut,
	Run:    noRejectOnFirstLayer,
})

func noRejectOnFirstLayer(p *audit.Pass) {
	c, found := firstLayer(p)
	if !found {
		p.NotApplicable("", "the first layer of a consent dialog was not seen")
		return
	}
	has := func(as string) bool {
		return slices.ContainsFunc(c.Dialog.Controls, func(k observation.Control) bool { return k.As == as })
	}
	switch {
	case has("reject"), p.Profile == "it" && has("close"):
		return
	case !has("accept") && !(has("acknowledge") && needsConsent(p)):
		// A notice that is only acknowledged is no breach where nothing stored
		// needs consent.
		return
	}
	f := audit.Finding{
		Name: "dialog", Page: p.URL(c.Page),
		Message: fmt.Sprintf("The first layer of the dialog offers %s, and nothing to refuse.", controls(c.Dialog.Controls)),
	}
	if has("") {
		// What a control is for that nobody understood, a person must see.
		f.Evidence = audit.HeuristicEvidence
		f.Message += " Not every control was understood. A person must decide."
	}
	p.Report(f)
}

// needsConsent reports whether something was stored, under any choice, that for
// certain needs consent.
func needsConsent(p *audit.Pass) bool {
	return slices.ContainsFunc(p.All, func(s audit.Sighting) bool {
		return !s.Exempt && !s.Probe && !s.Scaffold && s.Certainty != audit.HeuristicEvidence
	})
}

// firstLayer finds the first dialog as a visitor meets it.
func firstLayer(p *audit.Pass) (observation.Consent, bool) {
	for _, v := range p.Visits {
		for _, c := range v.Consents {
			if c.Found && c.Dialog != nil && c.Dialog.Layer <= 1 && c.Choice != observation.Withdraw && len(c.Dialog.Controls) > 0 {
				return c, true
			}
		}
	}
	return observation.Consent{}, false
}

func controls(all []observation.Control) string {
	var words []string
	for _, c := range all {
		words = append(words, fmt.Sprintf("%q", c.Text))
	}
	return list(words)
}
