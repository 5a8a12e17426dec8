package rules

import (
	"fmt"

	"cookieaudit/policies/audit"
)

var _ = register(&audit.Rule{
	ID:    "identifier-sent-to-third-party",
	Title: "an identifier is sent to a third party without consent",
	Doc: `The value of a stored item left for a third party that did not set it: in the address, the body,
a header or the Referer of a request, as it is, in base64, or as its MD5, SHA-1 or SHA-256. It was sent with no
choice made, after refusing, or after consent was taken back. A digest of an identifier is an identifier. The
record of the choice does not count, nor a value that is the same in every visit. An item that is exempt for its
own purpose, sent to somebody of whom nobody knows why, is for a person to decide.`,
	Help:     "Do not hand the value on, or only after the visitor agreed; keep identifiers out of addresses, and send no more than the origin as Referer.",
	Severity: audit.High,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Needs:    unconsented,
	Legal:    []string{access, directive, pecr, "GDPR, article 5(1)(c)", identifiers},
	Except:   optOut,
	Run: func(p *audit.Pass) {
		m := momentsOf(p)
		for _, e := range passing(m) {
			f := audit.Finding{
				Item: e.item.Item, Choice: momentOf(p, e).Choice, Phase: e.first.Phase, Page: p.URL(e.first.Page), Sightings: []int{inVisit(p, e.item, e.first).Ref}, Cause: cause(e.first),
				Message: fmt.Sprintf("The value of %s was sent to %s, %s.", p.Where(e.item), receivers(e.to), e.words),
			}
			switch {
			case !e.item.Exempt:
				f.Message += why(e.item)
			case !e.known:
				f.Severity, f.Evidence = audit.Medium, audit.HeuristicEvidence
				f.Message += " The item is exempt for its own purpose. Whether that covers them a person must decide."
			default:
				f.Message += " The item is exempt for its own purpose, which they do not serve."
			}
			p.Report(f)
		}
		m.tellUnread()
	},
})

func momentOf(p *audit.Pass, e *passed) audit.Moment {
	m, _ := p.Unconsented(e.first.Page, e.first.Phase)
	return m
}
