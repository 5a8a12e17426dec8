package rules

import (
	"slices"
	"strings"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "consent-record-contradicts-choice",
	Title: "the consent manager recorded another choice",
	Doc: `What the consent manager keeps of the visitor's choice is its proof of consent, and what other scripts go by. Here
its own record says otherwise than the visitor chose: something optional is granted after a refusal, nothing after
accepting, or another category than the one that was allowed. Where the choice is not proven to have taken
effect the finding is for a person to decide.`,
	Help:     "Have the dialog's buttons write what they say, and test each of them.",
	Severity: audit.High,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Needs: []audit.Need{
		{Choices: []observation.Choice{observation.Accept}},
		{Choices: []observation.Choice{observation.Reject}},
		{Choices: []observation.Choice{observation.Withdraw}},
		{Choices: []observation.Choice{observation.Close}},
		{Choices: []observation.Choice{audit.AnyOnly}},
	},
	Legal:  []string{demonstrable, directive, pecr},
	Except: optOut,
	Run:    recordContradicts,
})

func recordContradicts(p *audit.Pass) {
	manager := func(h audit.Heard) bool { return h.Kind == observation.SignalManager }
	for _, v := range p.Visits {
		c := v.Choice
		words, judged := recordWords(c)
		if !judged {
			continue
		}
		certain, heard, ok := afterChoice(p, c, manager, "a consent manager's record")
		if !ok {
			continue
		}
		s, against := state(heard, func(s observation.Signal) []observation.Saying { return against(c, s) })
		if !against {
			p.Unproven(c)
			continue
		}
		name := s.first.Name
		if name == "" {
			name = "consent manager"
		}
		verb := "grants"
		if s.says[0].Value == observation.StanceDenied {
			verb = "denies"
		}
		p.Report(certainly(s.finding(p, c, name, "The record of %s %s %s, %s.", name, verb, s.words(), words), certain))
	}
}

func recordWords(c observation.Choice) (words string, judged bool) {
	if c == observation.Accept {
		return "after accepting everything", true
	}
	if category := c.Category(); category != "" {
		return "after " + category + " alone was allowed", true
	}
	for _, r := range afterRefusal {
		if r.choice == c {
			return r.words, true
		}
	}
	return "", false
}

// against is what of a signal contradicts a choice.
func against(c observation.Choice, s observation.Signal) []observation.Saying {
	granted, denied := s.Granted(), s.Denied()
	category := c.Category()
	switch {
	case c == observation.Accept && len(granted) > 0:
		return nil
	case c == observation.Accept:
		return denied
	case category == "":
		return granted
	}
	of := func(y observation.Saying) bool { return strings.EqualFold(y.Category, category) }
	others := slices.DeleteFunc(slices.Clone(granted), func(y observation.Saying) bool { return of(y) || y.Category == "" })
	if len(others) > 0 || slices.ContainsFunc(granted, of) {
		return others
	}
	return slices.DeleteFunc(denied, func(y observation.Saying) bool { return !of(y) })
}
