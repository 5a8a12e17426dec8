package audit

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"cookieaudit/policies"
	"cookieaudit/scanner/observation"
)

// runServices judges each service of a job by itself, by what the policy says of
// it, and joins the answers in one Audit. Rules that read the policy look at the
// whole of it once.
func runServices(o *observation.Observation, p *policies.Policy, rules []*Rule, opt Options) (*Audit, error) {
	if opt.as(o) != "" {
		return nil, errors.New("--as stands for one site: scan one service at a time with it")
	}
	var ofDocument, ofService []*Rule
	for _, r := range rules {
		if r.Document {
			ofDocument = append(ofDocument, r)
		} else {
			ofService = append(ofService, r)
		}
	}
	j, err := newJudge(o, p, opt)
	if err != nil {
		return nil, err
	}
	if p != nil {
		// The first party of the whole is who publishes the policy.
		j.place.site = observation.Site(observation.HostOf(p.Site))
		j.audit.Site = j.place.site
	}
	for _, s := range o.Header.Job.Services {
		k, err := j.lookAtService(s)
		if err != nil {
			return nil, err
		}
		j.services = append(j.services, k)
	}
	for _, k := range j.services {
		k.judgeService(ofService)
		j.join(k)
	}
	j.applyRules(ofDocument)
	j.joinResults()
	j.sayHowMany()
	j.except()
	for _, k := range j.services {
		j.joinUnknowns(k)
	}
	j.gatherNotes()
	j.cover()
	j.sort()
	j.audit.Summary = summarise(j)
	j.audit.Scripts = opt.Catalog.scripts(o.Writes)
	return j.audit, nil
}

// lookAtService takes in what was seen of one service.
func (j *judge) lookAtService(s observation.Service) (*judge, error) {
	part := j.o.Of(s.Name)
	part.Header.Job.URLs, part.Header.Job.Services = s.URLs, nil
	k, err := newJudge(part, j.policy.View(s.Name), j.opt)
	if err != nil {
		return nil, fmt.Errorf("service %s: %w", s.Name, err)
	}
	k.service, k.whole = s.Name, j
	k.look()
	for e := range k.seen {
		j.seen[e] = true
	}
	return k, nil
}

// judgeService runs the rules on it.
func (j *judge) judgeService(rules []*Rule) {
	j.applyRules(rules)
	j.gatherUnknowns(rules)
	j.noteGaps()
	j.noteLostPages()
}

// ofSite reports whether the judge is that of the site's own part, which answers
// for what is declared beside all services.
func (j *judge) ofSite() bool {
	if j.whole == nil {
		return false
	}
	i := slices.IndexFunc(j.whole.services, func(k *judge) bool { return !j.whole.declares(k.service) })
	return i >= 0 && j.whole.services[i] == j
}

// declares reports whether the policy has a service of that name.
func (j *judge) declares(service string) bool {
	return j.policy != nil && slices.ContainsFunc(j.policy.Services, func(s policies.Service) bool { return s.Name == service })
}

// join takes over what was seen and found in a service.
func (j *judge) join(k *judge) {
	offset := len(j.audit.Sightings)
	for _, s := range k.audit.Sightings {
		s.Ref += offset
		j.audit.Sightings = append(j.audit.Sightings, s)
	}
	j.known, j.isKnown = append(j.known, k.known...), append(j.isKnown, k.isKnown...)
	for _, f := range k.audit.Findings {
		f.Sightings = slices.Clone(f.Sightings)
		for i := range f.Sightings {
			f.Sightings[i] += offset
		}
		j.audit.Findings = append(j.audit.Findings, f)
	}
	j.audit.Visits = append(j.audit.Visits, k.audit.Visits...)
	for _, n := range k.audit.Notes {
		j.note(k.service + ": " + n)
	}
}

