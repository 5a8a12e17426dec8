package rules

import (
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "tc-string-contradicts-choice",
	Title: "the TC string says otherwise than the visitor chose",
	Doc: `The TC string of the IAB's framework tells every vendor on the page what the visitor agreed to. After refusing
everything, after taking consent back, and after closing the dialog, it must grant nothing; after accepting everything it
must grant something. Legitimate interests that stay on after a refusal are told by themselves: whether they may
be claimed for what is stored on a device is disputed by those who use them, not by the authorities. Where the choice is
not proven to have taken effect the finding is for a person to decide.`,
	Help:     "Have the consent manager write the string from what the visitor chose, and object to legitimate interests along with a refusal.",
	Severity: audit.High,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Needs: []audit.Need{
		{Choices: []observation.Choice{observation.Accept}},
		{Choices: []observation.Choice{observation.Reject}},
		{Choices: []observation.Choice{observation.Withdraw}},
		{Choices: []observation.Choice{observation.Close}},
	},
	Legal:  []string{directive, pecr, demonstrable, tcfPolicies, taskforce + ", type F"},
	Except: optOut,
	Run:    tcStringContradicts,
})

func tcStringContradicts(p *audit.Pass) {
	told := func(h audit.Heard) bool { return tcString(h) && (h.Error != "" || len(h.Says) > 0) }
	for _, r := range afterRefusal {
		certain, h, ok := afterChoice(p, r.choice, told, "a TC string")
		if !ok {
			continue
		}
		found := false
		if s, ok := state(h, observation.Signal.Granted); ok {
			found = true
			p.Report(certainly(s.finding(p, r.choice, "TC string", "The TC string grants %s, %s.", s.words(), r.words), certain))
		}
		if s, ok := state(h, observation.Signal.Interests); ok {
			found = true
			f := s.finding(p, r.choice, "legitimate interests", "The TC string leaves %s on, %s.", s.words(), r.words)
			f.Severity, f.Law = audit.Medium, audit.DisputedLaw
			p.Report(certainly(f, certain))
		}
		if !found {
			p.Unproven(r.choice)
		}
	}
	certain, h, ok := afterChoice(p, observation.Accept, told, "a TC string")
	if !ok {
		return
	}
	if _, granted := state(h, observation.Signal.Granted); !granted {
		if s, ok := state(h, observation.Signal.Denied); ok {
			f := s.finding(p, observation.Accept, "TC string", "The TC string grants nothing, after accepting everything.")
			f.Severity = audit.Medium
			p.Report(certainly(f, certain))
			return
		}
	}
	p.Unproven(observation.Accept)
}

// afterChoice are the signals after a choice that was made, with how certain that
// is; else it answers for the choice.
func afterChoice(p *audit.Pass, c observation.Choice, fits func(audit.Heard) bool, what string) (audit.Evidence, []audit.Heard, bool) {
	if p.Visit(c) == nil {
		return "", nil, false // its need says so
	}
	h := hear(p, func(h audit.Heard) bool { return h.Choice == c && chosen(h) && fits(h) })
	if h.silent(p, c, what) {
		return "", nil, false
	}
	certain, made := p.Made(c)
	return certain, h.heard, made
}
