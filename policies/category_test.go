package policies

import "testing"

func TestCategoryOf(t *testing.T) {
	tests := []struct {
		printed string
		want    Category
		exact   bool
	}{
		{"necessary", Necessary, true},
		{"Necessary", Necessary, false},
		{"essential", Necessary, false},
		{"Strictly Necessary cookies", Necessary, false},
		{"strictly-necessary", Necessary, false},
		{"security", Necessary, false},
		{"consent", Necessary, false},
		{"preferences", Functional, false},
		{"statistics", Analytics, false},
		{"performance", Analytics, false},
		{"measurement", Analytics, false},
		{"targeting", Marketing, false},
		{"advertising", Marketing, false},
		{"social", Marketing, false},
		{"unclassified", UnknownCategory, false},
		{"unknown", UnknownCategory, true},
	}
	for _, test := range tests {
		got, exact, known := CategoryOf(test.printed)
		if got != test.want || exact != test.exact || !known {
			t.Errorf("CategoryOf(%q) = %q, %v, %v", test.printed, got, exact, known)
		}
	}
	if got, _, known := CategoryOf("delicious"); known {
		t.Errorf("CategoryOf(delicious) = %q", got)
	}
}

func TestClaimsAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range Claims() {
		if seen[c.Name] || c.Doc == "" {
			t.Errorf("claim %q is listed twice or has no doc", c.Name)
		}
		seen[c.Name] = true
	}
}
