package rules

import (
	"fmt"
	"net/url"
	"strings"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "tracker-request-before-consent",
	Title: "data is collected without consent",
	Doc: `A request that gathers data for analytics or marketing was sent with no choice made, or
after refusing: also without a cookie it reads from the device. Loading a tag manager, a consent
manager, a font or a script is no such request. A request to any host counts, the site's own
included, that takes along the value of an item kept for analytics or marketing. A Google request that says that consent is denied
(gcs=G100) is told by denied-state-ping.`,
	Help:     "Load the tag only after the visitor agreed.",
	Severity: audit.High,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Needs: []audit.Need{
		{Choices: []observation.Choice{observation.None}},
		{Choices: []observation.Choice{observation.Reject}, Proven: true},
	},
	Legal:  []string{access, directive, pecr + ": regulation 6(2)"},
	Except: optOut,
	Run:    trackerRequest,
})

func trackerRequest(p *audit.Pass) {
	if !heldByDialog(p, observation.None) {
		for c := range p.Collecting(observation.Before) {
			reportRequest(p, c, observation.None, "with no choice made")
		}
		takenAlong(p, observation.None, "with no choice made", func(r observation.Request, c observation.Choice) bool { return r.Phase.Unchosen(c) })
	}
	takenAlong(p, observation.Reject, "after refusing", func(r observation.Request, c observation.Choice) bool {
		return c == observation.Reject && r.Phase != observation.Before
	})
	takenAlong(p, observation.None, "after the dialog was closed with no choice made", func(r observation.Request, c observation.Choice) bool {
		return c == observation.Close && r.Phase != observation.Before
	})
	for c := range p.Collecting(observation.After, observation.Return) {
		switch c.Choice {
		case observation.Reject:
			reportRequest(p, c, observation.Reject, "after refusing")
		case observation.Close:
			reportRequest(p, c, observation.None, "after the dialog was closed with no choice made")
		}
	}
}

// takenAlong reports requests that read such an item out of the device, and that
// the catalogue does not know by themselves.
func takenAlong(p *audit.Pass, choice observation.Choice, circumstance string, when func(observation.Request, observation.Choice) bool) {
	kept := map[observation.Key]audit.Sighting{}
	for s := range p.Judged() {
		tracks := s.Category == policies.Analytics || s.Category == policies.Marketing
		if tracks && !s.Exempt && s.Certainty != audit.HeuristicEvidence {
			kept[s.Item] = s
		}
	}
	known := map[place]bool{}
	for c := range p.Collecting(observation.Before, observation.Granted, observation.After, observation.Return) {
		known[placeOf(c.Request)] = true
	}
	legs := walks(p)
	for _, r := range p.Observation.Requests {
		leg := legs[observation.LegOf(r.Page)]
		if leg == nil || known[placeOf(r)] || !when(r, leg.choice) {
			continue
		}
		for _, k := range r.Sent {
			s, ok := kept[k]
			if !ok {
				continue
			}
			f := audit.Finding{
				Item:   observation.Key{Kind: observation.RequestKind, Name: requestName(r.URL), Host: observation.HostOf(r.URL)},
				Name:   requestName(r.URL),
				Choice: choice, Phase: r.Phase, Page: p.URL(r.Page), Sightings: []int{inVisit(p, s, r).Ref},
				Message: fmt.Sprintf("A request to %s took along the value of %s, %s.%s", p.Short(withoutQuery(r.URL)), audit.Noun(k), circumstance, why(s)),
			}
			if len(r.Chain) > 0 {
				f.Cause = withoutQuery(r.Chain[0].URL)
			}
			p.Report(f)
			break
		}
	}
}

// place tells requests apart: their numbers count within a leg.
type place struct {
	leg string
	seq int
}

func placeOf(r observation.Request) place { return place{observation.LegOf(r.Page), r.Seq} }

// requestName is host and path of a request.
func requestName(raw string) string {
	u, err := url.Parse(withoutQuery(raw))
	if err != nil {
		return withoutQuery(raw)
	}
	return u.Hostname() + u.Path
}

func reportRequest(p *audit.Pass, c audit.Collecting, choice observation.Choice, circumstance string) {
	if p.ExemptRequest(c) || denies(c.URL) {
		return
	}
	p.Report(requestFinding(p, c, choice, circumstance))
}

// requestFinding says that a collecting request was sent.
func requestFinding(p *audit.Pass, c audit.Collecting, choice observation.Choice, circumstance string) audit.Finding {
	f := audit.Finding{
		Item:   observation.Key{Kind: observation.RequestKind, Name: address(c), Host: observation.HostOf(c.URL)},
		Choice: choice, Phase: c.Phase, Page: p.URL(c.Page),
		Message: fmt.Sprintf("A request to %s was sent, %s: %s, %s.", p.Short(withoutQuery(c.URL)), circumstance, c.Known.Vendor, c.Known.Category),
	}
	if len(c.Chain) > 0 {
		f.Cause = withoutQuery(c.Chain[0].URL)
	}
	return f
}

// address is the request without what differs from one visitor to the next.
func address(c audit.Collecting) string {
	u, err := url.Parse(withoutQuery(c.URL))
	if err != nil {
		return withoutQuery(c.URL)
	}
	return c.Host + u.Path
}

func withoutQuery(raw string) string {
	head, _, _ := strings.Cut(raw, "?")
	return head
}
