package report

import (
	"testing"

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
