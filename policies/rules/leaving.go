package rules

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

// unconsented are the choices under which rules on what leaves the device look.
var unconsented = []audit.Need{
	{Choices: []observation.Choice{observation.None}},
	{Choices: []observation.Choice{observation.Reject}, Proven: true},
	{Choices: []observation.Choice{observation.Withdraw}, Proven: true},
}

// moments are those among unconsented that can be judged here.
type moments struct {
	p    *audit.Pass
	held bool // what happens before a choice depends on where one looks from
}

func momentsOf(p *audit.Pass) moments { return moments{p, heldByDialog(p, observation.None)} }

func (m moments) at(page string, phase observation.Phase) (audit.Moment, bool) {
	moment, ok := m.p.Unconsented(page, phase)
	return moment, ok && !(m.held && moment.Choice == observation.None)
}

// requests are those to third parties at a moment without consent.
func (m moments) requests() iter.Seq2[observation.Request, audit.Moment] {
	return func(yield func(observation.Request, audit.Moment) bool) {
		for _, r := range m.p.Observation.Requests {
			moment, ok := m.at(r.Page, r.Phase)
			if ok && m.p.Party(hostOf(r)) == policies.ThirdParty && !yield(r, moment) {
				return
			}
		}
	}
}

func hostOf(r observation.Request) string { return observation.HostOf(withoutQuery(r.URL)) }

// tellUnread answers that nobody knows, where a body that could not be read went
// to a third party.
func (m moments) tellUnread() {
	for r, moment := range m.requests() {
		if r.Unread {
			m.p.CouldNotTell(moment.Choice, fmt.Sprintf("whether an identifier went to %s, since a body could not be read", m.p.Short(withoutQuery(r.URL))), "look at that request in the browser's own tools")
		}
	}
}

// taken is what a request takes along. Evidence of earlier versions tells the items
// alone.
func taken(r observation.Request) []observation.Taken {
	out := slices.Clone(r.Taken)
	for _, k := range r.Sent {
		if !slices.ContainsFunc(r.Taken, func(t observation.Taken) bool { return t.Item == k }) {
			out = append(out, observation.Taken{Item: k})
		}
	}
	return out
}

// passed is an item of which a third party was told.
type passed struct {
	item audit.Sighting
	to   map[string][]observation.Taken // by site
	// known: one of them is known to gather data; first is the request that told
	// it first.
	known bool
	first observation.Request
	words string
}

// sites are the third parties, sorted.
func (s *passed) sites() []string { return slices.Sorted(maps.Keys(s.to)) }

// group is what is reported together.
type group struct {
	choice observation.Choice
	item   observation.Key
}

// passing are the items whose value left for a third party that did not make them,
// in the order of choices and items. The record of the choice may be told to those
// who keep it; a value that is the same in several visits marks nobody; what a
// party's own script stored may come back to it where the item is known as necessary, or the
// request is judged as the collecting one that it is.
func passing(m moments) []*passed {
	p := m.p
	items, constant := markers(p)
	inside := insides(p)
	found := map[group]*passed{}
	for r, moment := range m.requests() {
		known, collects := p.Collects(r)
		for _, t := range taken(r) {
			s, ok := items[t.Item]
			site := observation.Site(hostOf(r))
			if !ok || constant[t.Item] || len(inside[within{t.Item, t.Digest}]) > 1 || site == observation.Site(t.Item.Hostname()) {
				continue
			}
			if ownedBy(p, s, r) && (s.Exempt || collects || s.Catalogue == policies.Necessary) {
				continue
			}
			if s.Exempt && p.ExemptRequest(audit.Collecting{Request: r, Known: cmp.Or(known, vendorOf(p, r))}) {
				continue
			}
			at := group{moment.Choice, t.Item}
			if found[at] == nil {
				found[at] = &passed{item: s, to: map[string][]observation.Taken{}, first: r, words: moment.Words}
			}
			e := found[at]
			if !slices.Contains(e.to[site], t) {
				e.to[site] = append(e.to[site], t)
			}
			_, tracker := p.Tracker(hostOf(r))
			e.known = e.known || collects || tracker
		}
	}
	keys := slices.SortedFunc(maps.Keys(found), func(a, b group) int {
		return cmp.Or(cmp.Compare(a.choice, b.choice), a.item.Compare(b.item))
	})
	var out []*passed
	for _, k := range keys {
		out = append(out, found[k])
	}
	return out
}

