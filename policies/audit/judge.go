package audit

import (
	"slices"

	"cookieaudit/policies"
	"cookieaudit/scanner/observation"
)

// judgeSightings adds to each sighting what follows from the policy, the
// catalogue and the audited site alone. Whether it is exempt comes later, since
// that depends on which items turn out to store the choice.
func (j *judge) judgeSightings() {
	j.gatherTraits()
	for i, seen := range j.telling() {
		s, known, isKnown := j.item(seen.Item)
		s.Sighting, s.Ref, s.SetterParty = seen, i, policies.UnknownParty
		if seen.First != nil {
			s.SetterParty = j.place.party(observation.HostOf(seen.First.By.URL), j.policy)
		}
		s.Probe = seen.Brief && !isKnown
		s.Unstable = j.opt.Stable && !s.InEveryRun(j.o.Runs)
		if len(seen.Pages) > 0 {
			s.Page = j.url(seen.Pages[0])
		}
		if s.Match.Entry != nil {
			j.seen[s.Match.Entry] = true
		}
		j.audit.Sightings = append(j.audit.Sightings, s)
		j.known = append(j.known, known)
		j.isKnown = append(j.isKnown, isKnown)
	}
}

// telling are the sightings that are judged: all, save what a visit that only
// read the dialog's settings, and that nobody asked for, saw as others did.
func (j *judge) telling() []observation.Sighting {
	if slices.Contains(j.o.Header.Job.Choices, observation.Settings) {
		return j.o.Sightings
	}
	// Names may differ from visitor to visitor.
	general := func(k observation.Key) observation.Key {
		k.Name = Generalise(k.Name)
		return k
	}
	elsewhere := map[observation.Key]bool{}
	for _, s := range j.o.Sightings {
		if s.Choice != observation.Settings && s.Phase.Unchosen(s.Choice) {
			elsewhere[general(s.Item)] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(j.o.Sightings), func(s observation.Sighting) bool {
		return s.Choice == observation.Settings && elsewhere[general(s.Item)]
	})
}

// item is what is known of an item wherever it was seen.
func (j *judge) item(k observation.Key) (s Sighting, known Known, isKnown bool) {
	subject := j.subject(k)
	s.Party, s.Service = subject.Party, subject.Service
	known, isKnown = j.opt.Catalog.item(subject)
	subject.Use = known.Category
	if j.policy != nil {
		s.Match = j.policy.Match(subject, j.opt.Catalog.Vendors)
	}
	s.describe(known, isKnown)
	s.Scaffold = s.Match.Step == policies.MatchedScaffold
	s.Record = s.Match.Record || isKnown && known.Record
	return s, known, isKnown
}

func (j *judge) subject(k observation.Key) policies.Subject {
	host := j.place.host(k.Hostname())
	s := policies.Subject{Item: k, Host: host, Party: j.place.party(k.Hostname(), j.policy)}
	s.Lifetime, s.Early = j.traits[k].lifetime, j.traits[k].early
	switch {
	case j.service != "":
		s.Service = j.service // also what third parties store on its pages
	case j.policy != nil:
		s.Service = j.policy.ServiceOf(host)
	}
	return s
}

// trait is what all sightings of an item together tell.
type trait struct {
	lifetime observation.Lifetime
	early    bool // written while pages were only visited, before any step of a journey
}

func (j *judge) gatherTraits() {
	j.traits = map[observation.Key]trait{}
	for _, s := range j.o.Sightings {
		t := j.traits[s.Item]
		t.lifetime = t.lifetime.Longer(s.Lifetime)
		t.early = t.early || s.First != nil && j.legs[observation.LegOf(s.First.Page)].Journey == ""
		j.traits[s.Item] = t
	}
}

// describe fills in what tables print.
func (s *Sighting) describe(known Known, isKnown bool) {
	if isKnown {
		s.Catalogue, s.Vendor, s.Purpose = known.Category, known.Vendor, known.Purpose
	}
	category, _, _ := declaredUse(s.Match)
	if s.Match.Record && category == "" {
		category = policies.Necessary
	}
	s.Category = stricter(category, s.Catalogue)
	switch m := s.Match; {
	case m.Step == policies.MatchedDescribed:
		s.Declared = m.Entry.Described
	case m.Entry != nil:
		s.Declared = m.Entry.Name.Text
		if s.Vendor == "" {
			s.Vendor = m.Entry.Vendor
		}
	case m.Vendor != nil:
		s.Declared = "vendor " + m.Vendor.Vendor
	case m.Step == policies.MatchedRecord:
		s.Declared = "consent.record"
	}
}

// exemptSightings decides for each sighting whether it may come without consent.
func (j *judge) exemptSightings() {
	for i := range j.audit.Sightings {
		s := &j.audit.Sightings[i]
		if s.Probe || s.Scaffold || s.Unstable {
			s.Exempt, s.ExemptWhy, s.Certainty = true, "not judged", ProvenEvidence
			continue
		}
		g := exempt(*s, j.known[i], j.isKnown[i], j.policy != nil, j.audit.Profile)
		s.Exempt, s.ExemptWhy, s.Certainty = g.exempt, g.why, g.certainty
	}
}
