package rules

import (
	"slices"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var withdrawn = []audit.Need{{Choices: []observation.Choice{observation.Withdraw}, Proven: true}}

var _ = register(&audit.Rule{
	ID:    "stored-after-withdraw",
	Title: "non-exempt item is stored again after consent was taken back",
	Doc: `After consenting and taking the consent back, an item that no exemption covers was set or
set again. What is merely still there is reported by kept-after-withdraw.`,
	Help:     "Stop at once what sets it when the visitor withdraws.",
	Severity: audit.Critical,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Needs:    withdrawn,
	Legal:    []string{withdrawing, directive, pecr},
	Except:   optOut,
	Run:      storedAfterWithdraw,
})

var _ = register(&audit.Rule{
	ID:    "kept-after-withdraw",
	Title: "non-exempt item stays after consent was taken back",
	Doc: `After consent was taken back, an item that it covered is still there, though it was not
written again. Whether what was stored lawfully must be deleted from the device is disputed; it can
still be read, and so it is worth deleting.`,
	Help:     "Delete the item when the visitor withdraws; for others' items call the vendor's removal.",
	Severity: audit.Medium,
	Evidence: audit.DerivedEvidence,
	Law:      audit.DisputedLaw,
	Needs:    withdrawn,
	Legal:    []string{withdrawing, "GDPR, article 17(1)(b)"},
	Except:   optOut,
	Run:      keptAfterWithdraw,
})

func storedAfterWithdraw(p *audit.Pass) {
	for _, g := range afterWithdrawing(p) {
		s, written := written(g)
		if !written || clearedAway(p, s) {
			continue
		}
		report(p, observation.Withdraw, g, stored(p, s, "after consent was taken back")+why(s))
	}
}

func keptAfterWithdraw(p *audit.Pass) {
	for _, g := range afterWithdrawing(p) {
		if _, written := written(g); written || !g[len(g)-1].AtEnd {
			continue
		}
		report(p, observation.Withdraw, g, p.Where(g[0])+" is still there after consent was taken back. It was not written again."+why(g[0]))
	}
}

func afterWithdrawing(p *audit.Pass) [][]audit.Sighting {
	var out [][]audit.Sighting
	for _, g := range audit.Items(p.Under(observation.Withdraw, observation.After, observation.Return)) {
		exempt := !slices.ContainsFunc(g, func(s audit.Sighting) bool { return !s.Exempt })
		if !exempt && !p.Silent(g[0]) {
			out = append(out, g)
		}
	}
	return out
}

// clearedAway: last written by the withdrawing click itself and removed on the
// same page, as scripts do that are being told to stop. That is the withdrawal,
// not a breach of it.
func clearedAway(p *audit.Pass, s audit.Sighting) bool {
	v := p.Visit(observation.Withdraw)
	if v == nil || !s.Deleted || s.AtEnd || len(s.Pages) != 1 || s.First.Cause != observation.CauseClick {
		return false
	}
	return slices.ContainsFunc(v.Consents, func(c observation.Consent) bool {
		return c.Choice == observation.Withdraw && c.Page == s.Pages[0]
	})
}

func written(group []audit.Sighting) (audit.Sighting, bool) {
	for _, s := range group {
		if s.Written() {
			return s, true
		}
	}
	return audit.Sighting{}, false
}
