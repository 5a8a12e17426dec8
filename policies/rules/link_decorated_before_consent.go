package rules

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "link-decorated-before-consent",
	Title: "links to other sites mark the visitor, without consent",
	Doc: `A link to another site carries a parameter that is known to mark a click, a visit or a person, or the
value of a stored item: with no choice made, after refusing, or after consent was taken back. Whoever follows it is
known there. A parameter that the page's own address bears, or that has the same value in several visits, was
written into the page, and is not reported; whether a script added the others is for a person to look at.`,
	Help:     "Turn the joining of sites (cross-domain measurement, link decoration) off until the visitor agreed.",
	Severity: audit.Medium,
	Evidence: audit.HeuristicEvidence,
	Law:      audit.SettledLaw,
	Needs:    unconsented,
	Legal:    []string{access, directive, pecr, "ICO, guidance on storage and access technologies: link decoration"},
	Except:   optOut,
	Run: func(p *audit.Pass) {
		for _, l := range marking(momentsOf(p)) {
			l.report(p)
		}
	},
})

// marked is a parameter of links that marks the visitor.
type marked struct {
	param  string
	moment audit.Moment
	first  observation.Link
	sites  map[string]bool
	items  map[observation.Key]bool
}

// marking are the parameters of links at a moment without consent, in the order of
// choices and names.
func marking(m moments) []*marked {
	legs := map[string]map[string]bool{} // in which a value stood
	for _, l := range m.p.Observation.Links {
		if legs[l.Digest] == nil {
			legs[l.Digest] = map[string]bool{}
		}
		legs[l.Digest][observation.LegOf(l.Page)] = true
	}
	type key struct {
		choice observation.Choice
		param  string
	}
	found := map[key]*marked{}
	for _, l := range m.p.Observation.Links {
		moment, ok := m.at(l.Page, l.Phase)
		if !ok || l.Digest != "" && len(legs[l.Digest]) > 1 && !travelled(m.p, l.Page) {
			continue
		}
		at := key{moment.Choice, l.Param}
		if found[at] == nil {
			found[at] = &marked{param: l.Param, moment: moment, first: l, sites: map[string]bool{}, items: map[observation.Key]bool{}}
		}
		found[at].sites[observation.Site(observation.HostOf(withoutQuery(l.URL)))] = true
		for _, k := range l.Items {
			found[at].items[k] = true
		}
	}
	return slices.SortedFunc(maps.Values(found), func(a, b *marked) int {
		return cmp.Or(cmp.Compare(a.moment.Choice, b.moment.Choice), cmp.Compare(a.param, b.param))
	})
}

func (l *marked) report(p *audit.Pass) {
	f := audit.Finding{
		Item:   observation.Key{Kind: observation.RequestKind, Name: l.param},
		Choice: l.moment.Choice, Phase: l.first.Phase, Page: p.URL(l.first.Page),
		Message: fmt.Sprintf("Links to %s carried the parameter %s, %s.", list(slices.Sorted(maps.Keys(l.sites))), l.param, l.moment.Words),
	}
	if l.first.What != "" {
		f.Message += " It is known as: " + l.first.What + "."
	}
	if len(l.items) > 0 {
		var names []string
		for _, k := range slices.SortedFunc(maps.Keys(l.items), observation.Key.Compare) {
			names = append(names, audit.Noun(k))
		}
		f.Evidence = audit.DerivedEvidence
		f.Message += fmt.Sprintf(" It carried the value of %s.", list(names))
	}
	p.Report(f)
}
