package policies

import (
	"slices"
	"strings"

	"cookieaudit/scanner/observation"
)

// Entries are all entries, those of the site before those of services, each in
// the order of the file.
func (p *Policy) Entries() []*Entry {
	var all []*Entry
	for i := range p.Items {
		all = append(all, &p.Items[i])
	}
	for s := range p.Services {
		for i := range p.Services[s].Items {
			all = append(all, &p.Services[s].Items[i])
		}
	}
	return all
}

// vendorEntries are all vendors: entries in the order of Entries.
func (p *Policy) vendorEntries() []*VendorEntry {
	var all []*VendorEntry
	for i := range p.Vendors {
		all = append(all, &p.Vendors[i])
	}
	for s := range p.Services {
		for i := range p.Services[s].Vendors {
			all = append(all, &p.Services[s].Vendors[i])
		}
	}
	return all
}

// PartyOf is whose party a host is for an audited site (an eTLD+1; "" stands for
// the policy's own): first if it is on that site, on a site that the policy
// owns, or a host of a service. A host that nobody knows has no party.
func (p *Policy) PartyOf(host, site string) Party {
	host = plain(host)
	if host == "" {
		return UnknownParty
	}
	if site == "" {
		site = observation.Site(observation.HostOf(p.Site))
	}
	if observation.Site(host) == site || slices.ContainsFunc(p.Owned, ownsHost(host)) || p.ServiceOf(host) != "" {
		return FirstParty
	}
	return ThirdParty
}

// ownsHost also compares whole names: what is owned may be a public suffix, which
// is no site of the hosts under it.
func ownsHost(host string) func(owned string) bool {
	return func(owned string) bool {
		return within(host, owned) || observation.Site(host) == observation.Site(owned)
	}
}

// ServiceOf is the name of the service that a host belongs to, "" for none: the
// first that names the host itself, else the first with a *. condition for it.
func (p *Policy) ServiceOf(host string) string {
	host = plain(host)
	byWildcard := ""
	for _, s := range p.Services {
		for _, condition := range s.Hosts {
			switch {
			case condition == host:
				return s.Name
			case byWildcard == "" && hostFits(condition, host):
				byWildcard = s.Name
			}
		}
	}
	return byWildcard
}

// inService reports whether an entry of a service may be about the subject: it
// is on a host of the service, which services may share, or was seen on its
// pages.
func (p *Policy) inService(service string, s Subject) bool {
	return service == "" || service == s.Service || p.onHostOf(service, s)
}

// onHostOf reports whether the subject's host is one of the service's.
func (p *Policy) onHostOf(service string, s Subject) bool {
	return slices.ContainsFunc(p.Services, func(o Service) bool { return o.Name == service && fitsAny(o.Hosts, s.host()) })
}

func fitsAny(conditions []string, host string) bool {
	return slices.ContainsFunc(conditions, func(c string) bool { return hostFits(c, host) })
}

// plain is a host as Keys have it.
func plain(host string) string { return strings.ToLower(strings.TrimPrefix(host, ".")) }
