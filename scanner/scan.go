package scanner

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/collector"
	"cookieaudit/scanner/consent/autoconsent"
	"cookieaudit/scanner/journey"
	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/tape"

	"github.com/chromedp/cdproto/network"
)

// Options are what a scan needs beside its Job: nothing of it is recorded save
// what the Job names.
type Options struct {
	Browser chrome.Options
	Tool    string // name and version
	// Key is the secret of the scan's digests: random, and thrown away.
	Key []byte
	Now func() time.Time // wall clock of the header and end
	// Headers and Logins are sent to their host only.
	Headers []Header
	Logins  []Login
	// Vantage is where the scan looks from, as the user says. Languages and time zone
	// are recorded as the browser gives them to pages.
	Vantage observation.Vantage
	// Picture receives screenshots by name, nil for none. It is called from
	// several goroutines.
	Picture func(name string, png []byte)
	// Progress is told what goes on, for the operator, one call at a time. May
	// be nil.
	Progress func(string)
	// Attend lets a person act in the browser's window, which must be visible, and
	// returns when the person is done. nil lets the scanner make the choices itself.
	Attend func(context.Context, Asked) error
	// Autoconsent is the second engine for consent dialogs, nil for none.
	Autoconsent *autoconsent.Engine
	Parallel    int // legs at once; 0 for twice the processors, and 4 at most
	// Tape stands between the browser and the sites, and records what they answer
	// or answers in their place; nil for none. It is the caller's to close.
	Tape *tape.Proxy
	// Resolve gives the names behind one of the site's own hosts, as far as they are
	// known beside an error; nil looks up none. Resolver is its name, NoResolver
	// where the user wants none. It is called from several goroutines.
	Resolve  func(ctx context.Context, host string) (names []string, err error)
	Resolver string
	// Env gives the values of ${NAME} in journeys. May be nil where none is used.
	Env func(name string) string
	// Wait waits by the clock on the wall, for idle steps in real time; nil for
	// just that. A test whose server has a clock of its own lets the sessions of
	// this visitor age, whose cookies it is given.
	Wait func(context.Context, []*network.Cookie, time.Duration) error
	// Linger waits by the clock on the wall on a page that is looked at again, see
	// Job.RealTime. nil for just that; where Wait is given and Linger is not, the
	// clock on the wall tells nothing, and nothing is looked at again.
	Linger func(context.Context, time.Duration) error
}

// Header is a request header for one host.
type Header struct{ Host, Name, Value string }

// Login is basic authentication for one host.
type Login struct{ Host, User, Password string }

// legPages is how many pages a leg visits at most.
const legPages = 25

// Scan makes the visits of a job and appends what it saw to log. An error means
// that there is no observation to speak of (no browser), or that the log could
// not be written; what goes wrong with the site is in the log. When ctx ends,
// the log is closed with what was seen and the context's error is returned.
func Scan(ctx context.Context, o Options, job observation.Job, log observation.Log) error {
	return newScan(o, job, log).run(ctx)
}

func newScan(o Options, job observation.Job, log observation.Log) *scan {
	noted := newHosts(log)
	s := &scan{options: o, job: job, log: noted, hosts: noted, redact: observation.NewRedactor(o.Key)}
	for _, j := range job.Journeys {
		for _, value := range journey.Typed(j.Steps, o.Env) {
			s.redact.Expect(value)
		}
	}
	parallel := o.Parallel
	switch {
	case o.Attend != nil:
		parallel = 1 // a person looks at one window
	case parallel <= 0:
		parallel = min(2*runtime.NumCPU(), 4)
	}
	s.slots = make(chan struct{}, parallel)
	s.parts = partsOf(s)
	s.shifts = shifts{legs: shiftLegs, say: s.progress, start: func(ctx context.Context) (*chrome.Browser, error) {
		return chrome.Start(ctx, s.options.Browser)
	}}
	return s
}

func (s *scan) run(ctx context.Context) error {
	if err := s.behindTape(); err != nil {
		return err
	}
	s.progress("starting the browser")
	b, err := s.shifts.first(ctx)
	if err != nil {
		return err
	}
	defer s.shifts.close()
	if err := s.header(b); err != nil {
		return err
	}
	runErr := s.visitParts(ctx)
	return errors.Join(runErr, s.missed(), s.aliases(ctx), s.end(ctx))
}

