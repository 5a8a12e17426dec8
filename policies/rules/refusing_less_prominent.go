package rules

import (
	"fmt"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "refusing-less-prominent",
	Title: "the dialog draws the eye to accepting",
	Doc: `The controls to accept and to refuse differ in size, in the contrast of their text, or in how much
they stand out from what they lie on. What is measured: the area (one and a half times as large), the size of
the letters (a fifth larger), the WCAG contrast of the text (below 4.5 where the other reaches it), and the
contrast of the button to its surroundings (one stands out, the other does not). Layout is for a person to
judge in the end, which is why each layer has its picture.`,
	Help:     "Give both controls the same size, colours and letters.",
	Severity: audit.Medium,
	Evidence: audit.HeuristicEvidence,
	Law:      audit.DisputedLaw,
	Overall:  true,
	Needs:    []audit.Need{{}},
	Legal:    []string{taskforce + ", types D and E", "CNIL, Délibération 2020-092: no misleading design", "ICO, guidance on storage and access technologies, April 2026"},
	Except:   optOut,
	Run: func(p *audit.Pass) {
		accept, reject, page := pair(p)
		if accept == nil || reject == nil {
			p.NotApplicable("", "no first layer with both choices was measured")
			return
		}
		if facts := favours(*accept.Looks, *reject.Looks); len(facts) > 0 {
			p.Report(audit.Finding{
				Name: "dialog", Page: page,
				Message: fmt.Sprintf("Beside %q, %q has %s. A person must decide.", reject.Text, accept.Text, list(facts)),
			})
		}
	},
})

// favours says in what the first of two controls outdoes the second.
func favours(a, b observation.Looks) []string {
	var out []string
	add := func(holds bool, format string, args ...any) {
		if holds {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	small := float64(b.Width * b.Height)
	add(small > 0 && float64(a.Width*a.Height) > 1.5*small, "%.1f times the area", float64(a.Width*a.Height)/max(small, 1))
	add(b.Font > 0 && a.Font > 1.2*b.Font, "letters of %.0f in place of %.0f pixels", a.Font, b.Font)
	add(b.Contrast > 0 && b.Contrast < 4.5 && a.Contrast >= 4.5, "a text contrast of %.1f in place of %.1f", a.Contrast, b.Contrast)
	add(!b.Link && b.Standout > 0 && a.Standout >= 3 && b.Standout < 1.5, "a colour of its own (contrast %.1f to its surroundings, in place of %.1f)", a.Standout, b.Standout)
	return out
}