// joinResults gives for each rule and choice the worst answer of all services.
func (j *judge) joinResults() {
	order := []Status{StatusNotApplicable, StatusPass, StatusInconclusive, StatusFail}
	worst := map[ruleChoice]int{}
	for _, k := range j.services {
		for _, r := range k.audit.Results {
			id := ruleChoice{r.Rule, r.Choice}
			r.Why = strings.TrimSuffix(k.service+": "+r.Why, ": ")
			at, known := worst[id]
			switch {
			case !known:
				worst[id] = len(j.audit.Results)
				j.audit.Results = append(j.audit.Results, r)
				j.standing[id] = k.standing[id]
			case slices.Index(order, r.Status) > slices.Index(order, j.audit.Results[at].Status):
				j.audit.Results[at] = r
				j.standing[id] = k.standing[id]
			case r.Status == j.audit.Results[at].Status && r.Status == StatusFail:
				j.audit.Results[at].Why += "; " + r.Why
			}
		}
	}
}

func (j *judge) joinUnknowns(k *judge) {
	for _, u := range k.audit.Unknowns {
		u.Service = k.service
		u.What = strings.Replace(u.What, couldNotTell, couldNotTell+k.service+": ", 1)
		j.audit.Unknowns = append(j.audit.Unknowns, u)
	}
}

// Tested is how far a service was tested.
type Tested string

const (
	TestedWhole  Tested = "tested"
	TestedPartly Tested = "partly"
	NotTested    Tested = "not"
)

// Coverage is how far one service of a policy was tested, and what is missing.
type Coverage struct {
	Service  string
	Hosts    []string
	Tested   Tested
	Pages    int // that were looked at
	Choices  int // that were made for certain, or that the service does not offer
	Of       int // choices that were asked for
	Declared int // entries, those for vendors included
	Observed int // of them
	Findings int
	Why      []string // why not, or not wholly
	Needed   []string // what it would take
}

// cover sums up each service of the policy, in its order, and services that only
// the job names.
func (j *judge) cover() {
	j.audit.Coverage = []Coverage{}
	done := map[string]bool{}
	for _, k := range j.services {
		done[k.service] = true
	}
	if j.policy != nil {
		for i := range j.policy.Services {
			s := &j.policy.Services[i]
			if !done[s.Name] {
				j.audit.Coverage = append(j.audit.Coverage, j.uncovered(s))
			}
		}
	}
	for _, k := range j.services {
		j.audit.Coverage = append(j.audit.Coverage, j.covered(k))
	}
	slices.SortStableFunc(j.audit.Coverage, func(a, b Coverage) int { return cmp.Compare(j.rank(a.Service), j.rank(b.Service)) })
}

// rank is where a service stands in the policy; behind all others if it does not.
func (j *judge) rank(service string) int {
	if j.policy != nil {
		if i := slices.IndexFunc(j.policy.Services, func(s policies.Service) bool { return s.Name == service }); i >= 0 {
			return i
		}
	}
	return 1 << 30
}

func (j *judge) uncovered(s *policies.Service) Coverage {
	c := Coverage{Service: s.Name, Hosts: append([]string{}, s.Hosts...), Tested: NotTested, Declared: len(s.Items) + len(s.Vendors), Why: []string{}, Needed: []string{}}
	if len(s.Hosts) == 0 {
		c.Why = append(c.Why, "the policy gives no host for it")
		c.Needed = append(c.Needed, "hosts: of the service in the policy")
		return c
	}
	c.Why = append(c.Why, "the scan was not asked to visit it")
	c.Needed = append(c.Needed, "scan https://"+strings.TrimPrefix(s.Hosts[0], "*.")+"/")
	return c
}