type scan struct {
	options Options
	job     observation.Job
	log     observation.Log
	hosts   *hosts // the log, for the hosts that were requested
	redact  *observation.Redactor
	parts   []*part
	slots   chan struct{} // one for each leg that may run

	shifts shifts // of browsers

	telling sync.Mutex
	asking  sync.Mutex

	picturing sync.Mutex
	pictures  map[string]int // how many have a name
}

// pictured is a name for one more picture: no two have the same.
func (s *scan) pictured(name string) string {
	s.picturing.Lock()
	defer s.picturing.Unlock()
	if s.pictures == nil {
		s.pictures = map[string]int{}
	}
	s.pictures[name]++
	if n := s.pictures[name]; n > 1 {
		return fmt.Sprintf("%s-%d", name, n)
	}
	return name
}

// progress tells the operator what goes on.
func (s *scan) progress(format string, args ...any) {
	if s.options.Progress == nil {
		return
	}
	s.telling.Lock()
	defer s.telling.Unlock()
	s.options.Progress(fmt.Sprintf(format, args...))
}

func (s *scan) header(b *chrome.Browser) error {
	job := s.job
	job.URLs = s.redactURLs(job.URLs)
	job.Journeys = slices.Clone(job.Journeys)
	for i := range job.Journeys {
		job.Journeys[i].Steps = s.redactSteps(job.Journeys[i].Steps)
	}
	controls := map[string][]observation.Step{}
	for name, steps := range job.Controls {
		controls[name] = s.redactSteps(steps)
	}
	job.Controls = controls
	job.Services = slices.Clone(job.Services)
	for i := range job.Services {
		job.Services[i].URLs = s.redactURLs(job.Services[i].URLs)
	}
	// As pages see them, not as they were asked for.
	vantage := s.options.Vantage
	vantage.Locale, vantage.TimeZone, vantage.AcceptLanguage = b.Locale, b.TimeZone, b.AcceptLanguage
	engine := ""
	if e := s.options.Autoconsent; e != nil {
		engine = e.Version
	}
	return s.log.Append(observation.Record{Header: &observation.Header{
		Autoconsent: engine,
		Schema:      observation.Schema, Tool: s.options.Tool, Started: s.options.Now().UTC().Truncate(time.Millisecond),
		Browser: observation.Browser{
			Product: b.Product, UserAgent: b.UserAgent, Flags: b.Flags, ThirdPartyCookies: b.ThirdPartyCookies, Sandbox: b.Sandbox,
			Differs: append(s.differences(b), s.unasked()...),
		},
		Kinds: collector.Kinds(), Job: job, Vantage: vantage,
	}})
}

// redactSteps keeps what is typed out of the log, save the names of variables.
func (s *scan) redactSteps(steps []observation.Step) []observation.Step {
	out := slices.Clone(steps)
	for i := range out {
		out[i].Goto = s.redact.URL(out[i].Goto)
		if v := out[i].Value; v != "" && !journey.OnlyVariable(v) {
			out[i].Value = observation.ShapeOf(v).String()
		}
	}
	return out
}

func (s *scan) redactURLs(urls []string) []string {
	out := slices.Clone(urls)
	for i := range out {
		out[i] = s.redact.URL(out[i])
	}
	return out
}

func shownWords(visible bool) string {
	if visible {
		return ""
	}
	return "no window is shown (headless); "
}

