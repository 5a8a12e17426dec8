package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The corpus is another hand's: six sites with real consent managers and SDKs, each
// with its truth, which another program verified. It is not part of this project.
var corpusDir = flag.String("corpus", "../../../shared/corpus", "folder of the corpus of sites with real consent managers and SDKs")

// TestCorpus scans every site of the corpus: each item of its truth is found under
// every choice, each choice proven, each violation found, and no other of its kind.
func TestCorpus(t *testing.T) {
	if !*long {
		t.Skip("takes minutes: make test-long asks for it by -long")
	}
	sites, err := filepath.Glob(filepath.Join(*corpusDir, "sites", "*", "expect.json"))
	if err != nil || len(sites) == 0 {
		t.Skipf("there is no corpus at %s", *corpusDir)
	}
	flags := serveCorpus(t)
	for _, file := range sites {
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) { auditCorpus(t, filepath.Dir(file), flags) })
	}
}

// serveCorpus starts the corpus' own server and returns the flags that lead a scan
// there.
func serveCorpus(t *testing.T) []string {
	t.Helper()
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("the corpus is served by node: %v", err)
		}
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(*corpusDir)); err != nil {
		t.Fatal(err)
	}
	install := exec.CommandContext(t.Context(), "npm", "ci", "--ignore-scripts", "--loglevel=error")
	install.Dir = dir
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v\n%s", err, out)
	}
	server := exec.CommandContext(t.Context(), "node", "server.mjs", "--port", "0", "--http-port", "0")
	server.Dir, server.Stderr = dir, os.Stderr
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	var tls, plain int
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if _, err := fmt.Sscanf(lines.Text(), "https on 127.0.0.1:%d, http on 127.0.0.1:%d", &tls, &plain); err == nil {
			go func() {
				for lines.Scan() { // or the server would wait for a reader
				}
			}()
			return []string{
				"--insecure", "--quiet", "--max-pages", "15",
				"--connect-to", fmt.Sprintf("*.test:443:127.0.0.1:%d", tls), "--connect-to", fmt.Sprintf("*.test:80:127.0.0.1:%d", plain),
			}
		}
	}
	t.Fatal("the corpus' server ended without a word")
	return nil
}

// corpusTruth is expect.json of a site.
type corpusTruth struct {
	Start  string
	Phases []string
	Items  []corpusItem
	Probes []corpusItem
	// Violations name an item by its id; none for what concerns the whole site.
	Violations []struct{ Code, Item string }
}

type corpusItem struct {
	ID, Kind, Name, Domain, Origin string
	Phases, May                    []string
}

func (i corpusItem) fits(kind, name, host string) bool {
	want := i.Domain
	if want == "" {
		u, _ := url.Parse(i.Origin)
		want = u.Hostname()
	}
	bare, _, _ := strings.Cut(host, ":")
	ok, _ := path.Match(i.Name, name)
	return ok && kind == i.Kind && bare == strings.TrimPrefix(want, ".")
}

// corpusChoice is the choice by the corpus' name for a phase.
func corpusChoice(phase string) string {
	if category, ok := strings.CutPrefix(phase, "category:"); ok {
		return "only:" + category
	}
	if phase == "baseline" {
		return "none"
	}
	return phase
}

// corpusRules are the rules that find what the corpus calls by a code.
var corpusRules = map[string][]string{
	"pre_consent":        {"stored-before-consent"},
	"after_reject":       {"stored-after-reject"},
	"after_withdraw":     {"stored-after-withdraw", "kept-after-withdraw"},
	"outside_category":   {"stored-outside-category"},
	"undeclared":         {"undeclared"},
	"retention_exceeded": {"lifetime-exceeds-declared", "persistent-declared-session"},
	"party_mismatch":     {"third-party-declared-first", "declared-for-another-host"},
	"no_reject":          {"no-reject-on-first-layer"},
	"no_withdraw":        {"no-way-to-withdraw"},
}

// corpusAudit is what is read of an audit's JSON.
type corpusAudit struct {
	Visits   []struct{ Choice, Outcome, Why string }
	Findings []struct {
		Rule, Message string
		Item          *corpusKey
		Sightings     []int
	}
	Sightings []struct{ Item corpusKey }
}

type corpusKey struct{ Kind, Name, Host, Origin string }

func (k corpusKey) is(i corpusItem) bool {
	host := k.Host
	if k.Origin != "" {
		u, _ := url.Parse(k.Origin)
		host = u.Host
	}
	return i.fits(k.Kind, k.Name, host)
}

