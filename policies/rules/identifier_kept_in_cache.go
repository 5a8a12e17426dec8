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
	ID:    "identifier-kept-in-cache",
	Title: "the browser's cache keeps an identifier, without consent",
	Doc: `An answer bore a mark of its own for each visit, its ETag or Last-Modified, the browser kept it in its HTTP
cache and sent it back, and the server let it stand: with no choice made, after refusing, or after consent was taken
back. So the visitor is known again without a cookie, also by one who deletes cookies. A mark that two visits share
is that of the content. What is made for each visitor by other means (a page, the answer to a script, an answer to a request with
cookies) has such a mark, too: then, and where only two visits can be compared, a person must decide. Of the
site's own hosts only what can be compared is judged, since its files have such marks as well. Identifiers
in databases and script-made caches are items, which other rules judge.`,
	Help:     "Let the server make the ETag from the content alone, or send none; load what marks visitors only after they agreed.",
	Severity: audit.High,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Needs:    unconsented,
	Legal:    []string{access, directive, pecr, identifiers},
	Except:   optOut,
	Run: func(p *audit.Pass) {
		for _, m := range markedCopies(momentsOf(p)) {
			m.report(p)
		}
	},
})

// copyOf is the browser's copy of what one address answered, by one of its marks.
type copyOf struct{ address, header string }

// markedCopy is a copy whose mark came back at a moment without consent.
type markedCopy struct {
	header string
	moment audit.Moment
	first  observation.Request
	visits map[string][]string // digests of the mark by leg
}

// markedCopies are those whose mark no two visits share, in the order of choices and
// requests.
func markedCopies(m moments) []*markedCopy {
	visits := map[copyOf]map[string][]string{}
	for _, r := range m.p.Observation.Requests {
		if len(r.Revalidates) == 0 || travelled(m.p, r.Page) {
			continue
		}
		for _, v := range r.Revalidates {
			of, leg := copyOf{v.Address, v.Header}, observation.LegOf(r.Page)
			if visits[of] == nil {
				visits[of] = map[string][]string{}
			}
			if !slices.Contains(visits[of][leg], v.Digest) {
				visits[of][leg] = append(visits[of][leg], v.Digest)
			}
		}
	}
	type key struct {
		choice observation.Choice
		copyOf
	}
	found := map[key]*markedCopy{}
	for _, r := range m.p.Observation.Requests {
		moment, ok := m.at(r.Page, r.Phase)
		known, _ := m.p.Collects(r)
		if !ok || len(r.Revalidates) == 0 || m.p.ExemptRequest(audit.Collecting{Request: r, Known: cmp.Or(known, vendorOf(m.p, r))}) {
			continue
		}
		for _, v := range r.Revalidates {
			of := copyOf{v.Address, v.Header}
			at := key{moment.Choice, of}
			if found[at] == nil && len(visits[of]) > 0 && !alike(visits[of]) {
				found[at] = &markedCopy{header: v.Header, moment: moment, first: r, visits: visits[of]}
			}
		}
	}
	return slices.SortedFunc(maps.Values(found), func(a, b *markedCopy) int {
		return cmp.Or(cmp.Compare(a.moment.Choice, b.moment.Choice), cmp.Compare(a.first.Page, b.first.Page), cmp.Compare(a.first.Seq, b.first.Seq), cmp.Compare(a.header, b.header))
	})
}

// alike: two visits share a mark.
func alike(visits map[string][]string) bool {
	seen := map[string]bool{}
	for _, digests := range visits {
		for _, d := range digests {
			if seen[d] {
				return true
			}
			seen[d] = true
		}
	}
	return false
}

func (m *markedCopy) report(p *audit.Pass) {
	url := withoutQuery(m.first.URL)
	mark := map[string]string{"etag": "ETag", "last-modified": "Last-Modified"}[m.header]
	if len(m.visits) == 1 {
		if p.Party(hostOf(m.first)) == policies.ThirdParty {
			p.CouldNotTell(m.moment.Choice, fmt.Sprintf("whether the %s of %s marks the visitor, since no other visit shows it", mark, p.Short(url)), "scan under more choices, or with --repeat")
		}
		return
	}
	f := audit.Finding{
		Item:   observation.Key{Kind: observation.RequestKind, Name: requestName(url), Host: hostOf(m.first)},
		Name:   requestName(url),
		Choice: m.moment.Choice, Phase: m.first.Phase, Page: p.URL(m.first.Page), Cause: cause(m.first),
		Message: fmt.Sprintf("The answer of %s bore another %s in each of %d visits. The browser kept it and sent it back, %s.", p.Short(url), mark, len(m.visits), m.moment.Words),
	}
	if why := m.doubt(); why != "" {
		f.Severity, f.Evidence = audit.Medium, audit.HeuristicEvidence
		f.Message += " " + why + " A person must decide."
	}
	p.Report(f)
}

// doubt is why the mark may be another thing than an identifier, "" where nothing
// says so.
func (m *markedCopy) doubt() string {
	several := slices.ContainsFunc(slices.Collect(maps.Values(m.visits)), func(digests []string) bool { return len(digests) > 1 })
	switch {
	case slices.Contains([]string{"Document", "Fetch", "XHR"}, m.first.Type) || len(m.first.Carried) > 0:
		return "An answer that is made for each visitor by other means has such a mark, too."
	case several:
		return "It also changed within a visit, as content does."
	case len(m.visits) < 3:
		return "Only two visits can be compared: two servers may mark the same content in their own ways."
	}
	return ""
}
