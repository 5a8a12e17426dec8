package observation

import (
	"cmp"
	"slices"
)

// Sighting is one item seen under one choice in one phase: set or changed in
// it, or still there at its last checkpoint. Deletion alone makes no sighting.
type Sighting struct {
	Item   Key    `json:"item"`
	Choice Choice `json:"choice"`
	Phase  Phase  `json:"phase"`
	// Service is the service on whose pages it was seen, "" for one site.
	Service string `json:"service,omitempty"`

	// First and Last are the first and last write of this phase, nil where the
	// item was only found at rest.
	First *Write `json:"first,omitempty"`
	Last  *Write `json:"last,omitempty"`
	// Seen is when the phase first wrote or showed it, on the visit's clock.
	Seen int64 `json:"seen"`
	// Writes counts sets and changes of this phase.
	Writes int `json:"writes"`
	// Lifetime is the longest requested in this phase. For an item that was
	// only found at rest it is what the earlier phases asked for.
	Lifetime Lifetime `json:"lifetime"`
	Attrs    Attrs    `json:"attrs"`
	Value    Value    `json:"value"`
	AtEnd    bool     `json:"at_end"`  // there at the phase's last look at its area
	Deleted  bool     `json:"deleted"` // removed in this phase and not there at its end
	Pages    []string `json:"pages"`   // IDs of pages that wrote or showed it, in order
	Setters  []Source `json:"setters,omitempty"`
	// Brief: each time deleted by the script that wrote it, within 100 ms or in the
	// same run of it, never at a checkpoint, never sent. The judge calls it a probe if the catalogue
	// does not know it.
	Brief  bool `json:"brief,omitempty"`
	briefs int  // writes that were deleted so
	// FastOnly: every write of this phase happened in fast time.
	FastOnly bool `json:"fast_only,omitempty"`
	// Runs is in how many of the observation's runs it was seen: 1 where the job is
	// not repeated; 0 for what came only when a page was looked at again after all
	// runs.
	Runs int `json:"runs"`
}

// Written reports whether the item was set or changed in this phase.
func (s Sighting) Written() bool { return s.Writes > 0 }

// Compare orders sightings by item, choice and phase.
func (s Sighting) Compare(o Sighting) int {
	return cmp.Or(s.Item.Compare(o.Item), cmp.Compare(s.Service, o.Service), cmp.Compare(s.Choice, o.Choice), cmp.Compare(phaseRank(s.Phase), phaseRank(o.Phase)))
}

func phaseRank(p Phase) int {
	return slices.IndexFunc(Phases(), func(t Term) bool { return t.Name == string(p) })
}

// brief is how long a storage probe may live, in milliseconds. One that is gone when
// its run of script ends may take longer, on a slow machine.
const brief = 100

// soonAfter reports whether w came as soon after an earlier write as a probe ends.
func (w *Write) soonAfter(o *Write) bool {
	return w.At-o.At <= brief || w.Turn > 0 && w.Turn == o.Turn && w.Page == o.Page
}

// under is where something was seen: in which visit.
type under struct {
	service string
	choice  Choice
}

type spot struct {
	item  Key
	under under
	phase Phase
}

// area names a storage area within a leg. sessionStorage belongs to a tab: a
// tab that is closed takes its items along, as far as they then existed.
type area struct {
	kind              Kind
	origin, partition string
	tab               int
}

func (c Checkpoint) area(a Area, tab int) area {
	if a.Kind != SessionStorage {
		tab = 0
	}
	return area{a.Kind, a.Origin, a.Partition, tab}
}

// fold reduces a log to its Observation.
func fold(records []Record) *Observation {
	o := gather(records)
	f := folder{
		sightings: map[spot]*Sighting{},
		known:     map[spot]Lifetime{},
		pageTab:   map[string]int{},
		under:     map[string]under{},
		sent:      map[string]bool{},
		resting:   map[string]bool{},
		run:       map[string]int{},
		runs:      map[spot]map[int]bool{},
	}
	made := map[int]bool{}
	for _, v := range o.Visits {
		for _, l := range v.Legs {
			f.under[l.ID] = under{l.Service, l.Choice}
			f.run[l.ID] = l.Run
			made[l.Run] = true
		}
		for _, p := range v.Pages {
			f.pageTab[p.ID] = p.Tab
		}
	}
	f.repeated = len(made) > 1 || len(made) == 1 && !made[0]
	if f.repeated {
		delete(made, 0)
	}
	o.Runs = len(made)
	o.seeCountries()
	for _, leg := range byLeg(records) {
		f.leg(leg)
		f.acts(o, leg)
	}
	for _, s := range f.sightings {
		f.finish(s)
		o.Sightings = append(o.Sightings, *s)
	}
	slices.SortFunc(o.Sightings, Sighting.Compare)
	return o
}