// differences lists how this browser differs from a visitor's.
func (s *scan) differences(b *chrome.Browser) []string {
	job := s.job
	out := []string{
		"a fresh profile for each visit, with nothing stored, no extensions, and an HTTP cache of its own",
		shownWords(b.Visible) + "pages are 1366 by 900 pixels and have no scroll bars",
		"no graphics card: pictures are drawn by the processor, and canvas and WebGL show that",
		"the user agent is set to that of a regular Chrome, and that a program is in control is not told (navigator.webdriver)",
		"third-party cookies are allowed, as in Chrome by default",
		fmt.Sprintf("languages and time zone are set (%s; %s), whatever the machine's", b.AcceptLanguage, b.TimeZone),
		"QUIC (HTTP/3) is off, and so are the browser's own background requests",
		"calls of storage interfaces are observed by a wrapper around the browser's own functions, in pages, frames and workers",
		"workers are stopped ahead of their first script, until the wrapper is in",
		"each page opens in a fresh tab, which begins without sessionStorage",
		laterWords(job.NoReturn),
		"dialogs of pages (alert) are answered at once, and downloads refused",
		"looked at are: " + kindWords(collector.Kinds()),
		"at the end of each page 60 seconds of timers run in fast time; timers of dedicated workers do not",
	}
	if slices.Contains(job.Choices, observation.GPC) {
		out = append(out, "under gpc every request carries Sec-GPC, save those for the scripts of service workers themselves")
	}
	if s.options.Attend != nil {
		out = append(out, "a person made the choices in a visible window (--attend)")
	}
	if s.looksAgain() {
		out = append(out, "what came in fast time only was looked at again by the clock on the wall (--real-time)")
	}
	if job.Repeat > 1 {
		out = append(out, fmt.Sprintf("all visits were made %d times, each time as a new visitor (--repeat)", job.Repeat))
	}
	if chrome.Shell(b.Product) {
		out = append(out,
			"the browser is a headless shell: it loads no icons of pages, has no plugins and no PDF viewer, its windows have no size, scripts find no window.chrome, notifications are denied, and where a server asks for a log-in it shows what came with that",
			"its client hints name HeadlessChrome, and its shared and service workers tell en-US as their language: a site may take it for a program",
			"its pointer seems to move as a page opens: what waits for a first movement of the mouse comes at once")
	}
	if b.Formats != b.Locale {
		out = append(out, fmt.Sprintf("scripts write dates and numbers as in %s: the browser has no language pack for %s", b.Formats, b.Locale))
	}
	if !b.Sandbox {
		out = append(out, "the browser's sandbox is off, because the scan ran as root")
	}
	if !b.Isolated {
		out = append(out, "frames of other sites share their page's process (site isolation is off)")
	}
	if job.Insecure {
		out = append(out, "certificates were not checked (--insecure)")
	}
	if job.Recorded || job.Replay != nil {
		out = append(out, "behind a proxy, no peer connections (WebRTC) and no prefetches from other sites are made")
	}
	if job.Recorded {
		out = append(out, "connections went through a recording proxy, by HTTP/1.1 (--record)")
	}
	if job.Replay != nil {
		out = append(out, "the site's answers came from the recording of "+job.Replay.Recorded.UTC().Format(time.DateTime)+" UTC (--replay)")
	}
	if len(job.ConnectTo) > 0 {
		out = append(out, "connections of some hosts were sent elsewhere (--connect-to)")
	}
	return out
}

func laterWords(none bool) string {
	if none {
		return "nobody came back later to see what that sets (--no-return)"
	}
	return "to come back later, no time passes: session cookies are dropped, and the first page opens again"
}

// kindWords lists kinds of evidence, and those of the web platform that are left
// out.
func kindWords(looked []observation.Kind) string {
	var in, left []string
	for _, t := range observation.Kinds() {
		if slices.Contains(looked, observation.Kind(t.Name)) {
			in = append(in, t.Name)
		} else {
			left = append(left, t.Name)
		}
	}
	out := strings.Join(in, ", ")
	if len(left) > 0 {
		out += "; not: " + strings.Join(left, ", ")
	}
	return out
}

func (s *scan) end(ctx context.Context) error {
	var left, later []string
	for _, p := range s.parts {
		l, f := p.pages.Rest()
		left, later = append(left, l...), append(later, f...)
	}
	for _, list := range [][]string{left, later} {
		for i := range list {
			list[i] = s.redact.URL(list[i])
		}
	}
	return s.log.Append(observation.Record{End: &observation.End{
		At: s.options.Now().UTC().Truncate(time.Millisecond), Interrupted: ctx.Err() != nil, Left: left, Later: later,
	}})
}
