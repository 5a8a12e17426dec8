package audit_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/policies/audit/audittest"
	"cookieaudit/policies/catalog"
	"cookieaudit/policies/rules"
)

// servicesText is a scan of the services of testdata/policies/example-services.yaml.
// Payments keeps its session at log-out; Bookings has a banner, stores analytics
// against a refusal, and its second journey finds no form; Archive does not answer.
const servicesText = `
visit none service=Payments site=https://pay.council.example
page / named
nodialog
rest
visit accept service=Payments
page / named
choose accept outcome=no-dialog
rest
visit accept service=Payments journey=account
page / named
choose accept outcome=no-dialog
page /login
act log-in journey=account nr=3
set cookie pay_session via=response by=https://pay.council.example/login digest=one
done
act log-out journey=account nr=4
done
visit reject service=Payments
page / named
choose reject outcome=no-dialog
rest
visit none service=Bookings site=https://bookings.example
page / named
dialog accept="Accept all" reject="Reject all"
set cookie book_id via=response by=https://bookings.example/ digest=two
rest
visit none service=Bookings journey=rest
page /
set cookie book_id via=response by=https://bookings.example/ digest=three
act idle journey=rest nr=2 idle=31m
done
visit accept service=Bookings
page / named
choose accept
phase after
set cookie _ga life=2y by=https://www.google-analytics.com/analytics.js:9
rest
visit accept service=Bookings journey=remember
page / named
choose accept
page /login
act remember-me journey=remember nr=2 what="check label=Remember" failed="no visible element fits"
visit reject service=Bookings
page / named
choose reject
phase after
set cookie _ga life=2y by=https://www.google-analytics.com/analytics.js:9
set cookie _gid life=1d by=https://www.google-analytics.com/analytics.js:9
rest
visit none service=Archive site=https://archive.example
page / named state=failed
end
`

