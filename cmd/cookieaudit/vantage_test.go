package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"cookieaudit/policies"

	gocmp "github.com/google/go-cmp/cmp"
)

// Language and time zone are those of the profile's visitors, unless a flag says
// otherwise, and never the machine's.
func TestVisitorFollowsProfile(t *testing.T) {
	for _, tt := range []struct {
		name   string
		o      scanOptions
		policy *policies.Policy
		want   visitor
	}{
		{"nobody named one", scanOptions{}, nil, visitor{"en", "Europe/Brussels"}},
		{"policy without profile", scanOptions{}, &policies.Policy{}, visitor{"en", "Europe/Brussels"}},
		{"the policy's", scanOptions{}, &policies.Policy{Profile: policies.DE}, visitor{"de-DE,de,en-US,en", "Europe/Berlin"}},
		{"the flag's", scanOptions{judge: judgeOptions{profile: "us-ca"}}, &policies.Policy{Profile: policies.DE}, visitor{"en-US,en", "America/Los_Angeles"}},
		{"language by flag", scanOptions{locale: "cy,en-GB"}, &policies.Policy{Profile: policies.UK}, visitor{"cy,en-GB", "Europe/London"}},
		{"zone by flag", scanOptions{zone: "UTC"}, &policies.Policy{Profile: policies.UK}, visitor{"en-GB,en-US,en", "UTC"}},
	} {
		got, err := tt.o.visitor(tt.policy)
		if err != nil || got != tt.want {
			t.Errorf("%s: got %+v, %v; want %+v", tt.name, got, err, tt.want)
		}
	}
	for _, term := range policies.Profiles() {
		if _, ok := visitors[policies.Profile(term.Name)]; !ok {
			t.Errorf("nobody knows the visitors under %s", term.Name)
		}
	}
}

func TestVantageUsageErrors(t *testing.T) {
	for _, tt := range []struct{ flag, value, want string }{
		{"--from", "Britain", "such as GB"},
		{"--from", "uk", "is GB"},
		{"--locale", "german!", "such as de-DE"},
		{"--time-zone", "London time", "such as Europe/London"},
		{"--repeat", "21", "from 1 to 20"},
		{"--repeat", "-1", "from 1 to 20"},
	} {
		r := run(t, t.Context(), nil, "scan", "https://www.site.test/", "--out", "none", tt.flag, tt.value)
		if r.code != exitUsage || !strings.Contains(r.stderr, tt.want) {
			t.Errorf("%s %s: exit %d, %q", tt.flag, tt.value, r.code, r.stderr)
		}
	}
}

// A scan of two runs says where it looked from and in how many runs each item was
// seen; judged again with --stable it leaves out what came once.
func TestRepeatedScanFromElsewhere(t *testing.T) {
	t.Parallel()
	visits := 0
	flags := site(t, map[string]http.Handler{"www.site.test": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("CF-IPCountry", "US")
		if _, err := r.Cookie("_ga"); err != nil && r.URL.Path == "/" {
			visits++
		}
		fmt.Fprintf(w, "<!doctype html><link rel=icon href='data:,'><script>document.cookie='_ga=1; Max-Age=1000'; if (%d == 1) document.cookie='_fbp=1; Max-Age=1000'</script>", visits)
	})})
	dir := filepath.Join(t.TempDir(), "evidence")
	args := append([]string{"scan", "https://www.site.test/", "--from", "GB", "--profile", "de", "--repeat", "2", "--choices", "none", "--max-pages", "1", "--format", "json"}, flags...)
	args = append(args, "--out", dir)
	type wire struct {
		Evidence struct {
			Runs    int
			Vantage struct {
				CountryTold    string `json:"country_told"`
				CountrySeen    string `json:"country_seen"`
				TimeZone       string `json:"time_zone"`
				Locale         string
				AcceptLanguage string `json:"accept_language"`
			}
		}
		Sightings []struct {
			Item     struct{ Name string }
			Phase    string
			Runs     int
			Unstable bool
		}
		Verdict struct {
			Words string
			Exit  int
		}
	}
	read := func(r result) (out wire) {
		t.Helper()
		if err := json.Unmarshal([]byte(r.out), &out); err != nil {
			t.Fatalf("%v\n%s\n%s", err, r.stderr, r.out)
		}
		return out
	}
	// Looked from outside the area and no dialog: what comes before consent cannot be told.
	got := read(run(t, t.Context(), nil, args...))
	if v := got.Verdict; v.Exit != 3 || !strings.Contains(v.Words, "looked from US (as the site saw it), outside the area of the profile de") {
		t.Errorf("exit %d: %s", v.Exit, v.Words)
	}
	v := got.Evidence.Vantage
	if diff := gocmp.Diff([]string{"GB", "US", "Europe/Berlin", "de-DE"}, []string{v.CountryTold, v.CountrySeen, v.TimeZone, v.Locale}); diff != "" || !strings.HasPrefix(v.AcceptLanguage, "de-DE,de;q=") {
		t.Errorf("%s (-want +got):\n%s", v.AcceptLanguage, diff)
	}
	seen := func(w wire) (out []string) {
		for _, s := range w.Sightings {
			if s.Phase == "before" {
				out = append(out, fmt.Sprintf("%s %d of %d, left out %v", s.Item.Name, s.Runs, w.Evidence.Runs, s.Unstable))
			}
		}
		return out
	}
	if diff := gocmp.Diff([]string{"_fbp 1 of 2, left out false", "_ga 2 of 2, left out false"}, seen(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	again := read(run(t, t.Context(), nil, "audit", dir, "--stable", "--format", "json"))
	if diff := gocmp.Diff([]string{"_fbp 1 of 2, left out true", "_ga 2 of 2, left out false"}, seen(again)); diff != "" {
		t.Errorf("--stable (-want +got):\n%s", diff)
	}
}
