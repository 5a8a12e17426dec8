package collector_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/collector"
	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/scantest"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestMain(m *testing.M) { scantest.Main(m) }

// way is one way of setting an item, and the truth about it.
type way struct {
	name string
	// serve answers by host and path. SITE, ADS, TAG and CDN stand for hosts of
	// four sites of this way's own, everywhere in it.
	serve map[string]answer
	// open are the pages opened one after another, each in a fresh tab; by
	// default https://SITE/.
	open  []string
	click bool // press the left button at 20,20 once the page has settled
	fast  bool // give each page its fast minute

	want     []string // every write by item, see writes
	requests []string // those recorded, where they are compared
	gaps     []string // kinds of gaps
}

// answer is a response. Its type follows from the path's ending.
type answer struct {
	status  int
	set     []string // Set-Cookie lines
	headers map[string]string
	body    string
}

// redirect answers 302 with a cookie.
func redirect(to, set string) answer {
	return answer{status: http.StatusFound, set: []string{set}, headers: map[string]string{"Location": to}}
}

// page is an HTML page that sets no cookie itself.
func page(body string) answer { return answer{body: body} }

func TestCapture(t *testing.T) {
	for _, w := range slices.Concat(responseWays, scriptWays, storageWays, workerWays, pageWays) {
		t.Run(w.name, func(t *testing.T) { w.run(t) })
	}
}

func (w way) run(t *testing.T) {
	hosts := w.publish(t)
	o, rest := w.observe(t, hosts)
	if diff := gocmp.Diff(w.want, named(hosts, writes(o))); diff != "" {
		t.Errorf("writes (-want +got):\n%s", diff)
	}
	if names := contradicted(o, rest); len(names) > 0 {
		t.Errorf("what the browser holds in the end contradicts the writes of %v", names)
	}
	var gaps []string
	for _, g := range o.Gaps {
		gaps = append(gaps, g.Kind)
	}
	if diff := gocmp.Diff(w.gaps, gaps); diff != "" {
		t.Errorf("gaps (-want +got):\n%s\n%+v", diff, o.Gaps)
	}
	if w.requests == nil {
		return
	}
	if diff := gocmp.Diff(w.requests, named(hosts, requests(o))); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

var notHost = regexp.MustCompile(`[^a-z0-9]+`)

// publish serves the way's hosts and returns what each placeholder stands for.
func (w way) publish(t *testing.T) map[string]string {
	base := strings.Trim(notHost.ReplaceAllString(strings.ToLower(w.name), "-"), "-")
	hosts := map[string]string{"SITE": base + ".test", "ADS": base + "-ads.test", "TAG": base + "-tag.test", "CDN": base + "-cdn.test"}
	for _, host := range hosts {
		mux := http.NewServeMux()
		mux.HandleFunc("/favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
		for place, a := range w.serve {
			if h, p, _ := strings.Cut(place, "/"); hosts[h] == host {
				mux.Handle("/"+cmp.Or(p, "{$}"), a.handler(hosts))
			}
		}
		scantest.Handle(t, host, mux)
	}
	return hosts
}

func (a answer) handler(hosts map[string]string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Type", contentType(r.URL.Path))
		h.Set("Cache-Control", "no-store")
		if origin := r.Header.Get("Origin"); origin != "" {
			h.Set("Access-Control-Allow-Origin", origin)
			h.Set("Access-Control-Allow-Credentials", "true")
		}
		for k, v := range a.headers {
			h[k] = []string{filled(hosts, v)}
		}
		for _, line := range a.set {
			h.Add("Set-Cookie", filled(hosts, line))
		}
		w.WriteHeader(max(a.status, 200))
		if h.Get("Content-Type") == "text/html" {
			fmt.Fprint(w, "<!doctype html>")
		}
		fmt.Fprint(w, filled(hosts, a.body))
	})
}

func contentType(p string) string {
	switch path.Ext(p) {
	case ".js":
		return "text/javascript"
	case ".css":
		return "text/css"
	case ".png":
		return "image/png"
	case ".woff2":
		return "font/woff2"
	case ".stream":
		return "text/event-stream"
	}
	return "text/html"
}

func filled(hosts map[string]string, s string) string {
	for _, k := range slices.Sorted(maps.Keys(hosts)) {
		s = strings.ReplaceAll(s, k, hosts[k])
	}
	return s
}

// named puts the placeholders back, and leaves out https://.
func named(hosts map[string]string, lines []string) []string {
	for i, s := range lines {
		for _, k := range []string{"ADS", "TAG", "CDN", "SITE"} {
			s = strings.ReplaceAll(s, hosts[k], k)
		}
		lines[i] = strings.ReplaceAll(s, "https://", "")
	}
	return lines
}

// observe visits the pages as a leg of a scan does and loads what was written.
func (w way) observe(t *testing.T, hosts map[string]string) (*observation.Observation, observation.Checkpoint) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var buf bytes.Buffer
	out := observation.NewWriter(&buf)
	must(t, out.Append(observation.Record{Header: &observation.Header{
		Schema: observation.Schema, Job: observation.Job{Choices: []observation.Choice{observation.None}},
	}}))
	l := collector.NewLog("none/1", observation.NewRedactor([]byte("test")), out)
	c, err := scantest.Browser(t).NewContext(ctx, l.Hooks())
	must(t, err)
	defer c.Close()
	c.Do(func() {
		l.Start(c)
		l.Begin(observation.Leg{ID: "none/1", Choice: observation.None})
	})
	urls := w.open
	if urls == nil {
		urls = []string{"https://SITE/"}
	}
	for i, url := range urls {
		w.visit(t, ctx, c, l, filled(hosts, url), i+1)
	}
	c.Do(func() { must(t, l.Err()) })
	return load(t, buf.Bytes())
}

