package autoconsent

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
)

//go:embed all:engine
var embedded embed.FS

// Engine is one version of autoconsent. It is safe for concurrent use.
type Engine struct {
	// Version is that of the npm package.
	Version string
	// Licence is the text under which its files are passed on.
	Licence string

	script string
	rules  []rule
}

// rule is one rule with what tells where it may apply.
type rule struct {
	raw         json.RawMessage
	main, frame bool           // in the page, in frames
	url         *regexp.Regexp // of the document, nil for any
	name        string
	// refuses: it refuses by one press, on what it does not press to accept.
	refuses bool
}

// Embedded is the engine that the program was built with, nil for none.
var Embedded = sync.OnceValue(func() *Engine {
	files, err := fs.Sub(embedded, "engine")
	if err != nil {
		return nil
	}
	e, err := read(files)
	if err != nil {
		return nil // the placeholder only
	}
	return e
})

// Load reads an engine from a folder that has the layout of the npm package:
// package.json, LICENSE, dist/autoconsent.playwright.js and rules/rules.json.
func Load(dir string) (*Engine, error) {
	e, err := read(os.DirFS(dir))
	if err != nil {
		return nil, fmt.Errorf("load autoconsent from %s: %w; the folder of the npm package @duckduckgo/autoconsent is wanted", dir, err)
	}
	return e, nil
}

func read(files fs.FS) (*Engine, error) {
	var about struct{ Name, Version string }
	if err := decode(files, "package.json", &about); err != nil {
		return nil, err
	}
	if about.Name != "@duckduckgo/autoconsent" {
		return nil, fmt.Errorf("package.json names another package: %q", about.Name)
	}
	licence, err := fs.ReadFile(files, "LICENSE")
	if err != nil {
		return nil, err
	}
	script, err := fs.ReadFile(files, "dist/autoconsent.playwright.js")
	if err != nil {
		return nil, err
	}
	var list struct{ Autoconsent []json.RawMessage }
	if err := decode(files, "rules/rules.json", &list); err != nil {
		return nil, err
	}
	e := &Engine{Version: about.Version, Licence: string(licence), script: string(script)}
	for i, raw := range list.Autoconsent {
		r, err := readRule(raw)
		if err != nil {
			return nil, fmt.Errorf("rules/rules.json: rule %d: %w", i+1, err)
		}
		e.rules = append(e.rules, r)
	}
	if len(e.rules) == 0 {
		return nil, errors.New("rules/rules.json holds no rules")
	}
	return e, nil
}

func decode(files fs.FS, name string, v any) error {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func readRule(raw json.RawMessage) (rule, error) {
	var about struct {
		Name          string
		OptIn, OptOut any
		RunContext    struct {
			Main, Frame *bool
			URLPattern  string
		}
	}
	r := rule{raw: raw, main: true}
	if err := json.Unmarshal(raw, &about); err != nil {
		return r, err
	}
	r.name = about.Name
	r.refuses = refusesOnly(about.OptOut, pressed(about.OptIn))
	in := about.RunContext
	if in.Main != nil {
		r.main = *in.Main
	}
	if in.Frame != nil {
		r.frame = *in.Frame
	}
	var err error
	if in.URLPattern != "" {
		r.url, err = regexp.Compile(in.URLPattern)
	}
	return r, err
}

// pressed are the targets that steps of a rule press, "" for code that they run.
func pressed(steps any) (out []string) {
	switch steps := steps.(type) {
	case []any:
		for _, s := range steps {
			out = append(out, pressed(s)...)
		}
	case map[string]any:
		for verb, arg := range steps {
			switch verb {
			case "click", "waitForThenClick":
				out = append(out, fmt.Sprint(arg))
			case "eval":
				out = append(out, "")
			default:
				out = append(out, pressed(arg)...)
			}
		}
	}
	return out
}

// refusesOnly reports whether steps press nothing that could consent: one control
// alone, or several of which the last is called one to refuse, whichever way is
// taken.
func refusesOnly(steps any, yes []string) bool {
	no := pressed(steps)
	unsafe := func(target string) bool { return target == "" || slices.Contains(yes, target) }
	if len(no) == 0 || slices.ContainsFunc(no, unsafe) {
		return false
	}
	last := lastPressed(steps, []string{""})
	return !slices.ContainsFunc(last, func(target string) bool {
		return target == "" && len(no) > 1 || vague(target) || len(no) > 1 && !refusing.MatchString(target)
	})
}

// lastPressed are the targets of which one is the last that steps press, "" for none.
// before are those before the steps.
func lastPressed(steps any, before []string) []string {
	list, ok := steps.([]any)
	if !ok {
		return before
	}
	for _, s := range list {
		step, ok := s.(map[string]any)
		if !ok {
			continue
		}
		var now []string
		for _, verb := range []string{"click", "waitForThenClick"} {
			if target, ok := step[verb]; ok {
				now = append(now, fmt.Sprint(target))
			}
		}
		for _, way := range []string{"then", "else", "any"} {
			if inner, ok := step[way]; ok {
				now = append(now, lastPressed(inner, before)...)
			}
		}
		_, branches := step["if"]
		_, otherwise := step["else"]
		if len(now) == 0 || step["optional"] == true || branches && !otherwise {
			now = append(now, before...)
		}
		before = now
	}
	return before
}

// vague: what a target names may be another control than the one to refuse: one of
// several, or one that saves or closes whatever is set.
func vague(target string) bool {
	return strings.Contains(target, ",") && !strings.Contains(target, "xpath/") || saving.MatchString(target)
}

var (
	saving   = regexp.MustCompile(`(?i)save|submit|choose|close|dismiss|confirm`)
	refusing = regexp.MustCompile(`(?i)reject|refus|den(y|ied)|declin|disagree|disallow|necessary|essential|required`)
)

// onlyRefuses reports whether what a name stands for cannot consent when it is told
// to refuse: the guess, which presses words of refusal only, and rules that press
// nothing but what refuses, see refusesOnly. Others save a dialog's switches as they are, or
// press for either choice what closes it.
func (e *Engine) onlyRefuses(name string) bool {
	return name == guess || slices.ContainsFunc(e.rules, func(r rule) bool { return r.name == name && r.refuses })
}

// guess is the engine's name for its guess in the mode that OptOut and Refuse have.
const guess = "HEURISTIC-REJECT"

// rulesFor are the rules that can apply to a document: all of them are 700 kB, and
// would be sent to every frame.
func (e *Engine) rulesFor(url string, top bool) []json.RawMessage {
	out := []json.RawMessage{}
	for _, r := range e.rules {
		if (top && r.main || !top && r.frame) && (r.url == nil || r.url.MatchString(url)) {
			out = append(out, r.raw)
		}
	}
	return out
}
