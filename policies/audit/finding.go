package audit

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"cookieaudit/policies"
	"cookieaudit/scanner/observation"
)

// Compare orders findings: the gravest first, then by rule and item.
func (f Finding) Compare(o Finding) int {
	return cmp.Or(
		cmp.Compare(o.Severity.Rank(), f.Severity.Rank()),
		cmp.Compare(f.Rule, o.Rule),
		f.Item.Compare(o.Item),
		cmp.Compare(f.Choice, o.Choice),
		cmp.Compare(f.Fingerprint, o.Fingerprint),
	)
}

func (r Result) compare(o Result) int {
	return cmp.Or(cmp.Compare(r.Rule, o.Rule), cmp.Compare(r.Choice, o.Choice))
}

// applyRules runs every rule and keeps what it finds.
func (j *judge) applyRules(rules []*Rule) {
	for _, r := range sorted(rules) {
		j.apply(r)
	}
	for _, r := range sorted(rules) {
		for _, c := range j.choicesOf(r) {
			j.audit.Results = append(j.audit.Results, j.result(r, c))
		}
	}
}

func sorted(rules []*Rule) []*Rule {
	out := slices.Clone(rules)
	slices.SortFunc(out, func(a, b *Rule) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

func (j *judge) apply(r *Rule) {
	choices := j.choicesOf(r)
	runs := false
	for _, c := range choices {
		st := j.stand(r, c)
		j.standing[ruleChoice{r.ID, c}] = st
		runs = runs || !st.drops
	}
	if !runs {
		return
	}
	r.Run(&Pass{
		Rule: r, Observation: j.o, Policy: j.policy, Profile: j.audit.Profile, Site: j.audit.Site,
		All: j.audit.Sightings, Visits: j.audit.Visits, j: j,
		report: func(f Finding) { j.add(r, f) },
		answer: func(c observation.Choice, st standing) { j.answer(r, c, st) },
	})
}

// answer takes what a rule says of itself. It never makes a worse answer better.
func (j *judge) answer(r *Rule, c observation.Choice, st standing) {
	id := ruleChoice{r.ID, c}
	if old := j.standing[id]; st.rank() > old.rank() {
		j.standing[id] = st
	}
}

// add completes a finding and merges it with its like.
func (j *judge) add(r *Rule, f Finding) {
	if j.standing[ruleChoice{r.ID, f.Choice}].drops {
		return
	}
	j.complete(r, &f)
	for i := range j.audit.Findings {
		if j.audit.Findings[i].Fingerprint == f.Fingerprint {
			merge(&j.audit.Findings[i], f)
			return
		}
	}
	j.audit.Findings = append(j.audit.Findings, f)
}

func (j *judge) complete(r *Rule, f *Finding) {
	adjusted := r.under(j.audit.Profile)
	f.Rule, f.Title, f.Legal = r.ID, r.Title, r.Under(j.audit.Profile)
	f.Severity = cmp.Or(f.Severity, adjusted.Severity)
	f.Law = cmp.Or(f.Law, adjusted.Law)
	f.Evidence = cmp.Or(f.Evidence, r.Evidence)
	f.Fix = cmp.Or(f.Fix, r.Help)
	if f.Sightings == nil {
		f.Sightings = []int{}
	}
	site := j.itemSite(f.Item)
	if len(f.Sightings) > 0 {
		first := j.audit.Sightings[f.Sightings[0]]
		f.Name = cmp.Or(f.Name, first.GeneralName())
		f.Page = cmp.Or(f.Page, first.Page)
		if w := j.origin(first); w != nil {
			f.Cause = cmp.Or(f.Cause, withoutQuery(w.By.URL))
		}
		f.Phase = cmp.Or(f.Phase, first.Phase)
	}
	if f.Position != nil {
		f.Cause = f.Position.String()
	}
	f.Name = cmp.Or(f.Name, Generalise(f.Item.Name))
	if f.Service = j.serviceOf(*f); f.Service != "" {
		site = f.Service + "/" + site
	}
	f.Fingerprint = fingerprint(r.ID, f.Item.Kind, f.Name, site, f.Choice)
	slices.Sort(f.Sightings)
	f.Sightings = slices.Compact(f.Sightings)
}

// serviceOf is the service of the policy that a finding concerns, where services
// are judged one by one.
func (j *judge) serviceOf(f Finding) string {
	if j.service != "" || j.services == nil || f.Position == nil || j.policy == nil {
		return j.service
	}
	return j.policy.ServiceAt(*f.Position)
}

// origin is the write that made what a sighting shows: its first, or, where the
// item was only found at rest, the one of an earlier phase of the same visit.
func (j *judge) origin(s Sighting) *observation.Write {
	found := s.First
	for _, o := range j.audit.Sightings {
		if found == nil && o.Item == s.Item && o.Sighting.Service == s.Sighting.Service && o.Choice == s.Choice && o.First != nil {
			found = o.First
		}
	}
	return found
}

// under is the rule's severity and law under a profile.
func (r *Rule) under(p policies.Profile) Adjustment {
	a := r.Adjust[p]
	return Adjustment{Severity: cmp.Or(a.Severity, r.Severity), Law: cmp.Or(a.Law, r.Law)}
}

func (j *judge) itemSite(k observation.Key) string {
	host := k.Hostname()
	if host == "" || j.place.party(host, j.policy) == policies.FirstParty {
		return string(policies.FirstParty)
	}
	return observation.Site(j.place.host(host))
}

func withoutQuery(raw string) string {
	head, _, _ := strings.Cut(raw, "?")
	return head
}

// merge joins two findings of one fingerprint. What the graver and more certain
// of them says is kept; the sightings of both are the evidence.
func merge(into *Finding, f Finding) {
	all := append(slices.Clone(into.Sightings), f.Sightings...)
	if weight(f) > weight(*into) {
		*into = f
	}
	into.Sightings = all
	slices.Sort(into.Sightings)
	into.Sightings = slices.Compact(into.Sightings)
}

func weight(f Finding) int {
	w := f.Severity.Rank() * 4
	if f.Evidence != HeuristicEvidence {
		w += 2
	}
	if f.Law == SettledLaw {
		w++
	}
	return w
}

// sayHowMany adds to each finding how many more items of its name pattern it
// stands for.
func (j *judge) sayHowMany() {
	for i := range j.audit.Findings {
		f := &j.audit.Findings[i]
		items := map[observation.Key]bool{}
		for _, s := range f.Sightings {
			items[j.audit.Sightings[s].Item] = true
		}
		if n := len(items) - 1; n > 0 && f.Item.Name != "" {
			f.Message += fmt.Sprintf(" The same holds for %s named like it.", Count(n, "more item"))
		}
	}
}

// result is fail where something was found, else how the rule stands.
func (j *judge) result(r *Rule, c observation.Choice) Result {
	st := j.standing[ruleChoice{r.ID, c}]
	res := Result{Rule: r.ID, Choice: c, Status: st.status, Why: st.why, Next: st.next}
	n := 0
	for _, f := range j.audit.Findings {
		if f.Rule == r.ID && f.Choice == c {
			n++
		}
	}
	if n > 0 {
		res.Status, res.Why, res.Next = StatusFail, Count(n, "finding"), ""
	}
	if res.Status == StatusPass && r.whole() {
		res.Why = "rests on " + strings.Join((&Pass{Visits: j.audit.Visits, j: j}).Pages(), ", ")
	}
	return res
}

// whole: the rule says that something is absent.
func (r *Rule) whole() bool {
	return slices.ContainsFunc(r.Needs, func(n Need) bool { return n.Whole })
}

// counts: what only a leg saw that was tried again tells nothing of the choice.
// What came before any choice does not depend on it and stands.
func (j *judge) counts(s Sighting) bool {
	return s.Phase.Unchosen(s.Choice) || len(s.Pages) == 0 || slices.ContainsFunc(s.Pages, j.inForce)
}

func (j *judge) speaksOfStorage() bool {
	return slices.ContainsFunc(j.policy.Entries(), func(e *policies.Entry) bool {
		return e.Kind != observation.Cookie && e.Kind != observation.RequestKind && e.Kind != ""
	})
}

// exemptRequest: the vendor's vendors: entry, or all its items, are declared on
// a basis that needs no consent.
func (j *judge) exemptRequest(c Collecting) bool {
	if j.policy == nil {
		return false
	}
	exemptBy := func(m policies.Match) bool {
		s := Sighting{Match: m, Party: j.place.party(observation.HostOf(c.URL), j.policy)}
		return exempt(s, c.Known, true, true, j.audit.Profile).exempt
	}
	declared := false
	for i := range j.policy.Vendors {
		if v := &j.policy.Vendors[i]; policies.VendorID(v.Vendor) == policies.VendorID(c.Known.ID) {
			declared = true
			if !exemptBy(policies.Match{Step: policies.MatchedVendor, Vendor: v}) {
				return false
			}
		}
	}
	for _, e := range j.policy.Entries() {
		named := e.Vendor != "" && (policies.VendorID(e.Vendor) == policies.VendorID(c.Known.ID) || policies.VendorID(e.Vendor) == policies.VendorID(c.Known.Vendor))
		if !named {
			continue
		}
		declared = true
		if !exemptBy(policies.Match{Step: policies.MatchedEntry, Entry: e}) {
			return false
		}
	}
	return declared
}
