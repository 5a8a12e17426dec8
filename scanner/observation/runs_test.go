package observation_test

import (
	"fmt"
	"testing"

	"cookieaudit/scanner/observation"

	"github.com/google/go-cmp/cmp"
)

func runLeg(id string, run int) observation.Record {
	return observation.Record{Leg: &observation.Leg{ID: id, Choice: observation.None, Run: run}}
}

func fast(r observation.Record) observation.Record {
	r.Write.Fast = true
	return r
}

func seenFrom(id, country, by string) observation.Record {
	r := page(id, 1)
	r.Page.CountrySeen, r.Page.SeenBy = country, by
	return r
}

// short are the sightings with their runs.
func short(o *observation.Observation) []string {
	var out []string
	for _, s := range o.Sightings {
		line := fmt.Sprintf("%s %s %d of %d", s.Phase, s.Item.Name, s.Runs, o.Runs)
		if s.FastOnly {
			line += " fast"
		}
		out = append(out, line)
	}
	return out
}

func TestRuns(t *testing.T) {
	const set, before = observation.OpSet, observation.Before
	for _, tt := range []struct {
		name    string
		records []observation.Record
		want    []string
	}{
		{"not repeated", []observation.Record{
			runLeg("none/1", 0), write(1, "none/1/p1", before, set, 1, "a", "s"), runLeg("none/2", 0), write(1, "none/2/p1", before, set, 1, "a", "s"),
		}, []string{"before a 1 of 1"}},
		{"seen in some", []observation.Record{
			runLeg("r1/none/1", 1), write(1, "r1/none/1/p1", before, set, 1, "a", "s"), write(2, "r1/none/1/p1", before, set, 2, "b", "s"),
			runLeg("r2/none/1", 2), checkpoint(1, "r2/none/1/p1", before, observation.Cookie, "a"),
			runLeg("r3/none/1", 3), write(1, "r3/none/1/p1", before, observation.OpDelete, 1, "b", "s"),
		}, []string{"before a 2 of 3", "before b 1 of 3"}},
		{"several legs of a run count once", []observation.Record{
			runLeg("r1/none/1", 1), write(1, "r1/none/1/p1", before, set, 1, "a", "s"), runLeg("r1/none/2", 1), write(1, "r1/none/2/p1", before, set, 1, "a", "s"),
			runLeg("r2/none/1", 2),
		}, []string{"before a 1 of 2"}},
		{"a look that belongs to no run confirms and does not count", []observation.Record{
			runLeg("r1/none/1", 1), fast(write(1, "r1/none/1/p1", before, set, 1, "a", "s")), fast(write(2, "r1/none/1/p1", before, set, 1, "b", "s")),
			runLeg("r2/none/1", 2), fast(write(1, "r2/none/1/p1", before, set, 1, "a", "s")),
			runLeg("none/real-1", 0), write(1, "none/real-1/p1", before, set, 1, "a", "s"), write(2, "none/real-1/p1", before, set, 1, "c", "s"),
		}, []string{"before a 2 of 2", "before b 1 of 2 fast", "before c 0 of 2"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, short(load(t, log([]observation.Choice{observation.None}, tt.records...)))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// The first run tells first, the tenth after the second, a look again last.
func TestOrderOfRuns(t *testing.T) {
	const set, before = observation.OpSet, observation.Before
	o := load(t, log([]observation.Choice{observation.None},
		runLeg("none/real-1", 0), write(1, "none/real-1/p1", before, set, 4, "a", "s"),
		runLeg("r10/none/1", 10), write(1, "r10/none/1/p1", before, set, 3, "a", "s"),
		runLeg("r2/none/1", 2), write(1, "r2/none/1/p1", before, set, 2, "a", "s"),
		runLeg("r1/none/1", 1), write(1, "r1/none/1/p1", before, set, 1, "a", "s"),
	))
	s := o.Sightings[0]
	if s.First.At != 1 || s.Last.At != 4 || s.Runs != 3 {
		t.Errorf("first at %d, last at %d, %d runs", s.First.At, s.Last.At, s.Runs)
	}
}

func TestCountries(t *testing.T) {
	o := load(t, log([]observation.Choice{observation.None}, runLeg("none/1", 0),
		seenFrom("none/1/p1", "GB", "https://shop.test/"), seenFrom("none/1/p2", "us", "https://geo.test/where?id={8 hex}"),
		seenFrom("none/1/p3", "US", "https://geo.test/where?id={9 hex}"), page("none/1/p4", 1),
	))
	want := []observation.Country{
		{Code: "US", Pages: 2, By: []string{"https://geo.test/where"}}, {Code: "GB", Pages: 1, By: []string{"https://shop.test/"}},
	}
	if diff := cmp.Diff(want, o.Countries); diff != "" || o.CountrySeen != "US" {
		t.Errorf("%s (-want +got):\n%s", o.CountrySeen, diff)
	}
}
