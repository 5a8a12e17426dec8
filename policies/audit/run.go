package audit

import (
	"fmt"
	"slices"

	"cookieaudit/policies"
	"cookieaudit/scanner/observation"
)

// Run judges an observation by rules. The policy may be nil: then only rules
// that need no declaration run, and the catalogue decides what is exempt. Run
// fails with an *OtherSiteError for the policy of another site; whatever could
// not be seen is no error but part of the Audit.
func Run(o *observation.Observation, p *policies.Policy, rules []*Rule, opt Options) (*Audit, error) {
	if err := Validate(rules); err != nil {
		return nil, err
	}
	if o.Header.Job.Services != nil {
		return runServices(o, p, rules, opt)
	}
	j, err := newJudge(o, p, opt)
	if err != nil {
		return nil, err
	}
	j.look()
	j.applyRules(rules)
	j.sayHowMany()
	j.except()
	j.gatherUnknowns(rules)
	j.gatherNotes()
	j.sort()
	j.audit.Summary = summarise(j)
	j.audit.Scripts = opt.Catalog.scripts(o.Writes)
	return j.audit, nil
}

// look takes in what was seen, before any rule.
func (j *judge) look() {
	j.judgeSightings()
	j.judgeVisits()
	j.exemptSightings()
}

// judge holds what the steps of Run share. Each step reads what earlier ones
// left and adds its own part of the Audit.
type judge struct {
	o      *observation.Observation
	policy *policies.Policy
	opt    Options
	place  place
	audit  *Audit
	// service is the one that is judged, "" for one site or for the whole.
	service string
	// services are the judges of the services, in a judge of the whole; whole is
	// that judge in each of them.
	services []*judge
	whole    *judge

	pages map[string]*observation.Page
	legs  map[string]observation.Leg
	// replaced are the IDs of legs that were tried again.
	replaced map[string]bool
	traits   map[observation.Key]trait
	known    []Known // by sighting; zero where the catalogue knows nothing
	isKnown  []bool
	dialog   dialogFacts
	unknowns []unknown
	standing map[ruleChoice]standing
	reasons  []reason                      // what rules could not tell, beside their standing
	next     map[observation.Choice]string // what would let an unproven choice be told
	noteSet  map[string]bool
	seen     map[*policies.Entry]bool // entries that an item matched
}

func newJudge(o *observation.Observation, p *policies.Policy, opt Options) (*judge, error) {
	if opt.FailOn != "" && opt.FailOn != FailNever && opt.FailOn.Rank() < 0 {
		return nil, fmt.Errorf("unknown severity %q: use one of info, low, medium, high, critical or none", opt.FailOn)
	}
	if opt.Profile != "" && !isTerm(policies.Profiles(), string(opt.Profile)) {
		return nil, fmt.Errorf("unknown profile %q: use one of uk, eu, fr, de, es, it, ie or us-ca", opt.Profile)
	}
	urls := o.Header.Job.URLs
	pl, err := newPlace(urls, opt.as(o))
	if err != nil {
		return nil, err
	}
	if err := pl.covers(p, urls); err != nil {
		return nil, err
	}
	if opt.Stable {
		o = stable(o)
	}
	j := &judge{
		o: o, policy: p, opt: opt, place: pl,
		pages:    map[string]*observation.Page{},
		legs:     map[string]observation.Leg{},
		replaced: map[string]bool{},
		standing: map[ruleChoice]standing{},
		next:     map[observation.Choice]string{},
		noteSet:  map[string]bool{},
		seen:     map[*policies.Entry]bool{},
	}
	for i := range o.Visits {
		for _, l := range o.Visits[i].Legs {
			j.legs[l.ID] = l
			if l.Retry != "" {
				j.replaced[l.Retry] = true
			}
		}
		for k := range o.Visits[i].Pages {
			j.pages[o.Visits[i].Pages[k].ID] = &o.Visits[i].Pages[k]
		}
	}
	j.audit = j.emptyAudit()
	return j, nil
}

func (j *judge) emptyAudit() *Audit {
	a := &Audit{
		Schema:   Schema,
		Evidence: evidenceRef(j.o),
		Site:     j.place.site,
		Policy:   policyRef(j.policy),
		AsOf:     j.opt.asOf(j.o),
		FailOn:   j.opt.failOn(),
		Stable:   j.opt.Stable,
		Visits:   []VisitSummary{}, Sightings: []Sighting{}, Results: []Result{}, Findings: []Finding{},
		Excepted: []Excepted{}, Unknowns: []Unknown{}, Notes: []string{},
	}
	a.Profile, a.ProfileDefault = j.opt.profile(j.policy)
	return a
}

func evidenceRef(o *observation.Observation) EvidenceRef {
	ref := EvidenceRef{
		SHA256:      o.SHA256,
		Started:     o.Header.Started.UTC(),
		Interrupted: o.End == nil || o.End.Interrupted || o.Broken != "",
		Tool:        o.Header.Tool,
		Browser:     o.Header.Browser,
		Job:         o.Header.Job,
		Vantage:     o.Header.Vantage,
		Countries:   append([]observation.Country{}, o.Countries...),
		Runs:        o.Runs,
	}
	ref.Vantage.CountrySeen = o.CountrySeen
	if o.End != nil {
		ref.Ended = o.End.At.UTC()
	}
	return ref
}

func policyRef(p *policies.Policy) *PolicyRef {
	if p == nil {
		return nil
	}
	return &PolicyRef{
		File: p.File, SHA256: p.SHA256, Site: p.Site, Title: p.Title, Source: p.Source,
		Updated: p.Updated, Complete: p.Complete, Entries: len(p.Entries()),
	}
}

// inForce reports whether a page counts as evidence of its choice: its leg was
// not tried again.
func (j *judge) inForce(page string) bool { return !j.replaced[observation.LegOf(page)] }

func (j *judge) url(page string) string {
	if p := j.pages[page]; p != nil {
		return p.URL
	}
	return ""
}

// sort brings everything into the one order that every report shows.
func (j *judge) sort() {
	a := j.audit
	slices.SortFunc(a.Findings, Finding.Compare)
	slices.SortFunc(a.Excepted, func(x, y Excepted) int { return x.Finding.Compare(y.Finding) })
	slices.SortStableFunc(a.Results, func(x, y Result) int { return x.compare(y) })
	slices.SortStableFunc(a.Unknowns, func(x, y Unknown) int { return x.compare(y) })
	slices.Sort(a.Notes)
}
