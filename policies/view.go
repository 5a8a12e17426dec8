package policies

import "slices"

// View is the policy as it concerns one service: what is declared for the whole
// site and for that service, nothing of the others. Entries are shared with the
// policy, so that they can be compared by address. An empty or unknown name gives
// what is declared for the whole site alone.
func (p *Policy) View(service string) *Policy {
	if p == nil {
		return nil
	}
	v := *p
	v.Services = nil
	if i := p.service(service); i >= 0 {
		v.Services = p.Services[i : i+1 : i+1]
	}
	return &v
}

func (p *Policy) service(name string) int {
	if name == "" {
		return -1
	}
	return slices.IndexFunc(p.Services, func(s Service) bool { return s.Name == name })
}

// ServiceAt is the service to which a place of the file belongs: the service
// itself, one of its entries or claims. It is empty for all else.
func (p *Policy) ServiceAt(at Position) string {
	for _, s := range p.Services {
		found := s.Position == at ||
			slices.ContainsFunc(s.Items, func(e Entry) bool { return e.Position == at }) ||
			slices.ContainsFunc(s.Vendors, func(v VendorEntry) bool { return v.Position == at }) ||
			slices.ContainsFunc(s.Claims, func(c Claim) bool { return c.Position == at })
		if found {
			return s.Name
		}
	}
	return ""
}
