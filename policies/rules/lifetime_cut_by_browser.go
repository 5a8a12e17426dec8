package rules

import (
	"fmt"
	"time"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "lifetime-cut-by-browser",
	Title: "a cookie asks for more than browsers keep",
	Doc: `Browsers keep no cookie for longer than 400 days after it was last set. A site that asks for more tells
its visitors a lifetime that is not true, and tools that read the cookie jar report the cut one.`,
	Help:     "Ask for 400 days at most, and declare what is asked for.",
	Severity: audit.Info,
	Evidence: audit.ProvenEvidence,
	Law:      audit.GoodPractice,
	Overall:  true,
	Needs:    []audit.Need{{Kind: observation.Cookie}},
	Legal:    []string{"RFC 6265bis, section 5.5: 400 days"},
	Run: func(p *audit.Pass) {
		var names []string
		var refs []int
		for _, g := range audit.Items(p.Judged()) {
			s := longest(g)
			if s.Item.Kind == observation.Cookie && s.Lifetime.Seconds > 0 && tooLong(s.Lifetime, 400*24*time.Hour) {
				names, refs = append(names, fmt.Sprintf("%s (%s)", p.Where(s), audit.Span(s.Lifetime.Duration()))), append(refs, audit.Refs(g)...)
			}
		}
		if len(names) > 0 {
			p.Report(audit.Finding{Name: "cookies", Sightings: refs, Message: fmt.Sprintf("Browsers cut to 400 days what is asked for by %s.", list(short(names)))})
		}
	},
})
