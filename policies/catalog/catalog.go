package catalog

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"cookieaudit/policies"
	"cookieaudit/scanner/observation"
)

// Vendor is a service, product or framework with what it stores and sends.
type Vendor struct {
	Position policies.Position
	ID       string
	Name     string
	Website  string
	Aliases  []string
	Hosts    []string // h, or *.h for subdomains too
	Items    []Item
	Requests []Request
	Scripts  []string // host and path, with *
	// TCF is its number in the IAB's Global Vendor List, 0 for none that is known.
	TCF int
}

// Item is something that a vendor stores.
type Item struct {
	Position policies.Position
	Name     policies.Pattern
	Product  string // what sets it, where the file is about several products
	Kind     observation.Kind
	Category policies.Category
	// Disputed: counted as necessary, though authorities do not accept it
	// everywhere, such as bot detection by fingerprint.
	Disputed bool
	Lifetime policies.Lifetime
	Hosts    []string       // where it must be found, empty for anywhere
	Party    policies.Party // as what it must be found, UnknownParty for either
	Role     Role
	Purpose  string
	Retired  bool
	Note     string
	Certain  Certainty
}

// Role is what an item does besides its category.
type Role string

const (
	NoRole        Role = ""
	ConsentRecord Role = "consent-record"
	LoadBalancer  Role = "load-balancer"
	AntiForgery   Role = "anti-forgery"
	SessionID     Role = "session-id"
	Firewall      Role = "firewall"
)

// Roles lists the roles.
func Roles() []observation.Term {
	return []observation.Term{
		{Name: string(ConsentRecord), Doc: "keeps the visitor's choice"},
		{Name: string(LoadBalancer), Doc: "keeps a visitor on one server"},
		{Name: string(AntiForgery), Doc: "protects forms against forged requests"},
		{Name: string(SessionID), Doc: "identifies a visitor's session to the site's own server"},
		{Name: string(Firewall), Doc: "tells visitors from attacks and robots"},
	}
}

// Certainty is what a row rests on.
type Certainty string

const (
	Documented Certainty = "documented" // by its maker
	General    Certainty = "general"    // known from practice
)

// Request is a request that collects data, not one that merely loads a script.
type Request struct {
	Position policies.Position
	Hosts    []string // h, *.h, or * for any
	Path     policies.Pattern
	Query    []string // names that must be there
	Method   string   // "" for any
	Category policies.Category
	What     string
}

// Catalog is a set of vendors. It is read-only and safe for concurrent use.
type Catalog struct {
	vendors []Vendor          // by ID
	ids     map[string]string // ID by policies.VendorID of ID, name and aliases
	cloaks  []Cloak
	owners  []Owner
}

// Default is the catalogue that is part of the program.
var Default = sync.OnceValue(func() *Catalog {
	c, err := load(files)
	if err != nil {
		panic("the embedded catalogue is wrong: " + err.Error()) // its tests forbid it
	}
	return c
})

// New makes a catalogue of these vendors.
func New(vendors []Vendor) *Catalog {
	c := &Catalog{vendors: slices.Clone(vendors), ids: map[string]string{}}
	slices.SortFunc(c.vendors, func(a, b Vendor) int { return cmp.Compare(a.ID, b.ID) })
	for _, v := range c.vendors {
		for _, name := range v.names() {
			if _, taken := c.ids[name]; !taken {
				c.ids[name] = v.ID
			}
		}
	}
	return c
}

// names are all names of the vendor in the form of policies.VendorID, its ID
// first.
func (v Vendor) names() []string {
	names := []string{policies.VendorID(v.ID)}
	for _, n := range append([]string{v.Name}, v.Aliases...) {
		if id := policies.VendorID(n); !slices.Contains(names, id) {
			names = append(names, id)
		}
	}
	return names
}

// All is the vendors in the order of their IDs.
func (c *Catalog) All() []Vendor { return slices.Clone(c.vendors) }

// Vendor finds a vendor by its ID, name or alias, as a policy writes it.
func (c *Catalog) Vendor(idOrAlias string) (Vendor, bool) {
	id, ok := c.ids[policies.VendorID(idOrAlias)]
	if !ok {
		return Vendor{}, false
	}
	i, ok := slices.BinarySearchFunc(c.vendors, id, func(v Vendor, id string) int { return cmp.Compare(v.ID, id) })
	return c.vendors[i], ok
}

// Entry is an item with its vendor.
type Entry struct {
	VendorID   string
	VendorName string // as reports print it; the product's where the file is about several
	Item
}

// Lookup is the items that a subject may be, the most likely first: those that
// are bound to its host, then those with the more specific name.
func (c *Catalog) Lookup(s policies.Subject) []Entry {
	var all []Entry
	for _, v := range c.vendors {
		for _, i := range v.Items {
			if i.fits(s) {
				all = append(all, Entry{VendorID: v.ID, VendorName: cmp.Or(i.Product, v.Name), Item: i})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Entry) int {
		return cmp.Or(b.bound()-a.bound(), a.Name.Specificity(b.Name))
	})
	return all
}

func (i Item) fits(s policies.Subject) bool {
	if i.Kind != s.Item.Kind || !i.Name.Match(s.Item.Name) {
		return false
	}
	if len(i.Hosts) > 0 && !onHost(i.Hosts, s.Item.Hostname()) {
		return false
	}
	return i.Party == policies.UnknownParty || s.Party == policies.UnknownParty || s.Party == "" || i.Party == s.Party
}

func (i Item) bound() int {
	if len(i.Hosts) > 0 {
		return 1
	}
	return 0
}

// Vendors is a policies.Catalog.
func (c *Catalog) Vendors(s policies.Subject) []string {
	var ids []string
	for _, e := range c.Lookup(s) {
		if !slices.Contains(ids, e.VendorID) {
			ids = append(ids, e.VendorID)
		}
	}
	for _, id := range slices.Clone(ids) {
		if v, ok := c.Vendor(id); ok {
			ids = append(ids, v.names()[1:]...)
		}
	}
	return ids
}

var _ policies.Catalog = (*Catalog)(nil).Vendors

// onHost reports whether one of the conditions holds for a host.
func onHost(conditions []string, host string) bool {
	host = strings.ToLower(strings.TrimPrefix(host, "."))
	return slices.ContainsFunc(conditions, func(c string) bool {
		base, wildcard := strings.CutPrefix(c, "*.")
		return c == anyHost || host == base || wildcard && strings.HasSuffix(host, "."+base)
	})
}

const anyHost = "*"
