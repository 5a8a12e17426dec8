package consent_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cookieaudit/scanner"
	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/consent"
	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/scantest"

	"github.com/google/go-cmp/cmp"
)

var updateManagers = flag.Bool("update", false, "write the golden files anew")

const managersDir = "../../testdata/managers"

// A product is a consent manager as npm gives it, on a page of its own under
// testdata/managers.
type product struct {
	page    string // folder
	pack    string // npm's name of it
	manager string // its name in the catalogue
	// optional are the categories that its page's state names; all for a manager
	// that knows one answer only.
	optional []string
	noRefuse bool // it has no control to refuse
	noWay    bool // nor one to come back to it
}

var products = []product{
	{page: "beyonk", pack: "@zeerobug/cookie-consent-banner", manager: "GDPR Cookie Consent Banner (Beyonk)", optional: []string{"analytics", "marketing", "tracking"}, noRefuse: true},
	{page: "cookie-consent-js", pack: "cookie-consent-js", manager: "cookie-consent-js", optional: []string{"all"}},
	{page: "cookie-notice-js", pack: "cookie-notice-js", manager: "CookieNoticeJS", optional: []string{"all"}, noRefuse: true, noWay: true},
	{page: "cookie-though", pack: "cookie-though", manager: "Cookie Though", optional: []string{"analytics", "marketing"}},
	{page: "cookies-eu-banner", pack: "cookies-eu-banner", manager: "Cookies EU banner", optional: []string{"all"}},
	{page: "govuk", pack: "govuk-frontend", manager: "GOV.UK cookie banner", optional: []string{"analytics"}},
	{page: "klaro", pack: "klaro", manager: "Klaro", optional: []string{"analytics", "marketing"}},
	{page: "klaro-settings", pack: "klaro", manager: "Klaro", optional: []string{"analytics", "marketing"}},
	{page: "kungbib", pack: "@kungbib/cookie-consent", manager: "CookieConsent 3 (vanilla-cookieconsent)", optional: []string{"analytics"}},
	{page: "ons", pack: "@ons/design-system", manager: "ONS design system cookie banner", optional: []string{"analytics", "functional", "marketing"}},
	{page: "orejime", pack: "orejime", manager: "orejime", optional: []string{"analytics", "marketing"}},
	{page: "osano-cookieconsent", pack: "cookieconsent", manager: "Cookie Consent 3 (Osano, formerly Insites)", optional: []string{"all"}},
	{page: "react-cookie-consent", pack: "react-cookie-consent", manager: "react-cookie-consent", optional: []string{"all"}},
	{page: "tarteaucitron", pack: "tarteaucitronjs", manager: "tarteaucitron", optional: []string{"analytics", "marketing"}},
	{page: "vanilla-cookieconsent", pack: "vanilla-cookieconsent", manager: "CookieConsent 3 (vanilla-cookieconsent)", optional: []string{"analytics", "marketing"}},
	{page: "vanilla-cookieconsent-2", pack: "vanilla-cookieconsent-2", manager: "CookieConsent 2 (vanilla-cookieconsent)", optional: []string{"analytics", "marketing"}},
}

// truth is what the page tells when the manager's state is this: every optional
// category on or off, save one.
func (p product) truth(on bool, save string) string {
	var out []string
	for _, c := range p.optional {
		out = append(out, c+map[bool]string{true: "-on", false: "-off"}[on != (c == save)])
	}
	return strings.Join(out, "/")
}

// version is that of the installed package, which must be the one that is
// pinned.
func (p product) version(t *testing.T) string {
	t.Helper()
	var installed struct{ Version string }
	read(t, filepath.Join(managersDir, "node_modules", filepath.FromSlash(p.pack), "package.json"), &installed)
	var pinned struct{ Dependencies map[string]string }
	read(t, filepath.Join(managersDir, "package.json"), &pinned)
	want := pinned.Dependencies[p.pack]
	if _, alias, ok := strings.Cut(want, ":"); ok {
		want = alias[strings.LastIndex(alias, "@")+1:]
	}
	installed.Version = strings.TrimPrefix(installed.Version, "v")
	if installed.Version != want {
		t.Fatalf("%s is installed in version %s, and package.json says %s: run `make sites`", p.pack, installed.Version, want)
	}
	return installed.Version
}

