package rules

import (
	"fmt"
	"slices"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "statistical-exemption-for-shared-identifier",
	Title: "an item for own statistics serves somebody else",
	Doc: `The policy stores an item for the provider's own statistics, without consent. Its value was sent to
another site, or its vendor uses it for advertising: then it serves not only the provider, and the exemption
does not cover it.`,
	Help:     "Keep the identifier with a processor who may use it for nothing else, or ask for consent.",
	Severity: audit.High,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Policy:   true,
	Overall:  true,
	Needs:    []audit.Need{{}},
	Legal:    []string{"PECR 2003, Schedule A1, paragraph 5(2): no sharing save to improve the service", "CNIL, Délibération 2020-091, article 5", "AEPD, Guía sobre el uso de las cookies, July 2023, annex on audience measurement"},
	Except:   []policies.Profile{policies.EU, policies.DE, policies.IT, policies.IE, policies.USCA},
	Run: func(p *audit.Pass) {
		items := onBasis(p, policies.BasisStatistical, p.Judged())
		if len(items) == 0 {
			p.NotApplicable("", "no item that is declared for statistics was seen")
			return
		}
		for _, g := range items {
			s := g[0]
			f := audit.Finding{Item: s.Item, Sightings: audit.Refs(g)}
			if to := sentAway(p, s.Item); to != "" {
				f.Message = fmt.Sprintf("%s is declared for the provider's own statistics; its value was sent to %s.", p.Where(s), to)
			} else if s.Catalogue == policies.Marketing {
				f.Message = fmt.Sprintf("%s is declared for the provider's own statistics; %s uses it for advertising.", p.Where(s), s.Vendor)
			} else {
				continue
			}
			p.Report(f)
		}
	},
})

// sentAway is a host of another site to which an item's value was sent, as it
// was stored or digested, in a part of a request that does not go there by itself;
// "" for none.
func sentAway(p *audit.Pass, item observation.Key) string {
	own := observation.Site(item.Hostname())
	for _, r := range p.Observation.Requests {
		host := observation.HostOf(r.URL)
		if observation.Site(host) == own || p.Party(host) == policies.FirstParty {
			continue
		}
		if slices.ContainsFunc(taken(r), func(t observation.Taken) bool { return t.Item == item }) {
			return host
		}
	}
	return ""
}
