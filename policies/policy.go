package policies

import (
	"time"

	"cookieaudit/policies/internal/strictyaml"
	"cookieaudit/scanner/observation"
)

// Position is a place in a policy file.
type Position = strictyaml.Position

// Error is one thing that is wrong with a policy file; it prints as
// file:line: message: help.
type Error = strictyaml.Error

// Errors are all errors of one file in the order of its lines. A program that
// was given the file ends with a usage error.
type Errors = strictyaml.Errors

// Policy is a declared policy, version 1.
type Policy struct {
	File   string // base name
	SHA256 string // of the file

	Site    string // URL
	Title   string
	Profile Profile // "" where the file names none
	Updated time.Time
	Source  string
	Owned   []string // more sites that count as first party
	// Complete is false where the document itself says that its list may be
	// incomplete. CompleteAt is where the file says so.
	Complete   bool
	CompleteAt Position

	Consent    Consent
	Items      []Entry // without those of services
	Vendors    []VendorEntry
	Services   []Service
	Claims     []Claim
	Scaffold   []string // patterns of names that only a preview sets: counted, never judged
	Journeys   map[string][]observation.Step
	Exceptions []Exception
	ConsentAt  Position
}

// Consent is what the policy says about the consent dialog.
type Consent struct {
	Banner   string   // required | none | "" where not given
	Record   []Record // items that store the choice
	Lifetime Lifetime // of the choice
	// Controls are the steps to operate the dialog where it cannot be found
	// without help: accept, reject, settings, save, reopen, close,
	// only.<category>.
	Controls map[string][]observation.Step
}

// Record is a pattern of an item that stores the choice.
type Record struct {
	Kind     observation.Kind
	Name     Pattern
	Position Position
}

// Entry is one declared item, or, with Described, one that the document
// describes without naming.
type Entry struct {
	Position    Position
	Name        Pattern
	Aliases     []Pattern
	Described   string // what the document says in place of a name
	Kind        observation.Kind
	Host        string // h, or *.h for subdomains too; "" for any
	Path        string // of a cookie; "" for any
	Category    Category
	Printed     string // category as printed, where an alias of the table
	Record      bool   // stores the consent choice: printed as consent
	Basis       Basis
	Lifetime    Lifetime
	Listed      Listing
	Party       Party
	Vendor      string
	Purpose     []string
	When        []Condition
	DeletedWhen []Condition
	Optional    bool
	// Unreviewed entries were drafted by a machine and not read by a person:
	// they do not make `undeclared` pass.
	Unreviewed bool
	SourceLine int    // line in the document, 0 where not given
	Service    string // name of the service it belongs to, "" for the site
}

// Lifetime is a declared lifetime: a list of endings, any of which counts.
type Lifetime struct {
	Position   Position
	Unknown    bool // given as unknown, or not given
	Session    bool
	Persistent bool // outlives the session; no duration is told, so it is Unknown too
	Indefinite bool
	Max        time.Duration // longest duration given, 0 for none
	Idle       time.Duration // ends after so long without use
	Until      []string      // events
	Printed    string        // as written in the file
}

// Condition is one thing that must have happened: a page was opened, or a step
// of a journey was done.
type Condition struct {
	Position Position
	Page     string // path pattern
	Step     string // journey step
}

// VendorEntry declares by service; the catalogue lists its items.
type VendorEntry struct {
	Position   Position
	Vendor     string // catalogue id or one of its aliases
	Category   Category
	Printed    string // category as printed, where an alias of the table
	Basis      Basis
	Lifetime   Lifetime // of all its items, where the document gives one
	Listed     Listing
	Purpose    []string
	When       []Condition
	Optional   bool
	SourceLine int
	Service    string
}

// Service is one of several systems behind one policy.
type Service struct {
	Position   Position
	Name       string
	Hosts      []string
	Exhaustive bool // an item beside the listed ones is a finding
	Claims     []Claim
	Items      []Entry
	Vendors    []VendorEntry
}

// Claim is a general promise, such as session-only or first-party-only.
type Claim struct {
	Name     string
	Position Position
}

// Exception accepts findings for a time.
type Exception struct {
	Position Position
	Rule     string
	Name     string // pattern of item names, "" for any
	Host     string
	Reason   string
	Owner    string
	Expires  time.Time // its last day
}
