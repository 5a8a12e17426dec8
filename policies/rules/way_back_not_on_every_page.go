package rules

import (
	"fmt"
	"slices"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "way-back-not-on-every-page",
	Title: "some pages have no way back to the choice",
	Doc: `After accepting, some pages show a control that leads back to the consent settings and others do not.
Consent can be taken back at any time, so wherever the visitor is. Where no page has one, the rule
no-way-to-withdraw says so; where no visit got back by a control, nothing is said here.`,
	Help:     "Put the control into what all pages share, such as the footer.",
	Severity: audit.Medium,
	Evidence: audit.HeuristicEvidence,
	Law:      audit.SettledLaw,
	Overall:  true,
	Needs:    []audit.Need{{Choices: []observation.Choice{observation.Withdraw}}},
	Legal:    []string{withdrawing, taskforce + ", type K"},
	Except:   optOut,
	Run: func(p *audit.Pass) {
		// What looks like a way back is one only where the visit to withdraw came
		// back by such a control.
		if v := p.Visit(observation.Withdraw); v == nil || v.Outcome != observation.Proven && v.Outcome != observation.Unproven {
			p.NotApplicable("", "no visit got back to the choice by a control of the page")
			return
		}
		with, without := 0, []string{}
		for _, c := range []observation.Choice{observation.Accept, observation.Withdraw} {
			v := p.Visit(c)
			if v == nil || !accepted(v) {
				continue
			}
			for _, page := range v.Pages {
				switch {
				case !page.WayBackSought || page.State != observation.PageOK || p.Repeated(page.Leg):
				case page.WayBack != "":
					with++
				case !slices.Contains(without, p.Short(page.URL)):
					without = append(without, p.Short(page.URL))
				}
			}
		}
		switch {
		case with+len(without) == 0:
			p.NotApplicable("", "no page was looked at after accepting")
		case with > 0 && len(without) > 0:
			slices.Sort(without)
			p.Report(audit.Finding{Name: "dialog", Message: fmt.Sprintf("After accepting, no control that leads back to the settings was seen on %s; other pages have one.", list(short(without)))})
		}
	},
})
