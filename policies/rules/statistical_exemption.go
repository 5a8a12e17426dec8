package rules

import (
	"iter"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
)

// onBasis are the items that the policy declares on a ground, grouped.
func onBasis(p *audit.Pass, basis policies.Basis, seq iter.Seq[audit.Sighting]) [][]audit.Sighting {
	return audit.Items(func(yield func(audit.Sighting) bool) {
		for s := range seq {
			if e := s.Match.Entry; e != nil && e.Basis == basis && !yield(s) {
				return
			}
		}
	})
}
