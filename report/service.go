package report

import (
	"fmt"
	"slices"
	"strings"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

// parts are the audit as it concerns each service that was judged by itself, in
// order; the audit itself where it is of one site.
func parts(a *audit.Audit) []part {
	if len(a.Coverage) == 0 {
		return []part{{Audit: a}}
	}
	var out []part
	for _, c := range a.Coverage {
		if slices.ContainsFunc(a.Visits, func(v audit.VisitSummary) bool { return v.Service == c.Service }) {
			out = append(out, part{Service: c.Service, Audit: ofService(a, c.Service)})
		}
	}
	return out
}

type part struct {
	Service string // "" for one site
	*audit.Audit
}

// ofService keeps the visits, sightings and findings of one service. What findings
// refer to keeps its meaning.
func ofService(a *audit.Audit, service string) *audit.Audit {
	out := *a
	out.Visits, out.Sightings, out.Findings = nil, nil, nil
	for _, v := range a.Visits {
		if v.Service == service {
			out.Visits = append(out.Visits, v)
		}
	}
	at := map[int]int{}
	for i, s := range a.Sightings {
		if s.Sighting.Service == service {
			at[i] = len(out.Sightings)
			out.Sightings = append(out.Sightings, s)
		}
	}
	for _, f := range a.Findings {
		if f.Service != service {
			continue
		}
		refs := []int{}
		for _, i := range f.Sightings {
			if k, ok := at[i]; ok {
				refs = append(refs, k)
			}
		}
		f.Sightings = refs
		out.Findings = append(out.Findings, f)
	}
	return &out
}

// dialogless: no dialog was seen under any choice and no consent manager either,
// so that there is nothing to tell of each.
func (p part) dialogless() bool {
	for _, v := range p.Visits {
		for _, c := range v.Consents {
			if c.Found || len(c.Scripts) > 0 || len(c.Steps) > 0 {
				return false
			}
		}
	}
	return p.Service != ""
}

var testedWords = map[audit.Tested]string{
	audit.TestedWhole:  "tested",
	audit.TestedPartly: "partly tested",
	audit.NotTested:    "not tested",
}

// journeyRow is what became of a journey under each choice.
type journeyRow struct {
	Name  string
	Cells []journeyCell
}

type journeyCell struct {
	Choice observation.Choice
	State  string // done, stopped, or not run
	Words  string
}

// alike: it went the same way under each choice.
func (j journeyRow) alike() bool {
	return !slices.ContainsFunc(j.Cells, func(c journeyCell) bool { return c.State != j.Cells[0].State || c.Words != j.Cells[0].Words })
}

// allSeen: every page was looked at under every choice.
func (p part) allSeen() bool {
	for _, v := range p.Visits {
		if v.Why != "" && v.Outcome != observation.NoDialog || v.Looked() != looked(p.Audit) {
			return false
		}
		for _, page := range v.Pages {
			if page.State != observation.PageOK {
				return false
			}
		}
	}
	return true
}

// journeys sums up the journeys of a part.
func journeys(a *audit.Audit) []journeyRow {
	var rows []journeyRow
	for _, j := range a.Evidence.Job.Journeys {
		row := journeyRow{Name: j.Name}
		ran := false
		for _, v := range a.Visits {
			c := journeyIn(v, j)
			ran = ran || c.State != "not run"
			row.Cells = append(row.Cells, c)
		}
		if ran {
			rows = append(rows, row)
		}
	}
	return rows
}

// journeyIn tells how a journey went under one choice. It is done where one
// browser session came to its last step; else a step failed, or the session ended
// between two.
func journeyIn(v audit.VisitSummary, j observation.Journey) journeyCell {
	legs := map[string][]observation.Done{}
	var order []string
	for _, act := range v.Acts {
		if act.Journey != j.Name {
			continue
		}
		if legs[act.Leg] == nil {
			order = append(order, act.Leg)
		}
		legs[act.Leg] = append(legs[act.Leg], act)
	}
	c := journeyCell{Choice: v.Choice, State: "not run"}
	for _, leg := range order {
		one := wayOf(legs[leg], j)
		one.Choice = v.Choice
		if c.State != "done" {
			c = one
		}
	}
	return c
}

// wayOf tells how a journey went in one leg.
func wayOf(acts []observation.Done, j observation.Journey) journeyCell {
	var idle []string
	last := 0
	for _, act := range acts {
		if act.Failed != "" {
			return journeyCell{State: "stopped", Words: fmt.Sprintf("at step %d of %d (%s): %s", act.Nr, len(j.Steps), act.What, act.Failed)}
		}
		last = max(last, act.Nr)
		if act.Idle > 0 {
			how := "in the page's own time, which no server notices"
			if act.Real {
				how = "by the wall clock"
			}
			idle = append(idle, fmt.Sprintf("idle for %s %s", elapsed(act.Idle), how))
		}
	}
	if last < len(j.Steps) {
		return journeyCell{State: "stopped", Words: fmt.Sprintf("cut off after step %d of %d", last, len(j.Steps))}
	}
	return journeyCell{State: "done", Words: strings.Join(append([]string{plural(len(j.Steps), "step")}, idle...), ", ")}
}
