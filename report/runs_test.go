package report_test

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"cookieaudit/policies/audit"
	"cookieaudit/policies/catalog"
	"cookieaudit/policies/rules"

	"github.com/google/go-cmp/cmp"
)

// stableRepeat judges only what was seen in every run.
func stableRepeat(t *testing.T) *audit.Audit {
	t.Helper()
	a, err := audit.Run(load(t, "repeat"), nil, rules.All(), audit.Options{Stable: true, Catalog: rules.Catalog(catalog.Default())})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// columns are the values of some columns of the inventory, for one choice.
func columns(t *testing.T, a *audit.Audit, choice string, names ...string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(render(t, lookup(t, "inventory"), a, options))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out [][]string
	for _, row := range rows[1:] {
		if row[0] != choice {
			continue
		}
		var cells []string
		for _, n := range names {
			cells = append(cells, row[slices.Index(rows[0], n)])
		}
		out = append(out, cells)
	}
	return out
}

func TestRunsInTheInventory(t *testing.T) {
	want := [][]string{{"_ga", "2 of 3", "", "true"}, {"sid", "3 of 3", "", ""}, {"ab_bucket", "2 of 3", "", "true"}, {"dwell", "3 of 3", "true", ""}}
	if diff := cmp.Diff(want, columns(t, stableRepeat(t), "none", "name", "runs", "fast_only", "left_out")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, row := range columns(t, judge(t, "quiet", "example-quiet.yaml"), "none", "runs", "left_out") {
		if row[0] != "" || row[1] != "" {
			t.Errorf("one run gave %q", row)
		}
	}
}

// Whoever reads any of the reports learns what was left out, from where the scan
// looked, and how its browser differs from a visitor's.
func TestEveryReportTells(t *testing.T) {
	a := stableRepeat(t)
	for _, name := range people {
		got := flat(render(t, lookup(t, name), a, options))
		for _, want := range []string{
			"only what was seen in each run was judged", "ab_bucket", "was said to look from GB, but the site took the visitor to be in US",
			"en-GB,en;q=0.9", "Europe/London", "desktop", "Chromium/156", "an HTTP cache of its own", "Came only while a page's minute was run fast",
		} {
			if !strings.Contains(got, want) {
				t.Errorf("%s does not say %q", name, want)
			}
		}
	}
	validate(t, compiled(t), render(t, lookup(t, "json"), a, options))
	// A row of a table is read without its report.
	want := []string{"GB", "US", "Europe/London", "en-GB", "en-GB,en;q=0.9", "desktop"}
	for _, name := range []string{"inventory", "findings"} {
		rows, err := csv.NewReader(strings.NewReader(render(t, lookup(t, name), a, options))).ReadAll()
		if err != nil || len(rows) < 2 {
			t.Fatalf("%s has %d rows: %v", name, len(rows), err)
		}
		from := slices.Index(rows[0], "country_told")
		for _, row := range rows[1:] {
			if diff := cmp.Diff(want, row[from:from+len(want)]); diff != "" {
				t.Errorf("a row of %s (-want +got):\n%s", name, diff)
			}
		}
	}
}

// A row leads back to its scan, and a finding's row says whether it fails the run as
// the JSON does.
func TestRowsNameTheirScan(t *testing.T) {
	a := judge(t, "shop", "example-shop.yaml")
	want := []string{"shop.example", "2026-11-20T10:30:00Z", a.Evidence.SHA256}
	for _, name := range []string{"inventory", "findings"} {
		rows, err := csv.NewReader(strings.NewReader(render(t, lookup(t, name), a, options))).ReadAll()
		if err != nil || len(rows) < 2 {
			t.Fatalf("%s has %d rows: %v", name, len(rows), err)
		}
		from := slices.Index(rows[0], "site")
		for i, row := range rows[1:] {
			if diff := cmp.Diff(want, row[from:from+len(want)]); diff != "" {
				t.Errorf("a row of %s (-want +got):\n%s", name, diff)
			}
			if name == "inventory" {
				continue
			}
			f := a.Findings[i]
			last := []string{string(f.Law), map[bool]string{true: "true"}[f.Fails(audit.High)], f.Fingerprint}
			if diff := cmp.Diff(last, row[from+len(want):]); diff != "" {
				t.Errorf("a finding's row (-want +got):\n%s", diff)
			}
		}
	}
}
