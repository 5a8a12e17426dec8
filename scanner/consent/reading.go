package consent

import (
	"regexp"
	"slices"
	"strings"
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