func auditCorpus(t *testing.T, dir string, flags []string) {
	var truth corpusTruth
	readJSON(t, filepath.Join(dir, "expect.json"), &truth)
	var choices []string
	for _, p := range truth.Phases {
		choices = append(choices, corpusChoice(p))
	}
	for _, v := range truth.Violations {
		if c := strings.TrimPrefix(v.Code, "no_"); c != v.Code && !slices.Contains(choices, c) {
			choices = append(choices, c)
		}
	}
	out := t.TempDir()
	file := func(name string) string { return filepath.Join(out, name) }
	if err := os.WriteFile(file("policy.yaml"), corpusPolicy(t, dir, truth.Start), 0o644); err != nil {
		t.Fatal(err)
	}
	got := run(t, t.Context(), nil, append([]string{
		"scan", truth.Start, "--policy", file("policy.yaml"), "--choices", strings.Join(choices, ","), "--out", "none",
		"--format", "json=" + file("audit.json"), "--format", "inventory=" + file("inventory.csv"),
	}, flags...)...)
	if got.code == 2 {
		t.Fatalf("exit %d: %s", got.code, got.stderr)
	}
	var audit corpusAudit
	readJSON(t, file("audit.json"), &audit)

	rows := readCSV(t, file("inventory.csv"))
	for _, item := range truth.Items {
		for _, p := range item.Phases {
			seen := func(r map[string]string) bool {
				return r["choice"] == corpusChoice(p) && item.fits(r["kind"], r["name"], r["host"])
			}
			if !slices.ContainsFunc(rows, seen) {
				t.Errorf("%s %s was not seen under %s", item.Kind, item.Name, corpusChoice(p))
			}
		}
	}
	for _, v := range audit.Visits {
		possible := slices.ContainsFunc(truth.Phases, func(p string) bool { return corpusChoice(p) == v.Choice })
		if possible && v.Choice != "none" && v.Outcome != "proven" {
			t.Errorf("%s is %s: %s", v.Choice, v.Outcome, v.Why)
		}
	}
	compareViolations(t, truth, audit)
}

func compareViolations(t *testing.T, truth corpusTruth, audit corpusAudit) {
	items := map[string]corpusItem{}
	for _, i := range truth.Items {
		items[i.ID] = i
	}
	about := func(finding int, item corpusItem) bool {
		f := audit.Findings[finding]
		return f.Item != nil && f.Item.is(item) || slices.ContainsFunc(f.Sightings, func(n int) bool { return audit.Sightings[n].Item.is(item) })
	}
	wanted := map[int]bool{}
	for _, v := range truth.Violations {
		found := false
		for n, f := range audit.Findings {
			if slices.Contains(corpusRules[v.Code], f.Rule) && (v.Item == "" || about(n, items[v.Item])) {
				found, wanted[n] = true, true
			}
		}
		if !found {
			t.Errorf("violation %s %s was not found", v.Code, v.Item)
		}
	}
	for n, f := range audit.Findings {
		// Test writes, and what may be there or not, are neither required nor wrong.
		neutral := slices.Clone(truth.Probes)
		for _, i := range truth.Items {
			if len(i.May) > 0 {
				neutral = append(neutral, i)
			}
		}
		if slices.ContainsFunc(neutral, func(i corpusItem) bool { return about(n, i) }) {
			continue
		}
		for _, code := range []string{"pre_consent", "after_reject", "after_withdraw", "outside_category", "undeclared", "no_reject", "no_withdraw"} {
			if slices.Contains(corpusRules[code], f.Rule) && !wanted[n] {
				t.Errorf("%s is no violation by the truth: %s", f.Rule, f.Message)
			}
		}
	}
}

// corpusPolicy is a site's policy.json in this project's format.
func corpusPolicy(t *testing.T, dir, start string) []byte {
	t.Helper()
	var declared struct {
		Entries []struct{ Name, Kind, Category, Domain, Duration, Purpose string }
	}
	readJSON(t, filepath.Join(dir, "policy.json"), &declared)
	policy := map[string]any{"version": 1, "site": start, "profile": "eu"}
	items := []map[string]any{}
	for _, e := range declared.Entries {
		lifetime := e.Duration
		if lifetime == "persistent" {
			lifetime = "indefinite"
		}
		item := map[string]any{"name": e.Name, "kind": e.Kind, "category": e.Category, "lifetime": lifetime, "purpose": e.Purpose}
		if e.Domain != "" {
			item["host"] = e.Domain
		}
		items = append(items, item)
	}
	policy["items"] = items
	out, err := json.Marshal(policy) // JSON is YAML
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func readJSON(t *testing.T, file string, v any) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(data, v)
	}
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

func readCSV(t *testing.T, file string) []map[string]string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) == 0 {
		t.Fatalf("%s: %v", file, err)
	}
	var out []map[string]string
	for _, row := range rows[1:] {
		m := map[string]string{}
		for i, cell := range row {
			m[rows[0][i]] = cell
		}
		out = append(out, m)
	}
	return out
}
