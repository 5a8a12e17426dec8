package policies

import (
	"strings"
	"testing"
)

func TestPatternMatch(t *testing.T) {
	tests := []struct {
		pattern, name string
		want          bool
	}{
		{"_ga", "_ga", true},
		{"_ga", "_GA", false},
		{"_ga", "_ga_X", false},
		{"_ga*", "_ga", true},
		{"_ga*", "_ga_X", true},
		{"*_ga", "x_ga", true},
		{"*_ga", "x_gas", false},
		{"incap_ses_*_*", "incap_ses_485_12", true},
		{"incap_ses_*_*", "incap_ses_485", false},
		{"a*a", "a", false},
		{"a*a", "aa", true},
		{"a*b*c", "abxbc", true},
		{"a*bc*c", "abc", false},
		{"*a*a*", "xaya", true},
		{"*", "", true},
		{"**", "x", true},
		{"taboola global:*", "taboola global:user", true},
		{"a.c", "abc", false},
		{"/_ga.*/", "_ga_X", true},
		{"/_ga/", "x_gax", false},
		{"/a|b/", "ab", false},
		{"/a|b/", "b", true},
		{"/(?i)phpsessid/", "PHPSESSID", true},
		{"/^_ga$/", "_ga", true},
		{"/^_ga.*/", "_ga1", true},
		{"//", "//", true},
		{"", "", false},
	}
	for _, test := range tests {
		p, err := ParsePattern(test.pattern)
		if err != nil && test.pattern != "" {
			t.Errorf("ParsePattern(%q): %v", test.pattern, err)
			continue
		}
		if got := p.Match(test.name); got != test.want {
			t.Errorf("%q.Match(%q) = %v", test.pattern, test.name, got)
		}
		if got := (Pattern{Text: test.pattern}).Match(test.name); got != test.want {
			t.Errorf("unparsed %q.Match(%q) = %v", test.pattern, test.name, got)
		}
	}
}

func TestParsePatternErrors(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", "the name is empty: write a name, a glob with * or a /regular expression/"},
		{"/[/", "/[/ is no regular expression: missing closing ]: `[`"},
		{"/a)|(b/", "/a)|(b/ is no regular expression: unexpected ): `a)|(b`"},
		{"/^_ga/", "/^_ga/ has an anchor at one end only, but must fit a whole name: add .* at the other end"},
		{"/_id$/", "/_id$/ has an anchor at one end only, but must fit a whole name: add .* at the other end"},
	}
	for _, test := range tests {
		if _, err := ParsePattern(test.text); err == nil || err.Error() != test.want {
			t.Errorf("ParsePattern(%q):\n got %v\nwant %s", test.text, err, test.want)
		}
	}
}

func TestLiterals(t *testing.T) {
	tests := map[string]int{
		"_ga": 3, "_ga*": 3, "*": 0, "é*": 1, "/_ga.*/": 3, "/abc|d/": 1, "/(ab){2,}x?/": 4, "/[abc]+/": 0, "/^ab(cd)+$/": 4,
	}
	for text, want := range tests {
		if got := (Pattern{Text: text}).Literals(); got != want {
			t.Errorf("Literals of %q: %d, want %d", text, got, want)
		}
	}
}

func TestSpecificity(t *testing.T) {
	order := []string{"_ga", "_ga_long_*", "_ga_*", "_*", "/_ga.*/"}
	for i := range order {
		for j := range order {
			got := (Pattern{Text: order[i]}).Specificity(Pattern{Text: order[j]})
			if sign(got) != sign(i-j) {
				t.Errorf("Specificity(%q, %q) = %d", order[i], order[j], got)
			}
		}
	}
	// Length decides among globs only: of names and expressions the file does.
	for _, pair := range [][2]string{{"a", "bcd"}, {"/a/", "/bcd/"}} {
		if got := (Pattern{Text: pair[0]}).Specificity(Pattern{Text: pair[1]}); got != 0 {
			t.Errorf("Specificity(%q) = %d", pair, got)
		}
	}
}

func sign(i int) int {
	switch {
	case i < 0:
		return -1
	case i > 0:
		return 1
	}
	return 0
}

func TestEverything(t *testing.T) {
	tests := map[string]bool{"*": true, "**": true, "/.*/": true, "/.+/": true, "/[^=]*/": true, "_*": false, "/[a-z]+/": false, "": false}
	for text, want := range tests {
		if got := (Pattern{Text: text}).Everything(); got != want {
			t.Errorf("Everything of %q: %v", text, got)
		}
	}
}

func FuzzParsePattern(f *testing.F) {
	for _, s := range []string{"_ga", "incap_ses_*_*", "/^a.*$/", "/[/", "*", "//", "/(a*)*b/"} {
		f.Add(s, "incap_ses_1_2")
	}
	f.Fuzz(func(t *testing.T, text, name string) {
		p, err := ParsePattern(text)
		if err != nil {
			return
		}
		if p.Literals() < 0 || p.String() != text || p.Specificity(p) != 0 {
			t.Errorf("%q: %d literals", text, p.Literals())
		}
		if got := p.Match(name); p.form() == exact && got != (text == name) {
			t.Errorf("%q.Match(%q) = %v", text, name, got)
		}
		if p.form() == glob && !p.Match(strings.ReplaceAll(text, "*", name)) {
			t.Errorf("%q does not fit itself with %q for *", text, name)
		}
	})
}
