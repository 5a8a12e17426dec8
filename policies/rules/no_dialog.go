package rules

import (
	"fmt"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "no-dialog",
	Title: "nobody asks, although something needs consent",
	Doc: `Something was stored that no exemption covers, and no consent dialog was seen. Where a
consent manager was seen, or where the scan looked from outside the area that the law protects,
there may be a dialog for others, and the rule could not tell.`,
	Help:     "Ask before storing, or remove what needs consent.",
	Severity: audit.Critical,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Overall:  true,
	Needs:    []audit.Need{{Choices: []observation.Choice{observation.None, observation.Accept, observation.Reject, observation.Withdraw}}},
	Legal:    []string{directive, pecr},
	Except:   optOut,
	Run:      noDialog,
})

func noDialog(p *audit.Pass) {
	d := p.Dialog()
	switch {
	case d.Found:
		return
	case d.Uncertain:
		p.CouldNotTell("", d.Why, d.Next)
		return
	case d.Looked == 0:
		p.CouldNotTell("", "nobody looked for a consent dialog", "scan again with a choice")
		return
	}
	var refs []int
	var names []string
	evidence := audit.HeuristicEvidence
	for _, g := range audit.Items(p.Judged()) {
		if g[0].Exempt || p.Silent(g[0]) {
			continue
		}
		refs = append(refs, audit.Refs(g)...)
		names = append(names, p.Where(g[0]))
		if g[0].Certainty != audit.HeuristicEvidence {
			evidence = g[0].Certainty
		}
	}
	if len(names) == 0 {
		p.NotApplicable("", "no dialog was seen, and nothing was stored that needs one")
		return
	}
	f := audit.Finding{
		Sightings: refs, Name: "dialog", Evidence: evidence,
		Message: fmt.Sprintf("Looked for a consent dialog for %s and saw none; stored without asking: %s.", d.SearchTime(), list(short(names))),
	}
	if evidence == audit.HeuristicEvidence {
		f.Severity = audit.Medium
		f.Message += " Kind of use unknown. A person must decide."
	}
	p.Report(f)
}
