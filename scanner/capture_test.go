package scanner_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"cookieaudit/scanner"
	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/scantest"
	"cookieaudit/testdata/sites/capture"

	"github.com/google/go-cmp/cmp"
)

var (
	captures = flag.Int("captures", 0, "how often TestCaptureMatrix scans the site of all ways in each browser")
	long     = flag.Bool("long", false, "make the tests that need a quiet machine for minutes, too")
	someWays = flag.String("way", "*", "names of the ways that are scanned, as a glob")
)

// Every way of storing something is found, with its name, place, partition,
// lifetime, phase, cause and setter, and nothing else: three times out of three.
func TestCapture(t *testing.T) {
	runs := 3
	if testing.Short() {
		runs = 1
	}
	for n := range runs {
		t.Run(fmt.Sprintf("run-%d", n+1), func(t *testing.T) { captureAll(t, browsing{parallel: 8, path: whole(t)}) })
	}
}

// A headless shell gives the same evidence, save for what the scan lists as its
// differences.
func TestCaptureByShell(t *testing.T) {
	if !*long {
		t.Skip("takes minutes: make test-long asks for it by -long")
	}
	shell, err := chrome.Find("chromium-headless-shell")
	if err != nil {
		t.Skipf("the package chromium-headless-shell is not installed: %v", err)
	}
	captureAll(t, browsing{parallel: 8, path: shell, lacks: []string{
		"icon",              // icons of pages are not loaded
		"on-mouse-movement", // the pointer moves as the page opens
		"on-any-use",        // which may be the first use of it
	}})
}

// It does not depend on how many visits run side by side, nor on whether frames
// of other sites have processes of their own. Scans that make one visit at a time
// mostly wait: several of them run at once, in a browser each.
func TestCaptureMatrix(t *testing.T) {
	if *captures == 0 {
		t.Skip("takes hours: make test-long asks for it by -captures=10")
	}
	for _, together := range []bool{false, true} {
		for _, parallel := range []int{8, 1} {
			for n := range *captures {
				t.Run(fmt.Sprintf("together=%t/parallel-%d/run-%d", together, parallel, n+1), func(t *testing.T) {
					if parallel == 1 {
						t.Parallel()
					}
					captureAll(t, browsing{parallel: parallel, path: whole(t), together: together})
				})
			}
		}
	}
}

// whole is the path of the browser that a scan would find.
func whole(t *testing.T) string {
	t.Helper()
	path, err := chrome.Find("")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// browsing is how ways are scanned.
type browsing struct {
	parallel int
	together bool     // without site isolation
	path     string   // of the browser
	lacks    []string // ways whose truth it does not meet
}

// captureAll scans all ways, each as a service of its own, and compares them with
// their truth.
func captureAll(t *testing.T, by browsing) {
	ways, err := capture.Ways()
	if err != nil {
		t.Fatal(err)
	}
	for _, choice := range []observation.Choice{observation.None, observation.Accept} {
		for _, back := range []bool{false, true} {
			var some []capture.Way
			for _, w := range ways {
				if fits, _ := path.Match(*someWays, w.Name); fits && w.Choice == string(choice) && w.Return == back && !slices.Contains(by.lacks, w.Name) {
					some = append(some, w)
				}
			}
			if len(some) == 0 {
				continue
			}
			o, rest := scanWays(t, some, choice, by)
			for _, w := range some {
				t.Run(w.Name, func(t *testing.T) { compare(t, w, o.Of(w.Name), rest) })
			}
		}
	}
}

// scanWays scans ways, of which all or none tell of the later visit, in one scan, and returns what it saw and, by leg, what was
// at rest in the end.
func scanWays(t *testing.T, ways []capture.Way, choice observation.Choice, by browsing) (*observation.Observation, map[string]observation.Checkpoint) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	job := observation.Job{Choices: []observation.Choice{choice}, MaxPages: 1, Device: "desktop", NoReturn: !ways[0].Return}
	for _, w := range ways {
		w.Mount(scantest.Server(t))
		job.URLs = append(job.URLs, w.Pages...)
		job.Services = append(job.Services, observation.Service{Name: w.Name, URLs: w.Pages, Hosts: w.Hosts()})
	}
	options := scanner.Options{
		Browser: scantest.Options(), Tool: "cookieaudit test", Key: []byte("test"), Now: time.Now, Parallel: by.parallel,
	}
	options.Browser.NoIsolation, options.Browser.Path = by.together, by.path
	var log bytes.Buffer
	if err := scanner.Scan(ctx, options, job, observation.NewWriter(&log)); err != nil {
		t.Fatal(err)
	}
	rest := atRest(t, log.Bytes())
	o, err := observation.Load(&log)
	if err != nil {
		t.Fatal(err)
	}
	if o.Broken != "" {
		t.Fatal(o.Broken)
	}
	return o, rest
}

