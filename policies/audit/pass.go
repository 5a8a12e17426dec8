package audit

import (
	"fmt"
	"iter"
	"slices"

	"cookieaudit/policies"
	"cookieaudit/scanner/observation"
)

// Pass is what a rule's Run sees: everything judged so far, and Report.
type Pass struct {
	Rule        *Rule
	Observation *observation.Observation
	Policy      *policies.Policy // nil without one
	Profile     policies.Profile
	Site        string
	All         []Sighting
	Visits      []VisitSummary

	j      *judge
	report func(Finding)
	answer func(observation.Choice, standing)
}

// Report records a finding. The rule sets Message and whatever of Item, Choice,
// Phase, Sightings, Position, Severity, Evidence, Law, Fix differs from its own;
// Run fills in the rest. Findings with the same fingerprint become one, with all
// their sightings.
func (p *Pass) Report(f Finding) { p.report(f) }

// CouldNotTell answers inconclusive for a choice ("" for the whole audit), save
// where something was found. next is what would let it be told.
func (p *Pass) CouldNotTell(c observation.Choice, why, next string) {
	p.answer(c, standing{status: StatusInconclusive, why: why, next: next})
}

// Untold answers inconclusive as CouldNotTell does, and names the reason also
// where other reasons hold the rule back.
func (p *Pass) Untold(c observation.Choice, why, next string) {
	st := standing{status: StatusInconclusive, why: why, next: next}
	p.j.reasons = append(p.j.reasons, reason{p.Rule, c, st})
	p.answer(c, st)
}

// NotApplicable answers that the rule has nothing to judge under a choice.
func (p *Pass) NotApplicable(c observation.Choice, why string) {
	p.answer(c, standing{status: StatusNotApplicable, why: why})
}

// Note adds a remark that changes no verdict.
func (p *Pass) Note(format string, args ...any) { p.j.note(fmt.Sprintf(format, args...)) }

// Judged are the sightings that rules judge: all but probes, what only a preview
// environment sets, and what was not seen in every run where that is asked for.
func (p *Pass) Judged() iter.Seq[Sighting] {
	return func(yield func(Sighting) bool) {
		for _, s := range p.All {
			if !s.Probe && !s.Scaffold && !s.Unstable && p.j.counts(s) && !yield(s) {
				return
			}
		}
	}
}

// Under are the judged sightings of one choice in the given phases.
func (p *Pass) Under(c observation.Choice, phases ...observation.Phase) iter.Seq[Sighting] {
	return func(yield func(Sighting) bool) {
		for s := range p.Judged() {
			if s.Choice == c && slices.Contains(phases, s.Phase) && !yield(s) {
				return
			}
		}
	}
}

// NoChoice are the judged sightings of every moment without a choice: before it
// in each visit, and all of a visit that closes the dialog without choosing.
func (p *Pass) NoChoice() iter.Seq[Sighting] {
	return func(yield func(Sighting) bool) {
		for s := range p.Judged() {
			if (s.Phase.Unchosen(s.Choice) || s.Choice == observation.Close) && !yield(s) {
				return
			}
		}
	}
}

// Items groups sightings by item, in the order of items. The sighting that
// tells most comes first: one whose write was seen, in the visit without a
// choice, the earliest.
func Items(seq iter.Seq[Sighting]) [][]Sighting {
	var groups [][]Sighting
	for s := range seq {
		if n := len(groups); n > 0 && groups[n-1][0].Item == s.Item {
			groups[n-1] = append(groups[n-1], s)
			continue
		}
		groups = append(groups, []Sighting{s})
	}
	for _, g := range groups {
		slices.SortStableFunc(g, func(a, b Sighting) int { return a.tells() - b.tells() })
	}
	return groups
}

func (s Sighting) tells() int {
	rank := 0
	if s.First == nil {
		rank += 2
	}
	if s.Choice != observation.None {
		rank++
	}
	return rank
}

// Refs are the indexes of sightings, as findings keep them.
func Refs(group []Sighting) []int {
	refs := make([]int, len(group))
	for i, s := range group {
		refs[i] = s.Ref
	}
	return refs
}

// Visit is the summary of a choice, nil if it was neither asked for nor made.
func (p *Pass) Visit(c observation.Choice) *VisitSummary { return p.j.summary(c) }

// Collecting is a request that gathers data for analytics or marketing.
type Collecting struct {
	observation.Request
	Known  Known
	Choice observation.Choice
	Host   string // as judged
}

