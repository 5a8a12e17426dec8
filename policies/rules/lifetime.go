package rules

import (
	"fmt"
	"time"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "lifetime-exceeds-declared",
	Title: "item lives longer than declared",
	Doc: `The lifetime that the site asked for is longer than the policy says. What counts is the
Max-Age or Expires as it was sent, not what the browser makes of it (Chrome keeps no cookie for more
than 400 days). Differences within 1 % or 60 s are not reported. A localStorage key has no end of its
own; that a script deletes it in time cannot be seen, so such a finding is left to a person.`,
	Help:     "Shorten the lifetime, or declare the real one.",
	Severity: audit.High,
	Evidence: audit.ProvenEvidence,
	Law:      audit.SettledLaw,
	Policy:   true,
	Overall:  true,
	Needs:    []audit.Need{{}},
	Legal:    []string{planet49, information, retention},
	Run:      lifetimeExceedsDeclared,
})

var _ = register(&audit.Rule{
	ID:    "persistent-declared-session",
	Title: "item declared for the session outlives it",
	Doc: `The policy says that the item ends with the browser session, while the site gave it a
lifetime of its own or keeps it in a storage that outlives the session.`,
	Help:     "Drop Max-Age and Expires (or use sessionStorage), or correct the policy.",
	Severity: audit.High,
	Evidence: audit.ProvenEvidence,
	Law:      audit.SettledLaw,
	Policy:   true,
	Overall:  true,
	Needs:    []audit.Need{{}},
	Legal:    []string{planet49, information, retention},
	Run:      persistentDeclaredSession,
})

func lifetimeExceedsDeclared(p *audit.Pass) {
	for _, g := range declaredItems(p) {
		s, d := longest(g), declarationOf(g[0])
		l := d.lifetime
		limit := max(l.Max, l.Idle)
		if limit == 0 || l.Indefinite || l.Unknown || s.Lifetime.Persistence != observation.Persistent {
			continue
		}
		f := audit.Finding{Item: s.Item, Sightings: audit.Refs(g), Position: &d.position}
		switch {
		case s.Lifetime.Seconds > 0 && tooLong(s.Lifetime, limit):
			f.Message = fmt.Sprintf("%s asks to live for %s; the policy says %s (line %d).", p.Where(s), audit.Span(s.Lifetime.Duration()), l.Printed, d.position.Line)
		case endless(s) && len(l.Until) == 0:
			f.Evidence = audit.HeuristicEvidence
			f.Message = fmt.Sprintf("%s has no end of its own; the policy says %s (line %d). Whether a script deletes it in time cannot be seen. A person must decide.", p.Where(s), l.Printed, d.position.Line)
		default:
			continue
		}
		p.Report(f)
	}
}

func persistentDeclaredSession(p *audit.Pass) {
	for _, g := range declaredItems(p) {
		s, d := longest(g), declarationOf(g[0])
		l := d.lifetime
		if !sessionOnly(l) || s.Lifetime.Persistence != observation.Persistent || s.Lifetime.Seconds > 0 && !tooLong(s.Lifetime, l.Idle) {
			continue
		}
		how := "asks to live for " + audit.Span(s.Lifetime.Duration())
		if endless(s) {
			how = "stays until it is deleted"
		}
		p.Report(audit.Finding{
			Item: s.Item, Sightings: audit.Refs(g), Position: &d.position,
			Message: fmt.Sprintf("%s %s; the policy says that it ends with the session (line %d).", p.Where(s), how, d.position.Line),
		})
	}
}

// declaredItems are the items that an entry names, or that the catalogue lists of
// a declared vendor.
func declaredItems(p *audit.Pass) [][]audit.Sighting {
	var out [][]audit.Sighting
	for _, g := range audit.Items(p.Judged()) {
		if step := g[0].Match.Step; step == policies.MatchedEntry || step == policies.MatchedVendor {
			out = append(out, g)
		}
	}
	return out
}

// longest is the sighting that asked for the longest life.
func longest(group []audit.Sighting) audit.Sighting {
	best := group[0]
	for _, s := range group[1:] {
		if l := best.Lifetime.Longer(s.Lifetime); l != best.Lifetime {
			best = s
		}
	}
	return best
}

func tooLong(l observation.Lifetime, limit time.Duration) bool {
	return l.Duration() > limit+observation.Tolerance(limit)
}

func endless(s audit.Sighting) bool { return s.Lifetime.Seconds == 0 }

// sessionOnly: the session is the only ending that is declared, apart from an
// end by idleness, which a short lifetime that is renewed brings about.
func sessionOnly(l policies.Lifetime) bool {
	return l.Session && l.Max == 0 && !l.Indefinite && !l.Persistent && len(l.Until) == 0
}
