package rules

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/policies/catalog"
	"cookieaudit/scanner/observation"
)

// collecting are the requests that gather data, on pages that a claim is about.
func collecting(p *audit.Pass, c claimed) iter.Seq[audit.Collecting] {
	return func(yield func(audit.Collecting) bool) {
		for r := range p.Collecting(observation.Before, observation.Granted, observation.After, observation.Return) {
			if c.on(p, r.Page) && !yield(r) {
				return
			}
		}
	}
}

// userIDs: a request of an analytics vendor that has a parameter for the
// identifier of a signed-in user.
func userIDs(p *audit.Pass, c claimed) (found []breach, untested string) {
	untested = "no analytics request was seen"
	for r := range collecting(p, c) {
		if r.Known.Category != policies.Analytics {
			continue
		}
		untested = ""
		for _, name := range []string{"uid", "userid", "user_id", "ep.user_id", "up.user_id"} {
			if parameter(r.URL, name) != "" {
				found = append(found, certain(fmt.Sprintf("A request to %s bears a user's identifier in its parameter %s", p.Short(withoutQuery(r.URL)), name)).at(p.URL(r.Page)))
			}
		}
	}
	return once(found), untested
}

// parameter is what a redacted address keeps of a query value: its shape.
func parameter(address, name string) string {
	_, query, _ := strings.Cut(address, "?")
	for _, part := range strings.Split(query, "&") {
		if key, value, _ := strings.Cut(part, "="); strings.EqualFold(key, name) {
			return value
		}
	}
	return ""
}

// sharedForAds: analytics data goes to Google's advertising hosts, or an item
// joins both. A request to such a host may also come from an embedded video, so
// that it counts in full only with the mark of analytics.
func sharedForAds(p *audit.Pass, c claimed) (found []breach, untested string) {
	for _, r := range p.Observation.Requests {
		if !c.on(p, r.Page) || p.Repeated(observation.LegOf(r.Page)) {
			continue
		}
		fact := fmt.Sprintf("A request to %s passes on what analytics gathered", p.Short(withoutQuery(r.URL)))
		switch ads, sure := adSharing(r); {
		case ads && sure:
			found = append(found, certain(fact).at(p.URL(r.Page)))
		case ads:
			found = append(found, doubtful(fmt.Sprintf("A request went to %s", p.Short(withoutQuery(r.URL)))).at(p.URL(r.Page)))
		}
	}
	for _, g := range itemsOf(p, c) {
		if name := g[0].Item.Name; strings.HasPrefix(name, "_gcl_") || strings.HasPrefix(name, "_gac_") {
			found = append(found, certain(p.Where(g[0])+" links analytics with advertising").seen(g))
		}
	}
	return once(found), ""
}

func adSharing(r observation.Request) (ads, sure bool) {
	host := observation.HostOf(withoutQuery(r.URL))
	path := strings.TrimPrefix(withoutQuery(r.URL), "https://"+host)
	google := strings.HasPrefix(observation.Site(host), "google.")
	switch {
	case google && strings.Contains(path, "/ads/ga-audiences"):
		return true, true
	case observation.Site(host) != "doubleclick.net":
		return false, false
	}
	byAnalytics := slices.ContainsFunc(r.Chain, func(s observation.Source) bool {
		v, found := catalog.Default().Script(s.URL)
		return found && v.ID == "google-analytics"
	})
	return true, byAnalytics || strings.HasSuffix(path, "/collect")
}

// typedAndRecorded: what a visitor typed went to a service that records. Another
// host of somebody else may get it for a good reason, such as to find an address.
func typedAndRecorded(p *audit.Pass, c claimed) ([]breach, string) {
	found, untested, untold := typed(p, c, func(r observation.Request, recorder string) (breach, bool) {
		fact := fmt.Sprintf("What was typed into %s was sent to %s", fields(r.Typed), p.Short(withoutQuery(r.URL)))
		switch {
		case recorder != "":
			return certain(fact + ", " + recorder), true
		case elsewhere(p, r):
			return doubtful(fact), true
		}
		return breach{}, false
	})
	untold.tell(p, found)
	return found, untested
}

// typedAndSent: what a visitor typed, or an item that holds personal data, went
// to somebody else.
func typedAndSent(p *audit.Pass, c claimed) ([]breach, string) {
	found, untested, untold := typed(p, c, func(r observation.Request, _ string) (breach, bool) {
		return certain(fmt.Sprintf("What was typed into %s was sent to %s", fields(r.Typed), p.Short(withoutQuery(r.URL)))), elsewhere(p, r)
	})
	for _, r := range p.Observation.Requests {
		for _, k := range r.Sent {
			if what, sure := personal(p, k); sure && elsewhere(p, r) && c.on(p, r.Page) {
				untested = ""
				found = append(found, certain(fmt.Sprintf("%s, which holds %s, was sent to %s", audit.Noun(k), what, p.Short(withoutQuery(r.URL)))).at(p.URL(r.Page)))
			}
		}
	}
	untold.tell(p, found)
	return once(found), untested
}

