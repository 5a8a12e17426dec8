package rules

import (
	"fmt"
	"slices"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "opt-out-signal-ignored",
	Title: "the visitor's opt-out signal is ignored",
	Doc: `A browser that sends Global Privacy Control opts out of the sale and sharing of data, and nothing more may be asked
of the visitor. Here the site's own privacy string says that nobody opted out, or data for marketing is still stored
or sent to others as it is without the signal. Whether what is sent is a sale or sharing depends on contracts that
nobody can see from outside: that part is for a person to decide.`,
	Help:     "Treat the signal as an opt-out: write it into the privacy strings, and stop what sells or shares.",
	Severity: audit.High,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Needs:    []audit.Need{{Choices: []observation.Choice{observation.GPC}}},
	Legal:    []string{californian, gpcRule},
	Except:   optIn,
	Run:      optOutIgnored,
})

// signalUnasked are the GPP sections of states whose laws let a site ignore the
// signal: Virginia, Utah, Florida, Iowa, Tennessee, Indiana, Kentucky and Rhode
// Island.
var signalUnasked = []string{"usva", "usut", "usfl", "usia", "ustn", "usin", "usky", "usri"}

func optOutIgnored(p *audit.Pass) {
	if p.Visit(observation.GPC) == nil {
		return
	}
	const with = "although the browser sent Global Privacy Control"
	h := hear(p, func(h audit.Heard) bool {
		return h.Choice == observation.GPC && h.OptsOut() && !slices.Contains(signalUnasked, h.Name)
	})
	if s, ok := state(h.heard, observation.Signal.Granted); ok {
		p.Report(s.finding(p, observation.GPC, "opt-out", "The site's privacy string says that the visitor did not opt out of %s, %s.", s.words(), with))
	}
	marketing := false
	without := map[string]bool{}
	for c := range p.Collecting(observation.Before, observation.After, observation.Return) {
		if c.Known.Category == policies.Marketing && p.Party(c.Host) == policies.ThirdParty {
			marketing = true
			without[address(c)] = without[address(c)] || c.Choice != observation.GPC
		}
	}
	for c := range p.Collecting(observation.Before) {
		if c.Choice != observation.GPC || c.Known.Category != policies.Marketing || p.Party(c.Host) != policies.ThirdParty {
			continue
		}
		f := requestFinding(p, c, observation.GPC, with)
		f.Evidence = audit.HeuristicEvidence
		if without[address(c)] {
			f.Message += " It is sent without the signal too."
		}
		f.Message += " Whether that is a sale or sharing, a person must decide."
		p.Report(f)
	}
	for _, g := range audit.Items(p.Under(observation.GPC, observation.Before, observation.After, observation.Return)) {
		s := g[0]
		if s.Category != policies.Marketing && s.Catalogue != policies.Marketing || s.Party != policies.ThirdParty {
			continue
		}
		marketing = true
		p.Report(audit.Finding{
			Item: s.Item, Choice: observation.GPC, Sightings: audit.Refs(g), Evidence: audit.HeuristicEvidence,
			Message: fmt.Sprintf("%s Whether that is a sale or sharing, a person must decide.", stored(p, s, with)),
		})
	}
	if len(h.heard) == 0 && !marketing {
		h.silent(p, observation.GPC, "a privacy string, and anything for marketing that goes to others,")
	}
}
