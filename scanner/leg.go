package scanner

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/collector"
	"cookieaudit/scanner/consent"
	"cookieaudit/scanner/crawl"
	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/cdp"
	cdppage "github.com/chromedp/cdproto/page"
)

// leg is one isolated context with the choice made in it.
type leg struct {
	part    *part
	record  observation.Leg
	journey *observation.Journey // that it runs, nil for visiting pages
	log     *collector.Log
	context *chrome.Context
	clock   *chrome.Clock
	first   bool   // finds the pages
	seated  bool   // its slot is taken already
	again   *again // what it looks at again by the clock; nil for a first look
	from    int    // index of its first own page; page 0 comes in every leg
	tabs    int
	// dialogless: a dialog was looked for, and no page that was seen had one.
	dialogless bool
	// looked is how long the dialog took to come in this leg.
	looked time.Duration
	// over is how many boxes lay over the page before the choice, see consent.Overlays.
	over int
	// byUse: it came only once the page was used.
	byUse bool
	// reloaded is the address of the page that was loaded again to prove the last
	// choice, "" where it could not be.
	reloaded string
	// depart is told of each event before the log is, while a journey is under
	// way.
	depart  func(chrome.Event)
	scripts map[string]bool // consent managers' scripts that were requested
	// managers are the consent managers of the pages so far.
	managers []consent.Manager
	searched int // pages on which they were looked for
	// person is told of a person's press; nil while none is awaited. It belongs to
	// the context's goroutine.
	person func()
	// answered is the dialog in which the first choice was made, nil where nobody saw
	// one.
	answered *observation.Dialog
	// chosen and withdrawn: the visitor made the first choice, and took it back.
	chosen, withdrawn bool
}

func (l *leg) run(ctx context.Context) (next int, err error) {
	l.record.Plan = l.plan()
	l.log.Begin(l.record)
	b, done, err := l.part.shifts.begin(ctx)
	if err != nil {
		return l.from, l.neverBegan(ctx, err)
	}
	defer done()
	l.scripts = map[string]bool{}
	if l.record.Choice == observation.GPC {
		l.log.OptOut()
	}
	hooks := l.log.Hooks()
	secret := newSecrets(l.part.options)
	commands, on := hooks.Commands, hooks.On
	hooks.Commands = func(s *chrome.Session) []chrome.Command {
		return slices.Concat(commands(s), secret.commands(), l.attention(s))
	}
	hooks.On = func(e chrome.Event) {
		if l.depart != nil {
			l.depart(e)
		}
		on(e)
		secret.on(e)
		l.heed(e)
		l.notice(e)
	}
	if hooks.Proxy, err = l.part.track(l.record.ID); err != nil {
		return l.from, l.neverBegan(ctx, err)
	}
	l.context, err = b.NewContext(ctx, hooks)
	if err != nil {
		return l.from, l.neverBegan(ctx, err)
	}
	defer func() {
		l.context.Close()
		// The context's goroutine has ended: its log is ours now.
		if err != nil && ctx.Err() == nil {
			l.log.Gap("leg-failed", fmt.Sprintf("the visit ended early: %v", err), true)
		}
		l.log.Flush()
	}()
	l.clock = l.context.Clock
	l.do(func() { l.log.Start(l.context) })
	switch {
	case l.journey != nil:
		return l.end(), l.travel(ctx)
	case l.record.Choice == observation.None, l.record.Choice == observation.GPC:
		return l.untouched(ctx)
	case l.record.Choice == observation.Settings:
		return l.settings(ctx)
	default:
		return l.choose(ctx)
	}
}

// neverBegan records that the leg had no browser to look with.
func (l *leg) neverBegan(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		l.log.Gap("leg-failed", fmt.Sprintf("the visit could not begin: %v", err), true)
	}
	l.log.Flush()
	return err
}

// do runs f in the goroutine that owns the log.
func (l *leg) do(f func()) { l.context.Do(f) }

// plan is page 0 and this leg's share of the list, as far as it is known.
func (l *leg) plan() []string {
	var out []string
	for _, i := range l.indexes() {
		if p, ok := l.part.pages.At(i); ok {
			out = append(out, p.URL)
		}
	}
	return out
}

// at is the i-th page of the list. All but the first visit may have to wait until
// that one has found it.
func (l *leg) at(ctx context.Context, i int) (crawl.Page, bool, error) {
	if l.first {
		p, ok := l.part.pages.At(i)
		return p, ok, nil
	}
	return l.part.pages.Wait(ctx, i)
}

