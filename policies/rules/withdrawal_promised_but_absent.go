package rules

import (
	"fmt"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "withdrawal-promised-but-absent",
	Title: "promised way back is not there",
	Doc: `The policy says that the choice can be changed at any time, and after accepting no control was
found that reopens it. Or the policy only announces such a control: while it is not there, consent
cannot be taken back, and so was not validly given.`,
	Help:     "Put the control on every page, and then speak of it.",
	Severity: audit.High,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Policy:   true,
	Overall:  true,
	Needs:    []audit.Need{{}},
	Legal:    []string{withdrawing, transparency},
	Except:   optOut,
	Run:      withdrawalPromised,
})

func withdrawalPromised(p *audit.Pass) {
	promised := false
	for _, c := range claims(p) {
		promised = promised || c.Name == policies.WithdrawalPlanned || c.Name == policies.WithdrawalOffered
		f := c.finding()
		missed, tried, found := wayBack(p, c)
		if missed != nil {
			f.Page = p.URL(missed.Page)
		}
		switch {
		case c.Name == policies.WithdrawalPlanned && missed != nil:
			f.Message = fmt.Sprintf("After accepting, no %s was found that reopens the choice. The policy only announces one (line %d).", controlMissed(missed), c.Position.Line)
			f = asGiven(p.Visit(observation.Withdraw), missed.Leg, f)
		case c.Name == policies.WithdrawalPlanned && !tried:
			f.Evidence = audit.ProvenEvidence
			f.Message = fmt.Sprintf("The policy only announces a way to take consent back (line %d).", c.Position.Line)
		case c.Name == policies.WithdrawalOffered && missed != nil:
			f.Message = fmt.Sprintf("After accepting, no %s was found that reopens the choice. The policy says that there is one (line %d).", controlMissed(missed), c.Position.Line)
			f = asGiven(p.Visit(observation.Withdraw), missed.Leg, f)
		case c.Name == policies.WithdrawalOffered, c.Name == policies.WithdrawalPlanned:
			if !found {
				whyNoWayBack(p)
			}
			continue
		default:
			continue
		}
		p.Report(f)
	}
	if !promised {
		p.NotApplicable("", "the policy says nothing of taking consent back")
	}
}

// wayBack tells which attempt of the visit that withdraws missed the control, whether
// any looked for it, and whether one took consent back by a control that a visitor
// sees: what was merely pressed may be no way back.
func wayBack(p *audit.Pass, c claimed) (missed *observation.Consent, tried, found bool) {
	v := p.Visit(observation.Withdraw)
	if v == nil || !accepted(v) {
		return nil, false, false
	}
	for i := range v.Consents {
		attempt := &v.Consents[i]
		if attempt.Choice != observation.Withdraw || p.Repeated(attempt.Leg) || !c.on(p, attempt.Page) {
			continue
		}
		if attempt.Outcome == observation.NoControl || attempt.ByAPI && attempt.Outcome != observation.Failed {
			return attempt, true, false
		}
		tried = true
		found = found || attempt.Outcome == observation.Proven && !attempt.ByAPI
	}
	return nil, tried, found
}

// controlMissed: what only a script can open is no control for a visitor.
func controlMissed(c *observation.Consent) string {
	if c.ByAPI {
		return "visible control"
	}
	return "control"
}

// whyNoWayBack says why nobody can tell whether an offered way back is there.
func whyNoWayBack(p *audit.Pass) {
	v := p.Visit(observation.Withdraw)
	switch {
	case v == nil:
		p.NotApplicable("", "the choice withdraw was not asked for")
	case v.Outcome == observation.NoDialog, v.Outcome == observation.NoControl:
		p.NotApplicable("", "nothing could be accepted, so nothing could be taken back")
	default:
		why, next := p.WhyNot(v)
		p.CouldNotTell("", why, next)
	}
}