func read(t *testing.T, file string, into any) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(data, into)
	}
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// install skips the test where the packages were not fetched.
func install(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(managersDir, "node_modules")); err != nil {
		t.Skip("the consent managers of npm are not installed: run `make sites`, which needs npm")
	}
	tracker := http.NewServeMux()
	for _, category := range []string{"all", "analytics", "functional", "marketing", "tracking"} {
		tracker.HandleFunc("/"+category+".js", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/javascript")
			fmt.Fprintf(w, "document.cookie = '%s_id=1; Path=/; Max-Age=3600';\n", category)
		})
	}
	scantest.Handle(t, "tracker.managers-tracker.test", tracker)
}

// serve serves the product's page and its package and returns the address. Told
// gets each state that the page tells, nil for none.
func (p product) serve(t *testing.T, told func(string)) string {
	mux := http.NewServeMux()
	file := func(path, name string) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, filepath.Join(managersDir, name)) })
	}
	page := func(path, name string) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			data, err := os.ReadFile(filepath.Join(managersDir, p.page, name))
			if err != nil {
				http.NotFound(w, r)
				return
			}
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Write(data)
		})
	}
	page("/{$}", "index.html")
	page("/second", "index.html")
	page("/cookies", "cookies.html")
	file("/site.js", "site.js")
	file("/site.css", "site.css")
	mux.Handle("GET /page/", http.StripPrefix("/page/", http.FileServer(http.Dir(filepath.Join(managersDir, p.page)))))
	mux.Handle("GET /npm/", http.StripPrefix("/npm/", http.FileServer(http.Dir(filepath.Join(managersDir, "node_modules")))))
	mux.HandleFunc("GET /truth/", func(w http.ResponseWriter, r *http.Request) {
		if told != nil {
			told(strings.TrimPrefix(r.URL.Path, "/truth/"))
		}
		w.WriteHeader(http.StatusNoContent)
	})
	return scantest.Handle(t, "www."+p.page+".test", mux)
}

// lastTruth keeps what a page told last, and wakes who waits for it.
type lastTruth struct {
	mu    sync.Mutex
	now   string
	news  chan struct{}
	trail []string
}

func newTruth() *lastTruth { return &lastTruth{news: make(chan struct{}, 1)} }

func (l *lastTruth) tell(s string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now = s
	l.trail = append(l.trail, s)
	select {
	case l.news <- struct{}{}:
	default:
	}
}

// wait waits until the page has told this, and gives what it told last.
func (l *lastTruth) wait(ctx context.Context, want string) string {
	for {
		l.mu.Lock()
		now := l.now
		l.mu.Unlock()
		if now == want {
			return now
		}
		select {
		case <-l.news:
		case <-ctx.Done():
			return now
		}
	}
}

// TestManagerStates opens each real consent manager, accepts and refuses in it,
// and compares what the catalogue reads of it with what it says of itself.
func TestManagerStates(t *testing.T) {
	install(t)
	b := scantest.Browser(t)
	for _, p := range products {
		t.Run(p.page, func(t *testing.T) {
			t.Parallel()
			p.version(t)
			for _, choice := range []observation.Choice{observation.Accept, observation.Reject} {
				if choice == observation.Reject && p.noRefuse {
					continue
				}
				t.Run(string(choice), func(t *testing.T) { p.choose(t, b, choice) })
			}
		})
	}
}

