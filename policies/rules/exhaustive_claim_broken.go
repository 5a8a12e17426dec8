package rules

import (
	"fmt"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "exhaustive-claim-broken",
	Title: "a promise to store nothing else is broken",
	Doc: `The policy promises for the site or one of its services that there is only one kind of
item: only the listed ones, only session items, only first-party items. An item beside the promise
makes it untrue.`,
	Help:     "Remove the item, or correct the promise.",
	Severity: audit.High,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Policy:   true,
	Overall:  true,
	Needs:    []audit.Need{{}},
	Legal:    []string{transparency, fairness, deceptive},
	Run:      exhaustiveClaimBroken,
})

func exhaustiveClaimBroken(p *audit.Pass) {
	for _, g := range audit.Items(p.Judged()) {
		breakClaims(p, g, p.Policy.Claims)
		for i := range p.Policy.Services {
			service := &p.Policy.Services[i]
			if service.Name != g[0].Service {
				continue
			}
			breakClaims(p, g, service.Claims)
			if service.Exhaustive && g[0].Match.Step == policies.Unmatched {
				reportBroken(p, g, service.Position, fmt.Sprintf("%q uses only the items it lists, and this one is not listed", service.Name))
			}
		}
	}
}

func breakClaims(p *audit.Pass, group []audit.Sighting, claims []policies.Claim) {
	s := longest(group)
	for _, c := range claims {
		switch {
		case c.Name == policies.SessionOnly && s.Lifetime.Persistence == observation.Persistent:
			reportBroken(p, group, c.Position, "every item ends with the session, and this one does not")
		case (c.Name == policies.FirstPartyOnly || c.Name == policies.NoThirdParty) && s.Party == policies.ThirdParty:
			reportBroken(p, group, c.Position, fmt.Sprintf("no third party stores anything, and this item belongs to %s", s.Item.Hostname()))
		case c.Name == policies.OnlyThirdPartyServices && s.Party == policies.FirstParty && s.SetterParty == policies.FirstParty && s.Vendor == "":
			reportBroken(p, group, c.Position, "every item comes from a third-party service, and the site's own code set this one")
		}
	}
}

func reportBroken(p *audit.Pass, group []audit.Sighting, at policies.Position, promise string) {
	p.Report(audit.Finding{
		Item: group[0].Item, Sightings: audit.Refs(group), Position: &at,
		Message: fmt.Sprintf("%s: the policy promises (line %d) that %s.", p.Where(group[0]), at.Line, promise),
	})
}
