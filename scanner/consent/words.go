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

// list is one of a language's lists of words.
type list int

const (
	cookieWord list = iota
	privacyWord
	rejectWord
	acceptWord
	onlyWord
	infoWord
	settingsWord
	saveWord
	acknowledgeWord
	closeWord
	hideWord
	offWord
	chosenWord
	optionalWord
	reopenWord
	nounWord
	allWord
	payWord
	otherWord
	interestWord
	regionWord
	andWord
	unnecessaryWord
	keepWord
	lureWord
	topicWord
	withdrawWord
	doneWord
	detailsWord
	mentionWord
	thirdWord
	vendorsWord
	listingWord
	backWord
	nextWord
	asideWord
	stateWord
	useWord
	laterWord
	marketingWord // the categories in the order of categoryOrder
	analyticsWord
	functionalWord
	necessaryWord
	lists
)

// categoryOrder: those a visitor would least want first.
var categoryOrder = [4]string{marketing, analytics, functional, necessary}

// lexicon holds one language's words as patterns over normalised text.
type lexicon struct {
	id         int // its place in lexicons
	code       string
	native     string
	unreviewed bool
	joined     bool
	patterns   [lists]*regexp.Regexp
	parts      *regexp.Regexp // parts what a label names side by side
}

type wordFile struct {
	Language   string
	Native     string // its own name
	Unreviewed bool   // nobody who speaks it has looked at the words
	Joined     bool   // written without blanks between words
	Cookie     []string
	Privacy    []string // what else a consent dialog speaks of
	Reject     []string
	Accept     []string
	Only       []string // whole words: "only" what is necessary refuses the rest
	Info       []string // leads to a text: what then also refuses does not refuse at once
	Settings   []string
	Save       []string
	Ack        []string `yaml:"acknowledge"`
	Close      []string
	Hide       []string
	Off        []string // the no of a radio button, whole words; what means other things too between ^ and $
	And        []string // joins two things, or offers one of them
	// Unnecessary denies that something is necessary. NEEDED stands for the names of
	// the category necessary.
	Unnecessary []string
	Keep        []string // takes a refusal back, or denies it
	Lure        []string // consents, in words of settings: "personalise my experience"
	Chosen      []string // a selection: "save selected" consents to no more
	Optional    []string // names of what is not necessary
	Reopen      []string
	Noun        []string // whole labels that speak of a consent and do not give it
	All         []string
	Pay         []string
	Not         []string            // what other pop-ups are about
	Topic       []string            // the same, where a text opens with it, whatever its small print says of cookies
	Withdraw    []string            // takes a consent back
	Done        []string            // whole labels that save what stands above them
	Details     []string            // labels open with it: there is more to read
	Mention     []string            // speaks of some cookie by the way
	Third       []string            // others than the site
	Vendors     []string            // whole words: those who may store something, and legitimate interest
	Listing     []string            // whole words that stand with them where a label leads to a list of them
	Back        []string            // whole labels that lead back to the layer before
	Next        []string            // whole labels that lead to more of a list
	Aside       []string            // a box in a dialog that decides on nothing stored for a purpose
	State       []string            // whole labels of a switch that says how it stands
	Later       []string            // whole words: what a label says so of may be done another time
	Use         []string            // says what cookies are used for, or that they are
	Interest    []string            // legitimate interest
	Region      []string            // a box that asks for a language or country
	Categories  map[string][]string // names of categories, by the policy's word
}

// languages are all lexicons, sorted by code, and what finds those that a text
// may have words of.
type languages struct {
	all   []*lexicon
	index index
}

var lexicons = sync.OnceValues(func() (languages, error) {
	var out languages
	files, err := fs.Glob(wordFiles, "words/*.yaml")
	if err != nil {
		return out, err
	}
	for _, name := range files {
		data, err := wordFiles.ReadFile(name)
		if err != nil {
			return out, err
		}
		var f wordFile
		dec := yaml.NewDecoder(strings.NewReader(string(data)))
		dec.KnownFields(true)
		if err := dec.Decode(&f); err != nil {
			return out, fmt.Errorf("%s: %w", name, err)
		}
		l, err := f.compile()
		if err != nil {
			return out, fmt.Errorf("%s: %w", name, err)
		}
		l.code = strings.TrimSuffix(strings.TrimPrefix(name, "words/"), ".yaml")
		l.id = len(out.all)
		out.all = append(out.all, l)
	}
	out.index, err = newIndex(out.all)
	return out, err
})

// matching is how a word of the lists fits: as the stem of a word, as a whole
// word, as the whole words with which a label opens, or as a whole label.
type matching int