func (p product) choose(t *testing.T, b *chrome.Browser, choice observation.Choice) {
	truth := newTruth()
	url := p.serve(t, truth.tell)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	c, err := b.NewContext(ctx, chrome.Hooks{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	tab, load, err := c.Clock.Open(ctx, url)
	if err != nil || !load.OK() {
		t.Fatalf("open: %v %+v", err, load)
	}
	m, ok := consent.Named(p.manager)
	if !ok {
		t.Fatalf("the catalogue has no %q", p.manager)
	}
	o := &consent.Operator{Tab: tab}
	s, err := o.Look(ctx, 3*time.Second)
	if err != nil || !s.Found() {
		t.Fatalf("no dialog: %v", err)
	}
	var names []string
	found, err := consent.Detect(ctx, tab)
	for _, f := range found {
		names = append(names, f.Name)
	}
	if diff := cmp.Diff([]string{p.manager}, names); diff != "" || err != nil {
		t.Errorf("detected (-want +got):\n%s%v", diff, err)
	}
	if s, ok, err := m.State(ctx, tab); err != nil || ok && slices.ContainsFunc(s.Says, func(s observation.Saying) bool {
		return s.Category != "necessary" && s.Value != observation.StanceUnset
	}) {
		t.Errorf("state before a choice: %+v %v", s, err)
	}
	act, on := o.Accept, true
	if choice == observation.Reject {
		act, on = o.Reject, false
	}
	a, err := act(ctx, s)
	if err != nil || !a.Committed {
		t.Fatalf("%s: %+v %v", choice, a, err)
	}
	if got := truth.wait(ctx, p.truth(on, "")); got != p.truth(on, "") {
		t.Fatalf("the page tells %q (%q), want %q; %+v", got, truth.trail, p.truth(on, ""), a)
	}
	signal, ok, err := m.State(ctx, tab)
	if err != nil || !ok || signal.Error != "" {
		t.Fatalf("state: %+v %v %v", signal, ok, err)
	}
	t.Logf("%s: %v", signal.Source, signal.Says)
	stated := 0
	for _, say := range signal.Says {
		if say.Category == "necessary" {
			continue
		}
		stated++
		if say.Value == observation.StanceGranted != on || say.Value == observation.StanceUnset {
			t.Errorf("after %s, the record says %+v", choice, say)
		}
	}
	if on && stated == 0 {
		t.Errorf("the record grants nothing: %+v", signal)
	}
}

// choices are those that a product is asked for, in the table's order.
func (p product) choices() []observation.Choice {
	out := []observation.Choice{observation.None, observation.Accept, observation.Reject}
	for _, c := range p.optional {
		if c != "all" && len(p.optional) > 1 {
			out = append(out, observation.Choice("only:"+c))
		}
	}
	return append(out, observation.Withdraw)
}

// told is what is asked for here of choices that the scanner makes already.
func made(c observation.Choice) bool {
	return slices.Contains([]observation.Choice{observation.None, observation.Accept, observation.Reject, observation.Withdraw}, c)
}

// ended is how a visit of the product ended.
type ended struct {
	consent observation.Consent
	truth   string   // what the page told last of the manager's state
	set     []string // trackers' cookies at the end
}

// TestManagersEndToEnd scans a site with each real consent manager and compares
// what its state and its trackers' cookies are after every choice. The table of
// it goes into the README.
func TestManagersEndToEnd(t *testing.T) {
	install(t)
	scantest.Browser(t)
	rows := make([]string, len(products))
	t.Run("managers", func(t *testing.T) {
		for i, p := range products {
			t.Run(p.page, func(t *testing.T) {
				t.Parallel()
				rows[i] = p.row(t, p.scan(t))
			})
		}
	})
	if t.Failed() {
		return
	}
	got := "| consent manager | npm package | found | accept | reject | one category | withdraw |\n|---|---|---|---|---|---|---|\n" + strings.Join(rows, "")
	golden := "../../testdata/golden/managers.md"
	if *updateManagers {
		if err := os.WriteFile(golden, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", golden, diff)
	}
}

func (p product) scan(t *testing.T) map[observation.Choice]ended {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	job := observation.Job{URLs: []string{p.serve(t, nil)}, MaxPages: 2, MaxDepth: 1, Device: "desktop", NoReturn: true}
	for _, c := range p.choices() {
		if made(c) {
			job.Choices = append(job.Choices, c)
		}
	}
	var log bytes.Buffer
	o := scanner.Options{Browser: scantest.Options(), Tool: "cookieaudit test", Key: []byte("test"), Now: time.Now}
	if err := scanner.Scan(ctx, o, job, observation.NewWriter(&log)); err != nil {
		t.Fatal(err)
	}
	obs, err := observation.Load(&log)
	if err != nil {
		t.Fatal(err)
	}
	out := map[observation.Choice]ended{}
	for _, v := range obs.Visits {
		e := ended{truth: "unset"}
		for _, c := range v.Consents {
			if c.Choice == v.Choice {
				e.consent = c
			}
		}
		last := 0
		for _, r := range obs.Requests {
			_, told, ok := strings.Cut(r.URL, "/truth/")
			ours := slices.ContainsFunc(v.Legs, func(l observation.Leg) bool { return l.ID == observation.LegOf(r.Page) })
			if ok && ours && r.Seq > last {
				e.truth, last = told, r.Seq
			}
		}
		for _, s := range obs.Sightings {
			if s.Choice == v.Choice && s.AtEnd && s.Phase == observation.After && strings.HasSuffix(s.Item.Name, "_id") {
				e.set = append(e.set, strings.TrimSuffix(s.Item.Name, "_id"))
			}
		}
		out[v.Choice] = e
	}
	return out
}

// row judges each choice by the manager's state and the trackers, and writes
// the product's row of the table.
func (p product) row(t *testing.T, visits map[observation.Choice]ended) string {
	t.Helper()
	none := visits[observation.None]
	if none.consent.Dialog == nil && !none.consent.Found {
		t.Errorf("%s: no dialog found", p.page)
	}
	if none.truth != "unset" || len(none.set) > 0 {
		t.Errorf("%s: without a choice the state is %q, the cookies %v", p.page, none.truth, none.set)
	}
	cell := func(c observation.Choice, on bool, save string) string {
		e, want := visits[c], p.truth(on, save)
		switch {
		case !made(c):
			return "not yet"
		case e.truth == want && slices.Contains(e.consent.Proof, observation.ProofStaysGone) && len(e.set) == strings.Count(want, "-on"):
			return fmt.Sprintf("proven, %s", count(e.consent.Layers, "layer"))
		case e.consent.Outcome == observation.NoControl && e.truth != p.truth(true, ""):
			return "no control"
		}
		if !on && strings.Count(e.truth, "-on") > strings.Count(want, "-on") && c != observation.Withdraw {
			t.Errorf("%s: %s gave consent: %q", p.page, c, e.truth)
		}
		t.Errorf("%s: %s: %s %s %v %q; the state is %q (want %q), the trackers' cookies %v", p.page, c, e.consent.Outcome, e.consent.Why, e.consent.Proof, e.consent.Steps, e.truth, want, e.set)
		return "wrong"
	}
	accept, reject, withdraw := cell(observation.Accept, true, ""), cell(observation.Reject, false, ""), cell(observation.Withdraw, false, "")
	one := "one answer only"
	if len(p.choices()) > 4 {
		one = ""
		for _, c := range p.optional {
			one += c + ": " + cell(observation.Choice("only:"+c), false, c) + "<br>"
		}
		one = strings.TrimSuffix(one, "<br>")
		if all := strings.Count(one, "not yet"); all == len(p.optional) {
			one = "not yet"
		}
	}
	return fmt.Sprintf("| %s | %s %s | yes | %s | %s | %s | %s |\n", p.manager, p.pack, p.version(t), accept, reject, one, withdraw)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
