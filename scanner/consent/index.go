package consent

import (
	"fmt"
	"regexp/syntax"
	"unicode/utf8"
)

// prefix is how many runes of a word's beginning the index knows.
const prefix = 3

// index tells cheaply which lists of which languages a text may have words of, so
// that few patterns need to be tried: it knows with what their matches begin.
type index struct {
	languages int
	words     map[string][]entry // of languages that part words by blanks
	joined    map[string][]entry // of the others, where a word may begin anywhere
}

type entry struct {
	lexicon int
	lists   uint64
}

func newIndex(all []*lexicon) (index, error) {
	x := index{languages: len(all), words: map[string][]entry{}, joined: map[string][]entry{}}
	for _, l := range all {
		to := x.words
		if l.joined {
			to = x.joined
		}
		keys := map[string]uint64{}
		for of, re := range l.patterns {
			if re == nil {
				continue
			}
			parsed, err := syntax.Parse(re.String(), syntax.Perl)
			if err != nil {
				return x, fmt.Errorf("%s: %w", l.code, err)
			}
			for _, b := range beginnings(parsed) {
				keys[b.text] |= 1 << of
			}
		}
		for key, lists := range keys {
			to[key] = append(to[key], entry{l.id, lists})
		}
	}
	return x, nil
}

// find returns for each language, by its id, the lists of which a normalised text
// may have words, as bits.
func (x index) find(n string) []uint64 {
	out := make([]uint64, x.languages)
	add := func(m map[string][]entry, at int) {
		end := at
		for i := 0; ; i++ {
			for _, e := range m[n[at:end]] {
				out[e.lexicon] |= e.lists
			}
			if i == prefix || end >= len(n) {
				return
			}
			_, size := utf8.DecodeRuneInString(n[end:])
			end += size
		}
	}
	for at := range n {
		if at == 0 || n[at-1] == ' ' {
			add(x.words, at)
		}
		add(x.joined, at)
	}
	return out
}

// beginning is with what a match may begin. whole: what follows is unknown.
type beginning struct {
	text  string
	whole bool
}

// beginnings are all beginnings of a pattern's matches, of up to prefix runes. A
// blank that parts words is left out.
func beginnings(re *syntax.Regexp) []beginning {
	unknown := []beginning{{whole: true}}
	switch re.Op {
	case syntax.OpLiteral:
		r := re.Rune
		if len(r) > prefix {
			r = r[:prefix]
		}
		return []beginning{{text: string(r)}}
	case syntax.OpCharClass:
		var out []beginning
		for i := 0; i+1 < len(re.Rune); i += 2 {
			if re.Rune[i+1]-re.Rune[i] > 100 {
				return unknown
			}
			for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
				out = append(out, beginning{text: string(r)})
			}
		}
		return out
	case syntax.OpCapture:
		return beginnings(re.Sub[0])
	case syntax.OpQuest:
		return append(beginnings(re.Sub[0]), beginning{})
	case syntax.OpAlternate:
		var out []beginning
		for _, s := range re.Sub {
			out = append(out, beginnings(s)...)
		}
		return out
	case syntax.OpConcat:
		return inRow(re.Sub)
	case syntax.OpEmptyMatch, syntax.OpBeginText, syntax.OpEndText, syntax.OpBeginLine, syntax.OpEndLine:
		return []beginning{{}}
	}
	return unknown
}

// inRow are the beginnings of patterns that follow each other.
func inRow(subs []*syntax.Regexp) []beginning {
	out := []beginning{{}}
	for _, s := range subs {
		next := beginnings(s)
		grown := map[beginning]bool{}
		open := false
		for _, b := range out {
			if b.whole || utf8.RuneCountInString(b.text) >= prefix {
				grown[b] = true
				continue
			}
			for _, n := range next {
				text := n.text
				if b.text == "" && text == " " {
					text = "" // the blank ahead of a word
				}
				r := []rune(b.text + text)
				c := beginning{string(r[:min(prefix, len(r))]), n.whole}
				grown[c] = true
				open = open || !c.whole
			}
		}
		out = out[:0]
		for b := range grown {
			out = append(out, b)
		}
		if !open {
			break
		}
	}
	return out
}