const (
	stem matching = iota
	wholeWord
	opening
	wholeLabel
)

func (f wordFile) compile() (*lexicon, error) {
	l := &lexicon{native: norm(f.Native), unreviewed: f.Unreviewed, joined: f.Joined}
	needed := "(?:" + strings.Join(f.Categories[necessary], "|") + ")"
	var unnecessary []string
	for _, w := range f.Unnecessary {
		unnecessary = append(unnecessary, strings.ReplaceAll(w, "NEEDED", needed))
	}
	for _, p := range []struct {
		to    list
		words []string
		match matching
	}{
		{cookieWord, f.Cookie, stem}, {privacyWord, f.Privacy, stem}, {rejectWord, f.Reject, stem}, {acceptWord, f.Accept, stem},
		{onlyWord, f.Only, wholeWord}, {infoWord, f.Info, stem}, {settingsWord, f.Settings, stem}, {saveWord, f.Save, stem}, {acknowledgeWord, f.Ack, opening},
		{closeWord, f.Close, stem}, {hideWord, f.Hide, stem}, {offWord, f.Off, wholeWord}, {chosenWord, f.Chosen, stem},
		{optionalWord, f.Optional, stem}, {reopenWord, f.Reopen, stem}, {nounWord, f.Noun, wholeLabel}, {allWord, f.All, wholeWord}, {payWord, f.Pay, stem},
		{otherWord, f.Not, stem}, {interestWord, f.Interest, stem}, {regionWord, f.Region, stem},
		{andWord, f.And, wholeWord}, {unnecessaryWord, unnecessary, stem}, {keepWord, f.Keep, stem}, {lureWord, f.Lure, stem},
		{topicWord, f.Topic, stem}, {withdrawWord, f.Withdraw, stem}, {doneWord, f.Done, wholeLabel},
		{detailsWord, f.Details, opening}, {mentionWord, f.Mention, stem}, {thirdWord, f.Third, stem}, {vendorsWord, f.Vendors, wholeWord}, {listingWord, f.Listing, wholeWord}, {backWord, f.Back, wholeLabel}, {nextWord, f.Next, wholeLabel}, {asideWord, f.Aside, stem}, {stateWord, f.State, wholeLabel}, {useWord, f.Use, stem}, {laterWord, f.Later, wholeWord},
		{marketingWord, f.Categories[marketing], stem}, {analyticsWord, f.Categories[analytics], stem},
		{functionalWord, f.Categories[functional], stem}, {necessaryWord, f.Categories[necessary], stem},
	} {
		if len(p.words) == 0 {
			continue
		}
		re, err := regexp.Compile(l.pattern(p.to, p.words, p.match))
		if err != nil {
			return l, err
		}
		l.patterns[p.to] = re
	}
	between := ` (?:` + strings.Join(f.And, "|") + `) `
	if l.joined {
		between = strings.ReplaceAll(between, " ", "")
	}
	var err error
	l.parts, err = regexp.Compile(between)
	return l, err
}

// pattern is the pattern of a list. A word begins behind a blank, save in
// languages that have none.
func (l *lexicon) pattern(to list, words []string, match matching) string {
	any := strings.ReplaceAll(`(?:`+strings.Join(words, "|")+`)`, "ς", "σ")
	switch {
	case match == wholeLabel:
		return `^` + any + `$`
	case l.joined && (match == opening || to == offWord):
		return `^` + any
	case l.joined:
		return any
	case match == opening:
		return `^` + any + `(?: |$)`
	case match == wholeWord:
		return `(?:^| )` + any + `(?: |$)`
	}
	// \b of RE2 knows ASCII only; after norm a word starts behind a blank.
	return `(?:^| )` + any
}

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

// longestLabel is how long a control's words may be, in runes; longer ones are
// sentences that happen to contain such a word.
const longestLabel = 70

// label is a text normalised, "" where it is too long for a control's words.
func label(s string) string {
	if len(s) > 8*longestLabel {
		return ""
	}
	n := norm(s)
	if len([]rune(n)) > longestLabel {
		return ""
	}
	return n
}

var price = regexp.MustCompile(`\d ?[€$£]|[€$£] ?\d`)

// beside are signs between two things that a label names. They leave no trace in a
// normalised text.
var beside = strings.NewReplacer("&", "\x00", "+", "\x00", "/", "\x00", ",", "\x00", ";", "\x00")

// asides are signs behind which a label goes on to something else.
var asides = strings.NewReplacer(",", "\x00", ";", "\x00", "(", "\x00", "–", "\x00", ".", "\x00")

