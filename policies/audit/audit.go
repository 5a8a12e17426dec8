package audit

import (
	"time"

	"cookieaudit/policies"
	"cookieaudit/scanner/observation"
)

// Schema is the version of the Audit.
const Schema = 1

// Audit is a judged Observation. Slices are sorted and never nil.
type Audit struct {
	Schema   int
	Evidence EvidenceRef
	Site     string           // the eTLD+1 that counts as first party
	Profile  policies.Profile // the law applied
	// ProfileDefault: no policy named the profile.
	ProfileDefault bool
	Policy         *PolicyRef // nil without a declared policy
	AsOf           time.Time  // the day of judgement
	FailOn         Severity
	Stable         bool // only what was seen in every run was judged

	// Coverage tells of each service of the policy how far it was tested; empty
	// where one site was judged.
	Coverage  []Coverage
	Visits    []VisitSummary
	Sightings []Sighting
	Results   []Result
	Findings  []Finding
	Excepted  []Excepted
	// Unknowns are what could not be told, each with its next step.
	Unknowns []Unknown
	// Notes are remarks that change no verdict: gaps that are not blind,
	// declared items not seen because no journey ran, scaffold items.
	Notes   []string
	Summary Summary
	// Scripts names the vendors of the scripts that wrote items or had one loaded
	// that did, such as tag managers, by URL.
	Scripts map[string]string
}

// EvidenceRef names the observation and says how it was made.
type EvidenceRef struct {
	SHA256      string
	Started     time.Time
	Ended       time.Time // zero where the scan did not come to its end
	Interrupted bool
	Tool        string
	Browser     observation.Browser
	Job         observation.Job
	// Vantage is where the scan looked from; CountrySeen is what most pages said.
	Vantage observation.Vantage
	// Countries are all that pages said, the most frequent first; never nil.
	Countries []observation.Country
	Runs      int // how often all visits were made
}

// PolicyRef names the declared policy.
type PolicyRef struct {
	File     string
	SHA256   string
	Site     string
	Title    string
	Source   string
	Updated  time.Time
	Complete bool
	Entries  int
}

// VisitSummary is what was looked at under one choice.
type VisitSummary struct {
	Service  string // "" where one site was judged
	Choice   observation.Choice
	Outcome  observation.Outcome // of the visit; for none: no-dialog, or "" where a dialog was seen
	Why      string
	Proof    []observation.ProofFact
	Consents []observation.Consent
	Pages    []observation.Page
	Gaps     []observation.Gap
	Acts     []observation.Done // of journeys, in legs that were not tried again
	// Signals are what the site itself said of the choice, in those legs too.
	Signals []observation.Signal
}

// Looked counts the distinct URLs that were seen.
func (v VisitSummary) Looked() int {
	seen := map[string]bool{}
	for _, p := range v.Pages {
		if p.State == observation.PageOK {
			seen[p.URL] = true
		}
	}
	return len(seen)
}

// Sighting is a sighting with what the judge knows of it. Rules, tables and
// reports iterate these, so they cannot disagree.
type Sighting struct {
	observation.Sighting
	Party       policies.Party
	SetterParty policies.Party // of First.By; unknown where nobody saw the write
	// Service is the service of the policy whose host the item is on, "" for none.
	Service string
	Match   policies.Match
	// Declared is the policy entry that matched as printed in tables, "" if
	// none.
	Declared string
	Category policies.Category // the stricter of policy and catalogue
	// Catalogue is what the catalogue says, "" where it does not know the item.
	Catalogue policies.Category
	Vendor    string // display name, "" if unknown
	Purpose   string
	// Exempt: may be stored without consent, under the profile. ExemptWhy says
	// on which ground, or why not.
	Exempt    bool
	ExemptWhy string
	// Certainty of Exempt.
	Certainty Evidence
	Probe     bool   // a storage test of a script, not judged
	Unstable  bool   // not seen in every run, and so not judged: see Options.Stable
	Record    bool   // stores the consent choice
	Scaffold  bool   // set by the preview environment, not judged
	Page      string // URL of the first page
	Ref       int    // index in Audit.Sightings
}

// Result is the answer of one rule under one choice.
type Result struct {
	Rule   string
	Choice observation.Choice // "" for a rule that looks at the whole audit
	Status Status
	Why    string
	Next   string // what would let it be told, for inconclusive
}

// Finding is something that is wrong.
type Finding struct {
	Service   string // that it concerns, where services were judged one by one
	Rule      string
	Title     string
	Severity  Severity
	Evidence  Evidence
	Law       Law
	Message   string // the fact, one sentence or two
	Item      observation.Key
	Name      string // generalised name, as in the fingerprint
	Choice    observation.Choice
	Phase     observation.Phase
	Sightings []int // indexes into Audit.Sightings
	Position  *policies.Position
	Page      string // URL where it was first seen
	Fix       string
	Legal     []string
	// Cause groups findings that one thing made: the setter's URL without
	// query, or the policy entry.
	Cause       string
	Fingerprint string
}

// Fails reports whether the finding fails a run at a threshold: only what is
// proven or derived, on settled law, does. FailNever is reached by none.
func (f Finding) Fails(on Severity) bool {
	return on.Rank() >= 0 && f.Severity.Rank() >= on.Rank() && f.Evidence != HeuristicEvidence && f.Law == SettledLaw
}

// Excepted is a finding that an exception of the policy accepts.
type Excepted struct {
	Finding   Finding
	Exception policies.Exception
}

// Unknown is something that could not be told.
type Unknown struct {
	What string // "Could not tell: ..."
	Next string // "To tell: ..."
	// Decides: it bears on the verdict.
	Decides bool
	Service string
	Choice  observation.Choice
	Page    string
}

// Summary is the verdict.
type Summary struct {
	Verdict Verdict
	// Words is the verdict as a sentence, the same in every format.
	Words string
	Exit  int
	Count map[Severity]int
}