// indexes are the pages of this leg: page 0 always, then its own. A journey
// looks for the dialog where it is known to be, and visits none.
func (l *leg) indexes() []int {
	out := []int{0}
	if l.journey != nil {
		if at := l.part.hint().page; at != 0 {
			out = append(out, at)
		}
		return out
	}
	for i := max(1, l.from); i < l.end(); i++ {
		out = append(out, i)
	}
	return out
}

func (l *leg) end() int { return max(1, l.from) - 1 + legPages }

// visited is one page in its tab, with its record in the making.
type visited struct {
	closed bool // its record is written, its tab gone
	// waited: its fast minute ran to the end, and where no dialog showed before, one was
	// looked for behind it.
	waited bool
	// navigations is how many documents the tab had shown when this was one.
	navigations int
	tab         *chrome.Tab
	page        crawl.Page
	rec         observation.Page
	load        chrome.Load
}

// ok reports whether there is a page to look at.
func (v *visited) ok() bool { return v.load.OK() }

// address is a page's, for words about it.
func (l *leg) address(v *visited) string { return l.part.redact.URL(v.page.URL) }

// open opens a page in a fresh tab and lets it settle.
func (l *leg) open(ctx context.Context, p crawl.Page, why observation.Purpose) (*visited, error) {
	v := &visited{page: p}
	l.tabs++
	l.begin(v, why, true)
	tab, load, err := l.clock.Open(ctx, p.URL)
	v.tab = tab
	l.settled(ctx, v, load)
	return v, err
}

// reload loads the tab's page again, as a page record of its own.
func (l *leg) reload(ctx context.Context, v *visited) (*visited, error) {
	n := &visited{tab: v.tab, page: v.page}
	l.begin(n, observation.PurposeReload, false)
	load, err := l.clock.Reload(ctx, v.tab)
	l.settled(ctx, n, load)
	return n, err
}

func (l *leg) begin(v *visited, why observation.Purpose, newTab bool) {
	v.rec = observation.Page{URL: v.page.URL, Purpose: why, Named: v.page.Named, Nr: v.page.Nr, Opened: l.clock.Now(), Tab: l.tabs}
	l.do(func() { v.rec.ID = l.log.OpenPage(v.page.URL, newTab) })
}

func (l *leg) settled(ctx context.Context, v *visited, load chrome.Load) {
	v.load = load
	v.rec.Final, v.rec.Status, v.rec.Settled = load.Final, load.Status, load.Settled.Milliseconds()
	v.rec.State, v.rec.Reasons = state(load)
	if v.tab == nil && v.rec.State == observation.PageOK {
		v.rec.State, v.rec.Reasons = observation.PageFailed, []string{"the browser opened no tab"}
	}
	l.do(func() {
		if load.Final != "" {
			l.log.At(load.Final)
		}
		switch {
		case load.Lacking:
			l.log.Gap("page-busy", fmt.Sprintf("a frame, script or style sheet of %s had not come when waiting was given up", l.address(v)), true)
		case load.Busy:
			l.log.Gap("page-busy", "requests were still open when the page was taken as settled (a long poll, or a slow answer)", false)
		}
		if load.Hung {
			l.log.Gap("page-not-loaded", fmt.Sprintf("%s did not load in time: %s", l.address(v), unloaded(load)), true)
		}
		if load.Loop {
			l.log.Gap("reload-loop", l.address(v)+" loads itself again and again; it was stopped", true)
		}
	})
	if !v.ok() || v.tab == nil {
		l.do(func() {
			l.log.Gap("page-not-seen", fmt.Sprintf("%s could not be looked at: %s", l.address(v), firstReason(v.rec)), true)
		})
		return
	}
	if err := l.describe(ctx, v); err != nil && ctx.Err() == nil {
		l.do(func() {
			l.log.Gap("page-not-described", fmt.Sprintf("the title and links of %s could not be read, nor whether it asks for a password: %v", l.address(v), err), true)
		})
	}
}

func firstReason(p observation.Page) string {
	if len(p.Reasons) > 0 {
		return p.Reasons[0]
	}
	return string(p.State)
}

// describeJS looks for what visitors of the United States are to be offered (11 CCR
// 7013 to 7026), by the words that the law itself prints and their usual variants.
//
//go:embed describe.js
var describeJS string

// lookLimit bounds one look at a page that may hang.
const lookLimit = 15 * time.Second