// classify tells what pressing a control with such words does.
func (v vocabulary) classify(text string) Class {
	if isCross(text) {
		return Close
	}
	n := label(text)
	if n == "" {
		return NoClass
	}
	if strings.ContainsAny(n, "€$£") && price.MatchString(n) {
		return Pay
	}
	r, _ := v.read(n, text)
	return r.class
}

// read is a label in the language that knows most of it: in others the same letters
// may be a word as well, and mean something else. Of those that know as much the
// first counts. ok is false where none knows what it does.
func (v vocabulary) read(n, raw string) (best reading, ok bool) {
	found := v.index.find(n)
	most := 0
	for i, l := range v.order {
		if found[l.id] == 0 {
			continue
		}
		r := reading{lexicon: l, n: n, may: found[l.id], raw: raw}
		keeps := (r.has(keepWord) || r.lures()) && !r.pays()
		if !keeps {
			if r.class = r.classify(); r.class == NoClass {
				continue
			}
			if r.class == Accept && r.has(nounWord) {
				r.class = NoClass
			}
		}
		known := 2 * r.known()
		if i == 0 {
			known++
		}
		if known > most {
			best, most, ok = r, known, true
		}
	}
	return best, ok
}

// besideTheLabel are lists whose words tell nothing of what a label does.
var besideTheLabel = []list{topicWord, vendorsWord, listingWord, backWord, nextWord}

// known is how much of the text the language's words cover, in bytes.
func (r reading) known() int {
	covered := make([]bool, len(r.n))
	for of, p := range r.patterns {
		if p == nil || r.may&(1<<of) == 0 || slices.Contains(besideTheLabel, list(of)) {
			continue
		}
		for _, span := range p.FindAllStringIndex(r.n, -1) {
			for i := span[0]; i < span[1]; i++ {
				covered[i] = true
			}
		}
	}
	count := 0
	for _, c := range covered {
		if c {
			count++
		}
	}
	return count
}

// isCross reports whether a text is the sign that closes.
func isCross(s string) bool {
	switch strings.TrimSpace(s) {
	case "×", "✕", "✖", "✗", "⨯", "✘", "❌", "x", "X":
		return true
	}
	return false
}

// hasCross reports whether a text is that sign, or begins or ends with it.
func hasCross(s string) bool {
	words := strings.Fields(s)
	return isCross(s) || len(words) > 1 && (isSign(words[0]) || isSign(words[len(words)-1]))
}

// isSign: a cross that is no letter.
func isSign(s string) bool { return isCross(s) && norm(s) == "" }

// reading is one language's view of a text. may holds the lists of which it may
// have words.
type reading struct {
	*lexicon
	n     string
	may   uint64
	raw   string // as it stands, of a whole label
	class Class  // what was concluded, see vocabulary.read
}

func (r reading) has(l list) bool {
	return r.may&(1<<l) != 0 && r.patterns[l].MatchString(r.n)
}

// classify asks in the order in which a wrong answer does most harm: what asks
// for money or refuses must never be taken for an acceptance.
func (r reading) classify() Class {
	short := len([]rune(r.n)) <= 30
	switch {
	case r.pays():
		return Pay
	case r.onlyNeeded(), r.has(rejectWord):
		return r.refusal()
	case r.consents():
		return Accept
	case r.has(hideWord) && short:
		return Hide
	case r.has(saveWord):
		return Save
	case r.has(closeWord) && short && !r.has(acceptWord) && !r.closesAnd():
		return Close
	case r.has(acknowledgeWord) && short && !r.has(acceptWord):
		return Acknowledge
	case r.has(settingsWord) && (!r.has(acceptWord) || r.has(privacyWord) && !strings.HasPrefix(r.n, "accept")):
		return Settings
	case r.has(acceptWord):
		return Accept
	}
	return NoClass
}

// lures: words of settings that consent, it seems: "choose all".
func (r reading) lures() bool {
	return r.has(settingsWord) && !r.has(acceptWord) && !r.has(rejectWord) && !r.has(saveWord) && (r.has(allWord) || r.has(lureWord))
}

func (r reading) pays() bool {
	r.n += " " // "pay " is a whole word
	return r.has(payWord)
}

// consents: words that save, and consent all the same, such as "accept all and
// save".
func (r reading) consents() bool {
	return (r.has(saveWord) || r.has(hideWord)) && (r.has(allWord) || r.has(acceptWord) && !r.has(chosenWord))
}

func (r reading) onlyNeeded() bool {
	return r.has(onlyWord) && r.has(necessaryWord) && !r.has(allWord) && !r.has(optionalWord)
}

