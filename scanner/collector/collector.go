package collector

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"
)

// Collector gathers one kind of evidence in one leg.
type Collector struct {
	Kind observation.Kind
	// Commands are sent to each new target while it is paused; nil for none.
	Commands func(*chrome.Session) []chrome.Command
	// Script is the body of a JavaScript function that runs in every frame with
	// the names of wrapper.js at hand; "" for none.
	Script string
	// Call gets the reports of the collector's script, nil for none.
	Call func(scriptCall)
	// On gets every event, nil for none.
	On func(chrome.Event)
	// Snapshot reads all areas of the kind that can be reached from a tab, nil
	// for none. places are those of the tab's live frames.
	Snapshot func(ctx context.Context, t *chrome.Tab, places []place) ([]Rest, error)
	// Frozen: it can be read in a tab whose clock stands still, too.
	Frozen bool
}

// Rest is one storage area at rest, with raw values.
type Rest struct {
	Area  observation.Area // without Items
	Items []RestItem
}

// RestItem is one item at rest.
type RestItem struct {
	Item    observation.Key
	Attrs   observation.Attrs
	Expires int64 // seconds from now, 0 for none
	Value   string
	Parts   []string
}

// makers are the constructors of all collectors: each gets the leg's Log.
var makers []func(*Log) Collector

func register(make func(*Log) Collector) int {
	makers = append(makers, make)
	return len(makers)
}

func collectors(l *Log) []Collector {
	var out []Collector
	for _, m := range makers {
		out = append(out, m(l))
	}
	slices.SortFunc(out, func(a, b Collector) int { return cmp.Compare(a.Kind, b.Kind) })
	return out
}

// Kinds are the kinds of evidence that are looked at.
func Kinds() []observation.Kind {
	var out []observation.Kind
	for _, c := range collectors(&Log{}) {
		out = append(out, c.Kind)
	}
	return out
}

// join makes the one script of all collectors. Its reports carry the nonce; behind
// looks what stands behind a stand-in object.
func join(cs []Collector, nonce, behind string) string {
	var b strings.Builder
	for _, c := range cs {
		if c.Script != "" {
			b.WriteString("\n/* " + string(c.Kind) + " */ (() => {" + c.Script + "})();")
		}
	}
	return strings.NewReplacer("/*SCRIPTS*/", b.String(), "/*NONCE*/", nonce, "/*RAW*/", behind).Replace(wrapperJS)
}
