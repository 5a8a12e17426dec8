package audit_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"cookieaudit/policies/audit"
	"cookieaudit/policies/audit/audittest"
	"cookieaudit/policies/catalog"
	"cookieaudit/policies/rules"

	"github.com/google/go-cmp/cmp"
)

// Three runs: _ga comes in each, _fbp in two of them.
const threeRuns = `
visit none run=1
page / named
dialog accept=Yes reject=No
set cookie _ga life=2y by=https://www.google-analytics.com/ga.js:3
set cookie _fbp life=90d by=https://connect.facebook.net/f.js:3
request https://www.facebook.com/tr?id=1&ev=PageView
rest
visit none run=2
page / named
dialog accept=Yes reject=No
set cookie _ga life=2y by=https://www.google-analytics.com/ga.js:3
rest
visit none run=3
page / named
dialog accept=Yes reject=No
set cookie _ga life=2y by=https://www.google-analytics.com/ga.js:3
set cookie _fbp life=90d by=https://connect.facebook.net/f.js:3
request https://www.facebook.com/tr?id=1&ev=PageView
rest
end
`

func judgeRuns(t *testing.T, observation string, stable bool) *audit.Audit {
	t.Helper()
	a, err := audit.Run(audittest.Observation(t, observation), nil, rules.All(), audit.Options{Stable: stable, Catalog: rules.Catalog(catalog.Default())})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// about lists rule and item of the findings on what came before any choice.
func about(a *audit.Audit) []string {
	var out []string
	for _, f := range a.Findings {
		if strings.HasSuffix(f.Rule, "-before-consent") {
			out = append(out, f.Rule+" "+f.Item.Name)
		}
	}
	slices.Sort(out)
	return out
}

func notesOf(a *audit.Audit, with string) []string {
	return slices.DeleteFunc(slices.Clone(a.Notes), func(n string) bool { return !strings.Contains(n, with) })
}

func TestUnionOrStable(t *testing.T) {
	union, only := judgeRuns(t, threeRuns, false), judgeRuns(t, threeRuns, true)
	wantUnion := []string{"stored-before-consent _fbp", "stored-before-consent _ga", "tracker-request-before-consent www.facebook.com/tr"}
	if diff := cmp.Diff(wantUnion, about(union)); diff != "" {
		t.Errorf("union (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"stored-before-consent _ga"}, about(only)); diff != "" {
		t.Errorf("stable (-want +got):\n%s", diff)
	}
	for _, a := range []*audit.Audit{union, only} {
		var seen []string
		for _, s := range a.Sightings {
			seen = append(seen, fmt.Sprintf("%s %d of %d, left out %v", s.Item.Name, s.Runs, a.Evidence.Runs, s.Unstable))
		}
		want := []string{fmt.Sprintf("_fbp 2 of 3, left out %v", a.Stable), "_ga 3 of 3, left out false"}
		if diff := cmp.Diff(want, seen); diff != "" {
			t.Errorf("sightings (-want +got):\n%s", diff)
		}
	}
	for a, want := range map[*audit.Audit]string{
		union: `All visits were made 3 times. Missing from at least one run, but judged all the same: cookie "_fbp". ` + "`--stable` leaves that out.",
		only:  `All visits were made 3 times, and only what was seen in each run was judged (--stable). Left out, of one moment at least: cookie "_fbp".`,
	} {
		if diff := cmp.Diff([]string{want}, notesOf(a, "All visits")); diff != "" {
			t.Errorf("notes (-want +got):\n%s", diff)
		}
	}
	if !strings.Contains(union.Summary.Words, "3 runs") {
		t.Errorf("the verdict does not tell of the runs: %s", union.Summary.Words)
	}
}

func TestOneRunIsStable(t *testing.T) {
	const once = "visit none\npage / named\ndialog accept=Yes reject=No\nset cookie _ga life=2y\nrest\nend\n"
	if diff := cmp.Diff([]string{"stored-before-consent _ga"}, about(judgeRuns(t, once, true))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if n := notesOf(judgeRuns(t, once, true), "made once"); len(n) != 1 {
		t.Errorf("notes %q", n)
	}
}

// A choice must be proven in each run: what was refused in one of two was not
// refused for certain.
func TestChoiceMustBeProvenInEachRun(t *testing.T) {
	const twoRuns = `
visit reject run=1
page / named
choose reject
rest
visit reject run=2
page / named
choose reject outcome=failed why=covered
rest
end
`
	a := judgeRuns(t, twoRuns, false)
	if v := a.Visits[0]; v.Outcome != "failed" || len(a.Visits) != 1 {
		t.Errorf("outcome %s of %d visits", v.Outcome, len(a.Visits))
	}
	if a.Summary.Exit != audit.ExitCouldNotTell {
		t.Errorf("exit %d: %s", a.Summary.Exit, a.Summary.Words)
	}
}

func TestToldAndSeenContradict(t *testing.T) {
	const text = `
header country=GB
visit none
page / named seen=US by=https://geolocation.onetrust.com/location
dialog accept=Yes reject=No
rest
page /two seen=US by=https://geolocation.onetrust.com/location
rest
page /three seen=GB by=https://www.example.com/three
rest
end
`
	a := judgeRuns(t, text, false)
	want := []string{
		"Not every page took the visitor to be in the same country: US 2 times, GB 1 time.",
		"The scan was said to look from GB, but the site took the visitor to be in US (https://geolocation.onetrust.com/location).",
	}
	if diff := cmp.Diff(want, notesOf(a, "visitor to be")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if a.Evidence.Vantage.CountrySeen != "US" || len(a.Evidence.Countries) != 2 {
		t.Errorf("vantage %+v, %+v", a.Evidence.Vantage, a.Evidence.Countries)
	}
}

func TestFastTimeOnlyIsNoted(t *testing.T) {
	const text = "visit none\npage / named\ndialog accept=Yes reject=No\nset cookie late fast\nset cookie soon fast\nchange cookie soon\nrest\nend\n"
	want := []string{"Came only while a page's minute was run fast: cookie \"late\". `--real-time` looks again by the clock on the wall."}
	if diff := cmp.Diff(want, notesOf(judgeRuns(t, text, false), "run fast")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
