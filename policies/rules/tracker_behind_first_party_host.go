package rules

import (
	"fmt"
	"slices"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "tracker-behind-first-party-host",
	Title: "a tracker stands behind a host of the site's own",
	Doc: `The name service says that a host of the site is another name (CNAME) of a tracker's. Its requests and
cookies then look like the site's own, and pass whatever the browser does against third parties; cookies of the site,
also those of a log-in, may go to it. Requested with no consent in force it is a breach; under consent it must at
least be declared whose it is. The hosts of the pages themselves do not count: whoever serves a site is its host.`,
	Help:     "Name the vendor in the policy and request the host only after the visitor agreed, or remove the alias.",
	Severity: audit.High,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Needs:    []audit.Need{{}},
	Overall:  true,
	Legal:    []string{access, directive, pecr + ": regulation 6(2)", transparency, notice},
	Adjust:   map[policies.Profile]audit.Adjustment{policies.USCA: {Severity: audit.Medium}},
	Run:      trackerBehind,
})

func trackerBehind(p *audit.Pass) {
	asked, failed := 0, 0
	for _, a := range p.Observation.Aliases {
		sent := requestsTo(p, a.Host)
		if len(sent) == 0 || p.Party(a.Host) != policies.FirstParty {
			continue
		}
		asked++
		if a.Error != "" && len(a.Names) == 0 {
			failed++
		}
		if !slices.Contains(p.Hosts(), a.Host) {
			reportAlias(p, a, sent)
		}
	}
	switch {
	case asked == 0:
		p.NotApplicable("", "nobody looked up which names the site's hosts stand for")
	case failed > 0:
		p.NotApplicable("", fmt.Sprintf("which names stand behind %d of %s could not be looked up", failed, audit.Count(asked, "host")))
	}
}

func requestsTo(p *audit.Pass, host string) []observation.Request {
	var out []observation.Request
	for _, r := range p.Observation.Requests {
		if hostOf(r) == host {
			out = append(out, r)
		}
	}
	return out
}

// reportAlias reports a host behind whose names a tracker stands, with the request
// that tells most: one without consent.
func reportAlias(p *audit.Pass, a observation.Alias, sent []observation.Request) {
	known, name, found := audit.Known{}, "", false
	for _, n := range slices.Backward(a.Names) {
		if known, found = p.Tracker(n); found && p.Party(n) == policies.ThirdParty {
			name = n
			break
		}
	}
	if name == "" {
		return
	}
	r, words, free := sent[0], "", false
	for _, s := range sent {
		if m, ok := p.Unconsented(s.Page, s.Phase); ok {
			r, words, free = s, m.Words, true
			break
		}
	}
	if !free && declares(p, known) || p.ExemptRequest(audit.Collecting{Request: r, Known: known}) {
		return
	}
	f := audit.Finding{
		Item: observation.Key{Kind: observation.RequestKind, Name: a.Host, Host: a.Host}, Name: a.Host,
		Phase: r.Phase, Page: p.URL(r.Page), Cause: cause(r),
		Message: fmt.Sprintf("%s is another name of %s: %s, %s. It was requested %s.", a.Host, name, known.Vendor, known.Category, words),
	}
	if !free {
		f.Severity, f.Law = audit.Medium, audit.DisputedLaw
		f.Message = fmt.Sprintf("%s is another name of %s: %s, %s. It was requested under consent only, but the policy does not name it.", a.Host, name, known.Vendor, known.Category)
	}
	p.Report(f)
}

// declares: the policy names the vendor.
func declares(p *audit.Pass, known audit.Known) bool {
	if p.Policy == nil {
		return false
	}
	names := []string{}
	for _, v := range vendors(p.Policy) {
		names = append(names, v.Vendor)
	}
	for _, e := range p.Policy.Entries() {
		names = append(names, e.Vendor)
	}
	return slices.ContainsFunc(names, func(n string) bool {
		id := policies.VendorID(n)
		return id != "" && (id == policies.VendorID(known.ID) || id == policies.VendorID(known.Vendor))
	})
}
