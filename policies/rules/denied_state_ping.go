package rules

import (
	"slices"
	"strings"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "denied-state-ping",
	Title: "Google is told of visitors who did not agree",
	Doc: `With Consent Mode in its advanced form, Google's tags send a request also where consent is denied, and say so
(gcs=G100). They set no cookie then, but the request still tells what the browser shows and which page was read. Whether
that needs consent is disputed; the German authorities say that it does.`,
	Help:     "Use Consent Mode in its basic form: load the tags only after the visitor agreed.",
	Severity: audit.Medium,
	Evidence: audit.DerivedEvidence,
	Law:      audit.DisputedLaw,
	Adjust:   map[policies.Profile]audit.Adjustment{policies.DE: {Severity: audit.High}},
	Needs:    unconsented,
	Legal:    []string{access, directive, pecr + ": regulation 6(2)"},
	Except:   optOut,
	Run: func(p *audit.Pass) {
		held := heldByDialog(p, observation.None)
		for c := range p.Collecting(observation.Before, observation.Granted, observation.After, observation.Return) {
			moment, unconsented := p.Unconsented(c.Page, c.Phase)
			if !unconsented || held && moment.Choice == observation.None || !denies(c.URL) || p.ExemptRequest(c) {
				continue
			}
			f := requestFinding(p, c, moment.Choice, moment.Words)
			f.Message += " It says that consent is denied (gcs=G100)."
			p.Report(f)
		}
	},
})

// denies reports whether a request says of itself that no consent was given.
func denies(raw string) bool {
	_, query, _ := strings.Cut(raw, "?")
	return slices.Contains(strings.Split(query, "&"), "gcs=G100")
}
