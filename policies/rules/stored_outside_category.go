package rules

import (
	"fmt"
	"strings"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "stored-outside-category",
	Title: "item of a category that was not allowed is stored",
	Doc: `Consent is given for each purpose. Where the visitor allowed one category only, no item of
another category may be set, save those that need no consent.`,
	Help:     "Bind each tag to its own category.",
	Severity: audit.High,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Needs:    []audit.Need{{Choices: []observation.Choice{audit.AnyOnly}, Proven: true}},
	Legal:    []string{"GDPR, articles 4(11) and 6(1)(a): specific consent", directive},
	Except:   optOut,
	Run: func(p *audit.Pass) {
		for i := range p.Visits {
			if allowed, ok := strings.CutPrefix(string(p.Visits[i].Choice), "only:"); ok {
				storedOutside(p, p.Visits[i].Choice, allowed)
			}
		}
	},
})

func storedOutside(p *audit.Pass, c observation.Choice, printed string) {
	allowed, _, known := policies.CategoryOf(printed)
	if !known {
		p.CouldNotTell(c, fmt.Sprintf("which items belong to the category %q of the dialog is not known", printed), "ask for one of only:functional, only:analytics and only:marketing")
		return
	}
	for _, g := range audit.Items(p.Under(c, observation.After, observation.Return)) {
		s := g[0]
		if s.Exempt || p.Silent(s) || s.Category == allowed || !s.Written() && !s.AtEnd {
			continue
		}
		message := stored(p, s, fmt.Sprintf("after only %s was allowed", allowed))
		if s.Category == policies.UnknownCategory {
			message += why(s)
		} else {
			message += fmt.Sprintf(" Its category: %s.", s.Category)
		}
		report(p, c, g, message)
	}
}