// atRest finds the last checkpoint of each leg in a log.
func atRest(t *testing.T, log []byte) map[string]observation.Checkpoint {
	t.Helper()
	out := map[string]observation.Checkpoint{}
	for line := range bytes.Lines(log) {
		var r observation.Record
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		if r.Checkpoint != nil {
			out[observation.LegOf(r.Checkpoint.Page)] = *r.Checkpoint
		}
	}
	return out
}

func compare(t *testing.T, w capture.Way, o *observation.Observation, rest map[string]observation.Checkpoint) {
	for _, v := range o.Visits {
		for _, p := range v.Pages {
			if p.State != observation.PageOK {
				t.Errorf("%s was not looked at: %s %v", p.URL, p.State, p.Reasons)
			}
		}
	}
	var gaps []string
	want, cut := w, false
	wrote, asked := short(w, writes(o, w.Return)), short(w, requests(o))
	for _, g := range o.Gaps {
		// A page that goes may be told of what it no longer asked for; the note says
		// so, and nothing is missing.
		if g.Kind == "events-out-of-order" && !g.Blind {
			continue
		}
		if g.Kind == "leaving-cut-short" {
			if w.Leaves() { // on a slow machine some of the truth may be missing, as told
				cut = true
				wrote = slices.DeleteFunc(wrote, func(line string) bool {
					return strings.HasPrefix(line, "set ") && strings.Contains(line, ", unknown by ") && !slices.Contains(w.Truth, line)
				})
				want.Truth, want.Requests = both(w.Truth, wrote), both(w.Requests, asked)
			}
			continue
		}
		// That a machine was slow to answer is no news of the page either.
		if g.Kind == "page-busy" && !g.Blind && !slices.Contains(w.Gaps, g.Kind) {
			continue
		}
		gaps = append(gaps, g.Kind)
	}
	if cut { // what a page stored that was ended before it could tell
		gaps = slices.DeleteFunc(gaps, func(kind string) bool { return kind == "write-not-seen" && !slices.Contains(w.Gaps, kind) })
	}
	want.Truth = append(slices.Clone(want.Truth), both(w.Perhaps, wrote)...)
	if diff := cmp.Diff(byItem(want.Truth), byItem(wrote)); diff != "" {
		t.Errorf("%s\nwrites (-want +got):\n%s", w.Doc, diff)
	}
	if names := contradicted(o, rest); len(names) > 0 {
		t.Errorf("what the browser holds in the end contradicts the writes of %v", names)
	}
	slices.Sort(gaps)
	if diff := cmp.Diff(w.Gaps, slices.Compact(gaps)); diff != "" {
		t.Errorf("gaps (-want +got):\n%s\n%+v", diff, o.Gaps)
	}
	if w.Requests == nil {
		return
	}
	if diff := cmp.Diff(want.Requests, asked); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// both are the lines of a that b has too.
func both(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(line string) bool { return !slices.Contains(b, line) })
}

func short(w capture.Way, lines []string) []string {
	for i := range lines {
		lines[i] = w.Short(lines[i])
	}
	return lines
}

// itemOf finds the item in a line about a write.
var itemOf = regexp.MustCompile(`^\S+ (\S+ .*? ?@\S+?(?: in [^ ,]+)?)[ ,]`)

// byItem sorts lines about writes by their items; those of one item stay in
// their order. Frames and requests run side by side, so that there is none between
// items.
func byItem(lines []string) []string {
	item := func(line string) string {
		if m := itemOf.FindStringSubmatch(line); m != nil {
			return m[1]
		}
		return line
	}
	out := append([]string(nil), lines...)
	slices.SortStableFunc(out, func(a, b string) int { return strings.Compare(item(a), item(b)) })
	return out
}

// writes describes every write in the log's order. For instance
//
//	set cookie a @SITE/dir for 60s, script by SITE/t.js:1 < SITE/:3, on click, fast, after
//
// The chain stands behind <, a host-only cookie has no dot ahead of its host.
// Session lifetime, the cause load and the phase before are left out; so is the
// later visit where it is not asked for.
func writes(o *observation.Observation, later bool) []string {
	var out []string
	for _, w := range o.Writes {
		if !later && (w.Phase == observation.Return || w.Cause == observation.CauseRestart) {
			continue
		}
		s := fmt.Sprintf("%s %s", w.Op, itemWords(w.Item))
		if w.Item.Kind == observation.Cookie {
			s += lifeWords(w.Lifetime) + attrWords(w.Attrs)
		}
		s += fmt.Sprintf(", %s by %s", w.Via, sourceWords(w.By))
		for _, c := range w.Chain {
			s += " < " + sourceWords(c)
		}
		if w.Cause != observation.CauseLoad && w.Cause != "" {
			s += ", on " + string(w.Cause)
		}
		if w.Fast {
			s += ", fast"
		}
		if w.Phase != observation.Before {
			s += ", " + string(w.Phase)
		}
		if len(w.Refused) > 0 {
			s += ", refused: " + strings.Join(w.Refused, "+")
		}
		out = append(out, s)
	}
	return out
}

