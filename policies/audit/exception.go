package audit

import (
	"fmt"
	"slices"
	"time"

	"cookieaudit/policies"
)

// except moves findings that the policy accepts out of the findings. An
// exception ends with its last day; it never ends in silence.
func (j *judge) except() {
	if j.policy == nil {
		return
	}
	used := map[int]bool{}
	var left []Finding
	for _, f := range j.audit.Findings {
		i := slices.IndexFunc(j.policy.Exceptions, func(x policies.Exception) bool { return j.accepts(x, f) })
		if i < 0 {
			left = append(left, f)
			continue
		}
		used[i] = true
		j.audit.Excepted = append(j.audit.Excepted, Excepted{Finding: f, Exception: j.policy.Exceptions[i]})
	}
	j.audit.Findings = append([]Finding{}, left...)
	j.correctResults()
	for i, x := range j.policy.Exceptions {
		switch {
		case expired(x, j.audit.AsOf):
			j.note(fmt.Sprintf("The exception for %s (%s) expired on %s and no longer counts.", exceptionWords(x), x.Position, x.Expires.Format(time.DateOnly)))
		case !used[i]:
			j.note(fmt.Sprintf("The exception for %s (%s) matches no finding.", exceptionWords(x), x.Position))
		}
	}
}

func exceptionWords(x policies.Exception) string {
	if x.Name == "" {
		return x.Rule
	}
	return fmt.Sprintf("%s %q", x.Rule, x.Name)
}

// expired: the last day of an exception still counts.
func expired(x policies.Exception, asOf time.Time) bool {
	return !x.Expires.IsZero() && !asOf.Before(x.Expires.UTC().AddDate(0, 0, 1))
}

// accepts: an exception must name every item that a finding stands for.
func (j *judge) accepts(x policies.Exception, f Finding) bool {
	if x.Rule != f.Rule || expired(x, j.audit.AsOf) {
		return false
	}
	if x.Host != "" && x.Host != j.place.host(f.Item.Hostname()) && x.Host != f.Item.Hostname() {
		return false
	}
	if x.Name == "" {
		return true
	}
	name, err := policies.ParsePattern(x.Name)
	if err != nil {
		return false
	}
	if len(f.Sightings) == 0 {
		return name.Match(f.Item.Name) || x.Name == f.Name
	}
	return !slices.ContainsFunc(f.Sightings, func(s int) bool { return !name.Match(j.audit.Sightings[s].Item.Name) })
}

// correctResults says of a rule whose findings are all accepted that they are.
func (j *judge) correctResults() {
	for i := range j.audit.Results {
		r := &j.audit.Results[i]
		if r.Status != StatusFail || slices.ContainsFunc(j.audit.Findings, func(f Finding) bool { return f.Rule == r.Rule && f.Choice == r.Choice }) {
			continue
		}
		st := j.standing[ruleChoice{r.Rule, r.Choice}]
		r.Status, r.Why, r.Next = st.status, st.why, st.next
		if r.Status == StatusPass {
			r.Why = "every finding is accepted by the policy"
		}
	}
}
