package consent

import (
	"embed"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"gopkg.in/yaml.v3"
)

// Class is what a control's words say it does.
type Class string

const (
	NoClass     Class = ""
	Pay         Class = "pay"
	Reject      Class = "reject"
	Hide        Class = "hide"
	Save        Class = "save"
	Close       Class = "close"
	Acknowledge Class = "acknowledge"
	Settings    Class = "settings"
	Accept      Class = "accept"
)

//go:embed words/*.yaml
var wordFiles embed.FS

// lexicon holds one language's words as patterns over normalised text.
type lexicon struct {
	code                                                string
	cookie, reopen, all, not, off, chosen, optional     *regexp.Regexp
	pay, reject, hide, save, close, ack, choose, accept *regexp.Regexp
}

type wordFile struct {
	Language   string
	Unreviewed bool
	Cookie     []string
	Reject     []string
	Accept     []string
	Settings   []string
	Save       []string
	Ack        []string `yaml:"acknowledge"`
	Close      []string
	Hide       []string
	Off        []string // the no of a radio button, whole words
	Chosen     []string // a selection: "save selected" consents to no more
	Optional   []string // names of what is not necessary
	Reopen     []string
	All        []string
	Pay        []string
	Not        []string
}

var lexicons = sync.OnceValues(func() ([]lexicon, error) {
	files, err := fs.Glob(wordFiles, "words/*.yaml")
	if err != nil {
		return nil, err
	}
	var out []lexicon
	for _, name := range files {
		data, err := wordFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var f wordFile
		dec := yaml.NewDecoder(strings.NewReader(string(data)))
		dec.KnownFields(true)
		if err := dec.Decode(&f); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		l, err := f.compile()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		l.code = strings.TrimSuffix(strings.TrimPrefix(name, "words/"), ".yaml")
		out = append(out, l)
	}
	return out, nil
})

// matching is how a word of the lists fits: as the stem of a word, as a whole
// word, or as the whole words with which a label opens.
type matching int

const (
	stem matching = iota
	wholeWord
	opening
)

func (f wordFile) compile() (lexicon, error) {
	var l lexicon
	for _, p := range []struct {
		to    **regexp.Regexp
		stems []string
		match matching
	}{
		{&l.cookie, f.Cookie, stem}, {&l.reject, f.Reject, stem}, {&l.accept, f.Accept, stem},
		{&l.choose, f.Settings, stem}, {&l.save, f.Save, stem}, {&l.ack, f.Ack, opening}, {&l.close, f.Close, stem},
		{&l.hide, f.Hide, stem}, {&l.reopen, f.Reopen, stem}, {&l.all, f.All, wholeWord}, {&l.pay, f.Pay, stem},
		{&l.not, f.Not, stem}, {&l.off, f.Off, wholeWord}, {&l.chosen, f.Chosen, stem}, {&l.optional, f.Optional, stem},
	} {
		// \b of RE2 knows ASCII only; after norm a word starts behind a blank.
		pattern := `(?:^| )(?:` + strings.Join(p.stems, "|") + `)`
		switch p.match {
		case opening:
			pattern = `^(?:` + strings.Join(p.stems, "|") + `)(?: |$)`
		case wholeWord:
			pattern += `(?: |$)`
		}
		re, err := regexp.Compile(pattern)
		if err != nil {
			return l, err
		}
		*p.to = re
	}
	return l, nil
}

// vocabulary is the lexicons in the order in which they are asked: the page's
// language, English, the others.
type vocabulary []lexicon

func vocabularyFor(lang string) vocabulary {
	all, err := lexicons()
	if err != nil {
		// The files are embedded; a test reads them all.
		return nil
	}
	lang, _, _ = strings.Cut(strings.ToLower(lang), "-")
	rank := func(l lexicon) int {
		switch l.code {
		case lang:
			return 0
		case "en":
			return 1
		}
		return 2
	}
	out := slices.Clone(all)
	slices.SortStableFunc(out, func(a, b lexicon) int { return rank(a) - rank(b) })
	return out
}

// norm is lower case, with everything but letters, digits and currency signs
// taken as one blank.
func norm(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || r == '€' || r == '$' || r == '£' {
			return unicode.ToLower(r)
		}
		return ' '
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// longestLabel is how long a control's words may be, in runes; longer ones are
// sentences that happen to contain such a word.
const longestLabel = 70

var price = regexp.MustCompile(`\d ?[€$£]|[€$£] ?\d`)

func (v vocabulary) classify(label string) Class {
	switch strings.TrimSpace(label) {
	case "×", "✕", "✖", "✗", "⨯":
		return Close
	}
	n := norm(label)
	if n == "" || len([]rune(n)) > longestLabel {
		return NoClass
	}
	for _, l := range v {
		if c := l.classify(n); c != NoClass {
			return c
		}
	}
	return NoClass
}

// classify asks in the order in which a wrong answer does most harm: what asks
// for money or refuses must never be taken for an acceptance.
func (l lexicon) classify(n string) Class {
	short := len([]rune(n)) <= 30
	switch {
	case price.MatchString(n) || l.pay.MatchString(n+" "):
		return Pay
	case l.consents(n):
		return Accept
	case l.reject.MatchString(n):
		return Reject
	case l.hide.MatchString(n) && short:
		return Hide
	case l.save.MatchString(n):
		return Save
	case l.close.MatchString(n) && short && !l.accept.MatchString(n):
		return Close
	case l.ack.MatchString(n) && short && !l.accept.MatchString(n):
		return Acknowledge
	case l.choose.MatchString(n) && !strings.HasPrefix(n, "accept"):
		return Settings
	case l.accept.MatchString(n):
		return Accept
	}
	return NoClass
}

// consents: words that refuse or save in part, and consent all the same, such as
// "accept all and save" or "allow necessary and marketing cookies".
func (l lexicon) consents(n string) bool {
	accepts, all := l.accept.MatchString(n), l.all.MatchString(n)
	switch {
	case l.reject.MatchString(n):
		return accepts && l.optional.MatchString(n)
	case l.save.MatchString(n) || l.hide.MatchString(n):
		return all || accepts && !l.chosen.MatchString(n)
	}
	return false
}

func (v vocabulary) any(s string, re func(lexicon) *regexp.Regexp) bool {
	n := norm(s)
	return slices.ContainsFunc(v, func(l lexicon) bool { return re(l).MatchString(n) })
}

func (v vocabulary) speaksOfCookies(s string) bool {
	return v.any(s, func(l lexicon) *regexp.Regexp { return l.cookie })
}

// speaksOfOther: a newsletter, a permission prompt, an age gate.
func (v vocabulary) speaksOfOther(s string) bool {
	return v.any(s, func(l lexicon) *regexp.Regexp { return l.not })
}

func (v vocabulary) saysAll(s string) bool {
	return v.any(s, func(l lexicon) *regexp.Regexp { return l.all })
}

// saysOff: the answer of a radio button that means no. Only the page's language
// and English count: the words are short.
func (v vocabulary) saysOff(s string) bool {
	return v[:min(2, len(v))].any(s, func(l lexicon) *regexp.Regexp { return l.off })
}

// reopens reports whether the words offer the consent settings again. Only the
// page's language and English count: the words are common ones.
func (v vocabulary) reopens(s string) bool {
	n := norm(s)
	if n == "" || len([]rune(n)) > longestLabel {
		return false
	}
	for _, l := range v[:min(2, len(v))] {
		if l.reopen.MatchString(n) {
			return true
		}
	}
	return false
}
