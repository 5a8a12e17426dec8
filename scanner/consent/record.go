package consent

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"cookieaudit/scanner/observation"
)

// recordCategories are the policy's words for what a choice is about.
var recordCategories = []string{"necessary", "functional", "analytics", "marketing"}

// wholeAll stands for every optional category at once.
const wholeAll = "all"

const (
	maxRecord  = 64 << 10 // bytes of a record that is read
	maxSayings = 64       // of one record
	maxName    = 200      // bytes; nobody names a category or service longer
)

// formatStep leads from one form of a record to the next.
type formatStep func(v any) (any, error)

// formatSteps are the steps of a format, by their word; arg is what follows it.
//
//	url          percent-encoding is undone, where there is any
//	quotes       ' becomes ", for what is nearly JSON
//	base64       standard or for addresses, padded or not
//	json         text becomes its value
//	query        a=1&b=2 becomes an object
//	pairs XY     an object too: X stands between the pairs, Y inside each
//	list X       a list: X stands between the entries
//	regexp RE    the first group
//	.key         an object's or a list's entry
var formatSteps = map[string]func(arg string) (formatStep, error){
	"url":    plainStep(func(s string) (any, error) { return unescape(s), nil }),
	"quotes": plainStep(func(s string) (any, error) { return strings.ReplaceAll(s, "'", `"`), nil }),
	"base64": plainStep(func(s string) (any, error) { return unbase64(s) }),
	"json": plainStep(func(s string) (v any, err error) {
		err = json.Unmarshal([]byte(s), &v)
		return v, err
	}),
	"query": plainStep(func(s string) (any, error) {
		q, err := url.ParseQuery(s)
		out := map[string]any{}
		for k, v := range q {
			out[k] = v[0]
		}
		return out, err
	}),
	"pairs": func(arg string) (formatStep, error) {
		if utf8.RuneCountInString(arg) != 2 {
			return nil, errors.New("want the two characters that separate pairs")
		}
		between, inside := string([]rune(arg)[0]), string([]rune(arg)[1])
		return onText(func(s string) (any, error) {
			out := map[string]any{}
			for p := range strings.SplitSeq(s, between) {
				if k, v, ok := strings.Cut(p, inside); ok && len(out) < maxSayings {
					out[strings.TrimSpace(k)] = strings.TrimSpace(v)
				}
			}
			return out, nil
		}), nil
	},
	"list": func(arg string) (formatStep, error) {
		if arg == "" {
			return nil, errors.New("want what separates the entries")
		}
		return onText(func(s string) (any, error) {
			var out []any
			for e := range strings.SplitSeq(s, arg) {
				if e = strings.TrimSpace(e); e != "" && len(out) < maxSayings {
					out = append(out, e)
				}
			}
			return out, nil
		}), nil
	},
	"regexp": func(arg string) (formatStep, error) {
		re, err := regexp.Compile(arg)
		if err != nil {
			return nil, err
		}
		if re.NumSubexp() == 0 {
			return nil, errors.New("want an expression with a group")
		}
		return onText(func(s string) (any, error) {
			m := re.FindStringSubmatch(s)
			if m == nil {
				return nil, errForm
			}
			return m[1], nil
		}), nil
	},
}

// errForm is returned for a record of another form than the catalogue knows. It
// never holds a part of the record.
var errForm = errors.New("the record is not of the form that is known")

// errUnchosen is returned where the record's place for the choice is not there.
var errUnchosen = errors.New("the record holds no choice")

func plainStep(f func(string) (any, error)) func(string) (formatStep, error) {
	return func(arg string) (formatStep, error) {
		if arg != "" {
			return nil, fmt.Errorf("takes no %q", arg)
		}
		return onText(f), nil
	}
}

func onText(f func(string) (any, error)) formatStep {
	return func(v any) (any, error) {
		s, ok := v.(string)
		if !ok {
			return nil, errForm
		}
		out, err := f(s)
		if err != nil {
			return nil, errForm
		}
		return out, nil
	}
}

func entryStep(key string) formatStep {
	return func(v any) (any, error) {
		m, ok := v.(map[string]any)
		if !ok {
			return nil, errForm
		}
		e, ok := m[key]
		if !ok || e == nil {
			return nil, errUnchosen
		}
		return e, nil
	}
}

func readFormat(words []string) ([]formatStep, error) {
	var out []formatStep
	for _, w := range words {
		if key, ok := strings.CutPrefix(w, "."); ok && key != "" {
			out = append(out, entryStep(key))
			continue
		}
		word, arg, _ := strings.Cut(w, " ")
		make, ok := formatSteps[word]
		if !ok {
			return nil, fmt.Errorf("format %q: want .key or one of %s", w, strings.Join(slices.Sorted(maps.Keys(formatSteps)), ", "))
		}
		step, err := make(arg)
		if err != nil {
			return nil, fmt.Errorf("format %q: %w", w, err)
		}
		out = append(out, step)
	}
	return out, nil
}

func unescape(s string) string {
	if u, err := url.PathUnescape(s); err == nil {
		return u
	}
	return s
}

func unbase64(s string) (any, error) {
	s = strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(s), "=")
	b, err := base64.RawStdEncoding.DecodeString(s)
	return string(b), err
}

// decode reads what a stored value says of the choice. It is total: whatever the
// value is, it ends in sayings or an error, and neither holds a part of it that is
// not a name of a category.
func (r Record) decode(raw string) ([]observation.Saying, error) {
	if len(raw) > maxRecord {
		return nil, errForm
	}
	var v any = raw
	for _, step := range r.steps {
		next, err := step(v)
		if err != nil {
			return nil, err
		}
		v = next
	}
	switch v := v.(type) {
	case map[string]any:
		return r.object(v), nil
	case []any:
		return r.list(v), nil
	}
	if r.Whole == "" {
		return nil, errForm
	}
	says := observation.Saying{Of: r.Whole, Value: r.stance(v)}
	if r.Whole != wholeAll {
		says.Category = r.Whole
	}
	return []observation.Saying{says}, nil
}

