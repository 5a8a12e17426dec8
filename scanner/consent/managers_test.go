package consent_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path"
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
	noRefuse bool   // nothing refuses: no control is there, or what saves says that it accepts
	zone     string // of its host: tests that run side by side serve it twice
}

var products = []product{
	{page: "beyonk", pack: "@zeerobug/cookie-consent-banner", manager: "GDPR Cookie Consent Banner (Beyonk)", optional: []string{"analytics", "marketing"}, noRefuse: true},
	{page: "bootstrap-cookie-consent-settings", pack: "bootstrap-cookie-consent-settings", manager: "bootstrap-cookie-consent-settings", optional: []string{"analytics", "marketing"}},
	{page: "cookie-consent-js", pack: "cookie-consent-js", manager: "cookie-consent-js", optional: []string{"all"}},
	{page: "cookie-notice-js", pack: "cookie-notice-js", manager: "CookieNoticeJS", optional: []string{"all"}, noRefuse: true},
	{page: "cookie-though", pack: "cookie-though", manager: "Cookie Though", optional: []string{"analytics", "marketing"}},
	{page: "cookies-eu-banner", pack: "cookies-eu-banner", manager: "Cookies EU banner", optional: []string{"all"}},
	{page: "govuk", pack: "govuk-frontend", manager: "GOV.UK cookie banner", optional: []string{"analytics"}},
	{page: "js-cookie-consent", pack: "js-cookie-consent", manager: "js-cookie-consent", optional: []string{"analytics", "marketing"}},
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
	{page: "vue-cookie-law", pack: "vue-cookie-law", manager: "Vue Cookie Law", optional: []string{"all"}},
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
	if _, err := os.Stat(filepath.Join(managersDir, "node_modules", ".package-lock.json")); err != nil {
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

// told is the host to which the product's page tells the manager's state.
func (p product) told() string { return "told-" + p.page + p.zone + ".test" }

// serve serves the product's page and its package and returns the address. Told
// gets each state that the page tells, nil for none.
func (p product) serve(t *testing.T, told func(string)) string {
	mux := http.NewServeMux()
	file := func(at, name string) {
		mux.HandleFunc("GET "+at, func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, filepath.Join(managersDir, name)) })
	}
	page := func(at, name string) {
		mux.HandleFunc("GET "+at, func(w http.ResponseWriter, r *http.Request) {
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
	scantest.Handle(t, p.told(), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if told != nil {
			told(path.Dir(strings.TrimPrefix(r.URL.Path, "/")))
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	return scantest.Handle(t, "www."+p.page+p.zone+".test", mux)
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
	t.Parallel()
	install(t)
	b := scantest.Browser(t)
	for _, p := range products {
		p.zone = ".states"
		t.Run(p.page, func(t *testing.T) {
			t.Parallel()
			p.version(t)
			for _, choice := range []observation.Choice{observation.Accept, observation.Reject} {
				t.Run(string(choice), func(t *testing.T) { p.choose(t, b, choice) })
			}
		})
	}
}

func (p product) choose(t *testing.T, b *chrome.Browser, choice observation.Choice) {
	truth := newTruth()
	url := p.serve(t, truth.tell)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
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
	s, err := o.Look(ctx, 20*time.Second)
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
	if choice == observation.Reject && p.noRefuse {
		// Whatever was tried, nothing may be allowed by it.
		signal, _, failed := m.State(ctx, tab)
		if err != nil || failed != nil || a.Outcome == observation.Proven || slices.ContainsFunc(signal.Says, func(s observation.Saying) bool {
			return s.Category != "necessary" && s.Value == observation.StanceGranted
		}) {
			t.Errorf("asked to refuse where nobody can: %+v %v %v; the record says %+v", a, err, failed, signal)
		}
		return
	}
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

// ended is how a visit of a product ended.
type ended struct {
	consent observation.Consent
	truth   string               // what the page told last of the manager's state
	set     []string             // trackers' cookies at the end
	says    []observation.Saying // the last record of the manager that was read
}

// TestManagersEndToEnd scans a site for each real consent manager, in one scan,
// and compares what its state and its trackers' cookies are after every choice.
// The table of it goes into the README.
func TestManagersEndToEnd(t *testing.T) {
	t.Parallel()
	if !*long && !*updateManagers {
		t.Skip("takes minutes: make test-long asks for it by -long; TestManagerStates accepts and refuses on the same packages")
	}
	install(t)
	visits := scanProducts(t)
	var got strings.Builder
	got.WriteString("| consent manager | npm package | accept | reject | one category | withdraw |\n|---|---|---|---|---|---|\n")
	for _, p := range products {
		got.WriteString(p.row(t, visits[p.page]))
	}
	golden := "../../testdata/golden/managers.md"
	if *updateManagers {
		if err := os.WriteFile(golden, []byte(got.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", golden, diff)
	}
}

func scanProducts(t *testing.T) map[string]map[observation.Choice]ended {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	job := observation.Job{MaxPages: 2, MaxDepth: 1, Device: "desktop", NoReturn: true, Choices: []observation.Choice{
		observation.None, observation.Accept, observation.Reject, observation.Only, observation.Withdraw,
	}}
	for _, p := range products {
		url := p.serve(t, nil)
		job.URLs = append(job.URLs, url)
		job.Services = append(job.Services, observation.Service{Name: p.page, URLs: []string{url}, Hosts: []string{"www." + p.page + ".test"}})
	}
	var log bytes.Buffer
	o := scanner.Options{Browser: scantest.Options(), Tool: "cookieaudit test", Key: []byte("test"), Now: time.Now, Parallel: 6}
	if err := scanner.Scan(ctx, o, job, observation.NewWriter(&log)); err != nil {
		t.Fatal(err)
	}
	obs, err := observation.Load(&log)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]map[observation.Choice]ended{}
	for _, p := range products {
		out[p.page] = map[observation.Choice]ended{}
		for _, v := range obs.Of(p.page).Visits {
			out[p.page][v.Choice] = p.end(obs.Of(p.page), v)
		}
	}
	return out
}

// end reads from an observation of the product how a visit ended.
func (p product) end(obs *observation.Observation, v observation.Visit) ended {
	e := ended{truth: "unset"}
	for _, c := range v.Consents {
		if c.Choice == v.Choice {
			e.consent = c
		}
	}
	last := 0
	for _, r := range obs.Requests {
		told, ok := strings.CutPrefix(r.URL, "https://"+p.told()+"/")
		ours := slices.ContainsFunc(v.Legs, func(l observation.Leg) bool { return l.ID == observation.LegOf(r.Page) })
		if ok && ours && r.Seq > last {
			e.truth, last = path.Dir(told), r.Seq
		}
	}
	for _, s := range v.Signals {
		if s.Kind == observation.SignalManager {
			e.says = s.Says
		}
	}
	for _, s := range obs.Sightings {
		if s.Choice == v.Choice && s.AtEnd && s.Phase == observation.After && strings.HasSuffix(s.Item.Name, "_id") {
			e.set = append(e.set, strings.TrimSuffix(s.Item.Name, "_id"))
		}
	}
	return e
}

// row judges each choice by the manager's state and the trackers, and writes
// the product's row of the table.
func (p product) row(t *testing.T, visits map[observation.Choice]ended) string {
	t.Helper()
	none := visits[observation.None]
	if !none.consent.Found || none.consent.Manager != p.manager {
		t.Errorf("%s: dialog found: %v, of %q", p.page, none.consent.Found, none.consent.Manager)
	}
	if none.truth != "unset" || len(none.set) > 0 {
		t.Errorf("%s: without a choice the state is %q, the cookies %v", p.page, none.truth, none.set)
	}
	one := "one answer only"
	if p.optional[0] != "all" {
		one = ""
		for _, c := range p.optional {
			one += c + " " + p.cell(t, visits, observation.Choice("only:"+c)) + "<br>"
		}
		one = strings.TrimSuffix(one, "<br>")
	}
	return fmt.Sprintf("| %s | %s %s | %s | %s | %s | %s |\n", p.manager, p.pack, p.version(t), p.cell(t, visits, observation.Accept), p.cell(t, visits, observation.Reject), one, p.cell(t, visits, observation.Withdraw))
}

// cell tells how a choice ended: proven where the dialog is gone for good, the
// page tells the state that was asked for, the record that the catalogue reads
// does not contradict it, and the trackers keep to it.
func (p product) cell(t *testing.T, visits map[observation.Choice]ended, c observation.Choice) string {
	t.Helper()
	e, ok := visits[c]
	if !ok {
		return "not offered"
	}
	want := p.truth(c == observation.Accept, c.Category())
	right := e.truth == want && len(e.set) == strings.Count(want, "-on")
	for _, say := range e.says {
		on := say.Value == observation.StanceGranted
		if say.Category != "necessary" && e.truth != "unset" && on != strings.Contains(e.truth, say.Category+"-on") && say.Of != "all" {
			t.Errorf("%s: %s: the record says %+v, the page %q", p.page, c, say, e.truth)
		}
	}
	if right && slices.Contains(e.consent.Proof, observation.ProofStaysGone) && slices.Contains(e.consent.Proof, observation.ProofDecoded) {
		if e.consent.Layers > 1 {
			return fmt.Sprintf("proven, in layer %d", e.consent.Layers)
		}
		return "proven"
	}
	t.Logf("%s: %s: %s %s %v %q; the state is %q (want %q), the trackers' cookies %v", p.page, c, e.consent.Outcome, e.consent.Why, e.consent.Proof, e.consent.Steps, e.truth, want, e.set)
	if kept := c == observation.Withdraw && !right && (e.consent.At == 0 || p.noRefuse); !kept && strings.Count(e.truth, "-on") > strings.Count(want, "-on") {
		t.Errorf("%s: %s left more allowed than was asked for: %q", p.page, c, e.truth)
	}
	if e.consent.Outcome == observation.NoControl {
		return "no control"
	}
	return "not proven"
}
