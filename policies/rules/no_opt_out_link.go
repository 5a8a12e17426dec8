package rules

import (
	"fmt"
	"slices"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "no-opt-out-link",
	Title: "no way to opt out of the sale of data",
	Doc: `Something serves advertising, and no page that was seen has a link or button with the words that the
law of California asks for ("Do Not Sell or Share My Personal Information", "Your Privacy Choices") or their
usual variants. Whether data are sold or shared is for a person to say.`,
	Help:     "Put the link \"Your Privacy Choices\" with its icon on every page.",
	Severity: audit.Medium,
	Evidence: audit.HeuristicEvidence,
	Law:      audit.SettledLaw,
	Overall:  true,
	Needs:    []audit.Need{{Choices: []observation.Choice{observation.None}}},
	Legal:    []string{"California Civil Code, section 1798.135(a)", "11 CCR 7013 and 7015"},
	Except:   optIn,
	Run: func(p *audit.Pass) {
		var names []string
		var refs []int
		for _, g := range audit.Items(p.NoChoice()) {
			if g[0].Category == policies.Marketing {
				names, refs = append(names, p.Where(g[0])), append(refs, audit.Refs(g)...)
			}
		}
		if len(names) == 0 {
			p.NotApplicable("", "nothing was seen that serves advertising")
			return
		}
		for _, v := range p.Visits {
			if slices.ContainsFunc(v.Pages, func(page observation.Page) bool { return page.OptOut != "" }) {
				return
			}
		}
		p.Report(audit.Finding{Name: "opt-out", Sightings: refs, Message: fmt.Sprintf("No page has a link to opt out of sale or sharing; what serves advertising: %s. A person must decide.", list(short(names)))})
	},
})
