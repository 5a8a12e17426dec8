package rules

import (
	"fmt"
	"slices"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "kept-after-condition",
	Title: "item outlives its promised end",
	Doc: `The policy promises that an item is deleted with a step (a log-out, an account created, the
browser closed), on a page, or after a time without use, and after that it is still there with the same
value. A promise is judged only where a journey did its step while the item was there; the others are
counted in a note. Idle minutes pass in the page unless the scan waited in real time: a server's clock
does not run along, so that a cookie which is still there proves nothing. Where the storage that an
item lies in was not looked at after the step, nobody can tell.`,
	Help:     "Delete it in that step, or correct the promise.",
	Severity: audit.High,
	Evidence: audit.DerivedEvidence,
	Law:      audit.SettledLaw,
	Policy:   true,
	Overall:  true,
	Needs:    []audit.Need{{}},
	Legal:    []string{storageLimit, transparency, retention, deceptive},
	Run:      keptAfterCondition,
})

func keptAfterCondition(p *audit.Pass) {
	legs, items := walks(p), boundItems(p)
	var all []trial
	for _, d := range declarations(p.Policy) {
		for _, pr := range promises(d) {
			t := trial{promise: pr}
			for _, b := range items {
				if b.is(d) && !toldByLifetime(b, pr) {
					t.items = append(t.items, b)
				}
			}
			if pr.page != "" {
				t.onPages(p, legs)
			} else {
				t.inActs(p)
			}
			all = append(all, t)
		}
	}
	reportKept(p, all)
	tellTrials(p, all)
}

// toldByLifetime: an item declared for the session that asks to live longer is
// told of by persistent-declared-session.
func toldByLifetime(b bound, pr promise) bool {
	return pr.step == observation.StepRestart && sessionOnly(b.lifetime) && longest(b.group).Lifetime.Persistence == observation.Persistent
}

// reportKept makes one finding of an item, however many promises it outlived.
func reportKept(p *audit.Pass, all []trial) {
	type kept struct {
		bound
		page  string
		after []string
	}
	var found []kept
	for _, t := range all {
		for i, b := range t.broken {
			k := slices.IndexFunc(found, func(o kept) bool { return o.group[0].Item == b.group[0].Item })
			if k < 0 {
				found = append(found, kept{bound: b, page: t.pages[i]})
				k = len(found) - 1
			}
			found[k].after = append(found[k].after, t.String())
		}
	}
	for _, k := range found {
		s := k.group[0]
		f := audit.Finding{
			Item: s.Item, Sightings: audit.Refs(k.group), Position: &k.position, Page: k.page,
		}
		value := " with the same value"
		if k.changed {
			value = ""
		}
		f.Message = fmt.Sprintf("%s is still there%s after %s. The policy promises its end then (line %d).", p.Where(s), value, list(k.after), k.position.Line)
		k.weigh(&f)
		p.Report(f)
	}
}

// tellTrials says which promises nobody could test.
func tellTrials(p *audit.Pass, all []trial) {
	spoken, tested, untold, undone, absent := 0, false, false, 0, 0
	var steps, gone, whys, nexts []string
	for _, t := range all {
		tested = tested || t.tested
		if t.unspoken {
			continue
		}
		spoken++
		switch {
		case t.tested:
		case t.failed != "":
			whys = addOnce(whys, fmt.Sprintf("%s could not be done (%s)", t.step, t.failed))
			nexts = addOnce(nexts, "mend the journey")
		case len(t.untold) > 0:
			untold = true
			p.Untold("", t.untold[0].why, t.untold[0].next)
		case t.absent:
			absent++
			gone = addOnce(gone, t.named())
		default:
			undone++
			steps = addOnce(steps, t.named())
		}
	}
	if undone > 0 {
		p.Note("%s of deletion untested: no journey comes to %s.", audit.Count(undone, "promise"), list(steps))
	}
	if absent > 0 {
		p.Note("%s of deletion untested: the item was not there when it came to %s.", audit.Count(absent, "promise"), list(gone))
	}
	switch {
	case untold:
	case len(whys) > 0:
		p.CouldNotTell("", list(whys), list(nexts))
	case spoken == 0 && !tested:
		p.NotApplicable("", "the policy promises no deletion at a certain moment")
	case !tested:
		p.NotApplicable("", "no journey did a step at which something is to be deleted")
	}
}

func addOnce(all []string, s string) []string {
	if slices.Contains(all, s) {
		return all
	}
	return append(all, s)
}
