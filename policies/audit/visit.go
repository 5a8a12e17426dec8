package audit

import (
	"cmp"
	"fmt"
	"slices"

	"cookieaudit/policies"
	"cookieaudit/scanner/observation"
)

// dialogFacts are what all visits together tell of the consent dialog.
type dialogFacts struct {
	found   bool
	looked  int64    // longest search, in milliseconds; 0 if nobody looked
	scripts []string // of a consent manager
	manager string   // its name, "" where none was seen or its scripts have no known name
	unread  string   // a box that may be a dialog, and nobody understood
}

// absent: it was looked for, and neither a dialog, nor what may be one, nor a consent
// manager that would show one was there.
func (d dialogFacts) absent() bool { return !d.found && d.looked > 0 && !d.managed() && d.unread == "" }

// managed: a consent manager is there, so there should be a dialog. One that sites
// serve under names of their own is known by its globals or markup alone.
func (d dialogFacts) managed() bool { return len(d.scripts) > 0 || d.manager != "" }

// managerWords tell of the consent manager that is there.
func (j *judge) managerWords() string {
	if len(j.dialog.scripts) == 0 {
		return "the page has the consent manager " + j.dialog.manager
	}
	return "a consent manager's script loaded, " + j.short(j.dialog.scripts[0])
}

// judgeVisits sums up each choice that was asked for or made, in the order of
// the job.
func (j *judge) judgeVisits() {
	j.gatherDialog()
	proofs := newProofs(j)
	for _, c := range j.choices() {
		v := j.o.Visit(c)
		if v == nil && c == observation.Only {
			j.audit.Visits = append(j.audit.Visits, j.withoutCategories())
			continue
		}
		if v == nil {
			j.audit.Visits = append(j.audit.Visits, VisitSummary{
				Service: j.service, Choice: c, Outcome: missingOutcome(c), Acts: []observation.Done{}, Why: fmt.Sprintf("the scan did not come to the choice %s", c),
				Pages: []observation.Page{}, Consents: []observation.Consent{}, Gaps: j.gaps(c),
			})
			j.next[c] = "scan again"
			continue
		}
		j.audit.Visits = append(j.audit.Visits, j.visit(v, proofs))
	}
	proofs.markRecords(j)
}

// withoutCategories is what stands for only:<category> where the dialog offers no
// category, or nobody could read what it offers.
func (j *judge) withoutCategories() VisitSummary {
	out := VisitSummary{
		Service: j.service, Choice: observation.Only, Outcome: observation.Failed, Why: "the dialog's settings could not be read",
		Pages: []observation.Page{}, Consents: []observation.Consent{}, Gaps: []observation.Gap{}, Acts: []observation.Done{},
	}
	switch v := j.o.Visit(observation.Settings); {
	case v != nil && slices.ContainsFunc(v.Consents, func(c observation.Consent) bool { return c.Found && c.Why == "" }):
		out.Outcome, out.Why = observation.NoControl, "the dialog offers no category by itself"
	case j.dialog.found:
		out.Outcome, out.Why = observation.NoControl, "the dialog has no settings"
	case j.dialog.looked > 0:
		out.Outcome, out.Why = observation.NoDialog, "no consent dialog was seen"
	}
	return out
}

func missingOutcome(c observation.Choice) observation.Outcome {
	if passive(c) {
		return ""
	}
	return observation.Failed
}

// passive choices press nothing, so there is nothing to prove.
func passive(c observation.Choice) bool {
	return c == observation.None || c == observation.GPC || c == observation.Settings
}

func (j *judge) choices() []observation.Choice {
	// What "only" stands for shows in the visits that it led to.
	all := slices.DeleteFunc(slices.Clone(j.o.Header.Job.Choices), func(c observation.Choice) bool {
		return c == observation.Only && slices.ContainsFunc(j.o.Visits, func(v observation.Visit) bool { return v.Choice.Category() != "" })
	})
	for _, v := range j.o.Visits {
		if !slices.Contains(all, v.Choice) {
			all = append(all, v.Choice)
		}
	}
	return all
}

func (j *judge) gatherDialog() {
	d := &j.dialog
	for _, v := range j.o.Visits {
		for _, c := range v.Consents {
			d.found = d.found || c.Found
			d.looked = max(d.looked, c.Looked)
			for _, s := range c.Scripts {
				if !slices.Contains(d.scripts, s) {
					d.scripts = append(d.scripts, s)
				}
			}
			if d.manager == "" {
				d.manager = c.Manager
			}
			if d.unread == "" {
				d.unread = c.Unread
			}
		}
	}
	slices.Sort(d.scripts)
}

func (j *judge) visit(v *observation.Visit, proofs *proofs) VisitSummary {
	sum := VisitSummary{
		Choice:   v.Choice,
		Pages:    append([]observation.Page{}, v.Pages...),
		Consents: append([]observation.Consent{}, v.Consents...),
		Gaps:     j.gaps(v.Choice),
		Acts:     []observation.Done{},
		Service:  j.service,
	}
	for _, a := range v.Acts {
		if !j.replaced[a.Leg] {
			sum.Acts = append(sum.Acts, a)
		}
	}
	for _, s := range v.Signals {
		if !j.replaced[s.Leg] {
			sum.Signals = append(sum.Signals, s)
		}
	}
	for i := range sum.Consents {
		proofs.settle(v, &sum.Consents[i])
	}
	if passive(v.Choice) {
		sum.Outcome = passiveOutcome(sum.Consents)
		return sum
	}
	var legs []attempt
	for _, l := range v.Legs {
		if !j.replaced[l.ID] {
			legs = append(legs, legAttempt(l, sum.Consents, proofs))
		}
	}
	all := combine(legs)
	sum.Outcome, sum.Why, sum.Proof = all.outcome, all.why, all.proof
	j.next[v.Choice] = all.next
	return sum
}