func itemWords(k observation.Key) string {
	s := fmt.Sprintf("%s %s", k.Kind, k.Name)
	switch {
	case k.Kind == observation.Cookie && k.HostOnly:
		s += " @" + k.Host + k.Path
	case k.Kind == observation.Cookie:
		s += " @." + k.Host + k.Path
	default:
		s += " @" + k.Origin
	}
	if k.Partition != "" {
		s += " in " + k.Partition
	}
	return s
}

func lifeWords(l observation.Lifetime) string {
	switch l.Persistence {
	case observation.Session:
		return ""
	case observation.Persistent:
		return fmt.Sprintf(" for %ds", l.Seconds)
	}
	return " for " + string(l.Persistence)
}

func attrWords(a observation.Attrs) string {
	s := ""
	for _, f := range []struct {
		on   bool
		name string
	}{{a.HTTPOnly, "HttpOnly"}, {a.Secure, "Secure"}, {a.SameSite != "", a.SameSite}, {a.Partitioned, "Partitioned"}, {a.Priority != "", a.Priority}} {
		if f.on {
			s += " " + f.name
		}
	}
	return s
}

func sourceWords(s observation.Source) string {
	if s.Line == 0 {
		return s.URL
	}
	return fmt.Sprintf("%s:%d", s.URL, s.Line)
}

// requests describes the recorded requests ahead of the later visit, sorted,
// without favicons.
func requests(o *observation.Observation) []string {
	var out []string
	for _, r := range o.Requests {
		if strings.HasSuffix(r.URL, "/favicon.ico") || r.Phase == observation.Return {
			continue
		}
		s := fmt.Sprintf("%s %s %s %s %d", r.Method, r.URL, r.Type, r.Embed, r.Status)
		for _, k := range r.Sets {
			s += ", sets " + itemWords(k)
		}
		for _, k := range r.Carried {
			s += ", carries " + itemWords(k)
		}
		if r.Unread {
			s += ", unread"
		}
		for _, t := range r.Taken {
			s += fmt.Sprintf(", takes %s in %s as %s", itemWords(t.Item), t.In, t.As)
		}
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

// contradicted are the names of items whose last write the browser contradicts in
// the end: it was no deletion and the item is not at rest, or the cookie at rest
// has other attributes or lacks the end that was asked for. Areas that were not
// open then tell nothing.
func contradicted(o *observation.Observation, rest map[string]observation.Checkpoint) []string {
	type place struct {
		leg  string
		item observation.Key
	}
	stored, looked := map[place]observation.Stored{}, map[place]bool{}
	areaOf := func(leg string, k observation.Kind, origin, partition string) place {
		if k == observation.Cookie {
			return place{leg, observation.Key{Kind: k}}
		}
		return place{leg, observation.Key{Kind: k, Origin: origin, Partition: partition}}
	}
	for leg, c := range rest {
		for _, a := range c.Areas {
			looked[areaOf(leg, a.Kind, a.Origin, a.Partition)] = true
			for _, i := range a.Items {
				stored[place{leg, i.Item}] = i
			}
		}
	}
	last := map[place]observation.Write{}
	for _, w := range o.Writes {
		if leg := observation.LegOf(w.Page); w.Op != observation.OpRefused && w.Seq < rest[leg].Seq {
			last[place{leg, w.Item}] = w
		}
	}
	var out []string
	for p, w := range last {
		if !looked[areaOf(p.leg, p.item.Kind, p.item.Origin, p.item.Partition)] || p.item.Kind == observation.SessionStorage && w.Page != rest[p.leg].Page {
			continue
		}
		at, there := stored[p]
		w.Attrs.Priority = ""
		persistent := w.Lifetime.Persistence == observation.Persistent
		switch {
		case w.Op == observation.OpDelete:
			there = !there
		case p.item.Kind == observation.Cookie:
			there = there && at.Attrs == w.Attrs && persistent == (at.Expires > 0)
		}
		if !there {
			out = append(out, p.item.Name)
		}
	}
	slices.Sort(out)
	return out
}
