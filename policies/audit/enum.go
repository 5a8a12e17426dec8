package audit

import "cookieaudit/scanner/observation"

// Severity is how grave a finding is.
type Severity string

const (
	Info     Severity = "info"
	Low      Severity = "low"
	Medium   Severity = "medium"
	High     Severity = "high"
	Critical Severity = "critical"
)

// Severities lists the severities, the lightest first.
func Severities() []observation.Term {
	return []observation.Term{
		{Name: string(Info), Doc: "worth knowing"},
		{Name: string(Low), Doc: "should be put right at the next chance"},
		{Name: string(Medium), Doc: "a defect, or a breach on disputed law"},
		{Name: string(High), Doc: "a breach; the default of --fail-on"},
		{Name: string(Critical), Doc: "a breach at the heart of consent"},
	}
}

// Rank orders severities, -1 for none.
func (s Severity) Rank() int {
	for i, t := range Severities() {
		if t.Name == string(s) {
			return i
		}
	}
	return -1
}

// Evidence is how certain a finding's facts are.
type Evidence string

const (
	ProvenEvidence    Evidence = "proven"    // bytes seen
	DerivedEvidence   Evidence = "derived"   // follows from proven facts by the rule
	HeuristicEvidence Evidence = "heuristic" // a classification a person must confirm
)

// Law is how settled the legal question is.
type Law string

const (
	SettledLaw   Law = "settled"
	DisputedLaw  Law = "disputed"
	GoodPractice Law = "good-practice"
)

// Status is the result of one rule under one choice.
type Status string

const (
	StatusFail          Status = "fail"
	StatusInconclusive  Status = "inconclusive"
	StatusPass          Status = "pass"
	StatusNotApplicable Status = "not-applicable"
)

// Verdict is the outcome of an audit.
type Verdict string

const (
	NoBreach      Verdict = "no-breach"
	ChoicesNA     Verdict = "choices-not-applicable"
	Breach        Verdict = "breach"
	CouldNotTell  Verdict = "could-not-tell"
	IncompleteRun Verdict = "incomplete"
)

// Verdicts lists the verdicts with their exit codes in words.
func Verdicts() []observation.Term {
	return []observation.Term{
		{Name: string(NoBreach), Doc: "everything asked for was seen and no finding fails the run: exit 0"},
		{Name: string(ChoicesNA), Doc: "no dialog, nothing stored that needs one, no consent manager seen: exit 0"},
		{Name: string(Breach), Doc: "at least one finding fails the run: exit 1"},
		{Name: string(CouldNotTell), Doc: "something that decides the verdict could not be seen: exit 3"},
		{Name: string(IncompleteRun), Doc: "the scan was interrupted: exit 130"},
	}
}