func passiveOutcome(consents []observation.Consent) observation.Outcome {
	looked := false
	for _, c := range consents {
		if c.Found {
			return ""
		}
		looked = looked || c.Looked > 0
	}
	if looked {
		return observation.NoDialog
	}
	return ""
}

// attempt is what became of a choice in one leg, or in all.
type attempt struct {
	outcome observation.Outcome
	why     string
	next    string // what would let it be told
	proof   []observation.ProofFact
}

// legAttempt reads a leg's attempts. The dialog is looked for on page after
// page, so that only the last page where there was one counts. To withdraw is
// proven only if the accepting before it is: else there was nothing to take
// back.
func legAttempt(l observation.Leg, consents []observation.Consent, proofs *proofs) attempt {
	choices := []observation.Choice{l.Choice}
	if l.Choice == observation.Withdraw {
		choices = []observation.Choice{observation.Accept, observation.Withdraw}
	}
	var parts []attempt
	for _, choice := range choices {
		part, tried := lastAttempt(l.ID, choice, consents, proofs)
		if !tried {
			if len(parts) > 0 && parts[0].outcome != observation.Proven {
				break // without accepting nothing could be withdrawn
			}
			part = attempt{outcome: observation.Failed, why: fmt.Sprintf("the scan did not come to the point where it would %s", choice), next: "scan again"}
		}
		parts = append(parts, part)
	}
	return worst(parts)
}

func lastAttempt(leg string, choice observation.Choice, consents []observation.Consent, proofs *proofs) (last attempt, tried bool) {
	for _, c := range consents {
		// Looking for a dialog in vain is an attempt at any choice.
		inVain := c.Choice == observation.None && !c.Found && c.Outcome == observation.NoDialog
		if c.Leg != leg || c.Choice != choice && !inVain {
			continue
		}
		if tried && c.Outcome == observation.NoDialog {
			continue
		}
		why, next := proofs.whyNot(c)
		last, tried = attempt{c.Outcome, why, next, c.Proof}, true
	}
	return last, tried
}

// combine sums up the legs of one choice. Proven needs all of them. That there
// is no dialog or no control is said only where every leg says so: else the
// site shows it to some visitors, and this visit is unproven.
func combine(legs []attempt) attempt {
	if len(legs) == 0 {
		return attempt{outcome: observation.Failed, why: "no page could be opened", next: "scan again"}
	}
	bad := worst(legs)
	if bad.outcome != observation.NoDialog && bad.outcome != observation.NoControl {
		return bad
	}
	n := 0
	for _, l := range legs {
		if l.outcome == bad.outcome {
			n++
		}
	}
	if n == len(legs) {
		return bad
	}
	what := "dialog"
	if bad.outcome == observation.NoControl {
		what = "control for it"
	}
	return attempt{
		outcome: observation.Unproven,
		why:     fmt.Sprintf("%d of %d browser sessions showed no %s", n, len(legs), what),
		next:    "scan again, or help to find the dialog with `controls`",
	}
}

var badness = []observation.Outcome{
	observation.Proven, observation.NoDialog, observation.NoControl,
	observation.Unproven, observation.NotKept, observation.Failed,
}

func worst(attempts []attempt) attempt {
	return slices.MaxFunc(attempts, func(a, b attempt) int {
		return cmp.Compare(slices.Index(badness, a.outcome), slices.Index(badness, b.outcome))
	})
}

// gaps are those of a choice, and those of the whole scan. What a leg missed
// that was tried again does not count.
func (j *judge) gaps(c observation.Choice) []observation.Gap {
	out := []observation.Gap{}
	for _, g := range j.o.Gaps {
		leg := g.Leg
		if leg == "" {
			leg = observation.LegOf(g.Page)
		}
		if leg == "" || j.legs[leg].Choice == c && !j.replaced[leg] {
			out = append(out, g)
		}
	}
	return out
}

// looked are the pages of a visit that count and were seen.
func (j *judge) looked(v *VisitSummary) []observation.Page {
	var out []observation.Page
	for _, p := range v.Pages {
		if j.inForce(p.ID) && j.lost(p) == "" {
			out = append(out, p)
		}
	}
	return out
}

// lost tells why a page was not the site's own page, "" if it was.
func (j *judge) lost(p observation.Page) string {
	switch host := observation.HostOf(p.Final); {
	case p.State != observation.PageOK:
		return lostState(p)
	case p.Status >= 400:
		return fmt.Sprintf("answered with status %d", p.Status)
	case host != "" && j.place.party(host, j.policy) == policies.ThirdParty:
		return fmt.Sprintf("led to another host, %s", host)
	}
	return ""
}

func lostState(p observation.Page) string {
	why := map[observation.PageState]string{
		observation.PageFailed:   "did not load",
		observation.PageCrashed:  "crashed",
		observation.PageHung:     "stopped answering",
		observation.PageDownload: "is a download, not a page",
		observation.PageBlocked:  "answered with an error or a wall in place of the site",
	}[p.State]
	if len(p.Reasons) > 0 {
		why += " (" + p.Reasons[0] + ")"
	}
	return why
}
