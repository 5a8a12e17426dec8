package report_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/policies/catalog"
	"cookieaudit/policies/rules"
	"cookieaudit/report"
	"cookieaudit/scanner/observation"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const testdata = "../testdata"

// cases are the kept observations and the policies that they are judged
// against, "" for none.
var cases = []struct{ name, policy string }{
	{"quiet", "example-quiet.yaml"},
	{"shop", "example-shop.yaml"},
	{"blind", ""},
	{"services", "example-services.yaml"},
	{"repeat", ""},
	{"dialog", ""},
}

// options are those of the golden files.
var options = report.Options{Version: "0.1.0", Picture: func(name string) []byte { return []byte(name) }}

func load(t *testing.T, name string) *observation.Observation {
	t.Helper()
	f, err := os.Open(filepath.Join(testdata, "observations/v1", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	o, err := observation.Load(f)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func judge(t *testing.T, name, policy string) *audit.Audit {
	t.Helper()
	var p *policies.Policy
	if policy != "" {
		data, err := os.ReadFile(filepath.Join(testdata, "policies", policy))
		if err != nil {
			t.Fatal(err)
		}
		if p, err = policies.Parse(policy, data); err != nil {
			t.Fatal(err)
		}
	}
	c := rules.Catalog(catalog.Default())
	a, err := audit.Run(load(t, name), p, rules.All(), audit.Options{Catalog: c})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func render(t *testing.T, f report.Format, a *audit.Audit, o report.Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := f.Render(&b, a, o); err != nil {
		t.Fatalf("%s: %v", f.Name, err)
	}
	return b.String()
}

func lookup(t *testing.T, name string) report.Format {
	t.Helper()
	f, ok := report.Lookup(name)
	if !ok {
		t.Fatalf("no format %s", name)
	}
	return f
}

// printed are the formats that need nothing but the audit.
func printed() []report.Format {
	return slices.DeleteFunc(report.All(), func(f report.Format) bool { return f.Name == "pdf" })
}

// golden names the file of a format: the two tables share an extension.
func golden(name string, f report.Format) string {
	if f.Ext == ".csv" {
		return name + "." + f.Name + f.Ext
	}
	return name + f.Ext
}

func compare(t *testing.T, file, got string) {
	t.Helper()
	path := filepath.Join(testdata, "golden", file)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got), rewrite with -update and read the difference:\n%s", file, diff)
	}
}

func TestGolden(t *testing.T) {
	for _, c := range cases {
		a := judge(t, c.name, c.policy)
		for _, f := range printed() {
			t.Run(c.name+"/"+f.Name, func(t *testing.T) {
				compare(t, golden(c.name, f), render(t, f, a, options))
			})
		}
	}
}

func TestFormatsAreDescribed(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range report.All() {
		if f.Name == "" || f.Doc == "" || !strings.HasPrefix(f.Ext, ".") || f.Render == nil {
			t.Errorf("format %+v lacks something", f)
		}
		if seen[f.Name] {
			t.Errorf("two formats are named %s", f.Name)
		}
		seen[f.Name] = true
	}
	if _, ok := report.Lookup("docx"); ok {
		t.Error("Lookup found a format that there is not")
	}
}

func TestSameAuditSameBytes(t *testing.T) {
	a, b := judge(t, "shop", "example-shop.yaml"), judge(t, "shop", "example-shop.yaml")
	for _, f := range printed() {
		if render(t, f, a, options) != render(t, f, b, options) {
			t.Errorf("%s: the same audit gave other bytes", f.Name)
		}
	}
}

// Rendering works on copies: an audit is shared by all formats.
func TestRenderLeavesTheAuditAlone(t *testing.T) {
	a := judge(t, "shop", "example-shop.yaml")
	before := render(t, lookup(t, "json"), a, options)
	for _, f := range printed() {
		render(t, f, a, options)
	}
	if diff := cmp.Diff(before, render(t, lookup(t, "json"), a, options)); diff != "" {
		t.Error(diff)
	}
}

// canaries are the values that the sites of the test observations stored.
var canaries = []string{
	"canary", "GA1.1", "1234567890", "GS2.1", "fb.1.1700000000000", "987654321", "all:1", "all:0", "step-1",
}

func TestNoValueLeaks(t *testing.T) {
	for _, c := range cases {
		a := judge(t, c.name, c.policy)
		for _, f := range printed() {
			got := render(t, f, a, options)
			for _, canary := range canaries {
				if strings.Contains(got, canary) {
					t.Errorf("%s as %s holds the value %q", c.name, f.Name, canary)
				}
			}
		}
	}
}

// people are the formats that must show the same verdict and banner.
var people = []string{"text", "html", "json"}

func TestVerdictInEveryFormat(t *testing.T) {
	for _, c := range cases {
		a := judge(t, c.name, c.policy)
		for _, name := range people {
			got := flat(render(t, lookup(t, name), a, options))
			if words := flat(a.Summary.Words); !strings.Contains(got, words) {
				t.Errorf("%s as %s does not say %q", c.name, name, words)
			}
		}
	}
}

// flat takes markup, escapes and line breaks away.
func flat(s string) string {
	s = strings.NewReplacer("<strong>", "", "</strong>", "", `<span class="quiet">`, "", "</span>", "", "<code>", "", "</code>", "", "`", "", "&#34;", `"`, "&#39;", "'", "&amp;", "&", `\"`, `"`, `\u003c`, "<").Replace(s)
	return strings.Join(strings.Fields(s), " ")
}

// Where a person took consent back, the scan looked for no dialog: the report does
// not say that there was none.
func TestNobodyLookedForADialog(t *testing.T) {
	a := judge(t, "quiet", "example-quiet.yaml")
	html := lookup(t, "html")
	const absent = "and saw none"
	if strings.Contains(render(t, html, a, options), absent) {
		t.Fatal("the audit shows a visit without a dialog: it can't tell one from the other")
	}
	for _, looked := range []int64{0, 9000} {
		a.Visits[len(a.Visits)-1].Consents = []observation.Consent{{Choice: observation.Withdraw, Looked: looked, Method: "person", Steps: []string{"a person was asked to take the consent back"}}}
		got := render(t, html, a, options)
		if !strings.Contains(got, "a person was asked to take the consent back") || strings.Contains(got, absent) != (looked > 0) {
			t.Errorf("looked for %d ms: says none was seen: %t", looked, strings.Contains(got, absent))
		}
	}
}

// The title has the day of the scan, whatever the day of judgement, and that is said
// where it is another.
func TestDayOfJudgement(t *testing.T) {
	a := judge(t, "quiet", "example-quiet.yaml")
	later := *a
	later.AsOf = time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct{ name, title, judged string }{
		{"text", "Cookie audit of quiet.example, 2026-11-20", "2026-11-20, judged as of 2027-03-01"},
		{"html", "<title>Cookie audit of quiet.example, 2026-11-20</title>", "2026-11-20 09:00 UTC · judged as of 2027-03-01"},
	} {
		if got := render(t, lookup(t, tt.name), &later, options); !strings.Contains(got, tt.title) || !strings.Contains(got, tt.judged) {
			t.Errorf("%s lacks %q or %q", tt.name, tt.title, tt.judged)
		}
		if got := render(t, lookup(t, tt.name), a, options); !strings.Contains(got, tt.title) || strings.Contains(got, "2026-11-20, judged as of") || strings.Contains(got, "· judged as of") {
			t.Errorf("%s of the scan's own day lacks %q or speaks of another", tt.name, tt.title)
		}
	}
}

// A service that did not load has no words of a service that was looked at.
func TestServiceThatDidNotLoad(t *testing.T) {
	got := render(t, lookup(t, "html"), judge(t, "services", "example-services.yaml"), options)
	_, consent, _ := strings.Cut(got, `<h2 id="consent">`)
	_, archive, found := strings.Cut(consent, "<h3>Archive ")
	archive, _, _ = strings.Cut(archive, "</section>")
	if !found || !strings.Contains(archive, "Not looked at: the site did not load.") || strings.Contains(archive, "no dialog seen") || strings.Contains(archive, "0.0 s") {
		t.Errorf("the dialog of a service that did not load:\n%s", archive)
	}
	_, inventory, _ := strings.Cut(got, `<h2 id="inventory">`)
	_, archive, found = strings.Cut(inventory, "<h3>Archive</h3>")
	archive, _, _ = strings.Cut(archive, "</section>")
	if !found || !strings.Contains(archive, "Not looked at: the site did not load.") || strings.Contains(archive, "Nothing stored") {
		t.Errorf("the inventory of a service that did not load:\n%s", archive)
	}
	if !strings.Contains(consent, "and saw none under any choice.") {
		t.Error("the service that was looked at, and had no dialog, is not told of")
	}
}

func TestBanner(t *testing.T) {
	a := judge(t, "quiet", "example-quiet.yaml")
	o := options
	o.Banner = "Replica with planted defects, says nothing about the real service"
	for _, name := range people {
		if got := render(t, lookup(t, name), a, o); !strings.Contains(got, o.Banner) {
			t.Errorf("%s does not show the banner", name)
		}
		if got := render(t, lookup(t, name), a, options); strings.Contains(got, "Replica") {
			t.Errorf("%s shows a banner that was not asked for", name)
		}
	}
}

func TestPDF(t *testing.T) {
	a := judge(t, "quiet", "example-quiet.yaml")
	f := lookup(t, "pdf")
	if err := f.Render(&bytes.Buffer{}, a, options); err == nil {
		t.Error("a PDF without a browser gave no error")
	}
	o := options
	var html string
	o.PrintPDF = func(in []byte) ([]byte, error) { html = string(in); return []byte("%PDF"), nil }
	if got := render(t, f, a, o); got != "%PDF" {
		t.Errorf("got %q", got)
	}
	if html != render(t, lookup(t, "html"), a, options) {
		t.Error("the PDF was not printed from the HTML report")
	}
}
