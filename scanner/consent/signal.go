package consent

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/signal"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/runtime"
)

//go:embed signal.js
var signalJS string

const (
	// signalsLimit bounds the one question to a page, answerLimit each further one
	// to an interface that did not answer at once, scriptLimit what runs at a stretch.
	// All are by the clock on the wall: the page's own may stand still.
	signalsLimit = 3 * time.Second
	answerLimit  = time.Second
	scriptLimit  = time.Second
	// maxSignal bounds one text that a page gives, maxSignals all it gives.
	maxSignal  = 32 << 10
	maxSignals = 1 << 20
)

// The interfaces of the IAB's frameworks.
const (
	tcfAPI = "__tcfapi"
	gppAPI = "__gpp"
	uspAPI = "__uspapi"
)

var interfaces = []string{tcfAPI, gppAPI, uspAPI}

// Errors of a Signal, as evidence has them.
const (
	onlyStub = "only a stub is there: no consent manager answers behind it"
	noAnswer = "it gave no answer in time"
	threw    = "it threw an exception"
)

// heard is what signal.js returns. All of it is the page's.
type heard struct {
	Asked   map[string]answer `json:"asked"`
	Pending []string          `json:"pending"`
	Entries []struct {
		Command string            `json:"command"`
		Region  bool              `json:"region"`
		Types   map[string]string `json:"types"`
	} `json:"entries"`
	State map[string]string `json:"state"`
	Local map[string]string `json:"local"`
}

type answer struct {
	Done     bool   `json:"done"`
	Pinged   bool   `json:"pinged"` // it answered that it is there, and perhaps no more
	Stub     bool   `json:"stub"`
	Threw    bool   `json:"threw"`
	Text     string `json:"text"`
	Event    string `json:"event"`
	Status   string `json:"status"`
	Applies  string `json:"applies"`
	Sections []int  `json:"sections"`
}

// Signals reads what the page in the tab says of the visitor's choice now: the
// interfaces of TCF, GPP and US privacy, Google Consent Mode, and the strings that
// cookies of the page's site and its localStorage keep. An interface that cannot be
// read is a signal with an Error. It needs no time of the page's clock, and changes
// nothing but that a listener is added to __tcfapi and removed. The signals, in a
// fixed order, have no Leg, Page, Phase, At and Seq yet: see collector.Log.Signal.
func Signals(ctx context.Context, tab *chrome.Tab) ([]observation.Signal, error) {
	var h heard
	if err := hear(ctx, tab, "", signalsLimit, &h); err != nil {
		return nil, fmt.Errorf("read signals of consent: %w", err)
	}
	for _, name := range interfaces {
		if !slices.Contains(h.Pending, name) {
			continue
		}
		var late heard
		if err := hear(ctx, tab, name, answerLimit, &late); err == nil && h.Asked != nil {
			h.Asked[name] = late.Asked[name]
		}
		if ctx.Err() != nil {
			return nil, fmt.Errorf("read signals of consent: %w", ctx.Err())
		}
	}
	out := h.asked()
	out = append(out, h.consentMode()...)
	for _, key := range signalKeys {
		out = append(out, stringsIn("localStorage "+key, h.Local[key])...)
	}
	jar, err := tab.Context().Cookies(ctx)
	if err != nil {
		return nil, fmt.Errorf("read signals of consent: %w", err)
	}
	host := observation.HostOf(tab.URL())
	for _, c := range jar {
		if slices.Contains(signalCookies, c.Name) && covers(c.Domain, host) {
			out = append(out, stringsIn("cookie "+c.Name, c.Value)...)
		}
	}
	slices.SortStableFunc(out, func(a, b observation.Signal) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Name, b.Name))
	})
	return out, nil
}

// Where consent strings are kept, as their frameworks and their makers have it.
var (
	signalCookies = []string{"euconsent-v2", "eupubconsent-v2", "usprivacy", "__gpp", fundingChoices, "IABGPP_HDR_GppString"}
	signalKeys    = []string{"IABTCF_TCString", "IABGPP_HDR_GppString", "IABUSPrivacy_String", "euconsent-v2", "usprivacy"}
)

// fundingChoices is the record of Google Funding Choices: a list that holds strings
// beside other things.
const fundingChoices = "FCCDCF"

// hear runs signal.js in the page's own world, where alone its interfaces are. What
// the page made of the language's built-ins shapes the answer.
func hear(ctx context.Context, tab *chrome.Tab, wait string, limit time.Duration, out *heard) error {
	args, err := json.Marshal(map[string]any{"max": maxSignal, "types": slices.Sorted(maps.Keys(signal.ConsentTypes)), "local": signalKeys})
	if err != nil {
		return err
	}
	within, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	yes := true
	r, err := cdp.Call(within, tab.Session, runtime.Evaluate, runtime.EvaluateParams{
		Expression:    fmt.Sprintf("(%s)(%q, %s)", strings.TrimSpace(signalJS), wait, args),
		AwaitPromise:  &yes,
		ReturnByValue: &yes,
		Silent:        &yes,
		Timeout:       runtime.TimeDelta(scriptLimit.Milliseconds()),
	})
	switch {
	case err != nil:
		return err
	case r.ExceptionDetails != nil || r.Result == nil:
		return errors.New("the page does not let itself be asked")
	case len(r.Result.Value) > maxSignals:
		return fmt.Errorf("the page gave more than %d bytes", maxSignals)
	}
	if err := json.Unmarshal(r.Result.Value, out); err != nil {
		return errors.New("the page answered in another form")
	}
	return nil
}

