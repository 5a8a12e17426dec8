package policies

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"cookieaudit/scanner/observation"
)

// hint names the entry that was most likely meant by the policy's author for an
// item that none declares.
func (p *Policy) hint(s Subject) string {
	entries := p.Entries()
	for _, look := range []func([]*Entry, Subject) string{otherService, otherKind, partOfName, nearName} {
		if h := look(entries, s); h != "" {
			return h
		}
	}
	return ""
}

func otherService(entries []*Entry, s Subject) string {
	for _, e := range entries {
		if _, fits := e.fits(s.Item.Name); fits && e.Kind == s.Item.Kind {
			return fmt.Sprintf("%s is declared for the service %s only (%s)", e.Name, e.Service, e.Position)
		}
	}
	return ""
}

func otherKind(entries []*Entry, s Subject) string {
	for _, e := range entries {
		if _, fits := e.fits(s.Item.Name); fits {
			return fmt.Sprintf("%s is declared as %s, not as %s (%s)", e.Name, e.Kind, s.Item.Kind, e.Position)
		}
	}
	return ""
}

// partOfName finds a name whose variable end was left out, such as _gat where
// _gat_UA-1 was seen.
func partOfName(entries []*Entry, s Subject) string {
	var best *Entry
	for _, e := range entries {
		name := e.Name.Text
		if e.Kind != s.Item.Kind || e.Name.form() != exact || !begins(s.Item.Name, name) {
			continue
		}
		if best == nil || len(name) > len(best.Name.Text) {
			best = e
		}
	}
	if best == nil {
		return ""
	}
	return fmt.Sprintf("%s is declared (%s): was %s* meant?", best.Name, best.Position, best.Name)
}

// begins reports whether name is head and something that may vary: behind a
// short head it must not go on with a letter, since _gali is not _ga.
func begins(name, head string) bool {
	rest, ok := strings.CutPrefix(name, head)
	if !ok || rest == "" || len(head) < 3 {
		return false
	}
	first, _ := utf8.DecodeRuneInString(rest)
	return len(head) >= 8 || !unicode.IsLetter(first)
}

func nearName(entries []*Entry, s Subject) string {
	var best *Entry
	least := nearEnough(s.Item) + 1
	for _, e := range entries {
		if e.Kind != s.Item.Kind {
			continue
		}
		for _, p := range append([]Pattern{e.Name}, e.Aliases...) {
			if d, ok := distance(p, s.Item.Name); ok && d < least && (p.form() == exact || d == 1) {
				best, least = e, d
			}
		}
	}
	if best == nil {
		return ""
	}
	return fmt.Sprintf("%s is declared (%s): is that this item, misspelt?", best.Name, best.Position)
}

// nearEnough is how many characters may differ: one in four, and not over two,
// because cookie names are short and much alike. A glob, which fits more, may
// differ in one.
func nearEnough(k observation.Key) int { return min(len([]rune(k.Name))/4, 2) }

// distance is the number of characters to insert, delete or replace in the name
// until the pattern fits it. It knows none for expressions.
func distance(p Pattern, name string) (int, bool) {
	if p.Text == "" || p.form() == expression || len(name) > 200 {
		return 0, false
	}
	text := []rune(name)
	row := make([]int, len(text)+1)
	for j := range row {
		row[j] = j
	}
	for _, c := range p.Text {
		row = nextRow(row, c, text)
	}
	return row[len(text)], true
}

// nextRow extends the table of edit distances by one character of a pattern; a *
// takes in characters at no cost.
func nextRow(last []int, c rune, text []rune) []int {
	row := make([]int, len(last))
	if row[0] = last[0] + 1; c == '*' {
		row[0] = last[0]
	}
	for j := range text {
		switch {
		case c == '*':
			row[j+1] = min(last[j+1], row[j])
		case c == text[j]:
			row[j+1] = min(last[j], last[j+1]+1, row[j]+1)
		default:
			row[j+1] = min(last[j], last[j+1], row[j]) + 1
		}
	}
	return row
}