// describe reads the page's title, its links on the first visit, and whether it
// asks for a password in place of what was asked for. Of a page that goes on to
// another meanwhile, and of one that is no document, there is nothing to read.
func (l *leg) describe(ctx context.Context, v *visited) error {
	ctx, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	w, err := v.tab.Main(ctx)
	if err != nil {
		return overdue(ctx, err)
	}
	var about struct {
		Title       string
		Password    bool
		OptOut      string
		OptOutShown bool
	}
	err = w.Eval(ctx, describeJS, &about)
	v.rec.Title, v.rec.OptOut, v.rec.OptOutShown = about.Title, l.part.redact.Text(about.OptOut), about.OptOutShown
	if about.Password && moved(v.page.URL, v.load.Final) && v.rec.State == observation.PageOK {
		v.rec.State = observation.PageBlocked
		v.rec.Reasons = append(v.rec.Reasons, "a log-in page came instead of the page asked for")
	}
	if !l.first {
		return overdue(ctx, err)
	}
	links, failed := crawl.Links(ctx, v.tab)
	if failed == nil {
		v.rec.Links = sameSite(links, v.load.Final)
		l.part.pages.Add(v.page, links)
	}
	return overdue(ctx, cmp.Or(err, failed))
}

// overdue is err where time ran out for it.
func overdue(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return nil
	}
	return err
}

// leave ends a page: its fast minute, a checkpoint, the record, and the tab
// closed. A page that could not be looked at is closed with what was stored.
func (l *leg) leave(ctx context.Context, v *visited, glance func()) error {
	if v.ok() && v.tab != nil {
		l.log.Links(ctx, v.tab)
		l.signals(ctx, v)
		l.wayBack(ctx, v)
		l.log.ReadAhead(ctx, v.tab)
		if err := l.minute(ctx, v); err != nil {
			return err
		}
		if glance != nil {
			glance()
		}
	}
	err := l.checkpoint(ctx, v)
	if v.tab != nil {
		// Pages write and send when they are left.
		l.do(l.log.Leave)
		l.close(ctx, v)
	}
	l.do(func() { l.log.ClosePage(v.rec) })
	return err
}

// close closes a page's tab, and tells where the browser cut short what the page did as
// it went.
func (l *leg) close(ctx context.Context, v *visited) {
	if cut := l.clock.Close(ctx, v.tab); cut && v.ok() {
		l.do(func() {
			l.log.Gap("leaving-cut-short", l.address(v)+" took so long to go that the browser has ended it, or may have, as it would a visitor's, or crashed as it went; what it would have stored or sent as it went may be missing", false)
		})
	}
}

// finish ends a page whose tab goes on: the checkpoint and the record.
func (l *leg) finish(ctx context.Context, v *visited) error {
	err := l.checkpoint(ctx, v)
	l.do(func() { l.log.ClosePage(v.rec) })
	return err
}

func (l *leg) minute(ctx context.Context, v *visited) error {
	if l.again != nil {
		return l.linger(ctx, v)
	}
	var err error
	v.waited, err = l.fast(ctx, v, chrome.FastMinute)
	return err
}

// fast lets d of the page's own time pass at once. What it could not do is
// recorded.
func (l *leg) fast(ctx context.Context, v *visited, d time.Duration) (complete bool, err error) {
	l.do(l.log.Fast)
	complete, err = l.clock.Fast(ctx, v.tab, d)
	switch {
	case errors.Is(err, chrome.ErrCrashed):
		l.crashed(v)
		return false, nil
	case err != nil:
		return false, err
	}
	v.rec.Fast = d.Milliseconds()
	if !complete {
		l.do(func() {
			l.log.Gap("fast-minute-not-finished", fmt.Sprintf("the page's %.0f seconds of fast time did not end, or a script or frame came too late for it; what late timers do may be missing", d.Seconds()), true)
		})
	}
	return complete, nil
}

func (l *leg) crashed(v *visited) {
	v.load.Crashed = true
	v.rec.State, v.rec.Reasons = observation.PageCrashed, []string{"its renderer crashed"}
	l.do(func() { l.log.Gap("page-crashed", l.address(v)+" crashed while it was being looked at", true) })
}

