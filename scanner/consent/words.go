package consent

import (
	"io/fs"
	"slices"
	"strings"
	"sync"
	"unicode"

	"gopkg.in/yaml.v3"
)

// vocabulary is the lexicons in the order in which they are asked: the page's
// language, English, the others.
type vocabulary struct {
	order []*lexicon
	index index
}

// alias are codes under which a language's words are found too.
var alias = map[string]string{"no": "nb", "nn": "nb", "iw": "he", "sr": "hr", "bs": "hr"}

func vocabularyFor(lang string) vocabulary {
	known, err := lexicons()
	if err != nil {
		// The files are embedded; a test reads them all.
		return vocabulary{}
	}
	lang, _, _ = strings.Cut(strings.ToLower(lang), "-")
	if to, ok := alias[lang]; ok {
		lang = to
	}
	rank := func(l *lexicon) int {
		switch l.code {
		case lang:
			return 0
		case "en":
			return 1
		}
		return 2
	}
	out := slices.Clone(known.all)
	slices.SortStableFunc(out, func(a, b *lexicon) int { return rank(a) - rank(b) })
	return vocabulary{out, known.index}
}

// near is the vocabulary of the page's language and English alone: for words that
// are too short or common to be looked for in all languages.
func (v vocabulary) near() vocabulary {
	v.order = v.order[:min(2, len(v.order))]
	return v
}