func judgeServices(t *testing.T) *audit.Audit {
	t.Helper()
	data, err := os.ReadFile("../../testdata/policies/example-services.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := policies.Parse("example-services.yaml", data)
	if err != nil {
		t.Fatal(err)
	}
	a, err := audit.Run(audittest.Observation(t, servicesText), p, rules.All(), audit.Options{Catalog: rules.Catalog(catalog.Default())})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Whose scripts wrote is told of all services, as it is of one site.
func TestScriptsOfServices(t *testing.T) {
	const analytics = "https://www.google-analytics.com/analytics.js"
	if a := judgeServices(t); a.Scripts[analytics] != "Google Analytics" {
		t.Errorf("scripts %v, want that of %s", a.Scripts, analytics)
	}
}

// Each service is judged by itself, by its own part of the policy; what nobody
// could see of one says nothing of the others.
func TestServices(t *testing.T) {
	a := judgeServices(t)
	var found []string
	for _, f := range a.Findings {
		if f.Severity.Rank() >= audit.High.Rank() {
			found = append(found, fmt.Sprintf("%s: %s %s %s", f.Service, f.Rule, f.Name, f.Choice))
		}
		for _, s := range f.Sightings {
			if a.Sightings[s].Sighting.Service != f.Service {
				t.Errorf("%s %s rests on what was seen in %s", f.Service, f.Rule, a.Sightings[s].Sighting.Service)
			}
		}
	}
	slices.Sort(found)
	want := []string{
		"Bookings: stored-after-reject _ga reject",
		"Bookings: stored-after-reject _gid reject",
		"Payments: kept-after-condition pay_session ",
	}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	for i, s := range a.Sightings {
		if s.Ref != i {
			t.Errorf("sighting %d says it is %d", i, s.Ref)
		}
	}
	if a.Site != "council.example" || a.Summary.Exit != audit.ExitBreach || !strings.Contains(a.Summary.Words, "3 services") {
		t.Errorf("site %s, exit %d: %s", a.Site, a.Summary.Exit, a.Summary.Words)
	}
}

func TestCoverage(t *testing.T) {
	var got []string
	for _, c := range judgeServices(t).Coverage {
		got = append(got, fmt.Sprintf("%s %s: %d pages, %d of %d choices, %d of %d declared; %s | %s", c.Service, c.Tested, c.Pages, c.Choices, c.Of, c.Observed, c.Declared, strings.Join(c.Why, "; "), strings.Join(c.Needed, "; ")))
	}
	want := []string{
		"Payments tested: 2 pages, 3 of 3 choices, 1 of 1 declared;  | ",
		"Bookings partly: 2 pages, 3 of 3 choices, 2 of 3 declared; the journey remember stopped at step 2 (check label=Remember): no visible element fits; cookie \"book_id\" is still there after 30 minutes without use, but the page's time ran fast and the server's clock did not | mend the journey remember, or the page it could not use; scan with --real-time",
		"Archive not: 0 pages, 0 of 3 choices, 0 of 1 declared; https://archive.example/ did not load | scan again when the page answers",
		"Library not: 0 pages, 0 of 0 choices, 0 of 1 declared; the policy gives no host for it | hosts: of the service in the policy",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("coverage (-want +got):\n%s", diff)
	}
}

// What is declared beside all services is counted and looked for once, wherever
// it was seen; several addresses of a host are one host; and a document is read
// whatever nobody could see.
func TestWholeSite(t *testing.T) {
	const text = `
visit accept service=www.example.com site=https://www.example.com
page / named
dialog accept="Accept all" reject="Reject all"
choose accept
rest
visit accept service=Bookings site=https://bookings.example.com
page / named
dialog accept="Accept all" reject="Reject all"
choose accept
set cookie site_pref
set cookie _ga life=2y
gap blind a frame of another site was never attached
rest
end
`
	p, err := policies.Parse("policy.yaml", []byte(`version: 1
site: https://www.example.com/
profile: uk
updated: 2026-11-01
items:
  - {name: site_pref, category: necessary, lifetime: session, party: first, purpose: keeps the size of letters, when: [page: /]}
vendors:
  - {vendor: google-analytics, category: analytics, lifetime: 2y, purpose: measures}
services:
  - {name: Bookings, hosts: [bookings.example.com]}
`))
	if err != nil {
		t.Fatal(err)
	}
	o := audittest.Observation(t, text)
	site := &o.Header.Job.Services[0]
	site.URLs = append(site.URLs, "https://www.example.com/about")
	a, err := audit.Run(o, p, rules.All(), audit.Options{Catalog: rules.Catalog(catalog.Default())})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range a.Coverage {
		got = append(got, fmt.Sprintf("%s %v: %d of %d", c.Service, c.Hosts, c.Observed, c.Declared))
	}
	want := []string{"Bookings [bookings.example.com]: 0 of 0", "www.example.com [www.example.com]: 2 of 2"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("coverage (-want +got):\n%s", diff)
	}
	for _, f := range a.Findings {
		if f.Rule == "never-observed" {
			t.Errorf("%s: %s", f.Service, f.Message)
		}
	}
	for rule, want := range map[string]audit.Status{"policy-out-of-date": audit.StatusPass, "undeclared": audit.StatusInconclusive} {
		if got := a.Status(rule); got != want {
			t.Errorf("%s is %s, not %s", rule, got, want)
		}
	}
}

// What a session did that was tried again is no part of the visit.
func TestActsOfReplacedLegs(t *testing.T) {
	o := audittest.Observation(t, `
visit none journey=log-in
page / named
nodialog
act log-in failed="nothing fits"
visit none retry journey=log-in
page / named
nodialog
act log-in
done
end
`)
	a, err := audit.Run(o, nil, rules.All(), audit.Options{Catalog: rules.Catalog(catalog.Default())})
	if err != nil {
		t.Fatal(err)
	}
	if acts := a.Visits[0].Acts; len(acts) != 1 || acts[0].Failed != "" {
		t.Errorf("%+v", acts)
	}
}

func TestServicesAs(t *testing.T) {
	_, err := audit.Run(audittest.Observation(t, servicesText), nil, nil, audit.Options{As: "https://www.example.com/"})
	if err == nil || !strings.Contains(err.Error(), "--as stands for one site") {
		t.Errorf("%v", err)
	}
}
