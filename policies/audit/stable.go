package audit

import (
	"slices"

	"cookieaudit/scanner/observation"
)

// InEveryRun reports whether an item was seen in each of so many runs.
func (s Sighting) InEveryRun(runs int) bool { return s.Runs >= runs }

// stable is an observation without what came in some of its runs only: writes by
// item, requests by host and method, readings and links by what they are and whose,
// signals by their source.
// Sightings stay: they tell in how many runs they were.
func stable(o *observation.Observation) *observation.Observation {
	if o.Runs < 2 {
		return o
	}
	legs := map[string]observation.Leg{}
	for _, v := range o.Visits {
		for _, l := range v.Legs {
			legs[l.ID] = l
		}
	}
	type what struct {
		service     string
		choice      observation.Choice
		phase       observation.Phase
		item        observation.Key
		about, host string
	}
	of := func(page string, phase observation.Phase, w what) (what, int) {
		leg := legs[observation.LegOf(page)]
		w.service, w.choice, w.phase = leg.Service, leg.Choice, phase
		return w, leg.Run
	}
	out := *o
	out.Writes = inEveryRun(o.Writes, o.Runs, func(w observation.Write) (what, int) {
		return of(w.Page, w.Phase, what{item: w.Item})
	})
	out.Requests = inEveryRun(o.Requests, o.Runs, func(r observation.Request) (what, int) {
		return of(r.Page, r.Phase, what{about: r.Method, host: observation.HostOf(r.URL)})
	})
	out.Accesses = inEveryRun(o.Accesses, o.Runs, func(a observation.Access) (what, int) {
		return of(a.Page, a.Phase, what{about: a.What, host: observation.HostOf(a.By.URL)})
	})
	out.Links = inEveryRun(o.Links, o.Runs, func(l observation.Link) (what, int) {
		return of(l.Page, l.Phase, what{about: l.Param, host: observation.HostOf(l.URL)})
	})
	out.Visits = slices.Clone(o.Visits)
	for i, v := range out.Visits {
		out.Visits[i].Signals = inEveryRun(v.Signals, o.Runs, func(s observation.Signal) (what, int) {
			about := string(s.Kind) + " " + s.Source + " " + s.Name
			return what{about: about, phase: s.Phase}, legs[s.Leg].Run
		})
	}
	return &out
}

// inEveryRun keeps what came in each run. A run of 0 is none.
func inEveryRun[T any, K comparable](all []T, runs int, of func(T) (K, int)) []T {
	came := map[K]map[int]bool{}
	for _, t := range all {
		k, run := of(t)
		if came[k] == nil {
			came[k] = map[int]bool{}
		}
		if run > 0 {
			came[k][run] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(t T) bool {
		k, _ := of(t)
		return len(came[k]) < runs
	})
}
