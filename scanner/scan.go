package scanner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/collector"
	"cookieaudit/scanner/crawl"
	"cookieaudit/scanner/observation"
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
	Vantage observation.Vantage
	// Picture receives screenshots by name, nil for none. It is called from
	// several goroutines.
	Picture func(name string, png []byte)
	// Progress is told what goes on, for the operator. May be nil.
	Progress func(string)
	Parallel int // legs at once; 0 for 4
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
	s := &scan{options: o, job: job, log: log, redact: observation.NewRedactor(o.Key)}
	if o.Progress == nil {
		s.options.Progress = func(string) {}
	}
	s.pages = crawl.NewList(job.URLs, job.MaxPages, job.MaxDepth)
	s.options.Progress("starting the browser")
	if err := s.start(ctx); err != nil {
		return err
	}
	defer s.close()
	if err := s.header(); err != nil {
		return err
	}
	runErr := s.visits(ctx)
	return errors.Join(runErr, s.end(ctx))
}

type scan struct {
	options Options
	job     observation.Job
	log     observation.Log
	redact  *observation.Redactor
	pages   *crawl.List

	mu      sync.Mutex
	browser *chrome.Browser
	// dialog is what the first visit learned: where a dialog shows itself, and
	// that it takes its time.
	dialog dialogHint
}

// dialogHint is what one visit tells the others about the dialog. It changes
// how long they wait, never what they find.
type dialogHint struct {
	known bool          // the first visit has looked
	seen  bool          // it saw a dialog on some page
	after time.Duration // how long it took to come
}

func (s *scan) start(ctx context.Context) error {
	b, err := chrome.Start(ctx, s.options.Browser)
	if err != nil {
		return err
	}
	s.browser = b
	return nil
}

// alive is the browser, started again if the one before died.
func (s *scan) alive(ctx context.Context) (*chrome.Browser, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.browser.Dead():
		s.browser.Close()
		if err := s.start(ctx); err != nil {
			return nil, fmt.Errorf("start the browser again: %w", err)
		}
	default:
	}
	return s.browser, nil
}

func (s *scan) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.browser.Close()
}

func (s *scan) header() error {
	b := s.browser
	job := s.job
	job.URLs = slices.Clone(job.URLs)
	for i := range job.URLs {
		job.URLs[i] = s.redact.URL(job.URLs[i])
	}
	return s.log.Append(observation.Record{Header: &observation.Header{
		Schema: observation.Schema, Tool: s.options.Tool, Started: s.options.Now().UTC().Truncate(time.Millisecond),
		Browser: observation.Browser{
			Product: b.Product, UserAgent: b.UserAgent, Flags: b.Flags, ThirdPartyCookies: b.ThirdPartyCookies, Sandbox: b.Sandbox,
			Differs: differences(b, job),
		},
		Kinds: collector.Kinds(), Job: job, Vantage: s.options.Vantage,
	}})
}

// differences lists how this browser differs from a visitor's.
func differences(b *chrome.Browser, job observation.Job) []string {
	out := []string{
		"a fresh profile for each visit, with nothing stored",
		"third-party cookies are allowed, as in Chrome by default",
		"headless, with the user agent of a regular Chrome",
		"calls of storage interfaces are observed by a wrapper around the browser's own functions",
		"each page opens in a fresh tab, which begins without sessionStorage",
		"looked at are cookies, localStorage, sessionStorage and requests; IndexedDB, Cache Storage, service workers and OPFS are not",
		"at the end of each page 60 seconds of timers run in fast time; timers of dedicated workers do not",
	}
	if !b.Sandbox {
		out = append(out, "the browser's sandbox is off, because the scan ran as root")
	}
	if job.Insecure {
		out = append(out, "certificates were not checked (--insecure)")
	}
	if len(job.ConnectTo) > 0 {
		out = append(out, "connections of some hosts were sent elsewhere (--connect-to)")
	}
	return out
}

func (s *scan) end(ctx context.Context) error {
	left, later := s.pages.Rest()
	for _, list := range [][]string{left, later} {
		for i := range list {
			list[i] = s.redact.URL(list[i])
		}
	}
	return s.log.Append(observation.Record{End: &observation.End{
		At: s.options.Now().UTC().Truncate(time.Millisecond), Interrupted: ctx.Err() != nil, Left: left, Later: later,
	}})
}

// visits makes the first visit alone, since it finds the pages, and the others
// side by side.
func (s *scan) visits(ctx context.Context) error {
	choices := inOrder(s.job.Choices)
	if len(choices) == 0 {
		return nil
	}
	if err := s.visit(ctx, choices[0], true); err != nil {
		return err
	}
	s.pages.Freeze()
	parallel := s.options.Parallel
	if parallel <= 0 {
		parallel = 4
	}
	slots := make(chan struct{}, parallel)
	errs := make([]error, len(choices))
	var wg sync.WaitGroup
	for i, c := range choices[1:] {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			errs[i] = s.visit(ctx, c, false)
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// inOrder puts none first: it sees the site untouched.
func inOrder(choices []observation.Choice) []observation.Choice {
	out := slices.Clone(choices)
	slices.SortStableFunc(out, func(a, b observation.Choice) int {
		switch {
		case a == observation.None && b != observation.None:
			return -1
		case b == observation.None && a != observation.None:
			return 1
		}
		return 0
	})
	return out
}

// visit makes all legs of one choice. A leg whose browser or context died is
// made once more; both are recorded.
func (s *scan) visit(ctx context.Context, choice observation.Choice, first bool) error {
	for n, from := 1, 0; ; n++ {
		s.options.Progress(fmt.Sprintf("visit %s: leg %d", choice, n))
		id := fmt.Sprintf("%s/%d", choice, n)
		next, err := s.leg(ctx, observation.Leg{ID: id, Choice: choice}, from, first)
		if err != nil && ctx.Err() == nil && !errors.Is(err, errLog) {
			s.options.Progress(fmt.Sprintf("visit %s: leg %d failed (%v), once more", choice, n, err))
			next, err = s.leg(ctx, observation.Leg{ID: id + "b", Choice: choice, Retry: id}, from, first)
			if err != nil && ctx.Err() == nil && !errors.Is(err, errLog) {
				// Recorded as a blind gap by the leg; the other visits go on.
				err = nil
				next = (&leg{from: from}).end()
			}
		}
		if err != nil {
			return err
		}
		if _, more := s.pages.At(next); !more {
			return nil
		}
		from = next
	}
}

// errLog marks an error of writing the log, after which going on is no use.
var errLog = errors.New("the log cannot be written")

func (s *scan) hint() dialogHint {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dialog
}

func (s *scan) learn(h dialogHint) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dialog = h
}

// leg makes one leg from the page with index from on, and returns the index of
// the first page that it did not visit.
func (s *scan) leg(ctx context.Context, rec observation.Leg, from int, first bool) (next int, err error) {
	l := &leg{scan: s, record: rec, log: collector.NewLog(rec.ID, s.redact, s.log), first: first, from: from}
	next, err = l.run(ctx)
	if logErr := l.log.Err(); logErr != nil {
		return next, fmt.Errorf("%w: %w", errLog, logErr)
	}
	return next, err
}
