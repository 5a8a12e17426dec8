package rules

import (
	"fmt"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
)

var _ = register(&audit.Rule{
	ID:    "third-party-declared-first",
	Title: "third-party item is declared as first-party",
	Doc: `The item belongs to a host of another site, while the policy says that it is the site's
own. Visitors must be told which third parties get access.`,
	Help:     "Name the third party in the policy, or serve it from the site's own host; sites that belong to you go under `owned`.",
	Severity: audit.High,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Policy:   true,
	Overall:  true,
	Needs:    []audit.Need{{}},
	Legal:    []string{planet49, taskforce, information, notice},
	Run:      func(p *audit.Pass) { otherParty(p, policies.FirstParty, policies.ThirdParty) },
})

var _ = register(&audit.Rule{
	ID:    "first-party-declared-third",
	Title: "first-party item is declared as third-party",
	Doc: `The item belongs to the audited site's own host, while the policy says that it is a third
party's. A script of a third party often stores under the site's own host; then the policy is
imprecise on who can read the item.`,
	Help:     "Declare it as first-party, and name the vendor whose script sets it.",
	Severity: audit.Low,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Policy:   true,
	Overall:  true,
	Needs:    []audit.Need{{}},
	Legal:    []string{transparency, information, notice},
	Run:      func(p *audit.Pass) { otherParty(p, policies.ThirdParty, policies.FirstParty) },
})

// otherParty reports items whose entry says one party and whose host says the
// other.
func otherParty(p *audit.Pass, declared, found policies.Party) {
	for _, g := range audit.Items(p.Judged()) {
		s := g[0]
		e := s.Match.Entry
		if e == nil || e.Party != declared || s.Party != found {
			continue
		}
		m := fmt.Sprintf("%s is declared as %s-party (policy line %d) and belongs to %s, which is %s-party.",
			audit.Noun(s.Item), declared, e.Position.Line, s.Item.Hostname(), found)
		if found == policies.FirstParty && s.SetterParty == policies.ThirdParty {
			m += " A third party's script set it, " + p.By(s) + "."
		}
		p.Report(audit.Finding{Item: s.Item, Sightings: audit.Refs(g), Position: &e.Position, Message: m})
	}
}
