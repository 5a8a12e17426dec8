package rules

import (
	"fmt"
	"slices"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "vendor-without-consent-bit",
	Title: "a vendor collects although the TC string leaves it out",
	Doc: `The TC string names each vendor that the visitor agreed to, or that may claim a legitimate interest. A request that
gathers data went to a vendor whose number in the IAB's list is known, and the string of that visit names it for
neither. It is looked at after accepting: what is sent after a refusal is told by tracker-request-before-consent.`,
	Help:     "Add the vendor to those that the dialog asks for, or load it only where the string names it.",
	Severity: audit.High,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Needs: []audit.Need{
		{Choices: []observation.Choice{observation.Accept}, Proven: true},
	},
	Legal:  []string{directive, pecr, tcfPolicies},
	Except: optOut,
	Run:    vendorWithoutBit,
})

func vendorWithoutBit(p *audit.Pass) {
	const c = observation.Accept
	h := hear(p, func(h audit.Heard) bool { return h.Choice == c && chosen(h) && tcString(h) })
	h.heard = slices.DeleteFunc(h.heard, func(h audit.Heard) bool {
		// Those of requests are told without their vendors.
		return h.TCF == nil || h.TCF.Version == 0 || len(h.Granted()) == 0 || fromRequest(h)
	})
	if h.silent(p, c, "a TC string that grants anything") {
		return
	}
	known := false
	for r := range p.Collecting(observation.After, observation.Return) {
		if r.Choice != c || r.Known.TCF == 0 {
			continue
		}
		in := func(s audit.Heard) bool { return s.Leg == observation.LegOf(r.Page) && s.Phase == r.Phase }
		if !slices.ContainsFunc(h.heard, in) {
			continue
		}
		known = true
		if slices.ContainsFunc(h.heard, func(s audit.Heard) bool { return in(s) && namesVendor(s.TCF, r.Known.TCF) }) {
			continue
		}
		f := requestFinding(p, r, c, "after accepting")
		f.Message += fmt.Sprintf(" The TC string does not name it (vendor %d).", r.Known.TCF)
		p.Report(f)
	}
	if !known {
		p.NotApplicable(c, "no request went to a vendor whose number in the IAB's list is known")
	}
}

func namesVendor(t *observation.TCString, vendor int) bool {
	return slices.Contains(t.Vendors, vendor) || slices.Contains(t.Interests, vendor)
}
