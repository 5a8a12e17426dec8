package rules

import (
	"fmt"
	"regexp"
	"slices"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "personal-data-in-value",
	Title: "item holds personal data",
	Doc: `The value of an item holds an e-mail address or the number of a payment card. It then lies on
every device that was used, and a cookie carries it with every request. Values themselves are never
kept, only what they look like. An address that is not the whole of a value or of a field of it is left
to a person, and so is a number that fits the check digit of cards, unless the policy says itself that
the item holds such a number and two visits gave it the same.`,
	Help:     "Store an identifier that says nothing by itself, and keep the data on the server.",
	Severity: audit.High,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Overall:  true,
	Needs:    []audit.Need{{}},
	Legal:    []string{minimal, "California Civil Code, section 1798.100(c) and (e): in proportion, and kept secure"},
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

// personal says what personal data the values of an item hold, and whether that
// is certain. An address counts where it is the whole of a value or of a field.
func personal(p *audit.Pass, k observation.Key) (what string, sure bool) {
	if all := valuesLike(p, k, "email"); len(all) > 0 {
		return anAddress, slices.ContainsFunc(all, func(v observation.Value) bool { return slices.Contains(v.Shape.Exact, "email") })
	}
	switch n, differ := cardsByLeg(p, k); {
	case n == 0, differ:
		return "", false
	case n > 1:
		return aCard, declaredCard(p, k)
	}
	return aCard, false
}

// cardsByLeg counts the legs in which an item looked like the number of a card.
// One digit string in ten fits the check digit, so that they are identifiers where
// the numbers of two legs differ, or where one has a number as long that fits not.
func cardsByLeg(p *audit.Pass, k observation.Key) (n int, differ bool) {
	like := valuesLike(p, k, "card")
	if len(like) == 0 {
		return 0, false
	}
	legs := map[string]bool{}
	for _, v := range like {
		differ = differ || v.Digest != like[0].Digest
	}
	for _, w := range p.Observation.Writes {
		switch s := w.Value.Shape; {
		case w.Item != k || p.Repeated(observation.LegOf(w.Page)):
		case slices.Contains(s.Is, "card"):
			legs[observation.LegOf(w.Page)] = true
		default:
			differ = differ || s.Length == like[0].Shape.Length && s.Alphabet == like[0].Shape.Alphabet
		}
	}
	return max(len(legs), 1), differ
}

var (
	cardWords  = regexp.MustCompile(`(?i)\bcard numbers?\b|\bnumber of (the|a|your) .*\bcard\b|\b(payment|credit|debit|bank) card\b`)
	cardDenied = regexp.MustCompile(`(?i)\b(no|not|never|none|without)\b`)
)

// declaredCard: the policy itself says that the item holds the number of a card.
// The same number in each visit may also be an identifier of the site that happens
// to fit the check digit.
func declaredCard(p *audit.Pass, k observation.Key) bool {
	return slices.ContainsFunc(p.All, func(s audit.Sighting) bool {
		e := s.Match.Entry
		return s.Item == k && e != nil && slices.ContainsFunc(append([]string{e.Described}, e.Purpose...), func(text string) bool {
			return cardWords.MatchString(text) && !cardDenied.MatchString(text)
		})
	})
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
