package audit

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"cookieaudit/scanner/observation"
)

// AnyOnly stands in a Need for every choice only:<category>.
const AnyOnly observation.Choice = "only:*"

type ruleChoice struct {
	rule   string
	choice observation.Choice
}

// standing is what can be said of a rule under a choice before it ran.
type standing struct {
	status Status // StatusPass: can be judged
	why    string
	next   string
	page   string
	// drops: what the rule finds cannot be held against the site, because the
	// choice it rests on was not made. Without it a finding on what was seen
	// stands whatever the gaps.
	drops bool
	// decides: it bears on the verdict by itself.
	decides bool
}

func (s standing) rank() int {
	return slices.Index([]Status{StatusPass, StatusNotApplicable, StatusInconclusive}, s.status)
}

// choicesOf are the choices for which a rule answers, "" for one answer for the
// whole audit.
func (j *judge) choicesOf(r *Rule) []observation.Choice {
	var out []observation.Choice
	for _, n := range r.Needs {
		for _, c := range n.Choices {
			if c == AnyOnly {
				out = append(out, j.onlyChoices()...)
				continue
			}
			out = append(out, c)
		}
	}
	if r.Overall || len(out) == 0 {
		return []observation.Choice{""}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (j *judge) onlyChoices() []observation.Choice {
	var out []observation.Choice
	for _, v := range j.audit.Visits {
		if strings.HasPrefix(string(v.Choice), "only:") {
			out = append(out, v.Choice)
		}
	}
	if len(out) == 0 {
		return []observation.Choice{""}
	}
	return out
}

// stand decides whether a rule can be judged under a choice.
func (j *judge) stand(r *Rule, c observation.Choice) standing {
	switch {
	case slices.Contains(r.Except, j.audit.Profile):
		return notApplicable(fmt.Sprintf("does not apply under the profile %s", j.audit.Profile))
	case r.Policy && j.policy == nil:
		return notApplicable("no declared policy was given")
	}
	st := standing{status: StatusPass}
	for _, n := range r.Needs {
		if c != "" && len(n.Choices) > 0 && !covers(n.Choices, c) {
			continue
		}
		if s := j.meet(r, n, c); s.rank() > st.rank() {
			st = s
		}
	}
	return st
}

func covers(choices []observation.Choice, c observation.Choice) bool {
	return slices.Contains(choices, c) || slices.Contains(choices, AnyOnly) && strings.HasPrefix(string(c), "only:")
}

func notApplicable(why string) standing {
	return standing{status: StatusNotApplicable, why: why, drops: true}
}

// meet is how far one need is met. A rule that answers for the whole audit is
// held back by any visit it rests on.
func (j *judge) meet(r *Rule, n Need, c observation.Choice) standing {
	if n.Journey != "" {
		return notApplicable(fmt.Sprintf("the journey %s did not run", n.Journey))
	}
	var st standing
	switch {
	case c != "":
		st = j.meetIn(n, c)
	case len(n.Choices) > 0:
		st = j.meetAny(n)
	default:
		st = j.meetEvery(n)
	}
	if n.Whole && st.status == StatusInconclusive {
		// What is said to be absent may be just where nobody could look.
		st.drops = true
		if st.page != "" {
			st.status = StatusNotApplicable
		}
	}
	return st
}

func (j *judge) meetEvery(n Need) standing {
	st := standing{status: StatusPass}
	if len(j.audit.Visits) == 0 {
		return inconclusive("nothing was looked at", "scan again", "")
	}
	for _, v := range j.audit.Visits {
		s := j.blind(&v)
		if v.Choice == observation.Accept && unsettled(v.Outcome) {
			why, next := j.whyNot(&v)
			s = inconclusive("what comes after accepting was not seen for certain: "+why, next, "")
		}
		if s.rank() > st.rank() {
			st = s
		}
	}
	return st
}

// meetAny: one of the choices is enough.
func (j *judge) meetAny(n Need) standing {
	var all []standing
	for _, c := range n.Choices {
		all = append(all, j.meetIn(n, c))
	}
	return slices.MinFunc(all, func(a, b standing) int {
		order := []Status{StatusPass, StatusInconclusive, StatusNotApplicable}
		return cmp.Compare(slices.Index(order, a.status), slices.Index(order, b.status))
	})
}

func unsettled(o observation.Outcome) bool {
	return o == observation.Unproven || o == observation.Failed || o == observation.NotKept
}

func (j *judge) meetIn(n Need, c observation.Choice) standing {
	v := j.summary(c)
	if v == nil && c == observation.None && len(j.audit.Visits) > 0 {
		// The time before any choice is part of every visit.
		v = &j.audit.Visits[0]
	}
	if c == AnyOnly {
		return notApplicable("no choice only:<category> was asked for")
	}
	if v == nil {
		return notApplicable(fmt.Sprintf("the choice %s was not asked for", c))
	}
	if n.Proven && !passive(c) {
		if st := j.proven(v); st.status != StatusPass {
			return st
		}
	}
	return j.blind(v)
}

// proven decides whether a choice counts as made.
func (j *judge) proven(v *VisitSummary) standing {
	switch {
	case v.Outcome == observation.Proven:
		return standing{status: StatusPass}
	case v.Outcome == observation.NoControl:
		return notApplicable(fmt.Sprintf("the dialog offers no way to %s", v.Choice))
	case v.Outcome == observation.NoDialog && j.dialog.absent() && !j.outOfArea():
		return notApplicable("no consent dialog was seen")
	}
	why, next := j.whyNot(v)
	return standing{status: StatusInconclusive, why: why, next: next, drops: true, decides: true}
}

// whyNot says why a choice does not count as made, and what would settle it.
func (j *judge) whyNot(v *VisitSummary) (why, next string) {
	if v.Outcome == observation.NoDialog {
		return j.whyNoDialog()
	}
	why, next = v.Why, j.next[v.Choice]
	if why == "" {
		why = fmt.Sprintf("nothing proves that the choice %s took effect", v.Choice)
	}
	return why, cmp.Or(next, "scan again")
}

func (j *judge) whyNoDialog() (why, next string) {
	switch {
	case j.dialog.unread != "" && !j.dialog.found:
		return fmt.Sprintf("a box over the page speaks of cookies, and nobody understood its buttons: %q", j.dialog.unread),
			"name them in `controls.accept` and `controls.reject`, or let a person press them (--attend)"
	case j.dialog.managed():
		return "no consent dialog was seen though " + j.managerWords(),
			"open the page in a visible browser from the same network, then look again from a country where the dialog is shown (--from), or add `controls.accept` and `controls.reject`"
	case j.outOfArea():
		return fmt.Sprintf("looked from %s, outside the area of the profile %s, and no consent dialog came", j.outside(), j.audit.Profile),
			"scan from " + areaWords(j.audit.Profile)
	case !j.dialog.found:
		return "nobody looked for a consent dialog", "scan again"
	}
	return "a consent dialog was seen in other visits, but not in this one", "scan again, or add `controls.accept` and `controls.reject`"
}

func join(a, b string) string {
	if b == "" {
		return a
	}
	return a + ": " + b
}

// blind finds what could hide a write in a visit.
func (j *judge) blind(v *VisitSummary) standing {
	st := standing{status: StatusPass}
	for _, b := range j.blinds(v) {
		if b.decides || st.status == StatusPass {
			st = b
		}
	}
	return st
}

func inconclusive(why, next, page string) standing {
	return standing{status: StatusInconclusive, why: why, next: next, page: page}
}

// blinds lists what could hide a write in a visit: pages that the user named
// and nobody saw, and gaps the scanner calls blind. A page that was only found
// by following links is no loss (it is a note).
func (j *judge) blinds(v *VisitSummary) []standing {
	var out []standing
	if len(j.looked(v)) == 0 {
		b := inconclusive(fmt.Sprintf("no page could be looked at with the choice %s", v.Choice), "scan again when the site answers", "")
		if len(v.Pages) > 0 {
			b = j.lostPage(v.Pages[0])
		}
		b.decides = true
		return []standing{b}
	}
	for _, p := range j.lostPages(v) {
		if p.Named {
			b := j.lostPage(p)
			b.decides = true
			out = append(out, b)
		}
	}
	for _, a := range v.Acts {
		if a.Failed != "" {
			b := inconclusive(fmt.Sprintf("the journey %s stopped at step %d (%s): %s", a.Journey, a.Nr, a.What, a.Failed),
				fmt.Sprintf("mend the journey %s, or the page it could not use", a.Journey), j.url(a.Page))
			b.decides = true
			out = append(out, b)
		}
	}
	for _, g := range v.Gaps {
		if g.Blind && !j.besides(g) {
			out = append(out, inconclusive(join(g.Why, j.url(g.Page)), "scan again; `cookieaudit doctor` shows whether the browser is the reason", j.url(g.Page)))
		}
	}
	return out
}

// besides: the gap is on a page that was lost anyway, which is told there.
func (j *judge) besides(g observation.Gap) bool {
	p := j.pages[g.Page]
	return p != nil && j.lost(*p) != ""
}

// listed tells pages apart: by their place in the list of pages, since two
// addresses may be alike once redacted.
type listed struct {
	nr  int
	url string
}

func placeOf(p observation.Page) listed {
	if p.Nr > 0 {
		return listed{nr: p.Nr}
	}
	return listed{url: p.URL}
}

// lostPages are the URLs of a visit of which no opening showed the site's page.
func (j *judge) lostPages(v *VisitSummary) []observation.Page {
	seen := map[listed]bool{}
	for _, p := range j.looked(v) {
		seen[placeOf(p)] = true
	}
	var out []observation.Page
	for _, p := range v.Pages {
		if !seen[placeOf(p)] && j.inForce(p.ID) {
			seen[placeOf(p)] = true
			out = append(out, p)
		}
	}
	return out
}

func (j *judge) lostPage(p observation.Page) standing {
	why := j.lost(p)
	if why == "" {
		why = "was not seen"
	}
	return inconclusive(fmt.Sprintf("%s %s", p.URL, why), nextForPage(p), p.URL)
}

func nextForPage(p observation.Page) string {
	switch {
	case p.Status == 401 || p.Status == 403:
		return "let the scan in (--basic-auth or --header), and scan again"
	case p.Status == 404 || p.Status == 410:
		return "check the address"
	case p.State == observation.PageBlocked:
		return "let the scanner's address through the wall, or scan from another one"
	case p.State == observation.PageOK && p.Status < 400:
		return "give the log-in, or scan the page it led to"
	}
	return "scan again when the page answers"
}

func (j *judge) summary(c observation.Choice) *VisitSummary {
	for i := range j.audit.Visits {
		if j.audit.Visits[i].Choice == c {
			return &j.audit.Visits[i]
		}
	}
	return nil
}
