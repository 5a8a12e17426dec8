package audit_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cookieaudit/policies/audit"
	"cookieaudit/policies/audit/audittest"
	"cookieaudit/scanner/observation"
)

// heard runs a rule that hears all signals, and those at which sources stopped.
func heard(t *testing.T, text string, opt audit.Options) (all, lasting []string) {
	t.Helper()
	words := func(h audit.Heard) string {
		return fmt.Sprintf("%s %s %s %s", h.Choice, h.Phase, h.Source, h.Raw)
	}
	rule := &audit.Rule{
		ID: "hears", Title: "t", Doc: "d", Help: "h", Severity: audit.Low, Evidence: audit.ProvenEvidence, Law: audit.SettledLaw,
		Needs: []audit.Need{{}}, Legal: []string{"RFC"}, Overall: true,
		Run: func(p *audit.Pass) {
			for h := range p.Signals() {
				all = append(all, words(h))
			}
			for h := range p.Lasting() {
				lasting = append(lasting, words(h))
			}
		},
	}
	if _, err := audit.Run(audittest.Observation(t, text), nil, []*audit.Rule{rule}, opt); err != nil {
		t.Fatal(err)
	}
	return all, lasting
}

// Of one source in one phase the last word lasts. What a leg said after its choice
// counts only where it was not tried again.
func TestSignals(t *testing.T) {
	all, lasting := heard(t, `
visit reject
page / named
signal consent-mode source=dataLayer raw=1
choose reject
signal consent-mode source=dataLayer raw=2
visit reject retry
page / named
signal consent-mode source=dataLayer raw=3
choose reject
signal consent-mode source=dataLayer raw=4
signal consent-mode source="request a.test" raw=5
signal consent-mode source=dataLayer raw=6
end`, audit.Options{})
	if diff := cmp.Diff([]string{
		"reject before dataLayer 1", "reject before dataLayer 3", "reject after dataLayer 4", "reject after request a.test 5", "reject after dataLayer 6",
	}, all); diff != "" {
		t.Errorf("all (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{
		"reject before dataLayer 1", "reject before dataLayer 3", "reject after request a.test 5", "reject after dataLayer 6",
	}, lasting); diff != "" {
		t.Errorf("lasting (-want +got)\n%s", diff)
	}
}

// Where only what came in every run is judged, so are signals, by their source.
func TestSignalsInEveryRun(t *testing.T) {
	const text = `
visit none run=1
page / named
signal consent-mode source=dataLayer raw=1
signal consent-mode source="request a.test" raw=1
visit none run=2
page / named
signal consent-mode source=dataLayer raw=2
end`
	all, _ := heard(t, text, audit.Options{Stable: true})
	if diff := cmp.Diff([]string{"none before dataLayer 1", "none before dataLayer 2"}, all); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	o := audittest.Observation(t, text)
	if n := len(o.Visit(observation.None).Signals); n != 3 {
		t.Errorf("the observation itself has %d signals, not 3", n)
	}
}