// refusal is what words that refuse do, by what else stands beside them: "allow
// necessary and marketing cookies" consents, "manage or reject" leads on, "necessary
// cookies and Google Maps" allows something that nobody knows.
func (r reading) refusal() Class {
	if r.agreesFirst() {
		return Acknowledge
	}
	keeps, leads, more := false, false, false
	for _, part := range r.sides() {
		q := r
		q.n = part
		switch {
		case q.onlyNeeded(), q.has(rejectWord):
			rest, kept := q.cut()
			keeps = keeps || kept
			if rest.has(optionalWord) && (kept || rest.has(acceptWord)) {
				return Accept
			}
			if rest.has(acceptWord) && !kept {
				return partial // "accept, opt out at any time"
			}
		case q.has(saveWord), q.has(closeWord), q.has(hideWord), q.has(acknowledgeWord):
		case q.has(settingsWord), q.has(infoWord):
			leads = true
		case q.has(unnecessaryWord), q.has(optionalWord), q.has(marketingWord):
			return Accept
		case q.has(necessaryWord):
		case q.has(acceptWord) && strings.ContainsAny(r.raw, ",;"):
			return partial // "agree now, opt out later"
		case q.has(acceptWord):
			leads = true // "accept or reject"
		case !strings.Contains(q.n, " ") && q.has(offWord): // "no, only necessary"
		default:
			more = more || q.names()
		}
	}
	switch {
	case leads, r.has(infoWord):
		return Settings
	case keeps && more:
		return partial
	}
	return Reject
}

// closesAnd: words that close and do something else that nobody knows: "close and use
// cookies".
func (r reading) closesAnd() bool {
	return slices.ContainsFunc(r.parted(), func(part string) bool {
		q := r
		q.n = part
		return !q.has(closeWord) && !q.has(hideWord) && !q.has(acknowledgeWord) && !q.has(rejectWord) && q.n != "" && (q.names() || q.has(cookieWord))
	})
}

// agreesFirst: words that agree, and say in passing that one may refuse: "OK (opt out
// later)".
func (r reading) agreesFirst() bool {
	first, rest, found := strings.Cut(asides.Replace(r.raw), "\x00")
	q, after := r, r
	q.n, after.n = norm(first), norm(rest)
	return found && q.has(acknowledgeWord) && !q.has(rejectWord) && after.has(rejectWord) && after.has(laterWord) && !after.onlyNeeded() && !after.has(necessaryWord)
}

// sides are what a label names side by side; the whole of it where parting it
// would take its refusal apart.
func (r reading) sides() []string {
	out := r.parted()
	refuses := func(part string) bool {
		q := r
		q.n = part
		return q.has(rejectWord) || q.onlyNeeded()
	}
	if !slices.ContainsFunc(out, refuses) {
		return []string{r.n}
	}
	return out
}

func (r reading) parted() []string {
	var out []string
	for part := range strings.SplitSeq(beside.Replace(r.raw), "\x00") {
		out = append(out, r.parts.Split(norm(part), -1)...)
	}
	return out
}

// cut is the reading without the words that refuse. kept: those say what is
// allowed all the same, as "accept necessary" does.
func (r reading) cut() (rest reading, kept bool) {
	kept = r.onlyNeeded()
	if p := r.patterns[rejectWord]; p != nil {
		r.n = p.ReplaceAllStringFunc(r.n, func(words string) string {
			q := r
			q.n = words
			kept = kept || q.has(necessaryWord)
			return " "
		})
	}
	return r, kept
}

// names reports whether something is left when words for cookies and short words
// are taken away.
func (r reading) names() bool {
	n := r.n
	if p := r.patterns[cookieWord]; p != nil {
		n = p.ReplaceAllString(n, " ")
	}
	const short = 3
	return slices.ContainsFunc(strings.Fields(n), func(w string) bool { return len([]rune(w)) > short || r.joined })
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

// without is a text without the words that begin as one of a list does.
func (l *lexicon) without(n string, of list) string {
	p := l.patterns[of]
	if p == nil {
		return n
	}
	var out strings.Builder
	for {
		at := p.FindStringIndex(n)
		if at == nil || at[1] == 0 {
			return strings.TrimSpace(out.String() + n)
		}
		out.WriteString(n[:at[0]] + " ")
		stem := n[:at[1]]
		n = n[at[1]:]
		if !l.joined && !strings.HasSuffix(stem, " ") {
			_, n, _ = strings.Cut(n, " ")
		}
		n = strings.TrimSpace(n)
	}
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
