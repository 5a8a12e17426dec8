package rules

import (
	"fmt"
	"strings"

	"cookieaudit/policies/audit"
)

// stored tells how a sighting came, fact first: cookie "_ga" was stored 1.2 s
// after the page opened, with no choice made, by /gtm.js line 3.
func stored(p *audit.Pass, s audit.Sighting, circumstance string) string {
	if s.First == nil {
		return fmt.Sprintf("%s was there, %s.", p.Where(s), circumstance)
	}
	parts := []string{p.Where(s) + " was stored"}
	if when := p.When(s); when != "" {
		parts[0] += " " + when
	}
	parts = append(parts, circumstance)
	if by := p.By(s); by != "" {
		parts = append(parts, by)
	}
	return strings.Join(parts, ", ") + "."
}

// why adds the ground on which an item is not exempt.
func why(s audit.Sighting) string {
	if s.ExemptWhy == audit.UnknownUse || s.ExemptWhy == audit.UnsaidUse {
		return " " + s.ExemptWhy
	}
	return " Not exempt: " + strings.TrimSuffix(s.ExemptWhy, ".") + "."
}

// at names the place of a declaration.
func at(declared string, line int) string {
	return fmt.Sprintf("%q (policy line %d)", declared, line)
}

// list joins words: a, b and c.
func list(words []string) string {
	switch n := len(words); n {
	case 0:
		return ""
	case 1:
		return words[0]
	default:
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
}
