package rules_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/policies/rules"
	"cookieaudit/scanner/observation"
)

var update = flag.Bool("update", false, "rewrite the want sections of testdata")

func TestValidate(t *testing.T) {
	if err := audit.Validate(rules.All()); err != nil {
		t.Error(err)
	}
}

// Each rule is shown by examples: testdata/<id>.txtar holds cases named
// positive..., negative... and could-not-look..., each with an observation (see
// audittest), perhaps a policy.yaml, and what is wanted of that rule.
func TestExamples(t *testing.T) {
	for _, r := range rules.All() {
		t.Run(r.ID, func(t *testing.T) {
			path := filepath.Join("testdata", r.ID+".txtar")
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatalf("every rule needs examples: %v", err)
			}
			cases := casesOf(archive)
			for _, kind := range []string{"positive", "negative", "could-not-look"} {
				if !slices.ContainsFunc(cases, func(name string) bool { return strings.HasPrefix(name, kind) }) {
					t.Errorf("%s has no %s case", path, kind)
				}
			}
			for _, name := range cases {
				t.Run(name, func(t *testing.T) { runCase(t, archive, r, name) })
			}
			if *update {
				if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func TestNoExampleWithoutRule(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		id := strings.TrimSuffix(filepath.Base(f), ".txtar")
		if !slices.ContainsFunc(rules.All(), func(r *audit.Rule) bool { return r.ID == id }) {
			t.Errorf("%s belongs to no rule", f)
		}
	}
}

func casesOf(a *txtar.Archive) []string {
	var names []string
	for _, f := range a.Files {
		if name := filepath.Dir(f.Name); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func runCase(t *testing.T, archive *txtar.Archive, r *audit.Rule, name string) {
	a := judge(t, section(archive, name+"/observation"), section(archive, name+"/policy.yaml"))
	got := tell(a, r.ID)
	if *update {
		put(archive, name+"/want", got)
	}
	if diff := cmp.Diff(section(archive, name+"/want"), got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	expect(t, a, r.ID, name)
	honest(t, a)
	cites(t, a)
}

// cites: a finding on a choice rests on what was seen under it; one on no choice made
// also on what other visits saw ahead of theirs.
func cites(t *testing.T, a *audit.Audit) {
	t.Helper()
	for _, f := range a.Findings {
		if f.Rule == "statistical-exemption-without-objection" {
			continue // nobody could object: what was stored is seen elsewhere
		}
		for _, i := range f.Sightings {
			i := slices.IndexFunc(a.Sightings, func(s audit.Sighting) bool { return s.Ref == i })
			if s := a.Sightings[i]; f.Choice != "" && s.Choice != f.Choice && !(f.Choice == observation.None && (s.Phase.Unchosen(s.Choice) || s.Choice == observation.Close)) {
				t.Errorf("%q (%s, under %s) cites %s %s", f.Message, f.Rule, f.Choice, s.Choice, s.Phase)
			}
		}
	}
}

// expect holds each kind of case to its name.
func expect(t *testing.T, a *audit.Audit, rule, name string) {
	t.Helper()
	found := slices.ContainsFunc(a.Findings, func(f audit.Finding) bool { return f.Rule == rule })
	switch status := a.Status(rule); {
	case strings.HasPrefix(name, "positive") && !found:
		t.Error("a positive case must have a finding")
	case strings.HasPrefix(name, "negative") && status != audit.StatusPass && status != audit.StatusNotApplicable:
		t.Errorf("a negative case must pass, not %s", status)
	case strings.HasPrefix(name, "could-not-look") && status != audit.StatusInconclusive && status != audit.StatusNotApplicable:
		t.Errorf("where nobody could look the rule must not answer %s", status)
	}
}

// honest: words that an audit must never use, since they claim more than was
// seen.
func honest(t *testing.T, a *audit.Audit) {
	t.Helper()
	var all []string
	for _, f := range a.Findings {
		all = append(all, f.Message, f.Title, f.Fix)
	}
	for _, u := range a.Unknowns {
		all = append(all, u.What, u.Next)
	}
	all = append(append(all, a.Notes...), a.Summary.Words)
	for _, text := range all {
		for _, word := range []string{"compliant", "clean", "passed", "illegal"} {
			if strings.Contains(strings.ToLower(text), word) {
				t.Errorf("%q uses the word %q", text, word)
			}
		}
	}
}

// tell is what an audit says of one rule, in a form to read.
func tell(a *audit.Audit, rule string) string {
	var b strings.Builder
	for _, f := range a.Findings {
		if f.Rule == rule {
			fmt.Fprintf(&b, "finding %s %s %s choice=%s name=%q sightings=%d\n\t%s\n", f.Severity, f.Evidence, f.Law, or(string(f.Choice), "-"), f.Name, len(f.Sightings), f.Message)
		}
	}
	for _, r := range a.Results {
		if r.Rule == rule {
			fmt.Fprintln(&b, strings.TrimSpace(fmt.Sprintf("result %s %s %s", or(string(r.Choice), "-"), r.Status, r.Why)))
		}
	}
	for _, u := range a.Unknowns {
		fmt.Fprintf(&b, "unknown decides=%v %s %s\n", u.Decides, u.What, u.Next)
	}
	for _, n := range a.Notes {
		fmt.Fprintf(&b, "note %s\n", n)
	}
	return b.String()
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func section(a *txtar.Archive, name string) string {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func put(a *txtar.Archive, name, text string) {
	for i := range a.Files {
		if a.Files[i].Name == name {
			a.Files[i].Data = []byte(text)
			return
		}
	}
	// The want stands after the other files of its case.
	last := 0
	for i, f := range a.Files {
		if filepath.Dir(f.Name) == filepath.Dir(name) {
			last = i + 1
		}
	}
	a.Files = slices.Insert(a.Files, last, txtar.File{Name: name, Data: []byte(text)})
}

func policyOf(t *testing.T, text string) *policies.Policy {
	if text == "" {
		return nil
	}
	p, err := policies.Parse("policy.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}
