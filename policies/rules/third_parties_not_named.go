package rules

import (
	"fmt"
	"slices"
	"strings"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "third-parties-not-named",
	Title: "who stores is named neither in the dialog nor in the policy",
	Doc: `After accepting, third parties stored something that needs consent, and neither a layer of the dialog
nor an entry of the policy names them, by company, by product or by host. Consent is informed only where it
is known who will be storing. Only what the scan read counts: a list of vendors on a page of its own is not
read.`,
	Help:     "Name everybody who stores or reads, in the dialog or one step behind it.",
	Severity: audit.Medium,
	Evidence: audit.HeuristicEvidence,
	Law:      audit.SettledLaw,
	Overall:  true,
	Needs:    []audit.Need{{Choices: []observation.Choice{observation.Accept}, Proven: true}},
	Legal:    []string{"GDPR, article 4(11): informed", "CJEU C-673/17 Planet49, paragraph 80", "ICO, guidance on storage and access technologies, April 2026: name third parties"},
	Except:   optOut,
	Run: func(p *audit.Pass) {
		layers, page := layersSeen(p)
		if len(layers) == 0 {
			p.NotApplicable("", "no consent dialog was seen")
			return
		}
		var text strings.Builder
		for _, l := range layers {
			text.WriteString(" " + strings.ToLower(l.Text))
			for _, c := range l.Controls {
				text.WriteString(" " + strings.ToLower(c.Text))
			}
		}
		var unnamed []string
		var refs []int
		for _, g := range audit.Items(p.Under(observation.Accept, observation.After, observation.Return)) {
			s := g[0]
			if s.Party != policies.ThirdParty || s.Exempt || s.Declared != "" || p.Silent(s) || named(text.String(), s) {
				continue
			}
			who := s.Item.Hostname()
			if s.Vendor != "" {
				who = fmt.Sprintf("%s (%s)", s.Vendor, who)
			}
			if !slices.Contains(unnamed, who) {
				unnamed = append(unnamed, who)
			}
			refs = append(refs, audit.Refs(g)...)
		}
		if len(unnamed) == 0 {
			return
		}
		if !settingsRead(p) {
			unread(p)
			return
		}
		if slices.ContainsFunc(layers, func(l observation.Dialog) bool { return strings.HasSuffix(l.Text, "…") }) {
			p.CouldNotTell("", "the dialog's text is longer than what was kept of it", "look by hand whether it names "+list(short(unnamed)))
			return
		}
		slices.Sort(unnamed)
		message := "Named neither in the dialog nor in the policy: %s."
		if p.Policy == nil {
			message = "Not named in the dialog, and no declared policy was given to look for them: %s."
		}
		p.Report(audit.Finding{Name: "dialog", Page: page, Sightings: refs, Message: fmt.Sprintf(message, list(short(unnamed)))})
	},
})

// named: the text gives the company, the product's first word, or the site.
func named(text string, s audit.Sighting) bool {
	site := observation.Site(s.Item.Hostname())
	if strings.Contains(text, site) {
		return true
	}
	first, _, _ := strings.Cut(strings.ToLower(s.Vendor), " ")
	return len(first) > 2 && strings.Contains(text, first)
}
