package rules

import (
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "consent-taken-from-use",
	Title: "using the page is taken for consent",
	Doc: `With the dialog untouched, an item that no exemption covers was stored only once the page was used: it
was scrolled, the mouse moved, or a key pressed that belongs to no control. That is storing before consent,
and shows besides that merely going on is taken for agreeing.`,
	Help:     "Wait for a clear act: a press on what says that it accepts.",
	Severity: audit.Critical,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Needs:    []audit.Need{{Choices: []observation.Choice{observation.None}}},
	Legal:    []string{consentAct, "EDPB Guidelines 05/2020, paragraphs 84-86: scrolling is no consent", "Garante, provvedimento 231/2021"},
	Except:   optOut,
	Run: func(p *audit.Pass) {
		if heldByDialog(p, observation.None) {
			return
		}
		if !p.Dialog().Found {
			p.NotApplicable(observation.None, "no dialog was seen, so nobody was asked")
			return
		}
		for _, g := range audit.Items(p.Under(observation.None, observation.Before, observation.Return)) {
			s := g[0]
			if s.First == nil || !use(s.First.Cause) || s.Exempt || p.Silent(s) {
				continue
			}
			report(p, observation.None, g, stored(p, s, "with the dialog untouched, "+useWords[s.First.Cause])+why(s))
		}
	},
})

var useWords = map[observation.Cause]string{
	observation.CauseScroll:  "when the page was scrolled",
	observation.CausePointer: "when the mouse was moved",
	observation.CauseKey:     "when a key was pressed",
}

func use(c observation.Cause) bool { return useWords[c] != "" }
