package rules

import (
	"fmt"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
)

var _ = register(&audit.Rule{
	ID:    "transfer-mechanism-outdated",
	Title: "transfers rest on an arrangement that is void",
	Doc: `The policy rests transfers of data to the United States on Safe Harbor or Privacy Shield. The
Court of Justice declared both void, in 2015 and 2020.`,
	Help:     "Name the arrangement that is used today, such as an adequacy decision or standard clauses.",
	Severity: audit.Medium,
	Evidence: audit.ProvenEvidence,
	Law:      audit.SettledLaw,
	Policy:   true,
	Document: true,
	Overall:  true,
	Legal:    []string{"GDPR, articles 13(1)(f) and 46", "CJEU C-362/14 Schrems and C-311/18 Schrems II"},
	Except:   optOut,
	Run: func(p *audit.Pass) {
		for _, c := range claims(p) {
			if c.Name != policies.SafeHarbor {
				continue
			}
			f := c.finding()
			f.Message = fmt.Sprintf("The policy rests transfers on Safe Harbor or Privacy Shield (line %d). Both are void.", c.Position.Line)
			p.Report(f)
		}
	},
})
