package collector

import (
	_ "embed"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/runtime"
)

//go:embed wrapper.js
var wrapperJS string

// scriptCall is one report of the wrapper, of a document or a worker. The fields
// of all scripts stand together, since there is one way to report.
type scriptCall struct {
	session *chrome.Session
	// parent are the calls before the asynchronous step that Stack ends with, nil
	// for none. They must be asked for.
	parent *runtime.StackTraceID

	Kind   string  `json:"kind"`
	Stack  string  `json:"stack"`
	At     float64 `json:"at"`   // milliseconds since 1970, with fractions
	Turn   float64 `json:"turn"` // when this run of script made its first report, likewise
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
	End    float64 `json:"end"`  // expiry in milliseconds since 1970
	Ends   bool    `json:"ends"` // there is one
	Age    string  `json:"age"`  // seconds, "" for none
	Same   string  `json:"same"`
	Apart  bool    `json:"apart"`  // partitioned
	Unread bool    `json:"unread"` // there was a value, and it is not told
	Why    string  `json:"why"`    // name of the error that the call ended with
	Times  int     `json:"times"`  // how many calls it stands for, 0 for one
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
func (l *Log) callOf(e chrome.Event) (c scriptCall, ok bool, err error) {
	if e.Method != "Runtime.consoleAPICalled" {
		return c, false, nil
	}
	var p runtime.EventConsoleAPICalled
	if e.Decode(&p) != nil || len(p.Args) != 2 || text(p.Args[0]) != l.nonce {
		return c, false, nil
	}
	if err = json.Unmarshal([]byte(text(p.Args[1])), &c); err != nil {
		return c, false, err
	}
	c.session = e.Session
	if p.StackTrace != nil {
		c.parent = p.StackTrace.ParentID
	}
	if !e.Session.Type.Document() {
		// A worker has no frames around it: its storage is that of the tab.
		c.Ancestors = []string{l.topOf(e.Session)}
	}
	return c, true, nil
}

// text is a console message's argument, "" for one that is no string.
func text(o *runtime.RemoteObject) string {
	var s string
	if o == nil || o.Type != runtime.RemoteObjectTypeString || json.Unmarshal(o.Value, &s) != nil {
		return ""
	}
	return s
}

func (c scriptCall) time() time.Time { return instant(c.At) }

// instant is a time of milliseconds since 1970.
func instant(ms float64) time.Time { return time.UnixMicro(int64(ms * 1000)) }

// address matches the address part of a V8 stack frame. In an eval frame the
// first address is that of the code that called eval.
var address = regexp.MustCompile(`((?:https?|blob|file|chrome-extension|data|about):[^\s()]*?):(\d+):(\d+)`)

var frameName = regexp.MustCompile(`^\s*at (?:async )?(?:new )?([^\s(]+) \(`)

// parseStack reads the frames of an Error.stack that name a source, innermost
// first. Frames of our wrapper have no address and drop out.
func parseStack(stack string) []observation.Source {
	var out []observation.Source
	for _, line := range strings.Split(stack, "\n") {
		m := address.FindStringSubmatch(line)
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
		from, ok := t.starters[f.URL]
		if !ok {
			from = initiatorOf(t.byURL[f.URL])
		}
		if lasting(from.URL) {
			return from
		}
	}
	return observation.Source{URL: c.URL}
}

// framesOf are the frames of a stack across its asynchronous steps.
func framesOf(s *runtime.StackTrace) []observation.Source {
	var out []observation.Source
	for ; s != nil; s = s.Parent {
		after := s.Description
		for _, f := range s.CallFrames {
			if f.URL == "" {
				continue
			}
			out = append(out, observation.Source{URL: f.URL, Line: int(f.LineNumber) + 1, Column: int(f.ColumnNumber) + 1, Function: f.FunctionName, After: after})
			after = ""
		}
	}
	return out
}

// maxStack bounds a stack's frames.
const maxStack = 40

// follow adds to a stack what led to it across asynchronous steps, once the
// browser has told. first is given the innermost frame whose address lasts where
// the stack so far has none.
func (l *Log) follow(c scriptCall, stack *[]observation.Source, first func(observation.Source)) {
	frames := parseStack(c.Stack)
	*stack = l.sources(frames)
	if c.parent == nil {
		return
	}
	l.context.Ask(c.session, "Debugger.getStackTrace", map[string]any{"stackTraceId": c.parent}, func(r chrome.Reply) {
		var out struct {
			StackTrace *runtime.StackTrace `json:"stackTrace"`
		}
		if r.Decode(&out) != nil {
			return // the page went away, and with it what led there
		}
		more := framesOf(out.StackTrace)
		more = more[:min(len(more), max(0, maxStack-len(frames)))]
		*stack = append(*stack, l.sources(more)...)
		if slices.ContainsFunc(frames, func(f observation.Source) bool { return lasting(f.URL) }) {
			return
		}
		if i := slices.IndexFunc(more, func(f observation.Source) bool { return lasting(f.URL) }); i >= 0 {
			first(more[i])
		}
	})
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
