package rules

import (
	"fmt"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "lifetime-indefinite",
	Title: "declared lifetime has no end",
	Doc: `The policy says that an item is kept for ever. A cookie always has an end that the site
chooses, and browsers keep none for longer than 400 days. What lies in another storage stays until it is
deleted; that is reported for analytics and marketing only, since an identifier that nobody ever
deletes is what the limit on storage is about. Where the policy names another ending beside it, nothing
is reported.`,
	Help:     "Give the item an end, and declare it.",
	Severity: audit.Medium,
	Evidence: audit.ProvenEvidence,
	Law:      audit.SettledLaw,
	Policy:   true,
	Document: true,
	Overall:  true,
	Legal:    []string{storageLimit, planet49, retention},
	Run: func(p *audit.Pass) {
		for _, d := range declarations(p.Policy) {
			if !endlessly(d) || d.kind == observation.RequestKind || d.kind != observation.Cookie && !tracking(d.category) {
				continue
			}
			f := d.finding(p)
			f.Message = fmt.Sprintf("%s is declared to live without end.", at(d.name, d.position.Line))
			if d.kind == observation.Cookie {
				f.Message += " Browsers keep no cookie for longer than 400 days."
			}
			p.Report(f)
		}
	},
})

// endlessly: for ever is the only ending that is declared.
func endlessly(d declaration) bool {
	l := d.lifetime
	return l.Indefinite && !l.Session && l.Max == 0 && l.Idle == 0 && len(l.Until) == 0 && len(d.deletedWhen) == 0
}
