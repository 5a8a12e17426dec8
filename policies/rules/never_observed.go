package rules

import (
	"fmt"
	"slices"
	"strings"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "never-observed",
	Title: "declared item was not seen",
	Doc: `The policy declares an item that no visit saw, though everything it depends on was done.
Stale entries hide the true ones. The rule answers only where everything was accepted for certain and
all pages that were asked for were seen; entries that need a log-in or a form that no journey did, or
another host that was not visited, are counted in a note instead, and what the browser refused to store is
no stale entry. Where services are audited one by one,
what is declared beside them is looked for in all of them.`,
	Help:     "Delete the stale entry, or mark it `optional` or with the step that produces the item.",
	Severity: audit.Low,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Policy:   true,
	Overall:  true,
	Needs:    []audit.Need{{Whole: true}, {Choices: []observation.Choice{observation.Accept}, Proven: true, Whole: true}},
	Legal:    []string{transparency, notice},
	Run:      neverObserved,
})

func neverObserved(p *audit.Pass) {
	unseen, undone, elsewhere, unlooked, hidden := 0, 0, 0, 0, 0
	for _, e := range p.Policy.Entries() {
		if !p.AnswersFor(e) || p.Observed(e) || p.Refused(e) || e.Optional || e.Described != "" || e.Kind == observation.RequestKind {
			continue
		}
		if kinds := p.Observation.Header.Kinds; len(kinds) > 0 && !slices.Contains(kinds, e.Kind) {
			unlooked++
			continue
		}
		unseen++
		switch {
		case needsStep(p, e):
			undone++
			continue
		case !reached(p, e):
			elsewhere++
			continue
		case e.Service == "" && len(p.Unseen()) > 0:
			hidden++
			continue
		}
		k := entryItem(p, e)
		p.Report(audit.Finding{
			Item: k, Name: e.Name.Text, Position: &e.Position,
			Message: fmt.Sprintf("%s is declared (policy line %d) and was not seen on %s.", audit.Noun(k), e.Position.Line, lookedAt(p.PagesFor(e))),
		})
	}
	if undone > 0 {
		p.Note("Declared, not seen in this audit (%d of %d need a log-in or form that was not done).", undone, unseen)
	}
	if unlooked > 0 {
		p.Note("Declared, and of a kind that this scan did not look at: %s.", entries(unlooked))
	}
	if hidden > 0 {
		p.Note("Declared for the whole site, not seen in this audit (%d of %d may be where nobody could look: %s).", hidden, unseen, list(p.Unseen()))
		p.CouldNotTell("", "what is declared for the whole site may be where nobody could look: "+list(p.Unseen()), "put right what is said of "+list(p.Unseen()))
	}
	if elsewhere > 0 {
		p.Note("Declared, not seen in this audit (%d of %d belong to pages or hosts that were not visited).", elsewhere, unseen)
	}
}

func lookedAt(pages int) string {
	if pages == 1 {
		return "the one page looked at"
	}
	return fmt.Sprintf("any of the %d pages looked at", pages)
}

func entries(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}

// needsStep: the entry comes only with steps of a journey, and none of them was
// done after accepting.
func needsStep(p *audit.Pass, e *policies.Entry) bool {
	return len(e.When) > 0 && !slices.ContainsFunc(e.When, func(c policies.Condition) bool { return c.Step == "" || stepDone(p, c) })
}

// stepDone reports whether a step was done after accepting. The choice itself is
// made in every audit in which the rule answers.
func stepDone(p *audit.Pass, c policies.Condition) bool {
	if c.Consents() {
		return true
	}
	for _, leg := range walks(p) {
		if leg.choice == observation.Accept && slices.ContainsFunc(leg.acts, func(a observation.Done) bool {
			return a.Failed == "" && slices.Contains(a.Names, c.Step)
		}) {
			return true
		}
	}
	return false
}

// reached reports whether the audit went where an entry is to be expected. Any
// of several conditions is enough.
func reached(p *audit.Pass, e *policies.Entry) bool {
	if !visited(p, e) {
		return false
	}
	return len(e.When) == 0 || slices.ContainsFunc(e.When, func(c policies.Condition) bool {
		return c.Step != "" && stepDone(p, c) || c.Step == "" && opened(p, c.Page)
	})
}

// visited: an entry that is bound to a first-party host can be expected only if
// a page of that host was opened.
func visited(p *audit.Pass, e *policies.Entry) bool {
	host := entryItem(p, e).Host
	if host == "" || e.Party == policies.ThirdParty {
		return true
	}
	return slices.ContainsFunc(p.Hosts(), func(h string) bool { return h == host || strings.HasSuffix(h, "."+host) })
}

func opened(p *audit.Pass, path string) bool {
	return slices.ContainsFunc(p.Pages(), func(page string) bool { return onPath(path, page) })
}
