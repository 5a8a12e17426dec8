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
	ID:    "undeclared",
	Title: "stored item is not declared",
	Doc: `Every item stored on the device must be found in the declared policy: by name, as an
item of a declared vendor, or as the record of the choice. Storage tests that a script deletes at
once and items of a preview environment are not judged. A policy that speaks of cookies only is
one defect, however many storage keys there are.`,
	Help:     "Declare it with purpose, party and lifetime, or remove what sets it.",
	Severity: audit.High,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Policy:   true,
	Overall:  true,
	Needs:    []audit.Need{{}},
	Legal:    []string{information, directive, planet49, notice},
	Run:      undeclared,
})

func undeclared(p *audit.Pass) {
	var silent []audit.Sighting
	for _, g := range audit.Items(p.Judged()) {
		s := g[0]
		switch {
		case p.Silent(s):
			silent = append(silent, g...)
		case s.Match.Step == policies.Unmatched:
			p.Report(audit.Finding{Item: s.Item, Sightings: audit.Refs(g), Message: notDeclared(p, s)})
		case draft(s):
			p.Report(audit.Finding{
				Item: s.Item, Sightings: audit.Refs(g), Position: &s.Match.Entry.Position, Evidence: audit.HeuristicEvidence,
				Message: fmt.Sprintf("%s is named only by the draft entry %s, which no person has read.", p.Where(s), at(s.Declared, s.Match.Entry.Position.Line)),
				Fix:     "Read the entry, correct it, and remove `reviewed: false`.",
			})
		}
	}
	reportSilence(p, silent)
}

func draft(s audit.Sighting) bool { return s.Match.Entry != nil && s.Match.Entry.Unreviewed }

func notDeclared(p *audit.Pass, s audit.Sighting) string {
	m := p.Where(s) + " is not declared."
	if by := p.By(s); by != "" {
		m = fmt.Sprintf("%s, stored %s, is not declared.", p.Where(s), by)
	}
	switch {
	case s.Catalogue != "" && s.Vendor != "":
		m += fmt.Sprintf(" The catalogue knows it: %s, %s.", s.Vendor, s.Catalogue)
	default:
		m += " " + audit.UnknownUse
	}
	if s.Match.Hint != "" {
		m += " " + strings.TrimSuffix(s.Match.Hint, ".") + "."
	}
	return m
}

// reportSilence: where the policy speaks of cookies only, all other keys nobody
// knows are one finding.
func reportSilence(p *audit.Pass, silent []audit.Sighting) {
	if len(silent) == 0 {
		return
	}
	var names []string
	for _, s := range silent {
		if !slices.Contains(names, s.Item.Name) {
			names = append(names, s.Item.Name)
		}
	}
	n := len(audit.Items(slices.Values(silent)))
	p.Report(audit.Finding{
		Severity: audit.Medium, Sightings: audit.Refs(silent), Name: "storage other than cookies",
		Item: observation.Key{},
		Message: fmt.Sprintf("The policy is silent on storage other than cookies (%s): %s. Kind of use unknown: no policy entry. A person must decide.",
			audit.Count(n, "key"), list(short(names))),
		Fix: "Declare what the site keeps in localStorage, sessionStorage and the like, with purpose and lifetime.",
	})
}

// short is the first names of a long list.
func short(names []string) []string {
	const shown = 5
	if len(names) <= shown+1 {
		return names
	}
	return append(slices.Clone(names[:shown]), fmt.Sprintf("%d more", len(names)-shown))
}
