package rules

import (
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "tc-string-before-consent",
	Title: "the TC string grants consent before the visitor chose",
	Doc: `With no choice made, the TC string of the IAB's framework must hold no consent: vendors act on it at once. A
page without a string, and one whose string grants nothing, are as they should be. Legitimate interests that are on
before anybody could object are told by themselves.`,
	Help:     "Have the consent manager hand out no string, or one without consents, until the visitor chose.",
	Severity: audit.High,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Needs:    []audit.Need{{Choices: []observation.Choice{observation.None}}},
	Legal:    []string{directive, pecr, consentAct, planet49boxes, tcfPolicies, taskforce + ", type F"},
	Except:   optOut,
	Run: func(p *audit.Pass) {
		if heldByDialog(p, observation.None) {
			return
		}
		h := hear(p, func(h audit.Heard) bool { return h.Unchosen() && tcString(h) })
		if h.silent(p, observation.None, "a TC string") {
			return
		}
		if s, ok := state(h.heard, observation.Signal.Granted); ok {
			p.Report(s.finding(p, observation.None, "TC string", "The TC string grants %s, with no choice made.", s.words()))
		}
		if s, ok := state(h.heard, observation.Signal.Interests); ok {
			f := s.finding(p, observation.None, "legitimate interests", "The TC string has %s on, with no choice made.", s.words())
			f.Severity, f.Law = audit.Medium, audit.DisputedLaw
			p.Report(f)
		}
	},
})
