package rules

import (
	"slices"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

// claimed is a claim with whom it is about.
type claimed struct {
	policies.Claim
	service string // "" for the whole site
	several bool   // claims of several services are judged in one
}

// claims are those of the site and then those of its services.
func claims(p *audit.Pass) []claimed {
	var out []claimed
	several := len(p.Policy.Services) > 1 && p.Observation.Header.Job.Services == nil
	for _, c := range p.Policy.Claims {
		out = append(out, claimed{Claim: c})
	}
	for _, s := range p.Policy.Services {
		for _, c := range s.Claims {
			out = append(out, claimed{Claim: c, service: s.Name, several: several})
		}
	}
	return out
}

// finding is what all findings about a claim have in common.
func (c claimed) finding() audit.Finding {
	f := audit.Finding{Name: "claim " + c.Name, Position: &c.Position}
	if c.several {
		f.Name += " of " + c.service
	}
	return f
}

// promises says what a claim promises, as the end of a sentence.
func (c claimed) promises() string {
	all := policies.Claims()
	i := slices.IndexFunc(all, func(t observation.Term) bool { return t.Name == c.Name })
	if i < 0 {
		return c.Name
	}
	return all[i].Doc
}

// about reports whether a claim is about a sighting: the item is on a host of
// its service, or was seen on the service's pages.
func (c claimed) about(p *audit.Pass, s audit.Sighting) bool {
	if c.service == "" || s.Service == c.service || s.Sighting.Service == c.service {
		return true
	}
	return slices.ContainsFunc(s.Pages, func(page string) bool { return c.on(p, page) })
}

// on reports whether a page belongs to what a claim is about: it is on a host of
// its service, or a visitor of the service came to it.
func (c claimed) on(p *audit.Pass, page string) bool {
	if c.service == "" || p.Policy.ServiceOf(observation.HostOf(p.URL(page))) == c.service {
		return true
	}
	return slices.ContainsFunc(p.Observation.Visits, func(v observation.Visit) bool {
		return v.Service == c.service && slices.ContainsFunc(v.Legs, func(l observation.Leg) bool { return l.ID == observation.LegOf(page) })
	})
}
