package report

import (
	"testing"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

// A journey is done only where one session came to its last step.
func TestJourneyIn(t *testing.T) {
	journey := observation.Journey{Name: "log-in", Steps: make([]observation.Step, 3)}
	act := func(leg string, nr int, failed string) observation.Done {
		return observation.Done{Act: observation.Act{Leg: leg, Journey: "log-in", Nr: nr, What: "click text=Go", Failed: failed}}
	}
	for name, tt := range map[string]struct {
		acts  []observation.Done
		state string
		words string
	}{
		"nothing":             {nil, "not run", ""},
		"to its end":          {[]observation.Done{act("a", 1, ""), act("a", 2, ""), act("a", 3, "")}, "done", "3 steps"},
		"the session ended":   {[]observation.Done{act("a", 1, ""), act("a", 2, "")}, "stopped", "cut off after step 2 of 3"},
		"a step failed":       {[]observation.Done{act("a", 1, ""), act("a", 2, "nothing fits")}, "stopped", "at step 2 of 3 (click text=Go): nothing fits"},
		"a second session":    {[]observation.Done{act("a", 1, ""), act("b", 1, ""), act("b", 2, ""), act("b", 3, "")}, "done", "3 steps"},
		"no session in whole": {[]observation.Done{act("a", 1, ""), act("b", 1, "")}, "stopped", "cut off after step 1 of 3"},
	} {
		got := journeyIn(audit.VisitSummary{Acts: tt.acts}, journey)
		if got.State != tt.state || got.Words != tt.words {
			t.Errorf("%s: %s, %s; want %s, %s", name, got.State, got.Words, tt.state, tt.words)
		}
	}
}

// A cause is who set something, or a line of the policy; an address without a host is
// none of these.
func TestCauseInWords(t *testing.T) {
	at := &policies.Position{File: "policy.yaml", Line: 14}
	for want, f := range map[string]audit.Finding{
		"The site itself":                   {},
		"Set by https://tags.example/t.js":  {Cause: "https://tags.example/t.js"},
		"Set by blob:https://a.example/1":   {Cause: "blob:https://a.example/1"},
		"Compared with the policy, line 14": {Cause: at.String(), Position: at, Sightings: []int{0}},
		"In the policy, line 14":            {Cause: at.String(), Position: at},
	} {
		if got := (group{Cause: f.Cause, Findings: []audit.Finding{f}}).Title(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Of a site that did not load nothing is said that sounds as if it had been looked at.
func TestUnseen(t *testing.T) {
	page := func(state observation.PageState) observation.Page {
		return observation.Page{URL: "https://a.example/" + string(state), State: state}
	}
	for want, pages := range map[string][]observation.Page{
		"":                           {page(observation.PageFailed), page(observation.PageOK)},
		"the site did not load":      {page(observation.PageFailed)},
		"no page could be looked at": {page(observation.PageFailed), page(observation.PageBlocked)},
		"no page was opened":         nil,
	} {
		if got := unseen(&audit.Audit{Visits: []audit.VisitSummary{{Pages: pages}}}); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestMoments(t *testing.T) {
	var all []audit.Sighting
	for _, m := range []struct {
		choice observation.Choice
		phase  observation.Phase
	}{{observation.Accept, observation.Before}, {observation.Accept, observation.After}, {observation.None, observation.Return}, {observation.Withdraw, observation.Granted}, {observation.Withdraw, observation.After}, {observation.Withdraw, observation.After}} {
		all = append(all, audit.Sighting{Sighting: observation.Sighting{Choice: m.choice, Phase: m.phase}})
	}
	const want = "accept: before, after; none: return; withdraw: while accepted, after"
	if got := moments(&audit.Audit{}, all); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	// What came of a press that made no choice did not come after one.
	failed := &audit.Audit{Visits: []audit.VisitSummary{{Choice: observation.Withdraw, Outcome: observation.Failed}}}
	if got, want := moments(failed, all), "accept: before, after; none: return; withdraw (not made): while accepted, after"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