// checkpoint records everything at rest. The jar is read even from a page that
// crashed or hangs.
func (l *leg) checkpoint(ctx context.Context, v *visited) error {
	if v.tab == nil || v.closed {
		return nil
	}
	read, cancel := context.WithTimeout(ctx, storageLimit)
	defer cancel()
	// A page that does not answer cannot be asked for its storage.
	snap := l.log.Read(read, v.tab, v.ok())
	l.do(func() { l.log.Checkpoint(snap) })
	return ctx.Err()
}

// mark begins a phase or cause now.
func (l *leg) mark(p observation.Phase, c observation.Cause) {
	at := time.Now()
	l.do(func() { l.log.Mark(at, p, c) })
}

// use does what a visitor does who reads the page: scroll to its end, move the
// mouse, press Tab. It touches no control.
func (l *leg) use(ctx context.Context, v *visited) error {
	if !v.ok() || v.tab == nil {
		return nil
	}
	for _, g := range []struct {
		cause observation.Cause
		do    func(context.Context, *chrome.Tab) error
	}{
		{observation.CauseScroll, l.scroll},
		{observation.CausePointer, l.point},
		{observation.CauseKey, func(ctx context.Context, t *chrome.Tab) error { return l.clock.Key(ctx, t, "Tab") }},
	} {
		l.mark("", g.cause)
		err := g.do(ctx, v.tab)
		// What follows a movement comes with the next frames; a key's handlers have
		// run once it is answered.
		if err == nil && g.cause != observation.CauseKey {
			err = l.clock.Frame(ctx, v.tab)
		}
		if gave := l.gaveUp(ctx, v, err); gave != nil {
			return gave
		}
		if !v.ok() {
			return nil
		}
	}
	_, err := l.clock.Rest(ctx, v.tab)
	return l.gaveUp(ctx, v, err)
}

// gaveUp sorts an error of using a page: one of the page is recorded and nil,
// one of the browser or the scan is returned.
func (l *leg) gaveUp(ctx context.Context, v *visited, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil || errors.Is(err, chrome.ErrLost):
		return err
	case errors.Is(err, chrome.ErrCrashed):
		l.crashed(v)
		return nil
	}
	if !v.ok() {
		return nil
	}
	why, what := "the page stopped answering", "stopped answering while it was being used"
	if !chrome.Unanswered(err) {
		why = "the page could not be used any further: " + err.Error()
		what = "could not be used to the end: " + err.Error()
	}
	v.load.Error = why
	v.rec.State, v.rec.Reasons = observation.PageHung, []string{why}
	l.do(func() { l.log.Gap("page-hung", l.address(v)+" "+what, true) })
	return nil
}

const (
	wheelStep = 800 // pixels
	maxWheels = 25
)

func (l *leg) scroll(ctx context.Context, t *chrome.Tab) error {
	w, err := t.Main(ctx)
	if err != nil {
		return err
	}
	height := 0
	if err := w.Eval(ctx, `Math.round(document.documentElement.scrollHeight)`, &height); err != nil {
		return err
	}
	for range min(maxWheels, 1+height/wheelStep) {
		// The answer comes once the page has scrolled, a frame later.
		if err := l.clock.Wheel(ctx, t, wheelStep); err != nil {
			return err
		}
	}
	return nil
}

func (l *leg) point(ctx context.Context, t *chrome.Tab) error {
	if err := l.clock.Mouse(ctx, t, 640, 400); err != nil {
		return err
	}
	return l.clock.Mouse(ctx, t, 700, 420)
}

// notice remembers requests of consent managers' scripts: no dialog though its
// script was loaded means that something kept the dialog from us.
func (l *leg) notice(e chrome.Event) {
	if e.Method != "Network.requestWillBeSent" {
		return
	}
	var p struct {
		Request struct {
			URL string `json:"url"`
		} `json:"request"`
	}
	if e.Decode(&p) == nil && consent.ManagerOf(p.Request.URL) != "" {
		l.scripts[l.part.redact.URL(p.Request.URL)] = true
	}
}

// picture takes a screenshot and returns its name, "" where there is none.
func (l *leg) picture(ctx context.Context, v *visited, what string) string {
	if l.part.options.Picture == nil || v.tab == nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	shot, err := cdp.Call(ctx, v.tab.Session, cdppage.CaptureScreenshot, cdppage.CaptureScreenshotParams{Format: cdppage.CaptureScreenshotFormatPng})
	if err != nil {
		return ""
	}
	name := l.part.pictured(fmt.Sprintf("%s-%s", fileName(l.record.ID), what)) + ".png"
	l.part.options.Picture(name, shot.Data)
	return name
}
