package rules

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "identifier-shared-between-third-parties",
	Title: "third parties share an identifier without consent",
	Doc: `Two companies were told the same identifier, with no choice made, after refusing, or after consent was
taken back: the value of one item, or the same long value in their requests. So they can join what each knows of
the visitor. Sites of one company count as one. A value that is the same in several visits marks nobody; one that
could not be compared with another visit's may be such a value, and is for a person to decide.`,
	Help:     "Gate all but the party that needs the identifier behind consent, or give each its own.",
	Severity: audit.High,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Needs:    unconsented,
	Legal:    []string{access, directive, pecr, "GDPR, article 5(1)(c)", identifiers},
	Except:   optOut,
	Run: func(p *audit.Pass) {
		m := momentsOf(p)
		for _, e := range passing(m) {
			shareItem(p, e)
		}
		for _, s := range shared(m) {
			p.Report(s.finding(p))
		}
		m.tellUnread()
	},
})

// shareItem reports an item that two companies know: its own, where that is a third
// party, is one of them.
func shareItem(p *audit.Pass, e *passed) {
	owners := map[string]bool{}
	for site := range e.to {
		owners[p.Owner(site)] = true
	}
	of := ""
	if host := e.item.Item.Hostname(); p.Party(host) == policies.ThirdParty {
		owners[p.Owner(host)] = true
		of = ", beside " + observation.Site(host) + ", whose it is"
	}
	if len(owners) < 2 {
		return
	}
	p.Report(audit.Finding{
		Item: e.item.Item, Choice: momentOf(p, e).Choice, Phase: e.first.Phase, Page: p.URL(e.first.Page), Sightings: []int{inVisit(p, e.item, e.first).Ref}, Cause: cause(e.first),
		Message: fmt.Sprintf("The value of %s was sent to %s%s, %s.", p.Where(e.item), receivers(e.to), of, e.words),
	})
}

// sharedBits is the information from which an equal value is no chance, and no
// number of a page, a product or a version.
const sharedBits = 64

// sharing is one value at several companies.
type sharing struct {
	digest string
	choice observation.Choice
	at     map[string]string // parameter by site
	owners map[string]bool
	first  observation.Request
	words  string
	// varies: another visit sent the same parameter to the same site, with another
	// value.
	varies bool
}

// shared are the values, beside those of items, that several companies were told
// at one visit and nobody at another.
func shared(m moments) []*sharing {
	p := m.p
	values := comparable(p)
	known := map[string]bool{} // digests of what is stored: judged as items
	for _, s := range p.All {
		known[s.Value.Digest] = true
	}
	type place struct {
		digest string
		choice observation.Choice
	}
	found := map[place]*sharing{}
	for r, moment := range m.requests() {
		site := observation.Site(hostOf(r))
		for _, id := range r.IDs {
			if id.Bits < sharedBits || known[id.Digest] || len(values.legs[id.Digest]) > 1 {
				continue
			}
			at := place{id.Digest, moment.Choice}
			if found[at] == nil {
				found[at] = &sharing{digest: id.Digest, choice: moment.Choice, at: map[string]string{}, owners: map[string]bool{}, first: r, words: moment.Words}
			}
			s := found[at]
			s.owners[p.Owner(hostOf(r))] = true
			if name, seen := s.at[site]; !seen || id.Name < name {
				s.at[site] = id.Name
			}
			s.varies = s.varies || len(values.of[parameterOf{site, id.Name}]) > 1
		}
	}
	var out []*sharing
	for _, s := range found {
		if len(s.owners) > 1 {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b *sharing) int {
		return cmp.Or(cmp.Compare(a.choice, b.choice), cmp.Compare(a.first.Page, b.first.Page), cmp.Compare(a.first.Seq, b.first.Seq), cmp.Compare(a.name(), b.name()), cmp.Compare(a.digest, b.digest))
	})
	return out
}

type parameterOf struct{ site, name string }

// compared are the visits of pages in which each value was sent, and each parameter.
type compared struct {
	legs map[string]map[string]bool
	of   map[parameterOf]map[string]bool
}

func comparable(p *audit.Pass) compared {
	c := compared{map[string]map[string]bool{}, map[parameterOf]map[string]bool{}}
	for _, r := range p.Observation.Requests {
		if len(r.IDs) == 0 || travelled(p, r.Page) {
			continue
		}
		leg := observation.LegOf(r.Page)
		for _, id := range r.IDs {
			note(c.legs, id.Digest, leg)
			note(c.of, parameterOf{observation.Site(hostOf(r)), id.Name}, leg)
		}
	}
	return c
}

func note[K interface{ string | parameterOf | within }](in map[K]map[string]bool, what K, leg string) {
	if in[what] == nil {
		in[what] = map[string]bool{}
	}
	in[what][leg] = true
}

// name is the first of the parameters, in the order of sites.
func (s *sharing) name() string { return s.at[slices.Sorted(maps.Keys(s.at))[0]] }

func (s *sharing) finding(p *audit.Pass) audit.Finding {
	var parties []string
	for _, site := range slices.Sorted(maps.Keys(s.at)) {
		parties = append(parties, fmt.Sprintf("%s (parameter %s)", site, s.at[site]))
	}
	f := audit.Finding{
		Item:   observation.Key{Kind: observation.RequestKind, Name: s.name()},
		Choice: s.choice, Phase: s.first.Phase, Page: p.URL(s.first.Page), Cause: cause(s.first),
		Message: fmt.Sprintf("The same value, which looks like an identifier, was sent to %s, %s.", list(parties), s.words),
	}
	if !s.varies {
		f.Severity, f.Evidence = audit.Medium, audit.HeuristicEvidence
		f.Message += " No other visit sent that parameter, so it may be the same for everybody. A person must decide."
	}
	return f
}
