package consent

import (
	"embed"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"
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