func (r Record) object(m map[string]any) []observation.Saying {
	var out []observation.Saying
	for _, key := range slices.Sorted(maps.Keys(m)) {
		out = r.say(out, key, r.stance(m[key]))
	}
	return out
}

func (r Record) list(entries []any) []observation.Saying {
	var out []observation.Saying
	for _, e := range entries {
		switch e := e.(type) {
		case string:
			if r.List != "" {
				out = r.say(out, e, r.List)
			}
		case float64:
			if r.List != "" {
				out = r.say(out, fmt.Sprint(e), r.List)
			}
		case map[string]any:
			if name, ok := e[r.Of].(string); ok && r.Of != "" {
				out = r.say(out, name, r.stance(e[r.Is]))
			}
		}
	}
	slices.SortStableFunc(out, func(a, b observation.Saying) int { return strings.Compare(a.Of, b.Of) })
	optional := func(s observation.Saying) bool { return s.Category != "necessary" }
	if r.List == observation.StanceGranted && len(out) == len(entries) && !slices.ContainsFunc(out, optional) {
		out = append(out, observation.Saying{Of: others, Value: observation.StanceDenied})
	}
	return out
}

// others is what a list of what is allowed says of the rest, where nothing
// optional stands in it, and nothing that the catalogue cannot place.
const others = "all others"

// say adds what the record says of one name, if that is one of a category.
func (r Record) say(out []observation.Saying, name string, value observation.Stance) []observation.Saying {
	category, ok := r.Parts[name]
	switch {
	case len(out) == maxSayings || !ok && (!r.Free || len(name) > maxName || !named.MatchString(name)):
		return out
	case !ok:
		category, name = CategoryOf(name), presentable(name)
	}
	return append(out, observation.Saying{Of: name, Category: category, Value: value})
}

func (r Record) stance(v any) observation.Stance {
	granted, denied := r.Granted, r.Denied
	if len(granted)+len(denied) == 0 {
		granted, denied = []string{"true", "1"}, []string{"false", "0"}
	}
	if list, ok := v.([]any); ok {
		// A category with the services allowed in it.
		if len(list) > 0 {
			return observation.StanceGranted
		}
		return observation.StanceDenied
	}
	if m, ok := v.(map[string]any); ok && r.Is != "" {
		v = m[r.Is]
	}
	text := fmt.Sprint(v)
	switch {
	case slices.Contains(granted, text):
		return observation.StanceGranted
	case slices.Contains(denied, text):
		return observation.StanceDenied
	}
	return observation.StanceUnset
}

// named: what begins otherwise, such as $$token, is the manager's own.
var named = regexp.MustCompile(`^[\pL\pN_]`)

var plainName = regexp.MustCompile(`^\pL[\pL\pN _.:/&+-]{0,39}$`)

// presentable is a name that the site gave, or its shape where it could be an
// identifier: records hold no values.
func presentable(name string) string {
	shape := observation.ShapeOf(name)
	if !plainName.MatchString(name) || len(shape.Is) > 0 || longNumber.MatchString(name) || shape.Alphabet == "hex" && shape.Length > 8 {
		return shape.String()
	}
	return name
}

// itemName is the name of a record's item, without numbers in it that stand for a
// site or a visitor.
func itemName(name string) string {
	name = longNumber.ReplaceAllString(name, "…")
	if !plainItem.MatchString(name) {
		return observation.ShapeOf(name).String()
	}
	return name
}

var plainItem = regexp.MustCompile(`^[A-Za-z_][\w.…-]{0,59}$`)

var longNumber = regexp.MustCompile(`[0-9]{6,}`)

// nameWords tell what a name that a site gave to a category or service stands
// for. The first that fits counts.
var nameWords = []struct {
	category string
	words    *regexp.Regexp
}{
	{"necessary", regexp.MustCompile(`(?i)necess|essential|essenti|required|strict|technical|technisch|notwendig|erforderlich|obligato|mandatory|\bsecurity\b`)},
	{"marketing", regexp.MustCompile(`(?i)market|advert|werbung|publicit|target|campaign|social|remarket|retarget|facebook|doubleclick|adwords|adsense|(^|[^a-z])ads?([^a-z]|$)|sale_?of_?data|personali[sz]ed_?ad`)},
	{"analytics", regexp.MustCompile(`(?i)analy|statist|measur|performance|usage|audience|mesure|matomo|piwik|hotjar|plausible|clarity|gtag|(^|[^a-z])ga4?([^a-z]|$)`)},
	{"functional", regexp.MustCompile(`(?i)func?tion|fonction|prefer|settings|personali[sz]|comfort|komfort|experience|convenience|media|video|youtube|vimeo|maps`)},
}

// unneeded denies that what a name stands for is necessary.
var unneeded = regexp.MustCompile(`(?i)optional|fa[ck]ultati|((^|[^a-z])(no|non?|not|un|in|nicht|niet|ikke|inte)[-_ ]?|un|non|not)(strictly[-_ ]?)?(necess|essenti|nécess|necesari|requir|notwendig|erforderlich|nood|nødv|nödv)`)

// CategoryOf is the category that the name of a manager's category or service
// stands for, "" where its words do not tell.
func CategoryOf(name string) string {
	for _, w := range nameWords {
		if w.words.MatchString(name) && !(w.category == necessary && unneeded.MatchString(name)) {
			return w.category
		}
	}
	return ""
}