func (w way) visit(t *testing.T, ctx context.Context, c *chrome.Context, l *collector.Log, url string, n int) {
	c.Do(func() { l.OpenPage(url, true) })
	tab, seen, err := c.Clock.Open(ctx, url)
	must(t, err)
	if !seen.OK() || seen.Hung {
		t.Fatalf("%s did not load: %+v", url, seen)
	}
	c.Do(func() { l.At(seen.Final) })
	if w.click {
		at := time.Now()
		c.Do(func() { l.Mark(at, "", observation.CauseClick) })
		must(t, c.Clock.Click(ctx, tab, 20, 20, nil))
		_, err := c.Clock.Quiet(ctx, tab)
		must(t, err)
	}
	if w.fast {
		c.Do(l.Fast)
		if complete, err := c.Clock.Fast(ctx, tab, chrome.FastMinute); err != nil || !complete {
			t.Fatalf("fast minute: complete %v, %v", complete, err)
		}
	}
	snap := l.Read(ctx, tab, true)
	c.Do(func() {
		l.Checkpoint(snap)
		l.ClosePage(observation.Page{URL: url, Final: seen.Final, Tab: n, State: observation.PageOK})
	})
	c.Clock.Close(ctx, tab)
}

// load reads a log, and its last checkpoint, which the Observation has folded.
func load(t *testing.T, log []byte) (*observation.Observation, observation.Checkpoint) {
	t.Helper()
	o, err := observation.Load(bytes.NewReader(log))
	must(t, err)
	if o.Broken != "" {
		t.Fatal(o.Broken)
	}
	var last observation.Checkpoint
	for _, line := range bytes.Split(bytes.TrimSpace(log), []byte("\n")) {
		var r observation.Record
		must(t, json.Unmarshal(line, &r))
		if r.Checkpoint != nil {
			last = *r.Checkpoint
		}
	}
	return o, last
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// writes describes every write, sorted by item and in the log's order for each,
// since frames and requests run side by side. For instance
//
//	set cookie a @SITE/dir (host only) for 60s, script by SITE/t.js:1 < SITE/:3, load
//
// The chain stands behind <. Session lifetime and the cause load are left out.
func writes(o *observation.Observation) []string {
	var out []string
	list := slices.Clone(o.Writes)
	slices.SortStableFunc(list, func(a, b observation.Write) int { return a.Item.Compare(b.Item) })
	for _, w := range list {
		s := fmt.Sprintf("%s %s", w.Op, item(w.Item))
		if w.Item.Kind == observation.Cookie {
			s += life(w.Lifetime) + attrs(w.Attrs)
		}
		s += fmt.Sprintf(", %s by %s", w.Via, source(w.By))
		for _, c := range w.Chain {
			s += " < " + source(c)
		}
		if w.Cause != observation.CauseLoad {
			s += ", on " + string(w.Cause)
		}
		if w.Fast {
			s += ", fast"
		}
		if len(w.Refused) > 0 {
			s += ", refused: " + strings.Join(w.Refused, "+")
		}
		out = append(out, s)
	}
	return out
}

func item(k observation.Key) string {
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

func life(l observation.Lifetime) string {
	switch l.Persistence {
	case observation.Session:
		return ""
	case observation.Persistent:
		return fmt.Sprintf(" for %ds", l.Seconds)
	}
	return " for " + string(l.Persistence)
}

func attrs(a observation.Attrs) string {
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

func source(s observation.Source) string {
	if s.Line == 0 {
		return s.URL
	}
	return fmt.Sprintf("%s:%d", s.URL, s.Line)
}

// requests describes the recorded requests, sorted, without favicons.
func requests(o *observation.Observation) []string {
	var out []string
	for _, r := range o.Requests {
		if strings.HasSuffix(r.URL, "/favicon.ico") {
			continue
		}
		s := fmt.Sprintf("%s %s %s %s %d", r.Method, r.URL, r.Type, r.Embed, r.Status)
		for _, k := range r.Sets {
			s += ", sets " + item(k)
		}
		for _, k := range r.Carried {
			s += ", carries " + item(k)
		}
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

// contradicted are the names of items whose last write the browser contradicts in
// the end: it was no deletion and the item is not at rest, or the cookie at rest
// has other attributes or lacks the end that was asked for.
func contradicted(o *observation.Observation, rest observation.Checkpoint) []string {
	stored := map[observation.Key]observation.Stored{}
	for _, a := range rest.Areas {
		for _, i := range a.Items {
			stored[i.Item] = i
		}
	}
	last := map[observation.Key]observation.Write{}
	for _, w := range o.Writes {
		if w.Op != observation.OpRefused {
			last[w.Item] = w
		}
	}
	var out []string
	for k, w := range last {
		at, there := stored[k]
		w.Attrs.Priority = ""
		persistent := w.Lifetime.Persistence == observation.Persistent
		switch {
		case w.Op == observation.OpDelete:
			there = !there
		case k.Kind == observation.Cookie:
			there = there && at.Attrs == w.Attrs && persistent == (at.Expires > 0)
		}
		if !there {
			out = append(out, k.Name)
		}
	}
	slices.Sort(out)
	return out
}
