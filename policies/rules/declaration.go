package rules

import (
	"cmp"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

// declaration is an items: entry or a vendors: entry, where a rule treats both
// alike.
type declaration struct {
	entry  *policies.Entry
	vendor *policies.VendorEntry

	name        string // as printed
	position    policies.Position
	kind        observation.Kind // "" for a vendor's items of any kind
	category    policies.Category
	basis       policies.Basis
	lifetime    policies.Lifetime
	listed      policies.Listing
	when        []policies.Condition
	deletedWhen []policies.Condition
}

func ofEntry(e *policies.Entry) declaration {
	return declaration{
		entry: e, name: cmp.Or(e.Name.Text, e.Described), position: e.Position, kind: e.Kind, category: e.Category, basis: e.Basis,
		lifetime: e.Lifetime, listed: e.Listed, when: e.When, deletedWhen: e.DeletedWhen,
	}
}

func ofVendor(v *policies.VendorEntry) declaration {
	return declaration{
		vendor: v, name: v.Vendor, position: v.Position, category: v.Category, basis: v.Basis,
		lifetime: v.Lifetime, listed: v.Listed, when: v.When,
	}
}

// declarations are all entries of a policy, and then its vendors.
func declarations(policy *policies.Policy) []declaration {
	var out []declaration
	for _, e := range policy.Entries() {
		out = append(out, ofEntry(e))
	}
	for _, v := range vendors(policy) {
		out = append(out, ofVendor(v))
	}
	return out
}

// declarationOf is what declares an item, the zero value where nothing does.
func declarationOf(s audit.Sighting) declaration {
	switch m := s.Match; {
	case m.Entry != nil:
		return ofEntry(m.Entry)
	case m.Vendor != nil:
		return ofVendor(m.Vendor)
	}
	return declaration{}
}

func (d declaration) is(o declaration) bool { return d.entry == o.entry && d.vendor == o.vendor }

// finding is what all findings about a declaration have in common.
func (d declaration) finding(p *audit.Pass) audit.Finding {
	f := audit.Finding{Name: d.name, Position: &d.position}
	if d.entry != nil {
		f.Item, f.Sightings = entryItem(p, d.entry), seenAs(p, d.entry)
		return f
	}
	f.Name = "vendor " + d.name
	for s := range p.Judged() {
		if s.Match.Vendor == d.vendor {
			f.Sightings = append(f.Sightings, s.Ref)
		}
	}
	return f
}
