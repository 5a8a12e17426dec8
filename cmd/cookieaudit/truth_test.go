package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/policies/catalog"
	"cookieaudit/policies/rules"
	"cookieaudit/scanner"
	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/scantest"
	"cookieaudit/testdata/sites"

	gocmp "github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"
)

// TestTruth audits every bundled site whose truth is written down, with a real
// browser, and compares what was seen and what was found with it: no more and no
// less.
func TestTruth(t *testing.T) {
	t.Parallel()
	for _, name := range sites.Names() {
		site, err := sites.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		data, ok := site.Truth()
		if !ok {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := readTruth(t, data)
			got := auditSite(t, site)
			if diff := gocmp.Diff(want.sightings(t), sightingLines(t, want, got)); diff != "" {
				t.Errorf("sightings (-truth +seen):\n%s", diff)
			}
			if diff := gocmp.Diff(want.findings(), findingLines(got)); diff != "" {
				t.Errorf("findings (-truth +found):\n%s", diff)
			}
			var unknowns []string
			for _, u := range got.Unknowns {
				unknowns = append(unknowns, u.What)
			}
			if diff := gocmp.Diff(want.Unknowns, unknowns); diff != "" {
				t.Errorf("unknowns (-truth +told):\n%s", diff)
			}
		})
	}
}

// truth is truth.yaml of a site.
type truth struct {
	Sightings []itemTruth `yaml:"sightings"`
	Findings  []string    `yaml:"findings"` // severity rule name [under choice][ in service][, evidence]
	Unknowns  []string    `yaml:"unknowns"` // what could not be told; none where the site hides nothing
}

// itemTruth is one item, or one pattern where the name varies by itself.
type itemTruth struct {
	Item    string `yaml:"item"`    // kind name @ host
	Service string `yaml:"service"` // on whose pages
	Probe   bool   `yaml:"probe"`
	Seen    []struct {
		In       string `yaml:"in"`       // choice/phase, several apart by blanks
		Lifetime string `yaml:"lifetime"` // seconds, session or endless
		Set      string `yaml:"set"`      // how and by which address
		Journey  string `yaml:"journey"`  // in which it was first written
		Rests    bool   `yaml:"rests"`    // not written in the phase
		Gone     bool   `yaml:"gone"`     // not there at its end
	} `yaml:"seen"`
}

func readTruth(t *testing.T, data []byte) truth {
	t.Helper()
	var out truth
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&out); err != nil {
		t.Fatalf("truth.yaml: %v", err)
	}
	return out
}

// sightings are the lines that sightingLines must give.
func (w truth) sightings(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, item := range w.Sightings {
		for _, s := range item.Seen {
			if s.Rests == (s.Set != "") {
				t.Fatalf("truth.yaml: %s in %s needs either set or rests", item.Item, s.In)
			}
			for _, in := range strings.Fields(s.In) {
				out = append(out, sightingLine(in, item.Service, item.Item, s.Lifetime, cmp.Or(s.Set, "rests"), s.Journey, s.Gone, item.Probe))
			}
		}
	}
	slices.Sort(out)
	return out
}

func (w truth) findings() []string {
	out := slices.Clone(w.Findings)
	slices.Sort(out)
	return out
}

func sightingLine(in, service, item, lifetime, set, journey string, gone, probe bool) string {
	line := fmt.Sprintf("%s: %s, lifetime %s, %s", item, in, lifetime, set)
	if service != "" {
		line = service + ": " + line
	}
	if journey != "" {
		line += ", in journey " + journey
	}
	if gone {
		line += ", gone"
	}
	if probe {
		line += ", probe"
	}
	return line
}

// sightingLines leaves out what a later session only shows again: the truth tells
// what is new there.
func sightingLines(t *testing.T, want truth, a *audit.Audit) []string {
	var out []string
	known := map[string]bool{}
	for _, s := range slices.SortedStableFunc(slices.Values(a.Sightings), func(x, y audit.Sighting) int {
		return returns(x) - returns(y)
	}) {
		in := fmt.Sprintf("%s/%s", s.Choice, s.Phase)
		item := fmt.Sprintf("%s %s @ %s", s.Item.Kind, s.Item.Name, s.Item.Hostname())
		lifetime, set, journey := lifetimeOf(s), "rests", ""
		if s.First != nil {
			by, _, _ := strings.Cut(s.First.By.URL, "?")
			set = fmt.Sprintf("%s %s", s.First.Via, by)
			_, journey, _ = strings.Cut(observation.LegOf(s.First.Page), "/journey-")
		}
		service := s.Sighting.Service
		if i := want.index(service, item); i >= 0 {
			item = want.Sightings[i].Item
			lifetime = want.lifetime(i, in, lifetime)
		}
		again := fmt.Sprintf("%s %s %s", service, s.Choice, item)
		if s.Phase == observation.Return && known[again] {
			continue
		}
		known[again] = true
		out = append(out, sightingLine(in, service, item, lifetime, set, journey, !s.AtEnd, s.Probe))
	}
	slices.Sort(out)
	return out
}

