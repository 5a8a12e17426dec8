package rules

import (
	"fmt"
	"slices"
	"time"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

// itemsOf are the judged items that a claim is about.
func itemsOf(p *audit.Pass, c claimed) [][]audit.Sighting {
	var out [][]audit.Sighting
	for _, g := range audit.Items(p.Judged()) {
		if slices.ContainsFunc(g, func(s audit.Sighting) bool { return c.about(p, s) }) {
			out = append(out, g)
		}
	}
	return out
}

// tracked: an item or a request for analytics or advertising.
func tracked(p *audit.Pass, c claimed) (found []breach, untested string) {
	for _, g := range itemsOf(p, c) {
		if tracking(g[0].Category) {
			found = append(found, certain(fmt.Sprintf("%s is for %s", p.Where(g[0]), g[0].Category)).seen(g))
		}
	}
	for r := range collecting(p, c) {
		found = append(found, certain(fmt.Sprintf("A request to %s collects data: %s, %s", p.Short(withoutQuery(r.URL)), r.Known.Vendor, r.Known.Category)).at(p.URL(r.Page)))
	}
	return once(found), ""
}

// personalData: an item that holds some, typed data that goes to a tracker, or,
// of less weight, a lasting identifier of a visitor.
func personalData(p *audit.Pass, c claimed) (found []breach, untested string) {
	for _, g := range itemsOf(p, c) {
		what, sure := personal(p, g[0].Item)
		switch {
		case what != "" && sure:
			found = append(found, certain(fmt.Sprintf("%s holds %s", p.Where(g[0]), what)).seen(g))
		case what != "":
			found = append(found, doubtful(fmt.Sprintf("%s holds what looks like %s", p.Where(g[0]), what)).seen(g))
		case lastingIdentifier(p, g):
			b := certain(fmt.Sprintf("%s is an identifier of the visitor that lasts", p.Where(g[0]))).seen(g)
			b.severity = audit.Medium
			found = append(found, b)
		}
	}
	for r := range collecting(p, c) {
		if len(r.Typed) > 0 {
			found = append(found, certain(fmt.Sprintf("What was typed into %s went to %s", fields(r.Typed), r.Known.Vendor)).at(p.URL(r.Page)))
		}
	}
	return once(found), ""
}

func cardData(p *audit.Pass, c claimed) (found []breach, untested string) {
	for _, g := range itemsOf(p, c) {
		switch what, sure := personal(p, g[0].Item); {
		case what == aCard && sure:
			found = append(found, certain(fmt.Sprintf("%s holds %s", p.Where(g[0]), what)).seen(g))
		case what == aCard:
			found = append(found, doubtful(fmt.Sprintf("%s holds what looks like %s", p.Where(g[0]), what)).seen(g))
		}
	}
	return found, ""
}

// identifying is how many bits a value has that can tell visitors apart.
const identifying = 64

// longLived is from when an identifier recognises a visitor who comes again.
const longLived = 30 * 24 * time.Hour

// lastingIdentifier: an item for analytics or advertising that outlives a month
// and whose value is long, kept within a visit, and another one in each.
func lastingIdentifier(p *audit.Pass, group []audit.Sighting) bool {
	s := longest(group)
	if !tracking(s.Category) || s.Lifetime.Persistence != observation.Persistent || !endless(s) && s.Lifetime.Duration() <= longLived {
		return false
	}
	values := firstValues(p, s.Item)
	return len(values) > 1 && !slices.ContainsFunc(values, func(v observation.Value) bool { return v.Shape.Bits < identifying }) && allDiffer(values)
}

// firstValues are the first value that each leg, which is a fresh visitor, gave
// to an item.
func firstValues(p *audit.Pass, k observation.Key) []observation.Value {
	var out []observation.Value
	seen := map[string]bool{}
	for _, w := range p.Observation.Writes {
		leg := observation.LegOf(w.Page)
		if w.Item == k && w.Op == observation.OpSet && !seen[leg] && w.Value.Digest != "" {
			seen[leg] = true
			out = append(out, w.Value)
		}
	}
	return out
}

func allDiffer(values []observation.Value) bool {
	seen := map[string]bool{}
	for _, v := range values {
		seen[v.Digest] = true
	}
	return len(seen) == len(values)
}

// notRandom: an identifier that two fresh visitors share, or that travels with
// what the visitor typed.
func notRandom(p *audit.Pass, c claimed) (found []breach, untested string) {
	untested = "no identifier was seen with two visitors"
	for _, g := range itemsOf(p, c) {
		if !identifier(p, g) {
			continue
		}
		if values := firstValues(p, g[0].Item); len(values) > 1 {
			untested = ""
			if !allDiffer(values) {
				b := certain(p.Where(g[0]) + " has the same value for visitors who have nothing in common").seen(g)
				if !slices.Contains(values[0].Shape.Is, "uuid") {
					b.severity, b.evidence = audit.Medium, audit.HeuristicEvidence
				}
				found = append(found, b)
			}
		}
		for _, r := range p.Observation.Requests {
			if len(r.Typed) > 0 && slices.Contains(r.Sent, g[0].Item) && c.on(p, r.Page) {
				untested = ""
				found = append(found, certain(fmt.Sprintf("%s was sent to %s together with what was typed into %s", p.Where(g[0]), p.Short(withoutQuery(r.URL)), fields(r.Typed))).seen(g).at(p.URL(r.Page)))
			}
		}
	}
	return once(found), untested
}

// identifier: an item for analytics or advertising with a long value of one word,
// not a group of a test or a state.
func identifier(p *audit.Pass, group []audit.Sighting) bool {
	if !tracking(group[0].Category) {
		return false
	}
	v := group[0].Value
	if values := firstValues(p, group[0].Item); len(values) > 0 {
		v = values[0]
	}
	word := slices.Contains([]string{"digits", "hex", "alphanumeric", "base64"}, v.Shape.Alphabet)
	return slices.Contains(v.Shape.Is, "uuid") || word && v.Shape.Bits >= identifying
}

// leftDevice: the value of a declared item of the site's own storage was sent.
// Sending it with the step that ends it, such as moving a guest's work into a new
// account, is what the document announces.
func leftDevice(p *audit.Pass, c claimed) (found []breach, untested string) {
	untested = "no declared item of a storage was seen"
	unread := ""
	for _, b := range boundItems(p) {
		s := b.group[0]
		storage := s.Item.Kind == observation.LocalStorage || s.Item.Kind == observation.SessionStorage || s.Item.Kind == observation.IndexedDB
		if !storage || b.entry == nil || tracking(s.Category) || s.Party == policies.ThirdParty || !c.about(p, s) {
			continue
		}
		untested = ""
		for _, r := range p.Observation.Requests {
			switch {
			case endsWith(p, b, r):
			case slices.Contains(r.Sent, s.Item):
				found = append(found, certain(fmt.Sprintf("The value of %s was sent to %s", p.Where(s), p.Short(withoutQuery(r.URL)))).seen(b.group).at(p.URL(r.Page)))
			case r.Unread && seenIn(p, b.group, observation.LegOf(r.Page)):
				unread = withoutQuery(r.URL)
			}
		}
	}
	if len(found) == 0 && unread != "" {
		untoldBody(p, c, unread)
	}
	return once(found), untested
}

// seenIn reports whether an item was there in a leg that counts.
func seenIn(p *audit.Pass, group []audit.Sighting, leg string) bool {
	return !p.Repeated(leg) && slices.ContainsFunc(group, func(s audit.Sighting) bool {
		return slices.ContainsFunc(s.Pages, func(page string) bool { return observation.LegOf(page) == leg })
	})
}

// endsWith reports whether a request was part of a step that deletes an item.
func endsWith(p *audit.Pass, b bound, r observation.Request) bool {
	return slices.ContainsFunc(acts(p), func(a observation.Done) bool {
		ends := slices.ContainsFunc(b.deletedWhen, func(c policies.Condition) bool { return slices.Contains(a.Names, c.Step) }) ||
			slices.ContainsFunc(b.lifetime.Until, func(event string) bool { return slices.Contains(a.Names, event) })
		return ends && a.Leg == observation.LegOf(r.Page) && a.Begun < r.Seq && r.Seq < a.Seq
	})
}

// once leaves out facts that were told before, such as those of another visit.
func once(all []breach) []breach {
	var out []breach
	for _, b := range all {
		i := slices.IndexFunc(out, func(o breach) bool { return o.fact == b.fact })
		if i < 0 {
			out = append(out, b)
		}
	}
	return out
}