type folder struct {
	sightings map[spot]*Sighting
	known     map[spot]Lifetime // longest lifetime of an item under a choice; phase is ""
	pageTab   map[string]int
	under     map[string]under // by leg
	sent      map[string]bool  // visit + item that a request carried
	resting   map[string]bool  // visit + item that a checkpoint showed
	run       map[string]int   // by leg; 0 for one of no run
	runs      map[spot]map[int]bool
	repeated  bool
}

// event is what happens to items, in the order of Seq.
type event struct {
	write      *Write
	checkpoint *Checkpoint
	request    *Request
	act        *Act
}

func byLeg(records []Record) [][]event {
	index := map[string]int{}
	var legs [][]event
	add := func(page string, e event) {
		leg := LegOf(page)
		i, ok := index[leg]
		if !ok {
			i = len(legs)
			index[leg] = i
			legs = append(legs, nil)
		}
		legs[i] = append(legs[i], e)
	}
	for _, r := range records {
		switch {
		case r.Write != nil:
			add(r.Write.Page, event{write: r.Write})
		case r.Checkpoint != nil:
			add(r.Checkpoint.Page, event{checkpoint: r.Checkpoint})
		case r.Request != nil:
			add(r.Request.Page, event{request: r.Request})
		case r.Act != nil:
			add(r.Act.Page, event{act: r.Act})
		}
	}
	return legs
}

func (f *folder) leg(events []event) {
	last := map[Phase]map[area]Checkpoint{}
	for _, e := range events {
		switch {
		case e.write != nil:
			f.write(e.write)
		case e.request != nil:
			u := f.under[LegOf(e.request.Page)]
			for _, k := range slices.Concat(e.request.Carried, e.request.Sent) {
				f.sent[mark(u, k)] = true
			}
		case e.checkpoint != nil:
			c := e.checkpoint
			if last[c.Phase] == nil {
				last[c.Phase] = map[area]Checkpoint{}
			}
			for _, a := range c.Areas {
				for _, s := range a.Items {
					f.resting[mark(f.under[LegOf(c.Page)], s.Item)] = true
				}
				one := *c
				one.Areas = []Area{a}
				last[c.Phase][c.area(a, f.pageTab[c.Page])] = one
			}
		}
	}
	for _, phase := range Phases() {
		var ends []Checkpoint
		for _, c := range last[Phase(phase.Name)] {
			ends = append(ends, c)
		}
		slices.SortFunc(ends, func(a, b Checkpoint) int { return cmp.Compare(a.Seq, b.Seq) })
		for _, c := range ends {
			for _, s := range c.Areas[0].Items {
				f.atRest(c, c.Phase, s)
			}
		}
	}
}

// acts adds the acts of a leg to its visit, each with what was at rest around it.
func (f *folder) acts(o *Observation, leg []event) {
	for i, e := range leg {
		if e.act == nil {
			continue
		}
		d := Done{Act: *e.act}
		before, after := -1, -1 // tabs
		for _, past := range leg[:i] {
			switch {
			case past.write != nil && past.write.Seq > d.Begun && past.write.Op != OpRefused:
				d.ops = append(d.ops, keyOp{past.write.Item, past.write.Op})
			case past.checkpoint != nil && past.checkpoint.Seq <= d.Begun:
				d.Before, before = past.checkpoint.all(), f.pageTab[past.checkpoint.Page]
			case past.checkpoint != nil:
				d.After, after = past.checkpoint.all(), f.pageTab[past.checkpoint.Page]
				d.looked = nil
				for _, a := range past.checkpoint.Areas {
					d.looked = append(d.looked, past.checkpoint.area(a, 0))
				}
			}
		}
		d.sameTab = before == after
		for k := range o.Visits {
			v := &o.Visits[k]
			if slices.ContainsFunc(v.Legs, func(l Leg) bool { return l.ID == d.Leg }) {
				v.Acts = append(v.Acts, d)
			}
		}
	}
}

