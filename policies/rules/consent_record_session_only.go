package rules

import (
	"fmt"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "consent-record-session-only",
	Title: "choice is forgotten when the browser is closed",
	Doc: `A visitor who refused is to be left alone for a while (six months by the authorities of France
and Italy), and one who agreed need not be asked each time. Where everything that stores the choice ends
with the browser session, the dialog comes back with the next visit. The rule answers only where such a
record is known; one that lasts is enough.`,
	Help:     "Keep the choice for some months, the refusal as long as the consent.",
	Severity: audit.Low,
	Evidence: audit.DerivedEvidence,
	Law:      audit.GoodPractice,
	Adjust:   map[policies.Profile]audit.Adjustment{policies.IT: {Severity: audit.Medium}},
	Overall:  true,
	Needs:    []audit.Need{{}},
	Legal: []string{
		"CNIL, Délibération 2020-092: the refusal as long as the consent (good practice)",
		"Garante, provvedimento 231 of 10 June 2021: 6 months without asking again",
		"GDPR, recital 32: asking must not disrupt without need",
	},
	Except: optOut,
	Run:    consentRecordSessionOnly,
})

func consentRecordSessionOnly(p *audit.Pass) {
	var session [][]audit.Sighting
	records := 0
	for _, g := range audit.Items(p.Judged()) {
		s := longest(g)
		if !s.Record {
			continue
		}
		records++
		switch s.Lifetime.Persistence {
		case observation.Session:
			session = append(session, g)
		default: // what lasts, and what nobody knows the end of
			return
		}
	}
	if records == 0 {
		p.NotApplicable("", "no item was recognised as the record of the choice")
	}
	for _, g := range session {
		p.Report(audit.Finding{
			Item: g[0].Item, Sightings: audit.Refs(g),
			Message: fmt.Sprintf("%s, which stores the choice, ends with the browser session. Nothing else was seen to store it.", p.Where(g[0])),
		})
	}
}