func returns(s audit.Sighting) int {
	if s.Phase == observation.Return {
		return 1
	}
	return 0
}

func lifetimeOf(s audit.Sighting) string {
	switch l := s.Lifetime; {
	case l.Seconds > 0:
		return fmt.Sprint(l.Seconds)
	case l.Persistence == observation.Persistent:
		return "endless"
	default:
		return string(l.Persistence)
	}
}

// index finds the item by its name or pattern, -1 for none.
func (w truth) index(service, item string) int {
	return slices.IndexFunc(w.Sightings, func(i itemTruth) bool {
		fits, err := path.Match(i.Item, item)
		return i.Service == service && (i.Item == item || err == nil && fits)
	})
}

// lifetime takes a lifetime for the true one where they differ by what a whole
// second in Expires cannot express.
func (w truth) lifetime(i int, in, got string) string {
	for _, s := range w.Sightings[i].Seen {
		if !slices.Contains(strings.Fields(s.In), in) {
			continue
		}
		var a, b int64
		if _, err := fmt.Sscan(s.Lifetime+" "+got, &a, &b); err == nil && max(a-b, b-a) <= 1 {
			return s.Lifetime
		}
	}
	return got
}

func findingLines(a *audit.Audit) []string {
	var out []string
	for _, f := range a.Findings {
		line := fmt.Sprintf("%s %s %s", f.Severity, f.Rule, f.Name)
		if f.Choice != "" {
			line += " under " + string(f.Choice)
		}
		if f.Service != "" {
			line += " in " + f.Service
		}
		if f.Evidence == audit.HeuristicEvidence {
			line += ", heuristic"
		}
		out = append(out, line)
	}
	slices.Sort(out)
	return out
}

// auditSite serves a site, scans it under the four core choices and judges it.
func auditSite(t *testing.T, site *sites.Site) *audit.Audit {
	t.Helper()
	policy := policyOf(t, site)
	obs, err := observation.Load(scanSite(t, site, policy))
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range obs.Gaps {
		t.Logf("gap: %+v", g)
	}
	a, err := audit.Run(obs, policy, rules.All(), audit.Options{Catalog: rules.Catalog(catalog.Default())})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range a.Visits {
		t.Logf("visit %s %s: %s %s %v, %d pages", v.Service, v.Choice, v.Outcome, v.Why, v.Proof, v.Looked())
		for _, act := range v.Acts {
			if act.Failed != "" {
				t.Logf("journey %s under %s: step %d, %s: %s", act.Journey, v.Choice, act.Nr, act.What, act.Failed)
			}
		}
	}
	return a
}

// policyOf is the site's own policy, else the declared one of its name or of the
// site it is a variant of, else nil.
func policyOf(t *testing.T, site *sites.Site) *policies.Policy {
	t.Helper()
	p, err := sitePolicy(site)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// scanSite scans a site as the command does: the job comes from the policy and
// the site's journeys. The server lets sessions age in place of real idle minutes.
func scanSite(t *testing.T, site *sites.Site, policy *policies.Policy) io.Reader {
	t.Helper()
	server, err := sites.Listen()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	server.Mount(site)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	flags := scanOptions{
		choices: []string{"none", "accept", "reject", "withdraw"}, maxPages: 10, maxDepth: 2, insecure: true, realTime: true,
		journeys: journeysFile(t, site),
	}
	args := []string{site.Start()}
	if policy != nil && len(policy.Services) > 0 {
		args = nil
	}
	job, _, err := flags.job(args, policy)
	if err != nil {
		t.Fatal(err)
	}
	options := scanner.Options{
		Browser: browserFor(t, server), Tool: "cookieaudit test", Key: []byte("truth"),
		Now: time.Now, Progress: func(s string) { t.Log(s) }, Wait: forward(server),
	}
	var log bytes.Buffer
	if err := scanner.Scan(ctx, options, job, observation.NewWriter(&log)); err != nil {
		t.Fatal(err)
	}
	return &log
}

// journeysFile is the site's journeys as a file, "" where it has none.
func journeysFile(t *testing.T, site *sites.Site) string {
	t.Helper()
	data, ok := site.Journeys()
	if !ok {
		return ""
	}
	name := filepath.Join(t.TempDir(), "journeys.yaml")
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

// browserFor finds every host at the server, also those that no site has, so
// that nothing can leave the machine.
func browserFor(t *testing.T, server *sites.Server) chrome.Options {
	t.Helper()
	o := chrome.Options{Path: scantest.Path(), Insecure: true}
	for _, rule := range server.ConnectTo("*") {
		c, err := chrome.ParseConnectTo(rule)
		if err != nil {
			t.Fatal(err)
		}
		o.ConnectTo = append(o.ConnectTo, c)
	}
	return o
}
