package rules

import (
	"fmt"
	"slices"
	"strings"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "signals-contradict-each-other",
	Title: "the site says two things about the same choice",
	Doc: `After one choice, two places in which the site keeps it disagree: one says that analytics or marketing was agreed to,
another that it was not, and no later word of either brought them together. Whoever asks the wrong one acts
against the visitor. Two places of one framework must say the same; where a TC string, Consent Mode and a consent
manager's record differ, they may be about different things, which is for a person to decide. A site's own record that
is no more than a yes or a no is held against all of them: where the policy names it in consent.record, or where
accepting made it a yes and refusing a no.`,
	Help:     "Let one place hold the choice, and write all others from it.",
	Severity: audit.Medium,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Needs: []audit.Need{
		{Choices: []observation.Choice{observation.Accept}},
		{Choices: []observation.Choice{observation.Reject}},
		{Choices: []observation.Choice{observation.Withdraw}},
		{Choices: []observation.Choice{observation.Close}},
		{Choices: []observation.Choice{audit.AnyOnly}},
	},
	Legal:  []string{demonstrable, accountable},
	Except: optOut,
	Run: func(p *audit.Pass) {
		for _, v := range p.Visits {
			if _, judged := recordWords(v.Choice); judged {
				compareSignals(p, v.Choice)
			}
		}
	},
})

func compareSignals(p *audit.Pass, c observation.Choice) {
	h := hear(p, func(h audit.Heard) bool {
		return h.Choice == c && chosen(h) && !h.OptsOut() && (h.Error != "" || h.Speaks())
	})
	unread := len(h.heard) > 0 && h.unread(p, c, "one of the places that say something of the choice")
	records := recordsOf(p, c)
	if len(h.heard) == 0 || len(h.heard)+len(records) < 2 {
		if !unread {
			p.NotApplicable(c, "fewer than two places say anything of the choice")
		}
		return
	}
	for i, a := range h.heard {
		for _, b := range h.heard[i+1:] {
			if a.Leg != b.Leg || a.Phase != b.Phase || a.Source == b.Source && a.Name == b.Name || outrun(a, b) || outrun(b, a) {
				continue
			}
			if category := disagree(a.Signal, b.Signal); category != "" {
				reportDisagreement(p, c, category, a, b)
			}
		}
	}
	for _, r := range records {
		for _, s := range h.heard {
			if r.Leg == s.Leg && r.Source != s.Source && !outrun(s, r) {
				compareRecord(p, c, r, s)
			}
		}
	}
	unproven(p, c, c)
}

// recordsOf are the site's own records of a choice that means yes or no to all.
func recordsOf(p *audit.Pass, c observation.Choice) []audit.Heard {
	var out []audit.Heard
	for r := range p.Records() {
		if r.Choice == c && c.Category() == "" {
			out = append(out, r)
		}
	}
	return out
}

// compareRecord holds a yes against a signal that grants nothing of what it could,
// and a no against one that grants something.
func compareRecord(p *audit.Pass, c observation.Choice, r, s audit.Heard) {
	granted, denied := s.Granted(), s.Denied()
	format, says := "%s keeps a yes, and %s denies %s.", denied
	switch {
	case r.Says[0].Value == observation.StanceDenied && len(granted) > 0:
		format, says = "%s keeps a no, and %s grants %s.", granted
	case r.Says[0].Value == observation.StanceDenied || len(granted) > 0 || len(denied) == 0:
		return
	}
	names := []string{r.Source, spokenAt(s)}
	words := statement{says: says}.words()
	slices.Sort(names)
	p.Report(audit.Finding{
		Choice: c, Phase: s.Phase, Page: p.URL(s.Page), Name: strings.Join(names, ", "), Evidence: audit.HeuristicEvidence,
		Message: fmt.Sprintf(format, r.Source, spokenAt(s), words),
	})
}

// disagree is the first category of which one signal grants something and the
// other nothing.
func disagree(a, b observation.Signal) string {
	for _, category := range []string{"analytics", "marketing"} {
		x, y := stanceOn(category, a), stanceOn(category, b)
		if x != y && x != observation.StanceUnset && y != observation.StanceUnset {
			return category
		}
	}
	return ""
}

func stanceOn(category string, s observation.Signal) observation.Stance {
	of := func(y observation.Saying) bool { return y.Category == category }
	switch {
	case slices.ContainsFunc(s.Granted(), of):
		return observation.StanceGranted
	case slices.ContainsFunc(s.Denied(), of):
		return observation.StanceDenied
	}
	return observation.StanceUnset
}

func reportDisagreement(p *audit.Pass, c observation.Choice, category string, a, b audit.Heard) {
	if stanceOn(category, a.Signal) == observation.StanceDenied {
		a, b = b, a
	}
	names := []string{spokenAt(a), spokenAt(b)}
	f := audit.Finding{
		Choice: c, Phase: a.Phase, Page: p.URL(a.Page),
		Message: fmt.Sprintf("%s grants %s, and %s denies it.", names[0], category, names[1]),
	}
	slices.Sort(names)
	f.Name = strings.Join(names, ", ")
	if a.Kind != b.Kind {
		f.Evidence = audit.HeuristicEvidence
	}
	p.Report(f)
}

// spokenAt is where a signal stands, in words.
func spokenAt(h audit.Heard) string {
	if h.Name == "" {
		return h.Source
	}
	return h.Source + " (" + h.Name + ")"
}
