package rules

import (
	"fmt"
	"time"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "tc-string-outdated",
	Title: "the TC string is out of date",
	Doc: `Since 28 February 2026 a TC string must name the vendors that the visitor was shown (TCF 2.3); without that part
vendors have to take it for no consent. A string of older policies, and one that was written over 13 months
ago, do not stand for a choice that this visitor made under the present ones.`,
	Help:     "Update the consent manager to TCF 2.3, and have it ask again.",
	Severity: audit.Medium,
	Evidence: audit.ProvenEvidence,
	Law:      audit.GoodPractice,
	Overall:  true,
	Needs:    []audit.Need{{}},
	Legal:    []string{tcfPolicies, demonstrable},
	Except:   optOut,
	Run:      tcStringOutdated,
})

// disclosing is the first day on which a string must name the vendors shown.
var disclosing = time.Date(2026, time.February, 28, 0, 0, 0, 0, time.UTC)

const (
	// policyNow is the version of the policies that TCF 2.3 brought, policyBefore that
	// of TCF 2.2.
	policyNow    = 5
	policyBefore = 4
	oldString    = 13 * month
)

func tcStringOutdated(p *audit.Pass) {
	h := hear(p, func(h audit.Heard) bool { return tcString(h) && (h.Error != "" || h.TCF != nil && h.TCF.Version > 0) })
	if h.silent(p, "", "a TC string") {
		return
	}
	needed := policyBefore
	if !p.AsOf().Before(disclosing) {
		needed = policyNow
	}
	// Each defect is told once, by the first that has it.
	for _, defect := range []struct {
		name string
		has  func(*observation.TCString) string
	}{
		{"policy version", func(t *observation.TCString) string {
			if t.PolicyVersion < needed {
				return fmt.Sprintf("follows version %d of the TCF's policies, not %d", t.PolicyVersion, needed)
			}
			return ""
		}},
		{"disclosed vendors", func(t *observation.TCString) string {
			if needed == policyNow && !t.Disclosing {
				return "does not name the vendors that the visitor was shown"
			}
			return ""
		}},
		{"age", func(t *observation.TCString) string {
			updated, err := time.Parse(time.DateOnly, t.Updated)
			if err == nil && p.Observation.Header.Started.Sub(updated) > oldString {
				return "was written on " + t.Updated + ", more than 13 months before the scan"
			}
			return ""
		}},
	} {
		for _, s := range h.heard {
			if words := defect.has(s.TCF); words != "" {
				p.Report(audit.Finding{Name: defect.name, Phase: s.Phase, Page: p.URL(s.Page), Message: fmt.Sprintf("The TC string of %s %s.", s.Source, words)})
				break
			}
		}
	}
}
