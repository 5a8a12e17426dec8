package rules

import (
	"fmt"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
)

var _ = register(&audit.Rule{
	ID:    "needs-documentary-evidence",
	Title: "claim that no browser can test",
	Doc: `The policy claims something that does not show in a browser, such as how long a server keeps
its logs, or that this program does not try. The claim is neither believed nor doubted: the list tells
which papers to ask for. It never fails a run.`,
	Help:     "Ask for the evidence, and keep it with the audit.",
	Severity: audit.Info,
	Evidence: audit.ProvenEvidence,
	Law:      audit.GoodPractice, // so that no threshold makes it fail
	Policy:   true,
	Document: true,
	Overall:  true,
	Legal:    []string{accountable, deceptive},
	Run: func(p *audit.Pass) {
		for _, c := range claims(p) {
			evidence, documentary := map[string]string{
				policies.ServerSide:      "Evidence would be the settings of the servers, records of deletion or contracts.",
				policies.OptOutLinks:     "Evidence would be a record that each link leads to a working way to opt out.",
				policies.WorksWithout:    "Evidence would be a record of the site being used with these items blocked.",
				policies.EssentialToWork: "Evidence would be a record of what fails when these items are blocked.",
			}[c.Name]
			if !documentary {
				continue
			}
			f := c.finding()
			f.Message = fmt.Sprintf("The policy claims that %s (line %d). A browser cannot show it. %s", c.promises(), c.Position.Line, evidence)
			if c.Name == policies.ServerSide {
				f.Message = fmt.Sprintf("The policy promises something about servers (line %d). A browser cannot show it. %s", c.Position.Line, evidence)
			}
			p.Report(f)
		}
	},
})
