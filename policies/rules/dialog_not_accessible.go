package rules

import (
	"fmt"
	"strings"
	"unicode"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "dialog-not-accessible",
	Title: "the dialog cannot be used by everybody",
	Doc: `A control of the first layer is left out by the Tab key, by its markup, or its name for screen readers leaves out
the words that are seen, or the dialog lies over the page and tells screen readers neither its role nor its
name. Whoever cannot operate the dialog cannot refuse.`,
	Help:     "Use buttons, a dialog role with a name, and accessible names that contain the visible words.",
	Severity: audit.Medium,
	Evidence: audit.HeuristicEvidence,
	Law:      audit.SettledLaw,
	Overall:  true,
	Needs:    []audit.Need{{}},
	Legal:    []string{"WCAG 2.2: 2.1.1 keyboard, 2.5.3 label in name, 4.1.2 name, role, value", "Public Sector Bodies Accessibility Regulations 2018", "GDPR, article 7(2): easily accessible form"},
	Run: func(p *audit.Pass) {
		layers, page := layersSeen(p)
		if len(layers) == 0 || !layers[0].Looked {
			p.NotApplicable("", "no consent dialog was measured")
			return
		}
		if faults := barriers(layers[0]); len(faults) > 0 {
			p.Report(audit.Finding{Name: "dialog", Page: page, Message: "Barriers: " + strings.Join(faults, "; ") + "."})
		}
	},
})

// barriers are what keeps a visitor without a mouse, or without sight, from the
// choices of a layer.
func barriers(d observation.Dialog) []string {
	var out []string
	for _, c := range d.Controls {
		switch c.As {
		case "accept", "acknowledge", "reject", "settings", "save", "close":
		default:
			continue
		}
		if c.Looks != nil && c.Looks.Tab == 0 {
			out = append(out, fmt.Sprintf("%q is left out by the Tab key", label(c)))
		}
		if c.Name != "" && c.Text != "" && !strings.Contains(plainWords(c.Name), plainWords(c.Text)) && plainWords(c.Text) != "" {
			out = append(out, fmt.Sprintf("%q is read out as %q", c.Text, c.Name))
		}
	}
	if !d.Named && d.Covers >= 0.5 {
		out = append(out, "the dialog has no role and name for screen readers")
	}
	return out
}

func label(c observation.Control) string {
	if c.Text != "" {
		return c.Text
	}
	return c.Name
}

// plainWords are the letters and digits of a label, for comparing.
func plainWords(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), " ")
}
