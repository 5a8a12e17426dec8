package rules

import (
	"slices"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "no-way-to-withdraw",
	Title: "consent cannot be taken back",
	Doc: `After accepting, no control was found that leads back to the choice: neither on the last
page of the visit nor on the first nor on the policy's, or only the consent manager's own script opens it. Taking consent back must be as easy as giving
it, at any time. Where nothing proves that consent was given, the finding is for a person to decide.`,
	Help:     "Put a control that reopens the choice on every page, such as a link \"Cookie settings\" in the footer.",
	Severity: audit.High,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Needs:    []audit.Need{{Choices: []observation.Choice{observation.Withdraw}}},
	Legal:    []string{withdrawing, taskforce + ", type K"},
	Except:   optOut,
	Run:      noWayToWithdraw,
})

func noWayToWithdraw(p *audit.Pass) {
	v := p.Visit(observation.Withdraw)
	if v == nil {
		return
	}
	tried := false
	for _, c := range v.Consents {
		if c.Choice != observation.Withdraw || p.Repeated(c.Leg) {
			continue
		}
		tried = true
		if !accepted(v) {
			p.CouldNotTell(observation.Withdraw, "nothing proves that the consent to be taken back was given", "add `controls.accept`")
			return
		}
		if c.ByAPI && c.Outcome != observation.Failed {
			p.Report(asGiven(v, c.Leg, audit.Finding{
				Choice: observation.Withdraw, Phase: observation.Granted, Name: "dialog", Page: p.URL(c.Page),
				Message: "After accepting, no visible control was found that reopens the choice; only a call of the consent manager's script did, which no visitor can make.",
			}))
			return
		}
		if c.Outcome != observation.NoControl {
			continue
		}
		p.Report(asGiven(v, c.Leg, audit.Finding{
			Choice: observation.Withdraw, Phase: observation.Granted, Name: "dialog", Page: p.URL(c.Page),
			Message: "After accepting, no control was found that reopens the choice.",
		}))
		return
	}
	if !tried {
		withoutAttempt(p, v)
		return
	}
	// A way back that leads nowhere takes nothing back.
	unproven(p, observation.Withdraw, observation.Withdraw)
}

// asGiven lowers a finding that no way leads back where nothing proves that the leg
// gave consent: a site may show the way back only to those who did.
func asGiven(v *audit.VisitSummary, leg string, f audit.Finding) audit.Finding {
	given := slices.ContainsFunc(v.Consents, func(c observation.Consent) bool {
		return c.Leg == leg && c.Choice == observation.Accept && c.Outcome == observation.Proven
	})
	if !given {
		f.Evidence = audit.HeuristicEvidence
		f.Message += " Nothing proves that accepting took effect, so there may have been nothing to take back. A person must decide."
	}
	return f
}

// accepted reports whether the visit's own accepting seems to have taken effect:
// without it a way back may rightly be missing.
func accepted(v *audit.VisitSummary) bool {
	return slices.ContainsFunc(v.Consents, func(c observation.Consent) bool {
		return c.Choice == observation.Accept && c.Outcome != observation.Failed && c.Outcome != observation.NotKept && c.Outcome != observation.NoControl
	})
}

// withoutAttempt: accepting did not come off, so that nobody looked for a way
// back.
func withoutAttempt(p *audit.Pass, v *audit.VisitSummary) {
	switch v.Outcome {
	case observation.NoDialog, observation.NoControl:
		p.NotApplicable(observation.Withdraw, "nothing could be accepted, so nothing could be taken back")
	default:
		why, next := p.WhyNot(v)
		p.CouldNotTell(observation.Withdraw, why, next)
	}
}
