package policies

import (
	"cmp"
	"strings"
	"unicode"

	"cookieaudit/scanner/observation"
)

// Step tells by which step of the matching an item was assigned.
type Step string

const (
	MatchedEntry     Step = "entry"     // a named entry
	MatchedVendor    Step = "vendor"    // a vendors: entry, through the catalogue
	MatchedDescribed Step = "described" // an entry that only describes
	MatchedScaffold  Step = "scaffold"  // environment.scaffold
	MatchedRecord    Step = "record"    // consent.record, where no entry fits better
	Unmatched        Step = ""
)

// Match is what the policy says about one item.
type Match struct {
	Step   Step
	Entry  *Entry       // for entry and described
	Vendor *VendorEntry // for vendor
	// WrongHost, WrongParty: the best entry fits by name but disagrees here.
	WrongHost, WrongParty bool
	// WrongPath: it fits by name, host and party, but is declared for another
	// cookie path.
	WrongPath bool
	// Record: the item stores the choice, by consent.record.
	Record bool
	// Rivals are further descriptions that fit as well as Entry: nothing tells
	// which of them is meant.
	Rivals []*Entry
	// Hint names a near miss of an unmatched item: another kind or a similar
	// name. Empty for none.
	Hint string
}

// Subject is an item to match, with what only the judge knows of it.
type Subject struct {
	Item  observation.Key
	Party Party
	// Host is the host as which it is judged (see --as); usually the item's.
	Host string
	// Service is the name of the service on whose pages it was seen, whatever its
	// own host; "" for none.
	Service string
	// Lifetime is the longest that was asked for, Early whether the item was there
	// before any step of a journey, and Use what the catalogue takes it for. They
	// only help to tell descriptions apart; their zero values are in the way of
	// none.
	Lifetime observation.Lifetime
	Early    bool
	Use      Category
}

// Catalog answers which catalogue vendors' item this may be, the most likely
// first, by ids and then by their aliases; none if it knows no item whose host
// condition holds.
type Catalog func(Subject) (vendors []string)

func (s Subject) host() string {
	if s.Host != "" {
		return plain(s.Host)
	}
	return plain(s.Item.Hostname())
}

// Match assigns an item to what the policy says about it. Of the entries that
// fit by kind, by name or alias and by service, the best is taken: one that
// agrees in host, path and party before one that does not; then the more
// specific name; then one with a host, or the hosts of a service, before one
// without; then the first in the file. An entry that disagrees still declares
// the item: that is a mistake in the policy, not an undeclared item.
//
// Without such an entry come consent.record, environment.scaffold, the vendors:
// entries by the catalogue, and last the described entries of the host or
// service. c may be nil.
func (p *Policy) Match(s Subject, c Catalog) Match {
	m := p.matchEntry(s)
	m.Record = p.isRecord(s.Item) || m.Entry != nil && m.Entry.Record
	switch {
	case m.Step != Unmatched:
	case m.Record:
		m.Step = MatchedRecord
	case p.isScaffold(s.Item.Name):
		m.Step = MatchedScaffold
	default:
		m = p.matchOtherwise(s, c)
	}
	return m
}

func (p *Policy) matchOtherwise(s Subject, c Catalog) Match {
	if v := p.vendorEntry(s, c); v != nil {
		return Match{Step: MatchedVendor, Vendor: v}
	}
	if m := p.matchDescribed(s); m.Step != Unmatched {
		return m
	}
	return Match{Hint: p.hint(s)}
}

func (p *Policy) isRecord(k observation.Key) bool {
	for _, r := range p.Consent.Record {
		if r.Kind == k.Kind && r.Name.Match(k.Name) {
			return true
		}
	}
	return false
}

func (p *Policy) isScaffold(name string) bool {
	for _, text := range p.Scaffold {
		if (Pattern{Text: text}).Match(name) {
			return true
		}
	}
	return false
}

// candidate is an entry that may be about an item.
type candidate struct {
	entry                            *Entry
	by                               Pattern // the name or alias that fits best
	wrongHost, wrongPath, wrongParty bool
}

func (p *Policy) matchEntry(s Subject) Match {
	var best *candidate
	for _, e := range p.Entries() {
		c, fits := p.candidate(e, s)
		if fits && (best == nil || c.better(best) < 0) {
			best = &c
		}
	}
	if best == nil {
		return Match{}
	}
	return best.match(MatchedEntry)
}

func (c *candidate) match(step Step) Match {
	return Match{Step: step, Entry: c.entry, WrongHost: c.wrongHost, WrongPath: c.wrongPath, WrongParty: c.wrongParty}
}

func (p *Policy) candidate(e *Entry, s Subject) (candidate, bool) {
	by, fits := e.fits(s.Item.Name)
	if !fits || e.Kind != s.Item.Kind || !p.inService(e.Service, s) {
		return candidate{}, false
	}
	return compare(e, by, s), true
}

// compare finds where an entry and an item disagree. What either leaves open
// agrees.
func compare(e *Entry, by Pattern, s Subject) candidate {
	return candidate{
		entry:      e,
		by:         by,
		wrongHost:  !hostFits(e.Host, s.host()),
		wrongPath:  e.Path != "" && s.Item.Path != "" && e.Path != s.Item.Path,
		wrongParty: known(e.Party) && known(s.Party) && e.Party != s.Party,
	}
}

func known(p Party) bool { return p == FirstParty || p == ThirdParty }

// better is negative if c is to be preferred, 0 where only the order of the
// file decides.
func (c *candidate) better(o *candidate) int {
	return cmp.Or(
		c.disagrees()-o.disagrees(),
		c.by.Specificity(o.by),
		o.bound()-c.bound(),
	)
}

func (c *candidate) disagrees() int {
	if c.wrongHost || c.wrongPath || c.wrongParty {
		return 1
	}
	return 0
}

// bound is 1 if the entry is for certain hosts.
func (c *candidate) bound() int {
	if c.entry.Host != "" || c.entry.Service != "" {
		return 1
	}
	return 0
}

// fits is the most specific of name and aliases that fits.
func (e *Entry) fits(name string) (by Pattern, fits bool) {
	for _, p := range append([]Pattern{e.Name}, e.Aliases...) {
		if p.Match(name) && (!fits || p.Specificity(by) < 0) {
			by, fits = p, true
		}
	}
	return by, fits
}

// vendorEntry is the vendors: entry of the vendor to which the catalogue most
// likely assigns the item.
func (p *Policy) vendorEntry(s Subject, c Catalog) *VendorEntry {
	if c == nil || len(p.vendorEntries()) == 0 {
		return nil
	}
	for _, id := range c(s) {
		var found *VendorEntry
		for _, v := range p.vendorEntries() {
			if VendorID(v.Vendor) != VendorID(id) || !p.inService(v.Service, s) {
				continue
			}
			if found == nil || found.Service == "" && v.Service != "" {
				found = v
			}
		}
		if found != nil {
			return found
		}
	}
	return nil
}

// VendorID is a vendor's name in the form of catalogue ids: Google Analytics and
// google-analytics are the same vendor.
func VendorID(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	return strings.Join(words, "-")
}
