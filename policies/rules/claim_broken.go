package rules

import (
	"fmt"
	"strings"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
)

var _ = register(&audit.Rule{
	ID:    "claim-broken",
	Title: "a claim of the policy is untrue",
	Doc: `The policy makes a general claim, and what was seen contradicts it: analytics are given a
user's identifier or shared for advertising, what is typed goes to a recording service, an item holds
personal data, an identifier is not random, what is to stay on the device is sent, a box is ticked
beforehand. One claim is one finding. Where a request could not be read that would tell, or nothing that
was typed was looked for, nobody can tell. A lasting identifier beside a claim that no personal data is
involved weighs less, and what rests on a likeness is left to a person. Claims that nothing in the scan
could test are named in a note.`,
	Help:     "Correct the claim, or what contradicts it.",
	Severity: audit.High,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Policy:   true,
	Overall:  true,
	Needs:    []audit.Need{{}},
	Legal:    []string{transparency, fairness, identifiers, deceptive},
	Run:      claimBroken,
})

// A test holds a claim against what was seen. Where nothing could be tested it
// says why.
type test func(*audit.Pass, claimed) (found []breach, untested string)

// breach is a fact that contradicts a claim.
type breach struct {
	fact      string
	sightings []int
	page      string // URL
	severity  audit.Severity
	evidence  audit.Evidence
}

var tests = map[string]test{
	policies.NoUserIDs:         userIDs,
	policies.NoAdSharing:       sharedForAds,
	policies.TypedDataMasked:   typedAndRecorded,
	policies.NoDataToEmbeds:    typedAndSent,
	policies.OwnServersOnly:    sentElsewhere,
	policies.NoTracking:        tracked,
	policies.NoPersonalData:    personalData,
	policies.Anonymous:         personalData,
	policies.NoCardData:        cardData,
	policies.RandomIdentifier:  notRandom,
	policies.StaysOnDevice:     leftDevice,
	policies.UntickedByDefault: ticked,
}

func claimBroken(p *audit.Pass) {
	tested := false
	var untested []string
	for _, c := range claims(p) {
		test, testable := tests[c.Name]
		if !testable {
			continue
		}
		found, why := test(p, c)
		if why != "" {
			untested = append(untested, fmt.Sprintf("%s (line %d): %s", c.Name, c.Position.Line, why))
			continue
		}
		tested = true
		if len(found) > 0 {
			p.Report(c.broken(found))
		}
	}
	if len(untested) > 0 {
		p.Note("Claims that this audit did not test: %s.", strings.Join(untested, "; "))
	}
	if !tested {
		p.NotApplicable("", "the policy makes no claim that this audit could test")
	}
}

// broken is the one finding of a claim: the gravest of its facts, and how many
// more there are.
func (c claimed) broken(found []breach) audit.Finding {
	worst := found[0]
	for _, b := range found[1:] {
		if b.severity.Rank() > worst.severity.Rank() {
			worst = b
		}
	}
	f := c.finding()
	f.Severity, f.Evidence, f.Page = worst.severity, worst.evidence, worst.page
	for _, b := range found {
		f.Sightings = append(f.Sightings, b.sightings...)
	}
	f.Message = fmt.Sprintf("%s. The policy claims (line %d): %s.", worst.fact, c.Position.Line, c.promises())
	if n := len(found) - 1; n > 0 {
		f.Message += fmt.Sprintf(" %s of the like.", audit.Count(n, "more fact"))
	}
	if worst.evidence == audit.HeuristicEvidence {
		f.Message += " A person must decide."
	}
	return f
}

func certain(fact string) breach {
	return breach{fact: fact, severity: audit.High, evidence: audit.DerivedEvidence}
}

// doubtful is a fact that a person must look at.
func doubtful(fact string) breach {
	return breach{fact: fact, severity: audit.Medium, evidence: audit.HeuristicEvidence}
}

func (b breach) at(page string) breach {
	b.page = page
	return b
}

func (b breach) seen(group []audit.Sighting) breach {
	b.sightings = audit.Refs(group)
	return b
}

// ticked: a box was on before the visitor touched it.
func ticked(p *audit.Pass, c claimed) (found []breach, untested string) {
	untested = "no journey came to a box"
	for _, a := range acts(p) {
		if a.Verb != "check" || a.Failed != "" || !c.on(p, a.Page) {
			continue
		}
		untested = ""
		if a.Already {
			found = append(found, certain(fmt.Sprintf("The box was ticked before the visitor touched it (step %d of the journey %s: %s)", a.Nr, a.Journey, a.What)).at(p.URL(a.Page)))
		}
	}
	return found, untested
}