// inVisit is the sighting of an item in the visit that sent a request, at best in the
// request's phase; s where that visit has none.
func inVisit(p *audit.Pass, s audit.Sighting, r observation.Request) audit.Sighting {
	leg, phase := observation.LegOf(r.Page), observation.Phase("")
	for t := range p.Judged() {
		here := t.Item == s.Item && slices.ContainsFunc(t.Pages, func(id string) bool { return observation.LegOf(id) == leg })
		if here && phase != r.Phase {
			s, phase = t, t.Phase
		}
	}
	return s
}

// within is a value inside a database or cache.
type within struct {
	item   observation.Key
	digest string
}

// insides are the visits of pages in which each value inside an item left.
func insides(p *audit.Pass) map[within]map[string]bool {
	out := map[within]map[string]bool{}
	for _, r := range p.Observation.Requests {
		for _, t := range r.Taken {
			if t.Digest != "" && !travelled(p, r.Page) {
				note(out, within{t.Item, t.Digest}, observation.LegOf(r.Page))
			}
		}
	}
	return out
}

func vendorOf(p *audit.Pass, r observation.Request) audit.Known {
	k, _ := p.Tracker(hostOf(r))
	return k
}

// ownedBy: the receiver's own script stored the item.
func ownedBy(p *audit.Pass, s audit.Sighting, r observation.Request) bool {
	if s.First == nil {
		return false
	}
	by := observation.HostOf(withoutQuery(s.First.By.URL))
	return by != "" && p.Owner(by) == p.Owner(hostOf(r))
}

// markers are the judged items that do not store the choice, and those among
// them whose value was the same in visits that know nothing of each other. In
// journeys the same person logs in.
func markers(p *audit.Pass) (items map[observation.Key]audit.Sighting, constant map[observation.Key]bool) {
	items, constant = map[observation.Key]audit.Sighting{}, map[observation.Key]bool{}
	type valued struct {
		item   observation.Key
		digest string
	}
	under := map[valued]observation.Choice{}
	for _, g := range audit.Items(p.Judged()) {
		if slices.ContainsFunc(g, func(s audit.Sighting) bool { return s.Record }) {
			continue
		}
		items[g[0].Item] = g[0]
		for _, s := range g {
			if s.Value.Digest == "" || !onPages(p, s) {
				continue
			}
			v := valued{s.Item, s.Value.Digest}
			if c, seen := under[v]; seen && c != s.Choice {
				constant[s.Item] = true
			}
			under[v] = s.Choice
		}
	}
	return items, constant
}

// onPages: seen while pages were only visited.
func onPages(p *audit.Pass, s audit.Sighting) bool {
	return slices.ContainsFunc(s.Pages, func(page string) bool { return !travelled(p, page) })
}

// travelled: the page was opened by a journey.
func travelled(p *audit.Pass, page string) bool {
	id := observation.LegOf(page)
	for _, v := range p.Observation.Visits {
		if i := slices.IndexFunc(v.Legs, func(l observation.Leg) bool { return l.ID == id }); i >= 0 {
			return v.Legs[i].Journey != ""
		}
	}
	return false
}

// how is where a value stood in a request and in what form: address, as SHA-256.
func how(t observation.Taken) string {
	in := map[string]string{"url": "address", "body": "body", "referer": "Referer", "header": "header"}[t.In]
	as := map[string]string{"md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256", "base64": "base64"}[t.As]
	switch {
	case as == "":
		return in
	case in == "":
		return "as " + as
	}
	return in + ", as " + as
}

// receivers names the sites with how a value came to them.
func receivers(to map[string][]observation.Taken) string {
	var out []string
	for _, site := range slices.Sorted(maps.Keys(to)) {
		var ways []string
		for _, t := range to[site] {
			if w := how(t); w != "" && !slices.Contains(ways, w) {
				ways = append(ways, w)
			}
		}
		slices.Sort(ways)
		if len(ways) > 0 {
			site += " (" + strings.Join(ways, "; ") + ")"
		}
		out = append(out, site)
	}
	return list(out)
}

// cause is what sent a request.
func cause(r observation.Request) string {
	if len(r.Chain) == 0 {
		return ""
	}
	return withoutQuery(r.Chain[0].URL)
}
