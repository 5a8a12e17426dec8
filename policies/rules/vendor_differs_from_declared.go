package rules

import (
	"fmt"
	"slices"
	"strings"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/policies/catalog"
)

var _ = register(&audit.Rule{
	ID:    "vendor-differs-from-declared",
	Title: "declared vendor is not the item's",
	Doc: `The policy names a vendor for an item that the catalogue knows as another's. It is reported
only where the catalogue knows both, by documents of their makers, and they are not products of one
company.`,
	Help:     "Name the vendor whose item it is.",
	Severity: audit.Medium,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Policy:   true,
	Overall:  true,
	Needs:    []audit.Need{{}},
	Legal:    []string{"GDPR, article 13(1)(e): recipients", information, notice},
	Run: func(p *audit.Pass) {
		for _, g := range declaredItems(p) {
			s, e := g[0], g[0].Match.Entry
			if e == nil {
				continue
			}
			by, differs := otherVendor(s)
			if !differs {
				continue
			}
			p.Report(audit.Finding{
				Item: s.Item, Sightings: audit.Refs(g), Position: &e.Position,
				Message: fmt.Sprintf("%s is declared as an item of %s (policy line %d). The catalogue knows it as one of %s.", p.Where(s), e.Vendor, e.Position.Line, by),
			})
		}
	},
})

// otherVendor names whose item the catalogue takes it for, where that is not who
// the policy says.
func otherVendor(s audit.Sighting) (string, bool) {
	said, known := catalog.Default().Vendor(s.Match.Entry.Vendor)
	found := catalog.Default().Lookup(policies.Subject{Item: s.Item, Party: s.Party})
	if !known || len(found) == 0 || found[0].Certain != catalog.Documented {
		return "", false
	}
	same := slices.ContainsFunc(found, func(e catalog.Entry) bool {
		return e.VendorID == said.ID || policies.VendorID(e.VendorName) == policies.VendorID(said.Name) || company(e.VendorName) == company(said.Name)
	})
	return found[0].VendorName, !same
}

// company is the word under which a company's products are sold: Google Ads and
// Google Analytics are of one.
func company(name string) string {
	head, _, _ := strings.Cut(policies.VendorID(name), "-")
	return head
}
