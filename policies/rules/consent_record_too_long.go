package rules

import (
	"fmt"
	"time"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "consent-record-too-long",
	Title: "consent is remembered for longer than allowed",
	Doc: `Consent wears off: the authorities of France and Ireland recommend to ask again after 6
months, that of Spain after 24 at the latest. In the United Kingdom there is no fixed limit, and more
than 12 months is worth knowing. A lifetime of the choice that the policy itself promises counts under
every profile. Other profiles fix no limit (Italy's 6 months are the time for which a refused visitor
must be left alone, so a minimum).`,
	Help:     "Shorten the life of the record, and ask again when it ends.",
	Severity: audit.Medium,
	Evidence: audit.ProvenEvidence,
	Law:      audit.GoodPractice,
	Adjust:   map[policies.Profile]audit.Adjustment{policies.UK: {Severity: audit.Info}},
	Overall:  true,
	Needs:    []audit.Need{{}},
	Legal: []string{
		"CNIL, Délibération 2020-092: 6 months (good practice)",
		"DPC, Guidance on cookies, April 2020: 6 months",
		"AEPD, Guía sobre el uso de las cookies, section 3.2.8: 24 months",
		"EDPB Guidelines 05/2020, paragraphs 110-111: consent is to be refreshed",
	},
	Except: optOut,
	Run:    consentRecordTooLong,
})

const month = 2629800 * time.Second

// recordLimit is how long a choice may be remembered under a profile, 0 for no
// limit.
var recordLimit = map[policies.Profile]time.Duration{
	policies.UK: 12 * month,
	policies.FR: 6 * month,
	policies.IE: 6 * month,
	policies.ES: 24 * month,
}

func consentRecordTooLong(p *audit.Pass) {
	records := 0
	for _, g := range audit.Items(p.Judged()) {
		s := longest(g)
		if !s.Record {
			continue
		}
		records++
		if f, tooLong := overPromise(p, s); tooLong {
			f.Sightings = audit.Refs(g)
			p.Report(f)
			continue
		}
		limit := recordLimit[p.Profile]
		if limit > 0 && s.Lifetime.Persistence == observation.Persistent && s.Lifetime.Seconds > 0 && tooLong(s.Lifetime, limit) {
			p.Report(audit.Finding{
				Item: s.Item, Sightings: audit.Refs(g),
				Message: fmt.Sprintf("%s, which stores the choice, asks to live for %s. More than %s is too long under the profile %s.", p.Where(s), audit.Span(s.Lifetime.Duration()), audit.Count(int(limit/month), "month"), p.Profile),
			})
		}
	}
	if records == 0 {
		p.NotApplicable("", "no item was recognised as the record of the choice")
	}
}

// overPromise: the policy itself says how long the choice is kept.
func overPromise(p *audit.Pass, s audit.Sighting) (audit.Finding, bool) {
	if p.Policy == nil {
		return audit.Finding{}, false
	}
	promised := p.Policy.Consent.Lifetime
	if promised.Max == 0 || s.Lifetime.Seconds == 0 || !tooLong(s.Lifetime, promised.Max) {
		return audit.Finding{}, false
	}
	f := audit.Finding{
		Item: s.Item, Severity: audit.Medium, Law: audit.SettledLaw,
		Message: fmt.Sprintf("%s, which stores the choice, asks to live for %s; the policy promises %s.", p.Where(s), audit.Span(s.Lifetime.Duration()), promised.Printed),
	}
	if promised.Position.Line > 0 {
		f.Position = &promised.Position
	}
	return f, true
}
