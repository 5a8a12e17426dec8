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
manager, a font or a script is no such request. A Google request that says that consent is denied
(gcs=G100) is reported as disputed: it still reads from the device, but only what every request shows.`,
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
	}
	for c := range p.Collecting(observation.After, observation.Return) {
		switch c.Choice {
		case observation.Reject:
			reportRequest(p, c, observation.Reject, "after refusing")
		case observation.Close:
			reportRequest(p, c, observation.None, "after the dialog was closed with no choice made")
		}
	}
}

func reportRequest(p *audit.Pass, c audit.Collecting, choice observation.Choice, circumstance string) {
	if p.ExemptRequest(c) {
		return
	}
	f := audit.Finding{
		Item:   observation.Key{Kind: observation.RequestKind, Name: address(c), Host: observation.HostOf(c.URL)},
		Choice: choice, Phase: c.Phase, Page: p.URL(c.Page),
		Message: fmt.Sprintf("A request to %s was sent, %s: %s, %s.", p.Short(withoutQuery(c.URL)), circumstance, c.Known.Vendor, c.Known.Category),
	}
	if len(c.Chain) > 0 {
		f.Cause = withoutQuery(c.Chain[0].URL)
	}
	if deniedPing(c.URL) {
		f.Severity, f.Law = audit.Medium, audit.DisputedLaw
		if p.Profile == policies.DE {
			f.Severity = audit.High
		}
		f.Message += " It says that consent is denied (gcs=G100)."
	}
	p.Report(f)
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

func deniedPing(raw string) bool {
	_, query, _ := strings.Cut(raw, "?")
	for _, p := range strings.Split(query, "&") {
		if p == "gcs=G100" {
			return true
		}
	}
	return false
}
