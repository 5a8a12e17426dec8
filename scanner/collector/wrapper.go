package collector

import (
	_ "embed"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/runtime"
)

// bindingName is the function that the wrapper takes and removes before the
// page can see it.
const bindingName = "__cookieaudit"

//go:embed wrapper.js
var wrapperJS string

// scriptCall is one report of the wrapper. The fields of all scripts stand
// together, since there is one binding.
type scriptCall struct {
	Kind   string  `json:"kind"`
	Stack  string  `json:"stack"`
	At     float64 `json:"at"`   // milliseconds since 1970, with fractions
	Date   float64 `json:"date"` // the page's own Date.now()
	URL    string  `json:"url"`  // under which the document's cookies are stored
	Origin string  `json:"origin"`
	// Ancestors are the origins of the frames around this one, the parent first.
	Ancestors []string `json:"ancestors"`

	Op     string  `json:"op"`
	Name   string  `json:"name"`
	Value  string  `json:"value"`
	Raw    string  `json:"raw"`
	Jar    string  `json:"jar"` // document.cookie after the call
	Domain string  `json:"domain"`
	Path   string  `json:"path"`
	End    float64 `json:"end"` // expiry in milliseconds since 1970, 0 for none
	Age    string  `json:"age"` // seconds, "" for none
	Same   string  `json:"same"`
	Apart  bool    `json:"apart"` // partitioned
	Why    string  `json:"why"`   // name of the error that the call ended with
}

// top is the tab's address, as far as partitions go by it.
func (c scriptCall) top() string {
	if n := len(c.Ancestors); n > 0 {
		return c.Ancestors[n-1]
	}
	return c.URL
}

// partition is the partition of the frame's storages: the top-level site where
// the frame or one around it is of another site than the tab.
func (c scriptCall) partition() string {
	own := schemefulSite(c.Origin)
	for _, a := range c.Ancestors {
		if schemefulSite(a) != own {
			return schemefulSite(c.top())
		}
	}
	return ""
}

// callOf decodes an event that is a report of the wrapper. The error is for a
// report that cannot be read.
func callOf(e chrome.Event) (c scriptCall, ok bool, err error) {
	if e.Method != "Runtime.bindingCalled" {
		return c, false, nil
	}
	var p runtime.EventBindingCalled
	if e.Decode(&p) != nil || p.Name != bindingName {
		return c, false, nil
	}
	err = json.Unmarshal([]byte(p.Payload), &c)
	return c, err == nil, err
}

func (c scriptCall) time() time.Time { return time.UnixMicro(int64(c.At * 1000)) }

// place matches the address part of a V8 stack frame. In an eval frame the
// first address is that of the code that called eval.
var place = regexp.MustCompile(`((?:https?|blob|file|chrome-extension|data|about):[^\s()]*?):(\d+):(\d+)`)

var frameName = regexp.MustCompile(`^\s*at (?:async )?(?:new )?([^\s(]+) \(`)

// parseStack reads the frames of an Error.stack that name a source, innermost
// first. Frames of our wrapper have no address and drop out.
func parseStack(stack string) []observation.Source {
	var out []observation.Source
	for _, line := range strings.Split(stack, "\n") {
		m := place.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		s := observation.Source{URL: m[1], Line: number(m[2]), Column: number(m[3])}
		if f := frameName.FindStringSubmatch(line); f != nil && f[1] != "eval" {
			s.Function = f[1]
		}
		out = append(out, s)
	}
	return out
}

// setter is the place that a call is attributed to: the innermost stack frame
// with an address that can be looked up again. A blob: or data: script stands
// for the place that had it loaded. Code of no file (a timer's text, srcdoc) is
// the document's.
func (t *traffic) setter(c scriptCall) observation.Source {
	frames := parseStack(c.Stack)
	for _, f := range frames {
		if lasting(f.URL) {
			return f
		}
	}
	for _, f := range frames {
		if from := initiatorOf(t.byURL[f.URL]); lasting(from.URL) {
			return from
		}
	}
	return observation.Source{URL: c.URL}
}

// lasting reports whether an address means the same tomorrow.
func lasting(u string) bool {
	scheme, _, ok := strings.Cut(u, ":")
	return ok && scheme != "blob" && scheme != "data" && scheme != "about"
}

func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
