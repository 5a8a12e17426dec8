package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/policies/catalog"
	"cookieaudit/policies/declared"
	"cookieaudit/policies/rules"
	"cookieaudit/scanner"
	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"
	"cookieaudit/testdata/sites"

	gocmp "github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"
)

// TestTruth audits every bundled site whose truth is written down, with a real
// browser, and compares what was seen and what was found with it: no more and no
// less.
func TestTruth(t *testing.T) {
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
			want := readTruth(t, data)
			got := auditSite(t, site)
			if diff := gocmp.Diff(want.sightings(t), sightingLines(t, want, got)); diff != "" {
				t.Errorf("sightings (-truth +seen):\n%s", diff)
			}
			if diff := gocmp.Diff(want.findings(), findingLines(got)); diff != "" {
				t.Errorf("findings (-truth +found):\n%s", diff)
			}
			for _, u := range got.Unknowns {
				t.Errorf("%s %s", u.What, u.Next)
			}
		})
	}
}

// truth is truth.yaml of a site.
type truth struct {
	Sightings []itemTruth `yaml:"sightings"`
	Findings  []string    `yaml:"findings"` // severity rule name [under choice][, evidence]
}

// itemTruth is one item, or one pattern where the name varies by itself.
type itemTruth struct {
	Item  string `yaml:"item"` // kind name @ host
	Probe bool   `yaml:"probe"`
	Seen  []struct {
		In       string `yaml:"in"`       // choice/phase, several apart by blanks
		Lifetime string `yaml:"lifetime"` // seconds, session or endless
		Set      string `yaml:"set"`      // how and by which address
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
				out = append(out, sightingLine(in, item.Item, s.Lifetime, cmp.Or(s.Set, "rests"), s.Gone, item.Probe))
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

func sightingLine(in, item, lifetime, set string, gone, probe bool) string {
	line := fmt.Sprintf("%s: %s, lifetime %s, %s", item, in, lifetime, set)
	if gone {
		line += ", gone"
	}
	if probe {
		line += ", probe"
	}
	return line
}

func sightingLines(t *testing.T, want truth, a *audit.Audit) []string {
	var out []string
	for _, s := range a.Sightings {
		in := fmt.Sprintf("%s/%s", s.Choice, s.Phase)
		item := fmt.Sprintf("%s %s @ %s", s.Item.Kind, s.Item.Name, s.Item.Hostname())
		lifetime, set := lifetimeOf(s), "rests"
		if s.First != nil {
			by, _, _ := strings.Cut(s.First.By.URL, "?")
			set = fmt.Sprintf("%s %s", s.First.Via, by)
		}
		if i := want.index(item); i >= 0 {
			item = want.Sightings[i].Item
			lifetime = want.lifetime(i, in, lifetime)
		}
		out = append(out, sightingLine(in, item, lifetime, set, !s.AtEnd, s.Probe))
	}
	slices.Sort(out)
	return out
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
func (w truth) index(item string) int {
	return slices.IndexFunc(w.Sightings, func(i itemTruth) bool {
		fits, err := path.Match(i.Item, item)
		return i.Item == item || err == nil && fits
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
	obs, err := observation.Load(scanSite(t, site))
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range obs.Gaps {
		t.Logf("gap: %+v", g)
	}
	a, err := audit.Run(obs, policyOf(t, site), rules.All(), audit.Options{Catalog: rules.Catalog(catalog.Default())})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range a.Visits {
		t.Logf("visit %s: %s %s %v, %d pages", v.Choice, v.Outcome, v.Why, v.Proof, v.Looked())
	}
	return a
}

// policyOf is the site's own policy, else the declared one of its name, else nil.
func policyOf(t *testing.T, site *sites.Site) *policies.Policy {
	t.Helper()
	var p *policies.Policy
	var err error
	if data, ok := site.Policy(); ok {
		p, err = policies.Parse("policy.yaml", data)
	} else if slices.Contains(declared.Names(), site.Name()) {
		p, _, err = declared.Load(site.Name())
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func scanSite(t *testing.T, site *sites.Site) io.Reader {
	t.Helper()
	server, err := sites.Listen()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	server.Mount(site)
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	options := scanner.Options{
		Browser: browserFor(t, server), Tool: "cookieaudit test", Key: []byte("truth"),
		Now: time.Now, Progress: func(s string) { t.Log(s) },
	}
	job := observation.Job{
		URLs: []string{site.Start()}, MaxPages: 10, MaxDepth: 2, Device: "desktop", Insecure: true,
		Choices: []observation.Choice{observation.None, observation.Accept, observation.Reject, observation.Withdraw},
	}
	var log bytes.Buffer
	if err := scanner.Scan(ctx, options, job, observation.NewWriter(&log)); err != nil {
		t.Fatal(err)
	}
	return &log
}

// browserFor finds every host at the server, also those that no site has, so
// that nothing can leave the machine.
func browserFor(t *testing.T, server *sites.Server) chrome.Options {
	t.Helper()
	o := chrome.Options{Insecure: true}
	for _, rule := range server.ConnectTo("*") {
		c, err := chrome.ParseConnectTo(rule)
		if err != nil {
			t.Fatal(err)
		}
		o.ConnectTo = append(o.ConnectTo, c)
	}
	return o
}
