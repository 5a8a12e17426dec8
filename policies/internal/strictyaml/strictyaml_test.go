package strictyaml

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDistance(t *testing.T) {
	tests := []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"a", "", 1}, {"", "ab", 2}, {"kitten", "sitting", 3}, {"frist", "first", 1}, {"é", "e", 1}, {"sing-up", "sign-up", 1},
	}
	for _, test := range tests {
		if got := Distance(test.a, test.b); got != test.want {
			t.Errorf("Distance(%q, %q) = %d, want %d", test.a, test.b, got, test.want)
		}
		if got := Distance(test.b, test.a); got != test.want {
			t.Errorf("Distance(%q, %q) = %d, want %d", test.b, test.a, got, test.want)
		}
	}
}

func TestSuggest(t *testing.T) {
	known := []string{"necessary", "analytics", "localStorage"}
	tests := map[string]string{
		"necesary":     "did you mean necessary?",
		"localstorage": "did you mean localStorage?",
		"x":            "use one of necessary, analytics, localStorage",
		"delicious":    "use one of necessary, analytics, localStorage",
	}
	for word, want := range tests {
		if got := Suggest(word, known); got != want {
			t.Errorf("Suggest(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestNode(t *testing.T) {
	f, root := Read("f.yaml", []byte("text: x\nnumber: 12\nyes: true\nlist: [a, b]\nmap: {k: v}\nempty:\n"))
	m := root.Map("text", "number", "yes", "list", "map", "empty", "absent")
	if got := m["text"].Text(); got != "x" {
		t.Errorf("Text %q", got)
	}
	if got := m["number"].Whole(); got != 12 {
		t.Errorf("Whole %d", got)
	}
	if !m["yes"].Bool() {
		t.Error("Bool false")
	}
	if n := len(m["list"].List()); n != 2 {
		t.Errorf("List has %d", n)
	}
	if n := len(m["text"].Several()); n != 1 {
		t.Errorf("Several has %d", n)
	}
	if got := m["map"].Pairs()[0].Value.Position(); got != (Position{File: "f.yaml", Line: 5}) {
		t.Errorf("Position %v", got)
	}
	absent := m["absent"]
	absent.Fail("never", "")
	if absent.Given() || absent.Text() != "" || absent.Bool() || absent.Whole() != 0 || absent.List() != nil || absent.Pairs() != nil ||
		absent.Position() != (Position{}) || len(absent.Map("k")) != 0 {
		t.Error("a node that is not given has a value")
	}
	if err := f.Err(); err != nil {
		t.Fatal(err)
	}
	m["empty"].Text()
	m["list"].Text()
	m["text"].List()
	m["map"].Whole()
	root.Map("text", "number", "yes", "list", "map")
	want := "f.yaml:1: want a list here, found \"x\"\n" +
		"f.yaml:4: want a single value here, found a list\n" +
		"f.yaml:5: want a single value here, found `key: value`\n" +
		"f.yaml:6: the value is empty: write it, or remove the key\n" +
		"f.yaml:6: unknown key \"empty\": use one of text, number, yes, list, map"
	if diff := cmp.Diff(want, f.Err().Error()); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
	var one Error
	if !errors.As(f.Err(), &one) || one.Position.Line != 1 {
		t.Errorf("first error %v", one)
	}
}
