package rules

import (
	"fmt"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
)

var _ = register(&audit.Rule{
	ID:    "appearance-exemption-misused",
	Title: "an item for the page's appearance tells visitors apart",
	Doc: `The policy stores an item without consent since it only keeps how the page looks or works for the
visitor, such as a language or a font size. Its value is as long and random as an identifier, or it is known
to serve analytics or advertising: a preference takes a few characters and is shared by many.`,
	Help:     "Store the preference itself and nothing that tells one visitor from another, or ask for consent.",
	Severity: audit.High,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Policy:   true,
	Overall:  true,
	Needs:    []audit.Need{{}},
	Legal:    []string{"PECR 2003, Schedule A1, paragraph 6: appearance and functionality", "AEPD, Guía sobre el uso de las cookies, July 2023, section 2: preferences"},
	Except:   []policies.Profile{policies.EU, policies.FR, policies.DE, policies.IT, policies.IE, policies.USCA},
	Run: func(p *audit.Pass) {
		items := onBasis(p, policies.BasisAppearance, p.Judged())
		if len(items) == 0 {
			p.NotApplicable("", "no item that is declared for the page's appearance was seen")
			return
		}
		for _, g := range items {
			s := g[0]
			f := audit.Finding{Item: s.Item, Sightings: audit.Refs(g)}
			switch {
			case tracking(s.Catalogue):
				f.Message = fmt.Sprintf("%s is declared for the page's appearance; the catalogue knows it for %s.", p.Where(s), s.Catalogue)
			case s.First != nil && s.First.Value.Shape.Bits >= identifierBits:
				f.Message = fmt.Sprintf("%s is declared for the page's appearance; its value is %s, enough to tell every visitor apart.", p.Where(s), s.First.Value.Shape)
				f.Evidence = audit.HeuristicEvidence
			default:
				continue
			}
			p.Report(f)
		}
	},
})

// identifierBits is from how much randomness on a value is an identifier (ICO:
// unique identifiers; 64 bits tell all devices of the world apart).
const identifierBits = 64
