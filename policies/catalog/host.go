package catalog

import (
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"slices"

	"cookieaudit/policies"
	"cookieaudit/policies/internal/strictyaml"
	"cookieaudit/scanner/observation"
)

//go:embed cloaks.yaml
var cloaksFile []byte

//go:embed owners.yaml
var ownersFile []byte

// Cloak is a service that stands behind hosts of its customers' own sites.
type Cloak struct {
	Position policies.Position
	Hosts    []string // h, or *.h for subdomains too
	Of       string   // whose service it is, as reports print it
	VendorID string   // "" where the catalogue has no such vendor
	Category policies.Category
}

// Owner is a company with several sites.
type Owner struct {
	Position policies.Position
	Name     string
	Sites    []policies.Pattern
}

// HostEntry is a vendor that gathers data at a host.
type HostEntry struct {
	VendorID   string // "" where only its host is known
	VendorName string
	Category   policies.Category // marketing where it is that too
}

// Cloaked tells which tracker stands behind a name that a host of a site leads to.
func (c *Catalog) Cloaked(name string) (HostEntry, bool) {
	for _, k := range c.cloaks {
		if !onHost(k.Hosts, name) {
			continue
		}
		v, _ := c.Vendor(k.VendorID)
		return HostEntry{v.ID, cmp.Or(k.Of, v.Name), k.Category}, true
	}
	return HostEntry{}, false
}

// Collector tells which vendor gathers data for analytics or marketing at a host
// of its own.
func (c *Catalog) Collector(host string) (HostEntry, bool) {
	for _, v := range c.vendors {
		if !onHost(v.Hosts, host) {
			continue
		}
		if use := v.gathersFor(); use != "" {
			return HostEntry{v.ID, v.Name, use}, true
		}
	}
	return HostEntry{}, false
}

// gathersFor is marketing, analytics or "".
func (v Vendor) gathersFor() policies.Category {
	var out policies.Category
	for _, r := range v.Requests {
		if r.Category == policies.Marketing || r.Category == policies.Analytics && out == "" {
			out = r.Category
		}
	}
	return out
}

// Use is what the vendor's scripts are for: the strictest use of what it stores and
// gathers, "" where nothing is known of it. disputed: it is necessary, and yet
// authorities do not take it as such everywhere, as with all that tells visitors
// from robots.
func (v Vendor) Use() (use policies.Category, disputed bool) {
	uses := []policies.Category{v.gathersFor()}
	for _, i := range v.Items {
		if i.Role == Firewall {
			return policies.Necessary, true
		}
		uses = append(uses, i.Category)
		disputed = disputed || i.Disputed
	}
	for _, c := range []policies.Category{policies.Marketing, policies.Analytics, policies.Functional, policies.Necessary} {
		if slices.Contains(uses, c) {
			return c, disputed && c == policies.Necessary
		}
	}
	return "", false
}

// OwnerOf is the company that a host belongs to: as far as nobody knows that it is
// one of several sites, the host's own site.
func (c *Catalog) OwnerOf(host string) string {
	site := observation.Site(host)
	for _, o := range c.owners {
		if slices.ContainsFunc(o.Sites, func(p policies.Pattern) bool { return p.Match(site) }) {
			return o.Name
		}
	}
	return site
}

// parseCloaks and parseOwners read the files that are beside the vendors'.
func parseCloaks(file string, data []byte) ([]Cloak, error) {
	f, root := strictyaml.Read(file, data)
	var out []Cloak
	for _, n := range root.List() {
		m := n.Map("hosts", "of", "vendor", "category")
		k := Cloak{Position: n.Position(), Hosts: hosts(need(n, m, "hosts")), Of: m["of"].Text(), VendorID: m["vendor"].Text(), Category: category(need(n, m, "category"))}
		if k.Of == "" && k.VendorID == "" {
			n.Fail("nobody knows whose it is", "add of: or vendor:")
		}
		out = append(out, k)
	}
	return out, f.Err()
}

func parseOwners(file string, data []byte) ([]Owner, error) {
	f, root := strictyaml.Read(file, data)
	var out []Owner
	for _, n := range root.List() {
		m := n.Map("owner", "sites")
		o := Owner{Position: n.Position(), Name: need(n, m, "owner").Text()}
		for _, s := range need(n, m, "sites").Several() {
			o.Sites = append(o.Sites, pattern(s))
		}
		out = append(out, o)
	}
	return out, f.Err()
}

// addHosts gives the catalogue what it knows of hosts. Vendors that it lacks are
// errors.
func (c *Catalog) addHosts() error {
	var wrong, err error
	c.cloaks, wrong = parseCloaks("cloaks.yaml", cloaksFile)
	c.owners, err = parseOwners("owners.yaml", ownersFile)
	errs := []error{wrong, err}
	for _, k := range c.cloaks {
		if _, ok := c.Vendor(k.VendorID); k.VendorID != "" && !ok {
			errs = append(errs, strictyaml.Error{Position: k.Position, Message: fmt.Sprintf("there is no vendor %s", k.VendorID), Help: "name it with of: alone"})
		}
	}
	return errors.Join(errs...)
}