func (c Checkpoint) all() []Stored {
	out := []Stored{}
	for _, a := range c.Areas {
		out = append(out, a.Items...)
	}
	return out
}

func mark(u under, k Key) string {
	return u.service + "\x00" + string(u.choice) + "\x00" + string(k.Kind) + "\x00" + k.Name + "\x00" + k.Hostname() + "\x00" + k.Path + "\x00" + k.Partition
}

func (f *folder) at(k Key, u under, p Phase) *Sighting {
	id := spot{k, u, p}
	s := f.sightings[id]
	if s == nil {
		s = &Sighting{Item: k, Service: u.service, Choice: u.choice, Phase: p, Lifetime: Lifetime{Persistence: Unknown}}
		f.sightings[id] = s
	}
	return s
}

// seen notes that the leg of a page saw an item.
func (f *folder) seen(k Key, u under, p Phase, page string) {
	run := f.run[LegOf(page)]
	if f.repeated && run == 0 {
		return
	}
	id := spot{k, u, p}
	if f.runs[id] == nil {
		f.runs[id] = map[int]bool{}
	}
	f.runs[id][run] = true
}

func (f *folder) write(w *Write) {
	u := f.under[LegOf(w.Page)]
	switch w.Op {
	case OpDelete:
		if s := f.sightings[spot{w.Item, u, w.Phase}]; s != nil {
			if !s.Deleted && s.Last != nil && w.soonAfter(s.Last) && w.By.URL == s.Last.By.URL {
				s.briefs += w.Times()
			}
			s.Deleted = true
		}
		return
	case OpRefused:
		return
	}
	s := f.at(w.Item, u, w.Phase)
	f.seen(w.Item, u, w.Phase, w.Page)
	if s.First == nil {
		s.First = w
		s.Seen = w.At
		s.FastOnly = true
	}
	s.Last = w
	s.Writes += w.Times()
	s.Deleted = false
	s.FastOnly = s.FastOnly && w.Fast
	s.Lifetime = s.Lifetime.Longer(w.Lifetime)
	s.Attrs, s.Value = w.Attrs, w.Value
	s.addPage(w.Page)
	if !slices.Contains(s.Setters, w.By) {
		s.Setters = append(s.Setters, w.By)
	}
	all := spot{item: w.Item, under: u}
	f.known[all] = f.known[all].Longer(w.Lifetime)
}

func (f *folder) atRest(c Checkpoint, phase Phase, st Stored) {
	u := f.under[LegOf(c.Page)]
	s := f.at(st.Item, u, phase)
	f.seen(st.Item, u, phase, c.Page)
	s.AtEnd, s.Deleted = true, false
	if s.Writes == 0 {
		s.Attrs, s.Value = st.Attrs, st.Value
		s.Seen = c.At
		s.Lifetime = f.known[spot{item: st.Item, under: u}]
		if s.Lifetime.Persistence == "" {
			s.Lifetime = restingLifetime(st)
		}
	}
	s.addPage(c.Page)
}

// restingLifetime is what an item at rest shows of its lifetime. For a cookie
// it is a lower bound, since the browser caps it and time has passed.
func restingLifetime(st Stored) Lifetime {
	switch {
	case st.Item.Kind == SessionStorage, st.Item.Kind == Cookie && st.Expires == 0:
		return Lifetime{Persistence: Session}
	case st.Item.Kind == Cookie:
		return Lifetime{Persistence: Persistent, Seconds: st.Expires}
	}
	return Lifetime{Persistence: Persistent}
}

func (s *Sighting) addPage(id string) {
	if !slices.Contains(s.Pages, id) {
		s.Pages = append(s.Pages, id)
	}
}

func (f *folder) finish(s *Sighting) {
	u := under{s.Service, s.Choice}
	s.Runs = len(f.runs[spot{s.Item, u, s.Phase}])
	m := mark(u, s.Item)
	s.Brief = s.Writes > 0 && s.briefs == s.Writes && !f.resting[m] && !f.sent[m]
	slices.SortStableFunc(s.Setters, func(a, b Source) int {
		return cmp.Or(cmp.Compare(a.URL, b.URL), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}
