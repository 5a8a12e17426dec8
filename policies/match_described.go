package policies

import (
	"slices"

	"cookieaudit/scanner/observation"
)

// matchDescribed finds the entry that describes items of the subject's host or
// service without naming them, and disagrees least with what is known of it.
func (p *Policy) matchDescribed(s Subject) Match {
	var best []described
	for _, e := range p.Entries() {
		if e.Described == "" || e.Kind != s.Item.Kind || !p.describedOn(e, s) {
			continue
		}
		d := describe(e, s)
		if d.otherUse || d.excluded() && p.exhaustive(e.Service) {
			continue
		}
		switch {
		case len(best) == 0 || d.disagrees() < best[0].disagrees():
			best = []described{d}
		case d.disagrees() == best[0].disagrees():
			best = append(best, d)
		}
	}
	if len(best) == 0 {
		return Match{}
	}
	m := best[0].match(MatchedDescribed)
	for _, rival := range best[1:] {
		m.Rivals = append(m.Rivals, rival.entry)
	}
	return m
}

// describedOn demands a host or a service: a description that is bound to
// neither covers nothing. What a third party stores on a service's pages is
// covered only by a description of third parties.
func (p *Policy) describedOn(e *Entry, s Subject) bool {
	switch {
	case e.Host != "":
		return hostFits(e.Host, s.host()) && p.inService(e.Service, s)
	case e.Service == "":
		return false
	case s.Party != ThirdParty || p.onHostOf(e.Service, s):
		return p.inService(e.Service, s)
	}
	return e.Party == ThirdParty && e.Service == s.Service
}

// exhaustive reports whether a service claims to list everything. There an item
// that contradicts every description is not covered by the least wrong one.
func (p *Policy) exhaustive(service string) bool {
	return slices.ContainsFunc(p.Services, func(s Service) bool { return s.Name == service && s.Exhaustive })
}

// described is an entry that may describe an item, with what speaks against it.
type described struct {
	candidate
	wrongEnding bool // ends with the session where the entry's does not, or the reverse
	tooLong     bool
	tooEarly    bool // came before any step, and the entry is set by steps
	otherUse    bool // known to track, and the entry does not
}

func describe(e *Entry, s Subject) described {
	return described{
		candidate:   compare(e, Pattern{}, s),
		wrongEnding: e.Lifetime.contradicts(s.Lifetime),
		tooLong:     e.Lifetime.Max > 0 && s.Lifetime.Duration() > e.Lifetime.Max+observation.Tolerance(e.Lifetime.Max),
		tooEarly:    s.Early && len(e.When) > 0 && !slices.ContainsFunc(e.When, func(c Condition) bool { return c.Step == "" }),
		otherUse:    tracks(s.Use) && (e.Category == Necessary || e.Category == Functional),
	}
}

func tracks(c Category) bool { return c == Analytics || c == Marketing }

// disagrees counts what speaks against the description.
func (d described) disagrees() int {
	n := 0
	for _, wrong := range []bool{d.wrongHost, d.wrongPath, d.wrongParty, d.wrongEnding, d.tooLong, d.tooEarly} {
		if wrong {
			n++
		}
	}
	return n
}

// excluded: the item is of another sort than the one described. A lifetime that
// is too long, or a write that came too early, may be that item's own fault.
func (d described) excluded() bool { return d.wrongHost || d.wrongParty || d.wrongEnding }

// contradicts reports whether an item ends otherwise than declared: with the
// session or not.
func (l Lifetime) contradicts(seen observation.Lifetime) bool {
	outlives := l.Max > 0 || l.Idle > 0 || l.Persistent || l.Indefinite
	switch seen.Persistence {
	case observation.Persistent:
		return l.Session && !outlives
	case observation.Session:
		return outlives && !l.Session
	}
	return false
}
