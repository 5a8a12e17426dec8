package rules

import (
	"fmt"
	"slices"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "consent-mode-contradicts-choice",
	Title: "Google is told of a consent that was not given",
	Doc: `Google's tags store and send by what Consent Mode says. Here it says that consent for advertising or analytics was
granted: with no choice made, after refusing, after consent was taken back, or for another category than the
one that was allowed. Defaults and updates of the page count, and what requests carry (gcs, gcd); gcd alone is for a person
to decide, since nobody has documented it.`,
	Help:     "Set every default to denied ahead of any tag, and update it from the visitor's choice only.",
	Severity: audit.Critical,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Needs: []audit.Need{
		{Choices: []observation.Choice{observation.None}},
		{Choices: []observation.Choice{observation.Reject}},
		{Choices: []observation.Choice{observation.Withdraw}},
		{Choices: []observation.Choice{observation.Close}},
		{Choices: []observation.Choice{audit.AnyOnly}},
	},
	Legal:  []string{directive, pecr, consentAct},
	Except: optOut,
	Run: func(p *audit.Pass) {
		consentModeBefore(p)
		for _, r := range afterRefusal {
			consentModeAfter(p, r.choice, r.words, "")
		}
		for _, v := range p.Visits {
			if category := v.Choice.Category(); category != "" {
				consentModeAfter(p, v.Choice, "after "+category+" alone was allowed", category)
			}
		}
	},
})

const consentModeSeen = "what Consent Mode says"

func consentMode(h audit.Heard) bool { return h.Kind == observation.SignalConsentMode }

func consentModeBefore(p *audit.Pass) {
	if heldByDialog(p, observation.None) {
		return
	}
	h := hear(p, func(h audit.Heard) bool { return h.Unchosen() && consentMode(h) })
	if h.silent(p, observation.None, consentModeSeen) {
		return
	}
	reportGranted(p, h.heard, observation.None, "with no choice made", "", audit.DerivedEvidence)
}

func consentModeAfter(p *audit.Pass, c observation.Choice, words, but string) {
	certain, h, ok := afterChoice(p, c, consentMode, consentModeSeen)
	if ok && !reportGranted(p, h, c, words, but, certain) {
		p.Unproven(c)
	}
}

// reportGranted reports what is granted beside one category, and what the policy
// has on a ground that needs no consent.
func reportGranted(p *audit.Pass, heard []audit.Heard, c observation.Choice, words, but string, certain audit.Evidence) bool {
	s, ok := state(heard, func(s observation.Signal) []observation.Saying {
		return slices.DeleteFunc(s.Granted(), func(y observation.Saying) bool { return y.Category == but || exempted(p, y.Category) })
	})
	if !ok {
		return false
	}
	f := s.finding(p, c, "Consent Mode", "Consent Mode grants %s, %s.", s.words(), words)
	if raw := rawOf(heard, s); raw != "" {
		f.Message += " As sent: " + raw + "."
	}
	gcd := func(h audit.Heard) bool {
		return h.Name == "gcd" || !slices.ContainsFunc(s.says, func(y observation.Saying) bool { return slices.Contains(h.Granted(), y) })
	}
	if !slices.ContainsFunc(heard, func(h audit.Heard) bool { return !gcd(h) }) {
		f.Evidence = audit.HeuristicEvidence
	}
	p.Report(certainly(f, certain))
	return true
}

// rawOf is the first parameter as it stands, of those that say so.
func rawOf(heard []audit.Heard, s statement) string {
	for _, h := range heard {
		if h.Raw != "" && slices.Contains(s.sources, h.Source) && len(h.Granted()) > 0 {
			return fmt.Sprintf("%s=%s", h.Name, h.Raw)
		}
	}
	return ""
}

// exempted: something of a category was seen, and all of it is exempt by what the
// policy declares.
func exempted(p *audit.Pass, category string) bool {
	seen := false
	for s := range p.Judged() {
		if string(s.Category) != category {
			continue
		}
		if !s.Exempt || s.Match.Step == policies.Unmatched {
			return false
		}
		seen = true
	}
	return seen
}
