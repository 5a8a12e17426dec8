package rules

import (
	"fmt"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "declaration-incomplete",
	Title: "declaration leaves something out",
	Doc: `A declaration must tell a visitor what each item is for, how long it lives and whether
third parties get access. An entry that leaves this open, a document that says that its list may be
incomplete, and a service named without its items are defects of the policy. They also mean that
nothing can be compared with what was seen.`,
	Help:     "Fill in what is missing.",
	Severity: audit.Medium,
	Evidence: audit.ProvenEvidence,
	Law:      audit.SettledLaw,
	Policy:   true,
	Document: true,
	Overall:  true,
	Legal:    []string{information, planet49, notice},
	Run:      declarationIncomplete,
})

func declarationIncomplete(p *audit.Pass) {
	if !p.Policy.Complete && p.Policy.CompleteAt.Line > 0 {
		at := p.Policy.CompleteAt
		p.Report(audit.Finding{
			Name: "complete", Position: &at,
			Message: fmt.Sprintf("The policy says of itself that its list may be incomplete (policy line %d).", at.Line),
			Fix:     "Publish a closed list, and check it with each release.",
		})
	}
	for _, e := range p.Policy.Entries() {
		missing := leftOut(e)
		if len(missing) == 0 || e.Kind == observation.RequestKind {
			continue
		}
		name := e.Name.Text
		if name == "" {
			name = e.Described
		}
		p.Report(audit.Finding{
			Item: entryItem(p, e), Name: name, Position: &e.Position, Sightings: seenAs(p, e),
			Message: fmt.Sprintf("The entry %s does not say the %s.", at(name, e.Position.Line), list(missing)),
		})
	}
	for _, v := range vendors(p.Policy) {
		p.Report(audit.Finding{
			Name: "vendor " + v.Vendor, Position: &v.Position,
			Message: fmt.Sprintf("The policy names the service %s but none of the items it stores.", at(v.Vendor, v.Position.Line)),
			Fix:     "List the items of the service with purpose and lifetime.",
		})
	}
}

func leftOut(e *policies.Entry) []string {
	var out []string
	if len(e.Purpose) == 0 {
		out = append(out, "purpose")
	}
	if e.Category == policies.UnknownCategory || e.Category == "" {
		out = append(out, "category")
	}
	if e.Lifetime.Unknown {
		out = append(out, "lifetime")
	}
	if e.Party == policies.UnknownParty || e.Party == "" {
		out = append(out, "party")
	}
	if e.Party == policies.ThirdParty && e.Vendor == "" {
		out = append(out, "vendor")
	}
	return out
}

func vendors(policy *policies.Policy) []*policies.VendorEntry {
	var out []*policies.VendorEntry
	for i := range policy.Vendors {
		out = append(out, &policy.Vendors[i])
	}
	for i := range policy.Services {
		for k := range policy.Services[i].Vendors {
			out = append(out, &policy.Services[i].Vendors[k])
		}
	}
	return out
}

// entryItem stands for what an entry declares, where no single item does.
func entryItem(p *audit.Pass, e *policies.Entry) observation.Key {
	k := observation.Key{Kind: e.Kind, Name: e.Name.Text, Host: trimWildcard(e.Host)}
	if k.Host == "" {
		k.Host = trimWildcard(serviceHost(p.Policy, e.Service))
	}
	return k
}

func serviceHost(policy *policies.Policy, name string) string {
	for _, s := range policy.Services {
		if s.Name == name && name != "" && len(s.Hosts) > 0 {
			return s.Hosts[0]
		}
	}
	return ""
}

func trimWildcard(host string) string {
	if len(host) > 2 && host[:2] == "*." {
		return host[2:]
	}
	return host
}

// seenAs are the sightings that matched an entry.
func seenAs(p *audit.Pass, e *policies.Entry) []int {
	var refs []int
	for s := range p.Judged() {
		if s.Match.Entry == e {
			refs = append(refs, s.Ref)
		}
	}
	return refs
}
