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
	// partial is a refusal that still allows more than what is necessary.
	partial Class = "partial"
)

//go:embed words/*.yaml
var wordFiles embed.FS

// lexicon holds one language's words as patterns over normalised text.
type lexicon struct {
	code                                                string
	native                                              string
	interest, region                                    *regexp.Regexp
	categories                                          [4]*regexp.Regexp // as categoryOrder has them
	cookie, reopen, all, not, off, chosen, optional     *regexp.Regexp
	pay, reject, hide, save, close, ack, choose, accept *regexp.Regexp
}

// categoryOrder: those a visitor would least want first.
var categoryOrder = [4]string{marketing, analytics, functional, necessary}

type wordFile struct {
	Language   string
	Native     string // its own name
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
	Interest   []string            // legitimate interest
	Region     []string            // a box that asks for a language or country
	Categories map[string][]string // names of categories, by the policy's word
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

// never matches nothing.
var never = regexp.MustCompile(`[^\s\S]`)

func (f wordFile) compile() (lexicon, error) {
	l := lexicon{native: norm(f.Native)}
	for _, p := range []struct {
		to    **regexp.Regexp
		stems []string
		match matching
	}{
		{&l.cookie, f.Cookie, stem}, {&l.reject, f.Reject, stem}, {&l.accept, f.Accept, stem},
		{&l.choose, f.Settings, stem}, {&l.save, f.Save, stem}, {&l.ack, f.Ack, opening}, {&l.close, f.Close, stem},
		{&l.hide, f.Hide, stem}, {&l.reopen, f.Reopen, stem}, {&l.all, f.All, wholeWord}, {&l.pay, f.Pay, stem},
		{&l.not, f.Not, stem}, {&l.interest, f.Interest, stem}, {&l.region, f.Region, stem},
		{&l.categories[0], f.Categories[marketing], stem}, {&l.categories[1], f.Categories[analytics], stem},
		{&l.categories[2], f.Categories[functional], stem}, {&l.categories[3], f.Categories[necessary], stem}, {&l.off, f.Off, wholeWord}, {&l.chosen, f.Chosen, stem}, {&l.optional, f.Optional, stem},
	} {
		// \b of RE2 knows ASCII only; after norm a word starts behind a blank.
		if len(p.stems) == 0 {
			*p.to = never
			continue
		}
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
	if isCross(label) {
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

// isCross reports whether a text is the sign that closes.
func isCross(s string) bool {
	switch strings.TrimSpace(s) {
	case "×", "✕", "✖", "✗", "⨯", "✘", "❌", "x", "X":
		return true
	}
	return false
}

// categories are those that a text names, the one a visitor would least want
// first, in the first language in which it names any.
func (v vocabulary) categories(s string) []string {
	n := norm(clip(s, 200))
	for _, l := range v {
		var out []string
		for i, re := range l.categories {
			if re.MatchString(n) {
				out = append(out, categoryOrder[i])
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

// riskiest is the category that the visitor would least want, "" for none.
func riskiest(categories []string) string {
	if len(categories) == 0 {
		return ""
	}
	return categories[0]
}

// soleCategory is the only category beside what is necessary, that itself where
// it stands alone, or "".
func soleCategory(categories []string) string {
	rest := slices.DeleteFunc(slices.Clone(categories), func(c string) bool { return c == necessary })
	switch {
	case len(rest) == 1:
		return rest[0]
	case len(rest) == 0 && len(categories) == 1:
		return necessary
	}
	return ""
}

// allowsMore: a refusal such as "only necessary and functional".
func (v vocabulary) allowsMore(s string) bool {
	found := v.categories(s)
	return len(found) > 1 && slices.Contains(found, necessary)
}

func (v vocabulary) speaksOfInterest(s string) bool {
	return v.any(s, func(l lexicon) *regexp.Regexp { return l.interest })
}

// speaksOfRegion: a box that asks for a language or country.
func (v vocabulary) speaksOfRegion(s string) bool {
	return v.any(s, func(l lexicon) *regexp.Regexp { return l.region })
}

// isLanguage reports whether a label is a language's own name.
func (v vocabulary) isLanguage(label string) bool {
	n := norm(label)
	return n != "" && slices.ContainsFunc(v, func(l lexicon) bool { return l.native == n })
}

// isLanguageOf is the same for the language of a tag such as en-GB.
func (v vocabulary) isLanguageOf(label, tag string) bool {
	code, _, _ := strings.Cut(strings.ToLower(tag), "-")
	n := norm(label)
	return n != "" && slices.ContainsFunc(v, func(l lexicon) bool { return l.code == code && l.native == n })
}

// cookieWords is one pattern of the words for cookies in all languages, which
// scripts understand too.
var cookieWords = sync.OnceValue(func() string {
	return `cookie|cwci|kakor|ciasteczk|galet|eväste|consent|gdpr|dsgvo|rgpd|einwilligung|traceur`
})
