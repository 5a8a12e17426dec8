package audit

import (
	"cookieaudit/policies"
	"cookieaudit/scanner/observation"
)

// Pass is what a rule's Run sees: everything judged so far, and Report.
type Pass struct {
	Rule        *Rule
	Observation *observation.Observation
	Policy      *policies.Policy // nil without one
	Profile     policies.Profile
	Site        string
	All         []Sighting
	Visits      []VisitSummary

	report func(Finding)
}

// Report records a finding. The rule sets Message and whatever of Item, Choice,
// Phase, Sightings, Position, Severity, Evidence, Law, Fix differs from its own;
// Run fills in the rest.
func (p *Pass) Report(f Finding) { p.report(f) }