// norm is lower case, with everything but letters, digits and currency signs
// taken as one blank.
func norm(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == 'ς' {
			return 'σ' // as capitals become, wherever they stand
		}
		if unicode.Is(unicode.Cf, r) {
			return -1 // a soft hyphen, which need not show
		}
		if unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || r == '€' || r == '$' || r == '£' {
			return unicode.ToLower(r)
		}
		return ' '
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// any reports whether a text has words of one of the lists.
func (v vocabulary) any(s string, of ...list) bool {
	n := norm(s)
	found := v.index.find(n)
	for _, l := range v.order {
		r := reading{lexicon: l, n: n, may: found[l.id]}
		if slices.ContainsFunc(of, r.has) {
			return true
		}
	}
	return false
}

func (v vocabulary) speaksOfCookies(s string) bool { return v.any(s, cookieWord) }

// speaksOfPrivacy: words of consent and data protection, which other dialogs
// have too.
func (v vocabulary) speaksOfPrivacy(s string) bool { return v.any(s, privacyWord) }

// speaksOfOther: a newsletter, a permission prompt, an age gate.
func (v vocabulary) speaksOfOther(s string) bool { return v.any(s, otherWord) }

// opensElsewhere: what the text says before it first speaks of cookies or consent shows
// that it is about something else, as small print may speak of cookies anywhere.
func (v vocabulary) opensElsewhere(s string) bool {
	n := v.unmentioned(s)
	first := len(n)
	for _, l := range v.near().order {
		for _, of := range []list{cookieWord, privacyWord} {
			if p := l.patterns[of]; p != nil {
				if at := p.FindStringIndex(n); at != nil {
					first = min(first, at[0])
				}
			}
		}
	}
	return v.near().any(n[:first], topicWord, otherWord, regionWord)
}

// usesCookies: the text says that cookies are used, or asks for consent; true too where
// nobody knows how the page's language says so.
func (v vocabulary) usesCookies(s string) bool {
	return len(v.order) == 0 || v.order[0].patterns[useWord] == nil || v.near().any(s, useWord, acceptWord, marketingWord, analyticsWord)
}

// unmentioned is a text, normalised, without what speaks of some cookie by the way: "we
// keep your answer in a cookie".
func (v vocabulary) unmentioned(s string) string {
	n := norm(s)
	for _, l := range v.near().order {
		if p := l.patterns[mentionWord]; p != nil {
			n = p.ReplaceAllString(n, " ")
		}
	}
	return n
}

// withdraws: words that take a consent back.
func (v vocabulary) withdraws(s string) bool { return v.near().any(s, withdrawWord) }

// luresAll: words that choose everything, as if they led to settings.
func (v vocabulary) luresAll(s string) bool {
	n := label(s)
	r, ok := v.read(n, s)
	return ok && r.class == NoClass && r.lures() && r.has(allWord)
}

func (v vocabulary) saysAll(s string) bool { return v.near().any(s, allWord) }

// saysChosen: of a selection.
func (v vocabulary) saysChosen(s string) bool { return v.near().any(s, chosenWord) }

// opensOff: the answer begins with a no. Elsewhere in it a no may deny anything: "standard
// (no advertising)".
func (v vocabulary) opensOff(s string) bool {
	n := norm(s)
	return slices.ContainsFunc(v.near().order, func(l *lexicon) bool {
		p := l.patterns[offWord]
		if p == nil {
			return false
		}
		at := p.FindStringIndex(n)
		keeps := l.patterns[keepWord]
		return at != nil && at[0] == 0 && (keeps == nil || !keeps.MatchString(n))
	})
}

// refusesPart: words that refuse some purpose or somebody, and not everything.
func (v vocabulary) refusesPart(s string) bool {
	return v.near().any(s, thirdWord) || slices.ContainsFunc(v.categories(s), func(c string) bool { return c != necessary })
}

// namesList: words that lead to a list of vendors, and say nothing else.
func (v vocabulary) namesList(s string) bool {
	near := v.near().order
	without := func(n string, of list) string {
		for _, l := range near {
			for last := ""; l.patterns[of] != nil && n != last; {
				last = n
				n = strings.TrimSpace(l.patterns[of].ReplaceAllString(n, " "))
			}
		}
		return n
	}
	n := label(s)
	rest := without(n, vendorsWord)
	return rest != n && strings.Trim(without(rest, listingWord), " 0123456789") == ""
}

// refusesThing: words that refuse something that nobody knows, such as a vendor's name.
func (v vocabulary) refusesThing(s string) bool {
	n := label(s)
	r, ok := v.read(n, s)
	if !ok {
		return false
	}
	rest, kept := r.cut()
	return !kept && rest.names()
}

// besides reports whether words that accept name, beside a category, something that
// nobody knows.
func (v vocabulary) besides(s string) bool {
	n := label(s)
	found := v.index.find(n)
	for _, l := range v.order {
		r := reading{lexicon: l, n: n, may: found[l.id], raw: s}
		if !r.has(acceptWord) {
			continue
		}
		return slices.ContainsFunc(r.parted(), func(part string) bool {
			q := r
			q.n = part
			for i := range categoryOrder {
				if q.has(marketingWord + list(i)) {
					return false
				}
			}
			q.n = l.patterns[acceptWord].ReplaceAllString(q.n, " ")
			return q.names()
		})
	}
	return false
}

// saves: words of saving, and none of what is not necessary.
func (v vocabulary) saves(s string) bool { return v.any(s, saveWord) && !v.any(s, optionalWord) }

// saysOff: the answer of a radio button that means no.
func (v vocabulary) saysOff(s string) bool { return v.near().any(s, offWord) }

// reopens reports whether the words offer the consent settings again.
func (v vocabulary) reopens(s string) bool {
	n := label(s)
	return n != "" && !strings.ContainsAny(n, "0123456789") && v.near().any(n, reopenWord)
}

func (v vocabulary) speaksOfInterest(s string) bool { return v.any(s, interestWord) }

// speaksOfRegion: a box that asks for a language or country.
func (v vocabulary) speaksOfRegion(s string) bool { return v.any(s, regionWord) }

// isLanguage reports whether a label is a language's own name.
func (v vocabulary) isLanguage(s string) bool {
	n := label(s)
	return n != "" && slices.ContainsFunc(v.order, func(l *lexicon) bool { return l.native == n })
}

// listsLanguages: one of the lines is a language's own name, as in a list to select the
// language from.
func (v vocabulary) listsLanguages(lines string) bool {
	for line := range strings.Lines(lines) {
		if v.isLanguage(line) {
			return true
		}
	}
	return false
}

// isLanguageOf is the same for the language of a tag such as en-GB.
func (v vocabulary) isLanguageOf(s, tag string) bool {
	code, _, _ := strings.Cut(strings.ToLower(tag), "-")
	n := label(s)
	return n != "" && slices.ContainsFunc(v.order, func(l *lexicon) bool { return l.code == code && l.native == n })
}

// categories are those that a text names, the one a visitor would least want
// first, in the first language in which it names any. Where one language denies that
// something is necessary, no other says that it is.
func (v vocabulary) categories(s string) []string {
	n := norm(clip(s, 200))
	found := v.index.find(n)
	denied := false
	for _, l := range v.order {
		r := reading{lexicon: l, n: n, may: found[l.id]}
		denied = denied || r.has(unnecessaryWord)
		var out []string
		for i, category := range categoryOrder {
			if r.has(marketingWord+list(i)) && !(denied && category == necessary) {
				out = append(out, category)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

// namesCategory: a category's name, or that of several, and nothing else.
func (v vocabulary) namesCategory(s string) bool {
	if len(v.categories(s)) == 0 {
		return false
	}
	n := label(s)
	return n != "" && slices.ContainsFunc(v.order, func(l *lexicon) bool {
		rest := n
		for _, of := range []list{marketingWord, analyticsWord, functionalWord, necessaryWord} {
			rest = l.without(rest, of)
		}
		if rest == n {
			return false
		}
		const short = 2 // runes; what is shorter is no name
		rest = l.without(l.without(rest, cookieWord), andWord)
		return !slices.ContainsFunc(strings.Fields(rest), func(w string) bool { return len([]rune(w)) > short || l.joined })
	})
}

// namesCookies: words for cookies, and nothing else.
func (v vocabulary) namesCookies(s string) bool {
	n := label(s)
	return slices.ContainsFunc(v.order, func(l *lexicon) bool {
		rest := l.without(n, cookieWord)
		return rest != n && strings.TrimSpace(rest) == ""
	})
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

// cookieWords is one pattern of the words for cookies in all languages, which
// scripts understand too.
var cookieWords = sync.OnceValue(func() string {
	all := []string{"consent", "gdpr", "dsgvo", "rgpd", "einwilligung"}
	files, _ := fs.Glob(wordFiles, "words/*.yaml")
	for _, name := range files {
		data, _ := wordFiles.ReadFile(name)
		var f wordFile
		if yaml.Unmarshal(data, &f) == nil {
			all = append(all, f.Cookie...)
		}
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), "|")
})
