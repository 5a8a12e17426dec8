package report_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"cookieaudit/policies/audit"
	"cookieaudit/report"
)

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(report.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("audit.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("audit.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validate(t *testing.T, s *jsonschema.Schema, got string) {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(got))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(doc); err != nil {
		t.Error(err)
	}
}

func TestJSONFollowsItsSchema(t *testing.T) {
	s := compiled(t)
	f := lookup(t, "json")
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { validate(t, s, render(t, f, judge(t, c.name, c.policy), options)) })
	}
}

// A reader must never meet null where the schema says array.
func TestJSONOfAnEmptyAudit(t *testing.T) {
	a := &audit.Audit{Profile: "eu", Summary: audit.Summary{Verdict: audit.CouldNotTell, Exit: 3}, Findings: []audit.Finding{{
		Severity: audit.Low,
	}}}
	a.Evidence.SHA256 = strings.Repeat("0", 64)
	got := render(t, lookup(t, "json"), a, options)
	// An audit always has its times; this one does not.
	got = strings.Replace(got, `"started": ""`, `"started": "2026-11-22T00:00:00Z"`, 1)
	got = strings.Replace(got, `"as_of": ""`, `"as_of": "2026-11-22"`, 1)
	validate(t, compiled(t), got)
}

// Names come through JSON as they were, and yet nothing in the file acts on a
// terminal.
func TestJSONKeepsHostileNames(t *testing.T) {
	got := render(t, lookup(t, "json"), judge(t, "shop", "example-shop.yaml"), options)
	if i := strings.IndexFunc(got, acts); i >= 0 {
		t.Errorf("holds a character that acts, at %q", got[i:min(len(got), i+20)])
	}
	var wire struct {
		Sightings []struct{ Item struct{ Name string } }
	}
	if err := json.Unmarshal([]byte(got), &wire); err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, s := range wire.Sightings {
		names[s.Item.Name] = true
	}
	for _, want := range hostile {
		if !names[want] {
			t.Errorf("the name %q did not come through", want)
		}
	}
}
