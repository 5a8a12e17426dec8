package main

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cookieaudit/policies"
	"cookieaudit/policies/declared"
	"cookieaudit/scanner/observation"
	"cookieaudit/testdata/sites"

	"github.com/chromedp/cdproto/network"
	gocmp "github.com/google/go-cmp/cmp"
)

func flags() scanOptions {
	return scanOptions{choices: []string{"none", "accept"}, maxPages: 10, maxDepth: 2}
}

func bundled(t *testing.T, name string) *policies.Policy {
	t.Helper()
	p, _, err := declared.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func servicesOfJob(j observation.Job) []string {
	var out []string
	for _, s := range j.Services {
		out = append(out, s.Name+": "+strings.Join(s.URLs, " "))
	}
	return out
}

// A policy's services are scanned one by one; its site only where something is
// declared for it, or where it has no services.
func TestJobOfPolicy(t *testing.T) {
	job, _, err := flags().job(nil, bundled(t, "chelmsford"))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(job.Services); n != 19 || len(job.URLs) != 20 { // Worldpay has two hosts
		t.Errorf("%d services, %d addresses: %v", n, len(job.URLs), servicesOfJob(job))
	}
	for _, u := range job.URLs {
		if strings.Contains(u, "www.chelmsford.gov.uk") {
			t.Error("nothing is declared for the site itself")
		}
	}
	job, _, err = flags().job(nil, bundled(t, "planx"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"planx.uk: https://planx.uk/", "Council One: https://one.planx.uk/", "Council Two: https://two.planx.uk/"}
	if diff := gocmp.Diff(want, servicesOfJob(job)); diff != "" {
		t.Errorf("planx (-want +got):\n%s", diff)
	}
	job, _, err = flags().job(nil, bundled(t, "ons"))
	if err != nil || len(job.Services) != 0 || len(job.URLs) != 1 {
		t.Errorf("ons: %v %v %v", job.URLs, job.Services, err)
	}
}

// An address that the user gives belongs to the service of its host.
func TestJobOfAddresses(t *testing.T) {
	job, _, err := flags().job([]string{"www.mipermit.com/legal", "consult.chelmsford.gov.uk", "https://www.mipermit.com/"}, bundled(t, "chelmsford"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"MiPermit: https://www.mipermit.com/legal https://www.mipermit.com/", "Objective: https://consult.chelmsford.gov.uk/"}
	if diff := gocmp.Diff(want, servicesOfJob(job)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func journeyFile(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "journeys.yaml")
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

// policyOfText is a policy for www.council.example with two services, and more
// lines.
func policyOfText(t *testing.T, more string) (*policies.Policy, string) {
	t.Helper()
	text := `version: 1
site: https://www.council.example/
services:
  - {name: Payments, hosts: [pay.council.example, "*.payments.example"], items: []}
  - {name: Bookings, hosts: [bookings.example], items: []}
` + more
	p, err := policies.Parse("policy.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "policy.yaml")
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return p, name
}

// Services that cannot be looked at are named; where none can be, that is a
// mistake in the policy.
func TestJobWithoutHosts(t *testing.T) {
	p, _ := policyOfText(t, `  - {name: Library, hosts: unknown, items: []}
  - {name: Parks, hosts: ["*.parks.example"], items: []}
`)
	job, notes, err := flags().job(nil, p)
	if err != nil || len(job.Services) != 2 {
		t.Fatalf("%v, %v", job.Services, err)
	}
	want := []string{"service Library: the policy names no host: left out", "service Parks: *.parks.example is no host to begin on: left out"}
	if diff := gocmp.Diff(want, notes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	name := filepath.Join(t.TempDir(), "policy.yaml")
	text := "version: 1\nsite: https://www.council.example/\nservices:\n  - {name: Library, hosts: unknown, items: []}\n"
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if r := run(t, t.Context(), nil, "scan", "--policy", name); r.code != exitUsage || !strings.Contains(r.stderr, "no service of the policy has a host") {
		t.Errorf("exit %d: %s", r.code, r.stderr)
	}
}

func journeysOfJob(j observation.Job) []string {
	var out []string
	for _, j := range j.Journeys {
		out = append(out, fmt.Sprintf("%s in %q: %d steps", j.Name, j.Service, len(j.Steps)))
	}
	return out
}

// A journey belongs to the service in which it begins; one that begins on what is
// not scanned is left out, and one that a file has anew is replaced. Both are
// said.
func TestJourneysOfJob(t *testing.T) {
	p, policy := policyOfText(t, `journeys:
  pay: [{goto: "https://pay.council.example/"}, {click: text=Pay}]
  same: [{goto: "https://pay.council.example/same"}]
`)
	o := flags()
	o.journeys = journeyFile(t, `journeys:
  pay: [{goto: "https://pay.council.example/"}, {click: text=Go}, {press: Enter}]
  same: [{goto: "https://pay.council.example/same"}]
  card: [{goto: "https://card.payments.example/"}]
  book: [{goto: "https://bookings.example/"}]
  home: [{goto: "https://www.council.example/"}]
`)
	const replaced = "journey pay: the one in journeys.yaml replaces that of the policy"
	left := func(name, host string) string {
		return "journey " + name + " begins on " + host + ", which is not scanned: left out"
	}
	for _, tt := range []struct {
		args            []string
		journeys, notes []string
	}{
		{
			nil,
			[]string{`book in "Bookings": 1 steps`, `card in "Payments": 1 steps`, `pay in "Payments": 3 steps`, `same in "Payments": 1 steps`},
			[]string{replaced, left("home", "www.council.example")},
		},
		{
			[]string{"pay.council.example"},
			[]string{`card in "Payments": 1 steps`, `pay in "Payments": 3 steps`, `same in "Payments": 1 steps`},
			[]string{replaced, left("book", "bookings.example"), left("home", "www.council.example")},
		},
		{ // the site alone, of which no service is looked at
			[]string{"www.council.example"},
			[]string{`home in "": 1 steps`},
			[]string{replaced, left("book", "bookings.example"), left("card", "card.payments.example"), left("pay", "pay.council.example"), left("same", "pay.council.example")},
		},
	} {
		job, notes, err := o.job(tt.args, p)
		if err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(tt.journeys, journeysOfJob(job)); diff != "" {
			t.Errorf("%v: journeys (-want +got):\n%s", tt.args, diff)
		}
		if diff := gocmp.Diff(tt.notes, notes); diff != "" {
			t.Errorf("%v: notes (-want +got):\n%s", tt.args, diff)
		}
	}
	o.journeys = policy
	if _, notes, err := o.job(nil, p); err != nil || len(notes) != 0 {
		t.Errorf("the policy's own journeys: %v, %v", notes, err)
	}
	if _, notes, err := o.job(nil, bundled(t, "ons")); err != nil || len(notes) != 1 || !strings.Contains(notes[0], "only its journeys") {
		t.Errorf("another policy as file of journeys: %v, %v", notes, err)
	}
}

// Every journey of a bundled site is run on it.
func TestJourneysOfSites(t *testing.T) {
	for _, name := range sites.Names() {
		site, err := sites.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		o := flags()
		o.journeys = journeysFile(t, site)
		var args []string
		policy := policyOf(t, site)
		if policy == nil || len(policy.Services) == 0 {
			args = []string{site.Start()}
		}
		job, notes, err := o.job(args, policy)
		if err != nil || len(notes) > 0 || o.journeys != "" && len(job.Journeys) == 0 {
			t.Errorf("%s: %d journeys, left out: %v, %v", name, len(job.Journeys), notes, err)
		}
	}
}

// What is wrong with journeys is a usage error that says what to do.
func TestJourneyErrors(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"relative", "journeys:\n  a: [{goto: /x}]\n", "journey a: begin with goto: and a whole address"},
		{"host", "journeys:\n  a: [{goto: \"https://www.mipermti.com/\"}]\n", "journey a: it begins on www.mipermti.com, which is no host of the policy"},
		{"glob", "journeys:\n  a: [{goto: \"https://www.mipermit.com/\"}, {wait: \"url=/[x\"}]\n", "journeys.yaml:2: nothing can fit"},
		{"misspelt", "journeys:\n  a: [{clik: text=x}]\n", `journeys.yaml:2: unknown key "clik"`},
		{"name", "journeys:\n  Log In: [text=x]\n", `"Log In" is no name for a journey`},
		{"idle", "journeys:\n  a: [{goto: \"https://www.mipermit.com/\"}, {idle: 3M}]\n", "minutes or months"},
		{"storage", "journeys:\n  a: [{goto: \"https://www.mipermit.com/\"}, {wait: \"storage=cookies:x\"}]\n", "storage=KIND:NAME"},
	} {
		r := run(t, t.Context(), nil, "scan", "--policy", "chelmsford", "--journeys", journeyFile(t, tt.text))
		if r.code != exitUsage || !strings.Contains(r.stderr, tt.want) {
			t.Errorf("%s: exit %d: %s", tt.name, r.code, r.stderr)
		}
	}
	secret := journeyFile(t, "journeys:\n  a: [{goto: \"https://www.mipermit.com/\"}, {fill: label=Password, value: \"${PERMIT_PASSWORD}\"}]\n")
	r := run(t, t.Context(), nil, "scan", "--policy", "chelmsford", "--journeys", secret)
	if r.code != exitUsage || !strings.Contains(r.stderr, "journey a: the environment variable PERMIT_PASSWORD is not set") {
		t.Errorf("exit %d: %s", r.code, r.stderr)
	}
	r = run(t, t.Context(), nil, "scan", "--policy", "chelmsford", "--as", "https://www.example.com/")
	if r.code != exitUsage || !strings.Contains(r.stderr, "--as stands for one site") {
		t.Errorf("exit %d: %s", r.code, r.stderr)
	}
}

func TestJourneyCommand(t *testing.T) {
	file := journeyFile(t, "journeys:\n  log-in: [{goto: /login}, {fill: label=Password, value: \"${PW}\"}, {click: text=Go}, {idle: 31m}]\n")
	r := run(t, t.Context(), nil, "journey", file)
	want := "log-in\n   1  goto /login\n   2  fill label=Password\n   3  click text=Go   = log-in\n   4  idle for 31m0s   = idle\n      needs PW\n"
	if diff := gocmp.Diff(want, r.out); diff != "" || r.code != exitOK {
		t.Errorf("exit %d (-want +got):\n%s%s", r.code, diff, r.stderr)
	}
}

// Of a policy, the command says which journeys a scan does not take.
func TestJourneyCommandOnPolicy(t *testing.T) {
	_, file := policyOfText(t, `journeys:
  home: [{goto: "https://www.council.example/"}]
  pay: [{goto: "https://pay.council.example/"}]
`)
	r := run(t, t.Context(), nil, "journey", file)
	if r.code != exitOK || r.stderr != "journey home begins on www.council.example, which is not scanned: left out\n" || !strings.Contains(r.out, "pay\n   1  goto") {
		t.Errorf("exit %d, %q, %q", r.code, r.out, r.stderr)
	}
	_, file = policyOfText(t, "journeys:\n  pay: [{goto: \"https://pya.council.example/\"}]\n")
	r = run(t, t.Context(), nil, "journey", file)
	if r.code != exitUsage || !strings.Contains(r.stderr, "journey pay: it begins on pya.council.example") {
		t.Errorf("exit %d, %q", r.code, r.stderr)
	}
}

// A step that no journey of the policy has may be one of another file: the policy
// is right, and a similar name only a warning.
func TestPolicyStepsOfOtherFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "policy.yaml")
	text := `version: 1
site: https://www.council.example/
items:
  - {name: a, when: [step: sign-up, step: pay]}
vendors:
  - {vendor: hotjar, when: [step: look-around]}
journeys:
  sign-in: [{goto: /login}, {click: text=Go}]
exceptions:
  - {rule: undeclard, reason: soon, expires: 2029-12-31}
`
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	r := run(t, t.Context(), nil, "policy", "check", file)
	for _, want := range []string{
		`policy.yaml:4: no journey of this file has a step "sign-up": did you mean sign-in?`,
		"policy.yaml:1: no journey of this file does: look-around, pay (give them with scan --journeys)",
		`policy.yaml:10: there is no rule "undeclard", so this exception accepts nothing`,
	} {
		if r.code != exitOK || !strings.Contains(r.out, want) {
			t.Errorf("exit %d, want %q:\n%s%s", r.code, want, r.out, r.stderr)
		}
	}
}

// Minutes that one visitor is idle for are not those of another.
func TestJourneyIdleOfOneVisitor(t *testing.T) {
	server, err := sites.Listen()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	site, err := sites.Open("chelmsford")
	if err != nil {
		t.Fatal(err)
	}
	server.Mount(site)
	// visit brings a cookie, nil for none, and returns the one that is set, nil for
	// none.
	visit := func(c *http.Cookie) *http.Cookie {
		r := httptest.NewRequest("GET", "https://publicaccess.chelmsford.gov.uk/", nil)
		r.TLS = &tls.ConnectionState{}
		if c != nil {
			r.AddCookie(c)
		}
		w := httptest.NewRecorder()
		server.ServeHTTP(w, r)
		for _, c := range w.Result().Cookies() {
			return c
		}
		return nil
	}
	away, here := visit(nil), visit(nil)
	if away == nil || here == nil {
		t.Fatal("no session begins")
	}
	jar := []*network.Cookie{{Name: "other", Value: "1"}, {Name: away.Name, Value: away.Value}}
	if err := forward(server)(t.Context(), jar, 31*time.Minute); err != nil {
		t.Fatal(err)
	}
	if visit(here) != nil {
		t.Error("the session of the visitor who stayed is over")
	}
	if visit(away) == nil {
		t.Error("the session of the idle visitor lives on")
	}
}

// Where nobody says what the visitor does, the law decides: under that of
// California the browser's signal is an opt-out like any other.
func TestChoicesFollowTheLaw(t *testing.T) {
	usual := []observation.Choice{observation.None, observation.Accept, observation.Reject, observation.Withdraw}
	for _, tt := range []struct {
		name string
		o    scanOptions
		p    *policies.Policy
		want []observation.Choice
	}{
		{"no law named", scanOptions{}, nil, usual},
		{"the policy's", scanOptions{}, &policies.Policy{Profile: policies.USCA}, append(slices.Clone(usual), observation.GPC)},
		{"the flag's", scanOptions{judge: judgeOptions{profile: "us-ca"}}, &policies.Policy{Profile: policies.UK}, append(slices.Clone(usual), observation.GPC)},
		{"asked for", scanOptions{choices: []string{"none"}}, &policies.Policy{Profile: policies.USCA}, usual[:1]},
	} {
		got, err := tt.o.chosen(tt.p)
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v %v, want %v", tt.name, got, err, tt.want)
		}
	}
}
