package rules

import (
	"fmt"

	"cookieaudit/policies/audit"
)

var _ = register(&audit.Rule{
	ID:    "refusing-is-a-link",
	Title: "accepting is a button, refusing a piece of text",
	Doc: `The first layer offers both, but only one of them as a button: the other is text to follow, with no
box drawn around it, which many readers take for no choice at all.`,
	Help:     "Make both of them buttons of the same kind.",
	Severity: audit.Medium,
	Evidence: audit.HeuristicEvidence,
	Law:      audit.SettledLaw,
	Overall:  true,
	Needs:    []audit.Need{{}},
	Legal:    []string{taskforce + ", type C"},
	Except:   optOut,
	Run: func(p *audit.Pass) {
		accept, reject, page := pair(p)
		if accept == nil || reject == nil {
			p.NotApplicable("", "no first layer with both choices was measured")
			return
		}
		link := reject.Looks.Link || reject.Role == "link"
		if !link || accept.Looks.Link || accept.Role == "link" {
			return
		}
		p.Report(audit.Finding{
			Name: "dialog", Page: page,
			Message: fmt.Sprintf("%q is a button, %q a piece of text to follow.", accept.Text, reject.Text),
		})
	},
})
