package audit

import (
	"fmt"
	"slices"
	"strings"

	"cookieaudit/scanner/observation"
)

// The exit codes of an audit. 2 is a usage error and no audit.
const (
	ExitNoBreach     = 0
	ExitBreach       = 1
	ExitCouldNotTell = 3
	ExitIncomplete   = 130
)

// summarise is the verdict: the table of the README, line by line. What was
// seen comes before what was not: a breach is one whatever the gaps.
func summarise(j *judge) Summary {
	a := j.audit
	s := Summary{Count: map[Severity]int{}}
	for _, f := range a.Findings {
		s.Count[f.Severity]++
	}
	what := j.extent()
	gaps := j.deciding()
	switch {
	case a.Evidence.Interrupted:
		s.Verdict, s.Exit = IncompleteRun, ExitIncomplete
		s.Words = fmt.Sprintf("Incomplete: the scan was interrupted. Looked at so far: %s.%s", what, j.findings(High))
	case j.failing(a.FailOn) > 0:
		s.Verdict, s.Exit = Breach, ExitBreach
		s.Words = fmt.Sprintf("Breach found in what was looked at: %s.%s%s", what, j.findings(a.FailOn), withGaps(gaps))
	case len(gaps) > 0:
		s.Verdict, s.Exit = CouldNotTell, ExitCouldNotTell
		s.Words = fmt.Sprintf("%s %s%s%s", gaps[0].What, gaps[0].Next, more(len(gaps)-1), j.findings(High))
	case j.choicesNotApplicable():
		s.Verdict, s.Exit = ChoicesNA, ExitNoBreach
		s.Words = fmt.Sprintf("Choices not applicable: looked for a consent dialog for %s and saw none, nothing was stored that needs one, and no consent manager was seen. Looked at: %s.%s", seconds(j.longestSearch()), what, j.findings(High))
	case j.failing(High) > 0:
		// The threshold decides what ends a run, and not what was found.
		s.Verdict, s.Exit = NoBreach, ExitNoBreach
		s.Words = fmt.Sprintf("Nothing in what was looked at fails this run at --fail-on %s: %s.%s", a.FailOn, what, j.findings(High))
	default:
		s.Verdict, s.Exit = NoBreach, ExitNoBreach
		s.Words = fmt.Sprintf("No breach found in what was looked at: %s.%s", what, j.findings(High))
	}
	return s
}

func withGaps(gaps []Unknown) string {
	if len(gaps) == 0 {
		return ""
	}
	return fmt.Sprintf(" %s %s%s", gaps[0].What, gaps[0].Next, more(len(gaps)-1))
}

func more(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" %s could not be told either.", Count(n, "more thing"))
}

// extent says what was looked at: 10 pages, 4 choices, desktop, from GB.
func (j *judge) extent() string {
	pages := (&Pass{Visits: j.audit.Visits, j: j}).Pages()
	made := map[observation.Choice]bool{}
	for i := range j.audit.Visits {
		if v := &j.audit.Visits[i]; v.Choice != observation.Settings && len(j.looked(v)) > 0 {
			made[v.Choice] = true
		}
	}
	choices := len(made)
	parts := []string{Count(len(pages), "page"), Count(choices, "choice")}
	if j.services != nil {
		parts = slices.Insert(parts, 0, Count(len(j.services), "service"))
	}
	if d := j.o.Header.Job.Device; d != "" {
		parts = append(parts, d)
	}
	if j.o.Runs > 1 {
		parts = append(parts, Count(j.o.Runs, "run"))
	}
	switch told, seen := j.countryTold(), j.countrySeen(); {
	case told != "" && seen != "" && told != seen:
		parts = append(parts, fmt.Sprintf("from %s, or %s as the site saw it", told, seen))
	case told != "":
		parts = append(parts, "from "+told)
	case seen != "":
		parts = append(parts, "from "+seen+" as the site saw it")
	}
	return strings.Join(parts, ", ")
}

// failing counts the findings that fail a run at a threshold.
func (j *judge) failing(on Severity) int {
	n := 0
	for _, f := range j.audit.Findings {
		if f.Fails(on) {
			n++
		}
	}
	return n
}

func (j *judge) deciding() []Unknown {
	var out []Unknown
	for _, u := range j.audit.Unknowns {
		if u.Decides {
			out = append(out, u)
		}
	}
	slices.SortStableFunc(out, Unknown.compare)
	return out
}

// findings counts those that fail a run at a threshold, the others, and those that
// the policy accepts: no verdict leaves any of them out.
func (j *judge) findings(on Severity) string {
	person, other := 0, 0
	for _, f := range j.audit.Findings {
		switch {
		case f.Fails(on):
		case f.Evidence == HeuristicEvidence:
			person++
		default:
			other++
		}
	}
	var s string
	noun := "finding"
	if n := j.failing(on); n > 0 {
		s = fmt.Sprintf(" %s at or above %s.", Count(n, noun), on)
		noun = "further finding"
	}
	if other > 0 {
		s += fmt.Sprintf(" %s.", Count(other, noun))
	}
	if person > 0 {
		s += fmt.Sprintf(" %s that a person must decide.", Count(person, "finding"))
	}
	return s + j.accepted()
}

// accepted says how many findings exceptions of the policy took out, and how grave
// they are.
func (j *judge) accepted() string {
	count := map[Severity]int{}
	for _, e := range j.audit.Excepted {
		count[e.Finding.Severity]++
	}
	var grave []string
	for _, t := range slices.Backward(Severities()) {
		if n := count[Severity(t.Name)]; n > 0 {
			grave = append(grave, fmt.Sprintf("%d %s", n, t.Name))
		}
	}
	are := "are"
	if len(j.audit.Excepted) == 1 {
		are = "is"
	}
	if len(grave) == 0 {
		return ""
	}
	return fmt.Sprintf(" %s %s accepted by the policy (%s).", Count(len(j.audit.Excepted), "finding"), are, strings.Join(grave, ", "))
}

// choicesNotApplicable: there was nothing to choose and nothing to choose about.
func (j *judge) choicesNotApplicable() bool {
	if j.services != nil {
		return !slices.ContainsFunc(j.services, func(k *judge) bool { return !k.choicesNotApplicable() })
	}
	asked := slices.ContainsFunc(j.audit.Visits, func(v VisitSummary) bool { return !passive(v.Choice) })
	return asked && j.dialog.absent() && !slices.ContainsFunc(j.audit.Sightings, func(s Sighting) bool { return !s.Exempt })
}

// longestSearch is how long a dialog was looked for, in milliseconds.
func (j *judge) longestSearch() int64 {
	out := j.dialog.looked
	for _, k := range j.services {
		out = max(out, k.dialog.looked)
	}
	return out
}

// Status is the worst answer of a rule over all choices.
func (a *Audit) Status(rule string) Status {
	order := []Status{StatusNotApplicable, StatusPass, StatusInconclusive, StatusFail}
	worst := StatusNotApplicable
	for _, r := range a.Results {
		if r.Rule == rule && slices.Index(order, r.Status) > slices.Index(order, worst) {
			worst = r.Status
		}
	}
	return worst
}
