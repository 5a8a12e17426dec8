package audit

import (
	"cookieaudit/policies"
	"cookieaudit/scanner/observation"
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
	// Cloaked tells which tracker stands behind a name of the name service, and
	// Collector which vendor gathers data at a host of its own.
	Cloaked, Collector func(host string) (Known, bool)
	// Script tells whose script a URL is.
	Script func(rawURL string) (Known, bool)
	// Owner is the company of a host: several sites may be one party.
	Owner func(host string) string
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
	// TCF is its number in the IAB's list of vendors, 0 for none that is known.
	TCF int
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

func (c Catalog) tracker(name string) (Known, bool) {
	for _, find := range []func(string) (Known, bool){c.Cloaked, c.Collector} {
		if find == nil {
			continue
		}
		if k, ok := find(name); ok {
			return k, true
		}
	}
	return Known{}, false
}

func (c Catalog) script(rawURL string) (Known, bool) {
	if c.Script == nil {
		return Known{}, false
	}
	return c.Script(rawURL)
}

// scripts names the vendors of the scripts in the chains of writes.
func (c Catalog) scripts(writes []observation.Write) map[string]string {
	out := map[string]string{}
	for _, w := range writes {
		for _, s := range append([]observation.Source{w.By}, w.Chain...) {
			if k, ok := c.script(s.URL); ok {
				out[s.URL] = k.Vendor
			}
		}
	}
	return out
}

func (c Catalog) owner(host string) string {
	if c.Owner == nil {
		return observation.Site(host)
	}
	return c.Owner(host)
}