// asked are the signals of the interfaces.
func (h heard) asked() []observation.Signal {
	var out []observation.Signal
	for _, name := range interfaces {
		a, there := h.Asked[name]
		if !there {
			continue
		}
		kind := map[string]observation.SignalKind{tcfAPI: observation.SignalTCF, gppAPI: observation.SignalGPP, uspAPI: observation.SignalUSPrivacy}[name]
		switch why := a.silent(); {
		case why != "":
			out = append(out, observation.Signal{Kind: kind, Source: name, Error: why})
		case kind == observation.SignalTCF:
			out = append(out, a.tcf())
		case kind == observation.SignalGPP:
			out = append(out, a.gpp()...)
		case a.Text != "":
			out = append(out, decoded(name, a.Text, signal.USPrivacy))
		}
	}
	return out
}

func (a answer) silent() string {
	switch {
	case a.Stub:
		return onlyStub
	case a.Threw:
		return threw
	case !a.Done && !a.Pinged:
		return noAnswer
	}
	return ""
}

// tcf is the interface's TC string with what it says beside. Without a string, or
// with an answer that does not come, the visitor has not chosen yet, or need not.
func (a answer) tcf() observation.Signal {
	s := observation.Signal{Kind: observation.SignalTCF, Source: tcfAPI}
	if a.Text != "" {
		s = decoded(tcfAPI, a.Text, signal.TCF)
	}
	if s.TCF == nil {
		s.TCF = &observation.TCString{}
	}
	s.TCF.Event, s.TCF.Status = token(a.Event), token(a.Status)
	s.Inapplicable = a.Applies == "false"
	return s
}

func (a answer) gpp() []observation.Signal {
	if a.Text == "" {
		return nil
	}
	out := sections(gppAPI, a.Text)
	for i := range out {
		applies := func(id int) bool { return signal.Section(id) == out[i].Name }
		out[i].Inapplicable = len(a.Sections) > 0 && !slices.ContainsFunc(a.Sections, applies)
	}
	return out
}

// token is a word of the framework; anything else is the page's own text and is
// left out.
func token(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-") != "" {
		return ""
	}
	return s
}

func decoded(source, text string, decode func(string) (observation.Signal, error)) observation.Signal {
	s, err := decode(text)
	s.Source = source
	if err != nil {
		s.Error = err.Error()
	}
	return s
}

func sections(source, text string) []observation.Signal {
	out, err := signal.GPP(text)
	if err != nil {
		out = []observation.Signal{{Kind: observation.SignalGPP, Error: err.Error()}}
	}
	for i := range out {
		out[i].Source = source
	}
	return out
}

// consentMode is what tags said in dataLayer, and what Google's script made of it.
func (h heard) consentMode() []observation.Signal {
	var out []observation.Signal
	add := func(source string, said map[string]observation.Stance) {
		s := observation.Signal{Kind: observation.SignalConsentMode, Source: source}
		for _, t := range slices.Sorted(maps.Keys(said)) {
			s.Says = append(s.Says, observation.Saying{Of: t, Category: signal.ConsentTypes[t], Value: said[t]})
		}
		if len(s.Says) > 0 {
			out = append(out, s)
		}
	}
	add("dataLayer", h.said())
	state := map[string]observation.Stance{}
	for t, v := range h.State {
		if stance, ok := stanceOf(t, v); ok {
			state[t] = stance
		}
	}
	add("google_tag_data", state)
	return out
}

// said is where the commands lead. A default for some regions only leaves open
// what holds for this visitor, until an update says it.
func (h heard) said() map[string]observation.Stance {
	said, updated, regional := map[string]observation.Stance{}, map[string]bool{}, map[string]bool{}
	for _, e := range h.Entries {
		for t, v := range e.Types {
			stance, ok := stanceOf(t, v)
			switch {
			case !ok:
			case e.Command == "update":
				said[t], updated[t] = stance, true
			case e.Command == "default" && e.Region:
				regional[t] = true
			case e.Command == "default" && !updated[t]:
				said[t] = stance
			}
		}
	}
	for t := range regional {
		if !updated[t] {
			said[t] = observation.StanceUnset
		}
	}
	return said
}

func stanceOf(kind, value string) (observation.Stance, bool) {
	if _, known := signal.ConsentTypes[kind]; !known {
		return "", false
	}
	switch value {
	case "granted":
		return observation.StanceGranted, true
	case "denied":
		return observation.StanceDenied, true
	}
	return "", false
}

// maxStrings bounds the strings of one stored value.
const maxStrings = 8

// stringsIn are the signals of a stored value: one string, or a list that holds
// some. What else a list holds is left alone.
func stringsIn(source, value string) []observation.Signal {
	if len(value) > maxSignal {
		return nil
	}
	if plain, err := url.QueryUnescape(value); err == nil && strings.Contains(value, "%") {
		value = plain
	}
	var list []any
	if json.Unmarshal([]byte(value), &list) != nil {
		if strings.HasSuffix(source, fundingChoices) {
			return nil
		}
		return oneString(source, value)
	}
	var out []observation.Signal
	var walk func([]any)
	walk = func(list []any) {
		for _, e := range list {
			switch e := e.(type) {
			case []any:
				walk(e)
			case string:
				if len(out) < maxStrings {
					out = append(out, slices.DeleteFunc(oneString(source, e), func(s observation.Signal) bool { return s.Error != "" })...)
				}
			}
		}
	}
	walk(list)
	return out
}

func oneString(source, text string) []observation.Signal {
	switch {
	case strings.HasPrefix(text, "D"):
		return sections(source, text)
	case strings.HasPrefix(text, "1") && len(text) == 4:
		return []observation.Signal{decoded(source, text, signal.USPrivacy)}
	case text != "":
		return []observation.Signal{decoded(source, text, signal.TCF)}
	}
	return nil
}