// Collecting are the collecting requests of the given phases in every visit, in
// the order of the log. Merely loading a script, a font or a consent manager is
// none.
func (p *Pass) Collecting(phases ...observation.Phase) iter.Seq[Collecting] {
	return func(yield func(Collecting) bool) {
		for _, r := range p.Observation.Requests {
			leg := p.j.legs[observation.LegOf(r.Page)]
			phase := r.Phase
			if phase.Unchosen(leg.Choice) {
				phase = observation.Before
			}
			if !slices.Contains(phases, phase) || phase != observation.Before && !p.j.inForce(r.Page) {
				continue
			}
			known, collects := p.j.opt.Catalog.collects(r.URL, r.Method)
			if !collects {
				continue
			}
			c := Collecting{Request: r, Known: known, Choice: leg.Choice, Host: p.j.place.host(observation.HostOf(r.URL))}
			if !yield(c) {
				return
			}
		}
	}
}

// Moment is a moment at which no consent was in force.
type Moment struct {
	Choice observation.Choice // under which it counts
	Words  string             // with no choice made
}

// Unconsented tells whether no consent was in force on a page in a phase: before
// any choice, after refusing or taking consent back, and after closing the dialog
// without choosing. What a leg saw after its choice counts only where that leg
// does.
func (p *Pass) Unconsented(page string, phase observation.Phase) (Moment, bool) {
	leg, known := p.j.legs[observation.LegOf(page)]
	before := phase.Unchosen(leg.Choice)
	switch {
	case !known || !before && !p.j.inForce(page):
		return Moment{}, false
	case before:
		return Moment{observation.None, "with no choice made"}, true
	case leg.Choice == observation.Close:
		return Moment{observation.None, "after the dialog was closed with no choice made"}, true
	case leg.Choice == observation.Reject:
		return Moment{observation.Reject, "after refusing"}, true
	case leg.Choice == observation.Withdraw && phase != observation.Granted:
		return Moment{observation.Withdraw, "after consent was taken back"}, true
	}
	return Moment{}, false
}

// Party is whose party a host is.
func (p *Pass) Party(host string) policies.Party { return p.j.place.party(host, p.j.policy) }

// Owner is the company that a host belongs to, its site where that is not known
// to be one of several.
func (p *Pass) Owner(host string) string { return p.j.opt.Catalog.owner(host) }

// Collects reports whether the catalogue knows a request as one that gathers data.
func (p *Pass) Collects(r observation.Request) (Known, bool) {
	return p.j.opt.Catalog.collects(r.URL, r.Method)
}

// Tracker tells which tracker a name of the name service is, or a vendor that
// gathers data there.
func (p *Pass) Tracker(name string) (Known, bool) { return p.j.opt.Catalog.tracker(name) }

// Script tells whose script a URL is.
func (p *Pass) Script(rawURL string) (Known, bool) { return p.j.opt.Catalog.script(rawURL) }

// ExemptRequest reports whether the policy declares the vendor of a request on
// a ground that needs no consent.
func (p *Pass) ExemptRequest(c Collecting) bool { return p.j.exemptRequest(c) }

// Observed reports whether any item matched an entry, in any service.
func (p *Pass) Observed(e *policies.Entry) bool {
	if p.j.whole != nil {
		return p.j.whole.seen[e]
	}
	return p.j.seen[e]
}

// Refused reports whether a site tried to store what an entry declares, and the
// browser refused.
func (p *Pass) Refused(e *policies.Entry) bool {
	return slices.ContainsFunc(p.Observation.Writes, func(w observation.Write) bool {
		if w.Op != observation.OpRefused {
			return false
		}
		s, _, _ := p.j.item(w.Item)
		return s.Match.Entry == e
	})
}

// AnswersFor reports whether this is the place to say that nothing matched an
// entry. Where services are judged one by one, that is its own service, and the
// site's own part for what is declared beside all services.
func (p *Pass) AnswersFor(e *policies.Entry) bool {
	return p.j.whole == nil || e.Service == p.j.service || e.Service == "" && p.j.ofSite()
}

// Unseen names the other services in which something could not be looked at, so
// that an item may be there.
func (p *Pass) Unseen() []string {
	var out []string
	if p.j.whole == nil {
		return nil
	}
	for _, k := range p.j.whole.services {
		blind := slices.ContainsFunc(k.audit.Visits, func(v VisitSummary) bool { return len(k.blinds(&v)) > 0 })
		if k != p.j && blind {
			out = append(out, k.service)
		}
	}
	return out
}

