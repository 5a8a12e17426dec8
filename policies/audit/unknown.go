package audit

import (
	"cmp"
	"slices"
	"strings"

	"cookieaudit/scanner/observation"
)

const (
	couldNotTell = "Could not tell: "
	toTell       = "To tell: "
)

// unknown is an Unknown before it is put into words.
type unknown struct {
	standing
	choice observation.Choice
}

// reason is something that a rule could not tell of itself.
type reason struct {
	rule   *Rule
	choice observation.Choice
	standing
}

func (u Unknown) compare(o Unknown) int {
	decides := 0
	if u.Decides != o.Decides {
		decides = 1
		if u.Decides {
			decides = -1
		}
	}
	return cmp.Or(decides, cmp.Compare(u.Choice, o.Choice), cmp.Compare(u.What, o.What), cmp.Compare(u.Page, o.Page), cmp.Compare(u.Next, o.Next))
}

// gatherUnknowns lists once each thing that could not be told: choices that do
// not count as made, what may hide a write, and what rules say of themselves.
func (j *judge) gatherUnknowns(rules []*Rule) {
	if asked := j.o.Header.Job.Choices; len(asked) > 0 && !slices.ContainsFunc(asked, func(c observation.Choice) bool { return c != observation.Settings }) {
		st := inconclusive("the one visit only read the dialog, and nobody looked at what is stored under any choice", "scan the site (`cookieaudit scan`)", "")
		st.decides = true
		j.unknowns = append(j.unknowns, unknown{st, ""})
	}
	for i := range j.audit.Visits {
		v := &j.audit.Visits[i]
		if !passive(v.Choice) && len(j.looked(v)) > 0 { // else that no page was seen says it
			if st := j.proven(v); st.status == StatusInconclusive {
				j.unknowns = append(j.unknowns, unknown{st, v.Choice})
			}
		}
		for _, b := range j.blinds(v) {
			b.decides = b.decides || j.heldBack(rules, b)
			j.unknowns = append(j.unknowns, unknown{b, v.Choice})
		}
	}
	// Of rules that could not tell for the same reason the deciding one tells it.
	all := sorted(rules)
	slices.SortStableFunc(all, func(a, b *Rule) int {
		switch da, db := j.decides(a), j.decides(b); {
		case da == db:
			return 0
		case da:
			return -1
		}
		return 1
	})
	for _, r := range all {
		for _, c := range j.choicesOf(r) {
			st := j.standing[ruleChoice{r.ID, c}]
			if j.inconclusive(r.ID, c) && !j.told(st) {
				st.decides = st.decides || j.decides(r)
				j.unknowns = append(j.unknowns, unknown{st, c})
			}
		}
	}
	for _, r := range j.reasons {
		if !j.told(r.standing) {
			r.decides = r.decides || j.decides(r.rule)
			j.unknowns = append(j.unknowns, unknown{r.standing, r.choice})
		}
	}
	for _, u := range j.unknowns {
		j.tell(u)
	}
}

// told: the reason is among the unknowns already.
func (j *judge) told(st standing) bool {
	return slices.ContainsFunc(j.unknowns, func(u unknown) bool { return strings.HasSuffix(st.why, u.why) })
}

func (j *judge) tell(u unknown) {
	n := Unknown{
		What: couldNotTell + u.why + ".", Next: toTell + u.next + ".",
		Decides: u.decides, Choice: u.choice, Page: u.page,
	}
	same := slices.IndexFunc(j.audit.Unknowns, func(o Unknown) bool { return o.What == n.What && o.Page == n.Page })
	if same < 0 {
		j.audit.Unknowns = append(j.audit.Unknowns, n)
		return
	}
	// The same reason under several choices is one thing to put right.
	old := &j.audit.Unknowns[same]
	old.Decides = old.Decides || n.Decides
	if old.Choice != n.Choice {
		old.Choice = ""
	}
}

func (j *judge) inconclusive(rule string, c observation.Choice) bool {
	return slices.ContainsFunc(j.audit.Results, func(r Result) bool {
		return r.Rule == rule && r.Choice == c && r.Status == StatusInconclusive
	})
}

// heldBack: a rule that could fail the run is inconclusive for this reason.
func (j *judge) heldBack(rules []*Rule, b standing) bool {
	return slices.ContainsFunc(rules, func(r *Rule) bool {
		return j.decides(r) && slices.ContainsFunc(j.audit.Results, func(res Result) bool {
			return res.Rule == r.ID && res.Status == StatusInconclusive && res.Why == b.why
		})
	})
}

// decides: the rule could have failed the run, so not knowing it decides too.
func (j *judge) decides(r *Rule) bool {
	a := r.under(j.audit.Profile)
	return Finding{Severity: a.Severity, Law: a.Law, Evidence: r.Evidence}.Fails(j.audit.FailOn)
}