func (j *judge) covered(k *judge) Coverage {
	c := Coverage{Service: k.service, Hosts: []string{}, Tested: TestedWhole, Why: []string{}, Needed: []string{}}
	for _, u := range k.o.Header.Job.URLs {
		if h := observation.HostOf(u); !slices.Contains(c.Hosts, h) {
			c.Hosts = append(c.Hosts, h)
		}
	}
	lacks := func(why, needed string) {
		if !slices.Contains(c.Why, why) {
			c.Why = append(c.Why, why)
		}
		if needed != "" && !slices.Contains(c.Needed, needed) {
			c.Needed = append(c.Needed, needed)
		}
	}
	c.Pages = len((&Pass{Visits: k.audit.Visits, j: k}).Pages())
	for i := range k.audit.Visits {
		v := &k.audit.Visits[i]
		if v.Choice == observation.Settings {
			continue // it chooses nothing
		}
		c.Of++
		if passive(v.Choice) && len(k.looked(v)) > 0 || !passive(v.Choice) && k.proven(v).status != StatusInconclusive {
			c.Choices++
		}
	}
	for _, u := range k.audit.Unknowns {
		lacks(trimWords(u.What, couldNotTell), trimWords(u.Next, toTell))
	}
	j.coverEntries(k, &c, lacks)
	for _, f := range j.audit.Findings {
		if f.Service == k.service {
			c.Findings++
		}
	}
	switch {
	case c.Pages == 0:
		// All else follows from that.
		c.Tested, c.Why, c.Needed = NotTested, c.Why[:min(1, len(c.Why))], c.Needed[:min(1, len(c.Needed))]
	case len(c.Why) > 0:
		c.Tested = TestedPartly
	}
	return c
}

// coverEntries counts what is declared for a service, and finds what needs a
// step that no journey did. What is declared beside all services counts for the
// site's own part, wherever it was seen.
func (j *judge) coverEntries(k *judge, c *Coverage, lacks func(why, needed string)) {
	if k.policy == nil {
		return
	}
	service, visits, sightings := k.service, k.audit.Visits, k.audit.Sightings
	if k.ofSite() {
		service, visits, sightings = "", j.audit.Visits, j.audit.Sightings
	}
	steps := map[string]bool{}
	for _, v := range visits {
		for _, a := range v.Acts {
			for _, name := range a.Names {
				steps[name] = true // one that failed is told by itself
			}
		}
	}
	missing := map[string]bool{}
	need := func(conditions []policies.Condition) {
		for _, cond := range conditions {
			// Whether a cookie ends with the browser its attributes tell; making
			// a choice is part of each visit.
			if cond.Step != "" && !steps[cond.Step] && cond.Step != observation.StepRestart && !cond.Consents() {
				missing[cond.Step] = true
			}
		}
	}
	for _, e := range k.policy.Entries() {
		if e.Service != service {
			continue
		}
		c.Declared++
		if slices.ContainsFunc(sightings, func(s Sighting) bool { return s.Match.Entry == e }) {
			c.Observed++
		}
		need(e.When)
		need(e.DeletedWhen)
		for _, event := range e.Lifetime.Until {
			if !steps[event] {
				missing[event] = true
			}
		}
		if e.Lifetime.Idle > 0 && !steps[observation.StepIdle] {
			missing[observation.StepIdle] = true
		}
	}
	vendors := k.policy.Vendors
	if i := slices.IndexFunc(k.policy.Services, func(s policies.Service) bool { return s.Name == service }); i >= 0 {
		vendors = k.policy.Services[i].Vendors
	}
	for i := range vendors {
		if service != "" && vendors[i].Service != service {
			continue
		}
		c.Declared++
		if slices.ContainsFunc(sightings, func(s Sighting) bool { return s.Match.Vendor == &vendors[i] }) {
			c.Observed++
		}
	}
	for _, step := range slices.Sorted(maps.Keys(missing)) {
		lacks(fmt.Sprintf("no journey does %q, on which declared items depend", step), fmt.Sprintf("a journey with `step: %s`", step))
	}
}

func trimWords(s, head string) string { return strings.TrimSuffix(strings.TrimPrefix(s, head), ".") }
