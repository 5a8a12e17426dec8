package report

import (
	"cmp"
	"fmt"
	"slices"

	"cookieaudit/policies/audit"
)

// group is the findings that one thing made: to put that right may remove several.
type group struct {
	Service  string // "" where one site was judged
	Cause    string // the setter's URL or a place in the policy, "" for the site itself
	Findings []audit.Finding
}

// byCause groups findings. What fails the run comes first, then the severest:
// a suspicion that a person must confirm does not stand above a breach.
func byCause(a *audit.Audit) []group {
	var groups []group
	at := map[[2]string]int{}
	for _, f := range a.Findings {
		key := [2]string{f.Service, f.Cause}
		i, ok := at[key]
		if !ok {
			i = len(groups)
			at[key] = i
			groups = append(groups, group{Service: f.Service, Cause: f.Cause})
		}
		groups[i].Findings = append(groups[i].Findings, f)
	}
	gravest := func(x, y audit.Finding) int {
		return cmp.Or(
			compareBool(y.Fails(a.FailOn), x.Fails(a.FailOn)),
			cmp.Compare(y.Severity.Rank(), x.Severity.Rank()),
		)
	}
	for _, g := range groups {
		slices.SortStableFunc(g.Findings, gravest)
	}
	slices.SortStableFunc(groups, func(x, y group) int {
		return cmp.Or(
			gravest(x.Findings[0], y.Findings[0]),
			cmp.Compare(len(y.Findings), len(x.Findings)),
			cmp.Compare(x.Service, y.Service),
			cmp.Compare(x.Cause, y.Cause),
		)
	})
	return groups
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// Title names the cause for a heading.
func (g group) Title() string {
	if g.Service != "" {
		return g.Service + ": " + g.cause()
	}
	return g.cause()
}

func (g group) cause() string {
	at := g.Findings[0].Position
	switch {
	case g.Cause == "":
		return "The site itself"
	case at == nil || at.String() != g.Cause:
		return "Set by " + g.Cause
	case slices.ContainsFunc(g.Findings, func(f audit.Finding) bool { return len(f.Sightings) > 0 }):
		return fmt.Sprintf("Compared with the policy, line %d", at.Line)
	}
	return fmt.Sprintf("In the policy, line %d", at.Line)
}

// cluster is findings of one group that differ only in what they are about: the
// same rule, with the same weight, law and remedy.
type cluster struct {
	audit.Finding // the first one, for what they share
	All           []audit.Finding
}

// clusters gathers the group's findings, in their order.
func (g group) clusters() []cluster {
	var out []cluster
	for _, f := range g.Findings {
		i := slices.IndexFunc(out, func(c cluster) bool { return alike(c.Finding, f) })
		if i < 0 {
			out = append(out, cluster{Finding: f})
			i = len(out) - 1
		}
		out[i].All = append(out[i].All, f)
	}
	return out
}

func alike(a, b audit.Finding) bool {
	return a.Rule == b.Rule && a.Title == b.Title && a.Severity == b.Severity && a.Evidence == b.Evidence && a.Law == b.Law &&
		a.Fix == b.Fix && slices.Equal(a.Legal, b.Legal)
}

// counts are the numbers of findings by severity, severest first, zeros
// included: a client must see that nothing critical was found.
func counts(a *audit.Audit) []count {
	var out []count
	for _, t := range slices.Backward(audit.Severities()) {
		s := audit.Severity(t.Name)
		c := count{Severity: s, N: a.Summary.Count[s]}
		for _, f := range a.Findings {
			if f.Severity == s && unsure(f) {
				c.Unsure++
			}
		}
		out = append(out, c)
	}
	return out
}

type count struct {
	Severity audit.Severity
	N        int
	Unsure   int // of them, those that a person must confirm
}

// unsure: a person must confirm the finding.
func unsure(f audit.Finding) bool { return f.Evidence == audit.HeuristicEvidence }
