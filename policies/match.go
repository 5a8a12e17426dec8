package policies

import "cookieaudit/scanner/observation"

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
	// Record: the item stores the choice, by consent.record.
	Record bool
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
	// Service is the name of the service whose host it was seen on, "" for none.
	Service string
}

// Catalog answers which catalogue vendor's item this is, "" for none; its host
// condition, where there is one, holds.
type Catalog func(Subject) (vendors []string)
