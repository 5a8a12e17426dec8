package collector

import (
	_ "embed"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"

	"cookieaudit/scanner/observation"
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
	URL    string  `json:"url"`
	Origin string  `json:"origin"`

	Op     string  `json:"op"`
	Name   string  `json:"name"`
	Value  string  `json:"value"`
	Raw    string  `json:"raw"`
	Seen   bool    `json:"seen"` // the item could be read back
	Domain string  `json:"domain"`
	Path   string  `json:"path"`
	End    float64 `json:"end"` // expiry in milliseconds since 1970, 0 for none
	Same   string  `json:"same"`
	Apart  bool    `json:"apart"` // partitioned
}

func decodeCall(payload string) (scriptCall, bool) {
	var c scriptCall
	err := json.Unmarshal([]byte(payload), &c)
	return c, err == nil
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

// setter is the frame that an item is attributed to: the innermost with an
// address that can be looked up again, else the innermost.
func setter(frames []observation.Source) observation.Source {
	for _, f := range frames {
		if !strings.HasPrefix(f.URL, "blob:") && !strings.HasPrefix(f.URL, "data:") && !strings.HasPrefix(f.URL, "about:") {
			return f
		}
	}
	if len(frames) > 0 {
		return frames[0]
	}
	return observation.Source{}
}

func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
