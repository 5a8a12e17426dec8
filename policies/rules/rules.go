// Package rules is the catalogue of rules, one file per rule. A rule's file
// registers it; its documentation, its place in every report format and its row
// in the list of rules follow from the value.
//
// A rule says the fact first and leaves the law to Legal. It never calls an
// unknown item a tracker, and it never decides where it could not look: that is
// what Needs is for.
package rules

import (
	"cmp"
	"slices"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/policies/catalog"
)

var registered []*audit.Rule

func register(r *audit.Rule) *audit.Rule {
	registered = append(registered, r)
	return r
}

// All is every rule, by id.
func All() []*audit.Rule {
	all := slices.Clone(registered)
	slices.SortFunc(all, func(a, b *audit.Rule) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// Catalog gives the judge what a catalogue knows. It stands here since audit
// and catalog do not know each other.
func Catalog(c *catalog.Catalog) audit.Catalog {
	return audit.Catalog{
		Vendors: c.Vendors,
		Item: func(s policies.Subject) (audit.Known, bool) {
			found := c.Lookup(s)
			if len(found) == 0 {
				return audit.Known{}, false
			}
			e := found[0]
			return audit.Known{
				ID: e.VendorID, Vendor: e.VendorName, Category: e.Category, NeedsConsent: e.Disputed,
				Record: e.Role == catalog.ConsentRecord, Purpose: e.Purpose,
			}, true
		},
		Collects: func(rawURL, method string) (audit.Known, bool) {
			e, ok := c.Request(rawURL, method)
			return audit.Known{ID: e.VendorID, Vendor: e.VendorName, Category: e.Category, Purpose: e.What, TCF: e.TCF}, ok
		},
		Cloaked: func(host string) (audit.Known, bool) {
			e, ok := c.Cloaked(host)
			return audit.Known{ID: cmp.Or(e.VendorID, policies.VendorID(e.VendorName)), Vendor: e.VendorName, Category: e.Category}, ok
		},
		Collector: func(host string) (audit.Known, bool) {
			e, ok := c.Collector(host)
			return audit.Known{ID: e.VendorID, Vendor: e.VendorName, Category: e.Category}, ok
		},
		Script: func(rawURL string) (audit.Known, bool) {
			v, ok := c.Script(rawURL)
			use, disputed := v.Use()
			return audit.Known{ID: v.ID, Vendor: v.Name, Category: use, NeedsConsent: disputed}, ok
		},
		Owner: c.OwnerOf,
	}
}
