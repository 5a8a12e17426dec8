package rules

import (
	"fmt"
	"slices"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "personal-data-in-value",
	Title: "item holds personal data",
	Doc: `The value of an item holds an e-mail address or the number of a payment card. It then lies on
every device that was used, and a cookie carries it with every request. Values themselves are never
kept, only what they look like. A number that merely fits the check digit of cards, or an address
somewhere in a long text, is left to a person.`,
	Help:     "Store an identifier that says nothing by itself, and keep the data on the server.",
	Severity: audit.High,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Overall:  true,
	Needs:    []audit.Need{{}},
	Legal:    []string{minimal},
	Run: func(p *audit.Pass) {
		for _, g := range audit.Items(p.Judged()) {
			what, sure := personal(p, g[0].Item)
			if what == "" {
				continue
			}
			f := audit.Finding{
				Item: g[0].Item, Sightings: audit.Refs(g),
				Message: fmt.Sprintf("%s holds %s.", p.Where(g[0]), what),
			}
			if !sure {
				f.Severity, f.Evidence = audit.Medium, audit.HeuristicEvidence
				f.Message = fmt.Sprintf("%s holds what looks like %s. A person must decide.", p.Where(g[0]), what)
			}
			p.Report(f)
		}
	},
})

const (
	anAddress = "an e-mail address"
	aCard     = "the number of a payment card"
)

// shortText is the length up to which an e-mail address in a value is one. Cached
// pages and scripts have things like name@1.2.3 in them.
const shortText = 1024

// personal says what personal data the values of an item hold, and whether that
// is certain. One digit string in ten fits the check digit of cards, so that a
// number counts only where every visit has the same: an identifier differs.
func personal(p *audit.Pass, k observation.Key) (what string, sure bool) {
	if all := valuesLike(p, k, "email"); len(all) > 0 {
		return anAddress, slices.ContainsFunc(all, func(v observation.Value) bool { return v.Shape.Length <= shortText })
	}
	if len(valuesLike(p, k, "card")) == 0 {
		return "", false
	}
	first := firstValues(p, k)
	same := !slices.ContainsFunc(first, func(v observation.Value) bool { return v.Digest != first[0].Digest })
	if len(first) > 1 && !same {
		return "", false
	}
	return aCard, len(first) > 1
}

// valuesLike are the values of an item that look like something.
func valuesLike(p *audit.Pass, k observation.Key, is string) []observation.Value {
	var out []observation.Value
	for _, w := range p.Observation.Writes {
		if w.Item == k && slices.Contains(w.Value.Shape.Is, is) {
			out = append(out, w.Value)
		}
	}
	for _, s := range p.All {
		if s.Item == k && slices.Contains(s.Value.Shape.Is, is) {
			out = append(out, s.Value)
		}
	}
	return out
}