// Everywhere are the sightings that matched an entry, in all services. Those of
// other services are no evidence of this one: their Ref has no meaning here.
func (p *Pass) Everywhere(e *policies.Entry) []Sighting {
	parts := []*judge{p.j}
	if p.j.whole != nil {
		parts = p.j.whole.services
	}
	var out []Sighting
	for _, k := range parts {
		for s := range (&Pass{All: k.audit.Sightings, j: k}).Judged() {
			if s.Match.Entry == e {
				out = append(out, s)
			}
		}
	}
	return out
}

// WhyNot says why a visit's choice does not count as made, and what would
// settle it.
func (p *Pass) WhyNot(v *VisitSummary) (why, next string) { return p.j.whyNot(v) }

// Repeated reports whether a leg was tried again, so that it does not count.
func (p *Pass) Repeated(leg string) bool { return p.j.replaced[leg] }

// URL is the address of a page by its ID.
func (p *Pass) URL(page string) string { return p.j.url(page) }

// Pages are the distinct URLs that were looked at, in any visit.
func (p *Pass) Pages() []string {
	var out []string
	for i := range p.Visits {
		for _, page := range p.j.looked(&p.Visits[i]) {
			if !slices.Contains(out, page.URL) {
				out = append(out, page.URL)
			}
		}
	}
	return out
}

// PagesFor counts the pages on which an entry could have been seen: those of all
// services for what is declared beside them.
func (p *Pass) PagesFor(e *policies.Entry) int {
	if p.j.whole == nil || e.Service != "" {
		return len(p.Pages())
	}
	seen := map[string]bool{}
	for _, k := range p.j.whole.services {
		for _, page := range (&Pass{Visits: k.audit.Visits, j: k}).Pages() {
			seen[page] = true
		}
	}
	return len(seen)
}

// Hosts are the hosts of the pages that were looked at, as judged.
func (p *Pass) Hosts() []string {
	var out []string
	for _, u := range p.Pages() {
		if h := p.j.place.host(observation.HostOf(u)); !slices.Contains(out, h) {
			out = append(out, h)
		}
	}
	return out
}

// Dialog tells of the consent dialog, over all visits.
func (p *Pass) Dialog() Dialog {
	why, next := "", ""
	if !p.j.dialog.found {
		why, next = p.j.whyNoDialog()
	}
	return Dialog{
		Found: p.j.dialog.found, Looked: p.j.dialog.looked,
		Uncertain: !p.j.dialog.found && (p.j.dialog.unread != "" || p.j.dialog.managed() || p.j.outOfArea()),
		OutOfArea: p.j.outOfArea(),
		Why:       why, Next: next,
	}
}

// Dialog is what is known of a site's consent dialog.
type Dialog struct {
	Found  bool
	Looked int64 // milliseconds; 0 if nobody looked
	// Uncertain: none was seen, and yet there may be one. Why and Next say so.
	Uncertain bool
	// OutOfArea: looked from where the law does not protect, and none came.
	OutOfArea bool
	Why, Next string
}

// SearchTime is how long the dialog was looked for, in words.
func (d Dialog) SearchTime() string { return seconds(d.Looked) }

// Silent reports whether a sighting falls under the policy's silence on
// storage other than cookies: nobody knows the item, and the policy speaks of
// cookies only. That is one defect, of the policy, and not one for each key.
func (p *Pass) Silent(s Sighting) bool {
	return p.Policy != nil && s.Item.Kind != observation.Cookie && s.Match.Step == policies.Unmatched &&
		s.Catalogue != policies.Analytics && s.Catalogue != policies.Marketing && !p.j.speaksOfStorage()
}

// Where names an item with its host where that is not the audited site's:
// cookie "IDE" of doubleclick.net.
func (p *Pass) Where(s Sighting) string {
	if s.Party == policies.ThirdParty {
		return Noun(s.Item) + " of " + s.Item.Hostname()
	}
	return Noun(s.Item)
}

// When is when a sighting's first write came: 1.2 s after the page opened. It is
// empty where nobody saw the write.
func (p *Pass) When(s Sighting) string {
	if s.First == nil {
		return ""
	}
	page := p.j.pages[s.First.Page]
	if page == nil {
		return ""
	}
	return seconds(max(0, s.First.At-page.Opened)) + " after the page opened"
}

// By tells who wrote a sighting first: by /gtm.js line 3, loaded by /index.html
// line 12. It is empty where nobody saw the write.
func (p *Pass) By(s Sighting) string { return p.j.setter(s.First) }

// Short names a URL: its path on the audited site, else host and path.
func (p *Pass) Short(raw string) string { return p.j.short(raw) }
