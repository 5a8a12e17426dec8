package rules

import (
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

// report reports an item that was stored although nothing allowed it, with all
// its sightings. Where nobody knows for certain what the item is for, the fact
// is grave only if a person finds it so: the finding asks for that person and
// weighs less than a breach.
func report(p *audit.Pass, c observation.Choice, group []audit.Sighting, message string) {
	s := group[0]
	f := audit.Finding{Item: s.Item, Choice: c, Sightings: audit.Refs(group), Evidence: s.Certainty, Message: message}
	if s.Certainty == audit.HeuristicEvidence && p.Rule.Severity.Rank() > audit.Medium.Rank() {
		f.Severity = audit.Medium
	}
	p.Report(f)
}