// sentElsewhere: what a visitor typed, or an event about a visitor, went to a
// host of somebody else. A service that the policy declares, such as one for
// payments, may get what is typed for it.
func sentElsewhere(p *audit.Pass, c claimed) ([]breach, string) {
	found, untested, untold := typed(p, c, func(r observation.Request, _ string) (breach, bool) {
		host := observation.HostOf(withoutQuery(r.URL))
		return certain(fmt.Sprintf("What was typed into %s was sent to %s", fields(r.Typed), p.Short(withoutQuery(r.URL)))), elsewhere(p, r) && !declaredHost(p, host)
	})
	for r := range collecting(p, c) {
		if elsewhere(p, r.Request) {
			untested = ""
			found = append(found, certain(fmt.Sprintf("An event was sent to %s: %s, %s", p.Short(withoutQuery(r.URL)), r.Known.Vendor, r.Known.Category)).at(p.URL(r.Page)))
		}
	}
	untold.tell(p, found)
	return once(found), untested
}

// typed holds each request that took along what was typed against a claim.
// recorder says whose collecting request it is, "" for none.
func typed(p *audit.Pass, c claimed, judge func(r observation.Request, recorder string) (breach, bool)) (found []breach, untested string, untold unsought) {
	untested = "no journey typed anything"
	untold.claim = c
	sought, why := false, ""
	for _, a := range acts(p) {
		if a.Verb != "fill" || a.Failed != "" || !c.on(p, a.Page) {
			continue
		}
		untested = ""
		sought = sought || a.Unsearched == ""
		if a.Unsearched != "" {
			why = fmt.Sprintf("what step %d of the journey %s typed (%s) is not looked for in requests: %s", a.Nr, a.Journey, a.What, a.Unsearched)
		}
	}
	recorders := map[string]string{}
	for r := range collecting(p, c) {
		recorders[withoutQuery(r.URL)] = r.Known.Vendor
	}
	if !sought {
		untold.why = why
	}
	for _, r := range p.Observation.Requests {
		if len(r.Typed) == 0 && !r.Unread || !c.on(p, r.Page) || p.Repeated(observation.LegOf(r.Page)) {
			continue
		}
		b, broken := judge(r, recorders[withoutQuery(r.URL)])
		switch {
		case len(r.Typed) == 0:
			// It matters only where it would be a breach to have it in there.
			if broken {
				untold.unread = withoutQuery(r.URL)
			}
			continue
		case broken:
			found = append(found, b.at(p.URL(r.Page)))
		}
		untested = ""
	}
	return once(found), untested, untold
}

// unsought is why what was typed may have left without anyone seeing it.
type unsought struct {
	claim  claimed
	why    string // nothing that was typed is looked for
	unread string // address of a request whose body nobody could read
}

// tell names it where the claim is not broken anyway.
func (u unsought) tell(p *audit.Pass, found []breach) {
	switch {
	case len(found) > 0:
	case u.unread != "":
		untoldBody(p, u.claim, u.unread)
	case u.why != "":
		p.Untold("", fmt.Sprintf("whether the claim %s (line %d) holds: %s", u.claim.Name, u.claim.Position.Line, u.why),
			"type something longer there that stands nowhere else")
	}
}

// untoldBody: nobody could read what a request took along.
func untoldBody(p *audit.Pass, c claimed, address string) {
	p.Untold("", fmt.Sprintf("whether the claim %s (line %d) holds: what a request to %s took along could not be read", c.Name, c.Position.Line, p.Short(address)),
		"look at that request in the browser's own tools")
}

// elsewhere: the request left the site of the page, and the host is nobody's that
// the policy counts as first party.
func elsewhere(p *audit.Pass, r observation.Request) bool {
	host := observation.HostOf(withoutQuery(r.URL))
	return observation.Site(host) != observation.Site(observation.HostOf(p.URL(r.Page))) && p.Policy.PartyOf(host, p.Site) == policies.ThirdParty
}

// declaredHost: a host of a vendor that the policy names.
func declaredHost(p *audit.Pass, host string) bool {
	var names []string
	for _, v := range vendors(p.Policy) {
		names = append(names, v.Vendor)
	}
	for _, e := range p.Policy.Entries() {
		names = append(names, e.Vendor)
	}
	return slices.ContainsFunc(names, func(name string) bool {
		v, found := catalog.Default().Vendor(name)
		return found && slices.ContainsFunc(v.Hosts, func(h string) bool {
			return h == host || strings.HasPrefix(h, "*.") && (host == h[2:] || strings.HasSuffix(host, h[1:]))
		})
	})
}

// fields names form fields by their targets.
func fields(targets []string) string {
	var out []string
	for _, t := range targets {
		label, labelled := strings.CutPrefix(t, "label=")
		if !labelled {
			label = t
		}
		out = append(out, fmt.Sprintf("%q", label))
	}
	return list(out)
}
