package audit

import (
	"cookieaudit/policies"
)

// Catalog is what is generally known of items and requests, whoever keeps that
// knowledge. A nil function knows nothing, so the zero Catalog is usable.
type Catalog struct {
	// Vendors serves the matching of vendors: entries.
	Vendors policies.Catalog
	// Item is the best that is known of an item.
	Item func(policies.Subject) (Known, bool)
	// Collects tells whether a request gathers data for analytics or marketing.
	// A script, a font or a consent manager that is merely loaded gathers none.
	Collects func(rawURL, method string) (Known, bool)
}

// Known is what a catalogue knows of one item or request.
type Known struct {
	ID       string // of the vendor
	Vendor   string // its display name
	Category policies.Category
	// NeedsConsent marks what is called necessary or security by its vendor and
	// yet is not exempt by its name alone.
	NeedsConsent bool
	Record       bool // stores the visitor's choice
	Purpose      string
}

func (c Catalog) item(s policies.Subject) (Known, bool) {
	if c.Item == nil {
		return Known{}, false
	}
	return c.Item(s)
}

func (c Catalog) collects(rawURL, method string) (Known, bool) {
	if c.Collects == nil {
		return Known{}, false
	}
	return c.Collects(rawURL, method)
}
