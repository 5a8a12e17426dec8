package policies

import (
	"cmp"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
)

// Pattern is an exact name, a glob with * or a /regular expression/. Each must
// fit a whole name, with regard to case. The zero Pattern fits none.
type Pattern struct {
	Text string // as written

	expression *regexp.Regexp // compiled by ParsePattern, anchored at both ends
}

// ParsePattern reads a pattern.
func ParsePattern(text string) (Pattern, error) {
	p := Pattern{Text: text}
	switch {
	case text == "":
		return Pattern{}, fmt.Errorf("the name is empty: write a name, a glob with * or a /regular expression/")
	case p.form() != expression:
		return p, nil
	}
	body := text[1 : len(text)-1]
	parsed, err := syntax.Parse(body, syntax.Perl)
	if err != nil {
		return Pattern{}, fmt.Errorf("%s is no regular expression: %s", text, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	if halfAnchored(parsed) {
		return Pattern{}, fmt.Errorf("%s has an anchor at one end only, but must fit a whole name: add .* at the other end", text)
	}
	p.expression, err = compile(body)
	if err != nil {
		return Pattern{}, fmt.Errorf("%s is no regular expression: %s", text, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	return p, nil
}

func compile(body string) (*regexp.Regexp, error) { return regexp.Compile(`^(?:` + body + `)$`) }

// halfAnchored finds /^_ga/, whose writer expects it to fit every name that
// begins so.
func halfAnchored(e *syntax.Regexp) bool {
	if e.Op == syntax.OpBeginText || e.Op == syntax.OpEndText {
		return true
	}
	if e.Op != syntax.OpConcat {
		return false
	}
	begin := e.Sub[0].Op == syntax.OpBeginText
	last := e.Sub[len(e.Sub)-1]
	open := func(s *syntax.Regexp) bool { return s.Op == syntax.OpStar && s.Sub[0].Op == syntax.OpAnyCharNotNL }
	switch end := last.Op == syntax.OpEndText; {
	case begin && !end:
		return !open(last)
	case end && !begin:
		return !open(e.Sub[0])
	}
	return false
}

// The forms in the order of their specificity.
type form int

const (
	expression form = iota
	glob
	exact
)

func (p Pattern) form() form {
	switch {
	case len(p.Text) > 2 && p.Text[0] == '/' && p.Text[len(p.Text)-1] == '/':
		return expression
	case strings.Contains(p.Text, "*"):
		return glob
	}
	return exact
}

// String is the pattern as written.
func (p Pattern) String() string { return p.Text }

// Equal reports whether two patterns are written alike.
func (p Pattern) Equal(o Pattern) bool { return p.Text == o.Text }

// Match reports whether the pattern fits a whole name.
func (p Pattern) Match(name string) bool {
	switch p.form() {
	case expression:
		return p.fits(name)
	case glob:
		return matchGlob(p.Text, name)
	}
	return p.Text != "" && p.Text == name
}

// fits also serves a Pattern that did not come from ParsePattern.
func (p Pattern) fits(name string) bool {
	e := p.expression
	if e == nil {
		var err error
		if e, err = compile(p.Text[1 : len(p.Text)-1]); err != nil {
			return false
		}
	}
	return e.MatchString(name)
}

// matchGlob lets each * stand for any characters, also none.
func matchGlob(pattern, name string) bool {
	parts := strings.Split(pattern, "*")
	first, last := parts[0], parts[len(parts)-1]
	if len(name) < len(first)+len(last) || !strings.HasPrefix(name, first) || !strings.HasSuffix(name, last) {
		return false
	}
	name = name[len(first) : len(name)-len(last)]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(name, part)
		if i < 0 {
			return false
		}
		name = name[i+len(part):]
	}
	return true
}

// Literals is how many characters of a name the pattern fixes; for an
// expression, the fewest.
func (p Pattern) Literals() int {
	if p.form() != expression {
		return len([]rune(strings.ReplaceAll(p.Text, "*", "")))
	}
	e, err := syntax.Parse(p.Text[1:len(p.Text)-1], syntax.Perl)
	if err != nil {
		return 0
	}
	return literals(e)
}

func literals(e *syntax.Regexp) int {
	n := 0
	switch e.Op {
	case syntax.OpLiteral:
		return len(e.Rune)
	case syntax.OpCapture, syntax.OpPlus:
		return literals(e.Sub[0])
	case syntax.OpRepeat:
		return e.Min * literals(e.Sub[0])
	case syntax.OpConcat:
		for _, s := range e.Sub {
			n += literals(s)
		}
	case syntax.OpAlternate:
		n = literals(e.Sub[0])
		for _, s := range e.Sub[1:] {
			n = min(n, literals(s))
		}
	}
	return n
}

// Everything reports whether the pattern says nothing about a name, such as *
// or /.+/.
func (p Pattern) Everything() bool {
	return p.Match("a") && p.Match("_Q7.z-9") && p.Match("unrelated name")
}

// Specificity orders patterns: an exact name before a glob, a glob with more
// literal characters before one with fewer, any before an expression. It is
// negative if p is the more specific.
func (p Pattern) Specificity(o Pattern) int {
	if c := cmp.Compare(o.form(), p.form()); c != 0 || p.form() != glob {
		return c
	}
	return cmp.Compare(o.Literals(), p.Literals())
}
