package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cookieaudit/policies"
	"cookieaudit/policies/declared"
	"cookieaudit/scanner/observation"

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
	job, err := flags().job(nil, bundled(t, "chelmsford"))
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
	job, err = flags().job(nil, bundled(t, "planx"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"planx.uk: https://planx.uk/", "Council One: https://one.planx.uk/", "Council Two: https://two.planx.uk/"}
	if diff := gocmp.Diff(want, servicesOfJob(job)); diff != "" {
		t.Errorf("planx (-want +got):\n%s", diff)
	}
	job, err = flags().job(nil, bundled(t, "ons"))
	if err != nil || len(job.Services) != 0 || len(job.URLs) != 1 {
		t.Errorf("ons: %v %v %v", job.URLs, job.Services, err)
	}
}

// An address that the user gives belongs to the service of its host.
func TestJobOfAddresses(t *testing.T) {
	job, err := flags().job([]string{"www.mipermit.com/legal", "consult.chelmsford.gov.uk", "https://www.mipermit.com/"}, bundled(t, "chelmsford"))
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

// A journey belongs to the service in which it begins; one that begins on what is
// not scanned is left out.
func TestJourneysOfJob(t *testing.T) {
	o := flags()
	o.journeys = journeyFile(t, `journeys:
  permit-log-in: [{goto: "https://www.mipermit.com/login"}, {click: text=Log in, step: log-in}]
  elsewhere: [{goto: "https://maps.chelmsford.gov.uk/"}]
`)
	job, err := o.job([]string{"www.mipermit.com"}, bundled(t, "chelmsford"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, j := range job.Journeys {
		got = append(got, fmt.Sprintf("%s in %s: %d steps", j.Name, j.Service, len(j.Steps)))
	}
	if diff := gocmp.Diff([]string{"permit-log-in in MiPermit: 2 steps"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What is wrong with journeys is a usage error that says what to do.
func TestJourneyErrors(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"relative", "journeys:\n  a: [{goto: /x}]\n", "journey a: begin with goto: and a whole address"},
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
