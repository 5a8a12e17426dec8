package chrome

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
)

// Clock owns time and input in one context.
//
// A tab lives in real time: it is opened, settles, is looked at and used. Last
// of all it may be given a fast minute: virtual time in which timers fire at
// once. After that its clock stands still for ever (timers do not run, a
// navigation never loads), so the tab can only be read from and closed. Dates
// stay true, because the next page opens in a fresh tab.
//
// Now is the visitor's clock: real time since the visit's first navigation plus
// all fast time that was granted.
type Clock struct {
	context *Context

	mu      sync.Mutex
	started time.Time
	granted time.Duration
}

const (
	// quietWindow is how long nothing may happen for a page to be settled.
	quietWindow = 100 * time.Millisecond
	// restWindow is the like for a page that was settled before and was then used,
	// or whose timers have all run: only what was begun by that is waited for.
	restWindow = 25 * time.Millisecond
	// stallWindow is after how long without a sign of life a request that
	// nobody's content depends on (a long poll) is no longer waited for.
	stallWindow = 700 * time.Millisecond
	// farewell is how long Chromium lets a page's scripts run as it is closed.
	farewell = 500 * time.Millisecond
	// promptly is within how long a browser answers that is not held up by others.
	promptly = 100 * time.Millisecond
	// settleLimit bounds the wait for quiet.
	settleLimit = 6 * time.Second
	// loadLimit bounds a navigation up to its load event.
	loadLimit = 20 * time.Second
	// silentAfter is how long a host must have been waited for in vain to be waited for
	// no longer than silentStall without any sign of life on later pages.
	silentAfter = 15 * time.Second
	silentStall = 5 * time.Second
	// replyLimit bounds a command to a page that may hang.
	replyLimit = 15 * time.Second
	// FastMinute is how much fast time a page gets at its end.
	FastMinute = 60 * time.Second
	// fastLimit bounds a fast minute; longer spans get more in proportion to
	// their minutes.
	fastLimit     = 10 * time.Second
	fastPerMinute = 500 * time.Millisecond
	// fastStall is after how long without a sign of life fast time no longer waits
	// for a document, script or style sheet.
	fastStall = 5 * time.Second
	// maxNavigations cuts reload loops.
	maxNavigations = 12
	// maxCuts is how often a loop is sent elsewhere.
	maxCuts = 3
)

func newClock(c *Context) *Clock { return &Clock{context: c} }

// Now is the visitor's clock in milliseconds; 0 before the first navigation.
func (k *Clock) Now() int64 { return k.At(time.Now()) }

// At puts a moment of real time on the visitor's clock.
func (k *Clock) At(t time.Time) int64 {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.started.IsZero() {
		return 0
	}
	return max(0, (t.Sub(k.started) + k.granted).Milliseconds())
}

// Page puts a page's own time (Date.now(), milliseconds since 1970) on the
// visitor's clock. In fast time the page's clock runs ahead of real time by as
// much as was granted to it.
func (k *Clock) Page(millis float64) int64 {
	return k.At(time.UnixMicro(int64(millis * 1000)))
}

func (k *Clock) start() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.started.IsZero() {
		k.started = time.Now()
	}
}

// grant adds fast time to the visitor's clock. It is added when the tab is
// closed: until then the tab's own clock is ahead by it, which Page reads.
func (k *Clock) grant(d time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.granted += d
}

// Load is what became of a navigation.
type Load struct {
	Final    string // address after redirects
	Status   int    // HTTP status, 0 for none
	Error    string // net::ERR_..., "" where the page loaded
	Download bool
	Crashed  bool
	Hung     bool     // no load event within loadLimit, or only dead hosts to wait for
	Awaited  []string // hosts that had not answered when waiting was given up
	Loop     bool     // it navigated itself again and again
	Busy     bool     // requests were still open when waiting for quiet was given up
	Lacking  bool     // among them one for a document, script or style sheet
	Settled  time.Duration
}

// OK reports whether there is a page to look at.
func (l Load) OK() bool { return l.Error == "" && !l.Download && !l.Crashed && !l.Loop }

// Open opens url in a fresh tab and waits until it has settled. The error is
// only for a context or browser that is gone; what is wrong with the page is in
// Load.
func (k *Clock) Open(ctx context.Context, url string) (*Tab, Load, error) {
	t, err := k.tab(ctx)
	if err != nil {
		return nil, Load{}, err
	}
	l, err := k.Navigate(ctx, t, url)
	return t, l, err
}

func (k *Clock) tab(ctx context.Context) (*Tab, error) {
	ctx, cancel := context.WithTimeout(ctx, barrierTimeout)
	defer cancel()
	c := k.context
	newWindow := true
	made, err := cdp.Call(ctx, c.browser.conn.root, target.CreateTarget, target.CreateTargetParams{
		URL: "about:blank", BrowserContextID: c.id, NewWindow: &newWindow, Width: 1366, Height: 900,
	})
	if err != nil {
		return nil, fmt.Errorf("open tab: %w", err)
	}
	var t *Tab
	err = c.wait(ctx, func() (bool, time.Duration) {
		if t = c.tabs[made.TargetID]; t != nil {
			t.popup = false
		}
		return t != nil, 0
	})
	if err != nil {
		return nil, fmt.Errorf("open tab: %w", err)
	}
	select {
	case <-t.Session.ready:
		return t, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("open tab: %w", ctx.Err())
	}
}

// Navigate opens url in a tab that has had no fast time.
func (k *Clock) Navigate(ctx context.Context, t *Tab, url string) (Load, error) {
	k.start()
	return k.load(ctx, t, func(ctx context.Context) (cdp.LoaderID, string, error) {
		r, err := cdp.Call(ctx, t.Session, page.Navigate, page.NavigateParams{URL: url})
		return r.LoaderID, r.ErrorText, err
	})
}

// Reload loads the tab's page again.
func (k *Clock) Reload(ctx context.Context, t *Tab) (Load, error) {
	return k.load(ctx, t, func(ctx context.Context) (cdp.LoaderID, string, error) {
		_, err := cdp.Call(ctx, t.Session, page.Reload, page.ReloadParams{})
		return "", "", err
	})
}

func (k *Clock) load(ctx context.Context, t *Tab, navigate func(context.Context) (cdp.LoaderID, string, error)) (Load, error) {
	c := k.context
	begun := time.Now()
	c.mu.Lock()
	before, navs := t.loader, t.navs
	t.download, t.empty = false, false
	c.mu.Unlock()
	limit, cancel := context.WithTimeout(ctx, loadLimit)
	defer cancel()
	var l Load
	_, text, err := navigate(limit)
	switch {
	case errors.Is(err, ErrCrashed):
		l.Crashed = true
	case err != nil && errors.Is(limit.Err(), context.DeadlineExceeded) && ctx.Err() == nil:
		l.Hung, l.Error = true, "no answer within "+loadLimit.String()
	case err != nil && (ctx.Err() != nil || errors.Is(err, ErrLost)):
		return l, fmt.Errorf("open page: %w", err)
	case err != nil: // an address that the browser refuses, a window that closed itself
		l.Error = err.Error()
	case text == aborted:
		l.Error = text
		k.whyAborted(ctx, t)
	case text != "":
		l.Error = text
	default:
		err := c.wait(limit, func() (bool, time.Duration) {
			l.Loop = t.navs-navs > maxNavigations
			shown := t.loader != before
			if t.crashed || t.download || l.Loop || shown && t.loaded {
				return true, 0
			}
			left, hopeless := c.flight.hopeless(time.Now())
			l.Hung = shown && hopeless && left == 0
			return l.Hung, left
		})
		switch {
		case ctx.Err() != nil || errors.Is(err, ErrLost):
			return l, fmt.Errorf("open page: %w", errors.Join(err, ctx.Err()))
		case err != nil:
			l.Hung = true
		}
	}
	if l.Hung || l.Loop || l.Error != "" {
		c.mu.Lock()
		t.gaveUp = t.navs
		l.Awaited = c.flight.awaited()
		c.flight.unanswered(time.Now())
		c.mu.Unlock()
	}
	if l.Hung {
		k.stopLoading(ctx, t)
	}
	if l.Error == "" && !l.Crashed && !l.Loop {
		busy, err := k.Quiet(ctx, t)
		if err != nil && !errors.Is(err, ErrCrashed) {
			return l, err
		}
		l.Busy = busy
	}
	k.told(t, &l, navs)
	if l.Loop {
		if err := k.cut(ctx, t); ctx.Err() != nil || errors.Is(err, ErrLost) {
			return l, fmt.Errorf("end a reload loop: %w", err)
		}
	}
	l.Settled = time.Since(begun)
	return l, nil
}

// told fills in what the tab's events told of a load; navs is how many documents the
// tab had shown before it.
func (k *Clock) told(t *Tab, l *Load, navs int) {
	c := k.context
	c.mu.Lock()
	defer c.mu.Unlock()
	l.Lacking = l.Busy && c.flight.lacks(0)
	l.Crashed = l.Crashed || t.crashed
	l.Download = t.download
	if l.Download || l.Crashed {
		// Both make the navigation say ERR_ABORTED, which then means nothing.
		l.Error = ""
	}
	l.Loop = l.Loop || t.navs-navs > maxNavigations
	l.Final, l.Status = t.url, t.status
}

// cut ends a reload loop and leaves the tab at about:blank. To stop loading stops one
// document of it, a tab that goes on and on takes no notice of being closed, and
// another address is outrun by the reload under way: so the document that comes next
// runs no script.
func (k *Clock) cut(ctx context.Context, t *Tab) error {
	if err := k.scripts(ctx, t, false); err != nil {
		return err
	}
	defer func() { _ = k.scripts(ctx, t, true) }()
	c := k.context
	for range maxCuts { // a document may refresh itself with no script
		within, cancel := context.WithTimeout(ctx, replyLimit)
		_, _ = cdp.Call(within, t.Session, page.Navigate, page.NavigateParams{URL: "about:blank"})
		cancel()
		_, err := k.Quiet(ctx, t)
		c.mu.Lock()
		t.gaveUp = t.navs
		blank := t.url == "about:blank"
		c.mu.Unlock()
		if blank || err != nil {
			return err
		}
	}
	return nil
}

func (k *Clock) scripts(ctx context.Context, t *Tab, run bool) error {
	ctx, cancel := context.WithTimeout(ctx, replyLimit)
	defer cancel()
	return t.Session.Call(ctx, "Emulation.setScriptExecutionDisabled", map[string]bool{"value": !run}, nil)
}

// aborted is what a navigation says for a download, an answer without content
// and a crash alike. Events that follow tell which.
const aborted = "net::ERR_ABORTED"

func (k *Clock) whyAborted(ctx context.Context, t *Tab) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	_ = k.context.wait(ctx, func() (bool, time.Duration) { return t.crashed || t.download || t.empty, 0 })
}

func (k *Clock) stopLoading(ctx context.Context, t *Tab) {
	ctx, cancel := context.WithTimeout(ctx, replyLimit)
	defer cancel()
	_, _ = cdp.Call(ctx, t.Session, page.StopLoading, cdp.Empty{})
}

// Quiet waits until nothing has happened in the context for 100 ms: no request
// open, no write, no new frame. busy tells that it was given up.
func (k *Clock) Quiet(ctx context.Context, t *Tab) (busy bool, err error) {
	return k.quiet(ctx, t, quietWindow)
}

// Rest is Quiet for a page that was settled and has been used since: it waits for
// what that began, and no longer.
func (k *Clock) Rest(ctx context.Context, t *Tab) (busy bool, err error) {
	return k.quiet(ctx, t, restWindow)
}

func (k *Clock) quiet(ctx context.Context, t *Tab, window time.Duration) (busy bool, err error) {
	c := k.context
	limit, cancel := context.WithTimeout(ctx, settleLimit)
	defer cancel()
	c.mu.Lock()
	// The wait begins now: whatever made us wait may not have shown yet.
	c.flight.last = time.Now()
	navs := t.navs
	c.mu.Unlock()
	for {
		open := false
		err = c.wait(limit, func() (bool, time.Duration) {
			if t.crashed || t.navs-navs > maxNavigations {
				return true, 0
			}
			if !t.loaded && t.navs > t.gaveUp {
				return false, 0 // a document is being read
			}
			w := c.flight.wait(time.Now(), window, stallWindow)
			open = len(c.flight.open) > 0
			return w == 0, w
		})
		if err != nil || !open || c.prompt(limit) {
			break
		}
		c.mu.Lock()
		c.flight.last = time.Now()
		c.mu.Unlock()
	}
	switch {
	case ctx.Err() != nil:
		return false, ctx.Err()
	case errors.Is(err, ErrLost):
		return false, err
	case err != nil:
		return true, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.flight.leaving) // whatever did not begin by now was called off
	if t.crashed {
		return false, ErrCrashed
	}
	return len(c.flight.open) > 0, nil
}

// prompt reports whether the browser answers at once. Where it does not, the machine
// is busy, and that nothing happened for a while says nothing of the page.
func (c *Context) prompt(ctx context.Context) bool {
	asked := time.Now()
	_, err := cdp.Call(ctx, c.browser.conn.root, browser.GetVersion, cdp.Empty{})
	return err != nil || time.Since(asked) < promptly
}

// wait blocks until done, which is called with the context's mutex held after
// every event, and again after the time that it returns (0: only after events).
func (c *Context) wait(ctx context.Context, done func() (bool, time.Duration)) error {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		c.mu.Lock()
		ok, again := done()
		c.mu.Unlock()
		if ok {
			return nil
		}
		if again <= 0 {
			again = time.Hour
		}
		timer.Reset(again)
		select {
		case <-c.changed:
		case <-timer.C:
		case <-c.browser.conn.done:
			return ErrLost
		case <-c.stopped:
			return ErrDetached
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// errStep is that a step of a longer wait ended.
var errStep = errors.New("nothing yet")

// within is wait for one step; it returns errStep where that ends before ctx does.
func (c *Context) within(ctx context.Context, step time.Duration, done func() (bool, time.Duration)) error {
	short, cancel := context.WithTimeoutCause(ctx, step, errStep)
	defer cancel()
	err := c.wait(short, done)
	if err != nil && errors.Is(err, context.DeadlineExceeded) && context.Cause(short) == errStep {
		return errStep
	}
	return err
}

const (
	pauseForNetwork = emulation.VirtualTimePolicyPauseIfNetworkFetchesPending
	doNotWait       = emulation.VirtualTimePolicyAdvance
)

func fastPolicy(p emulation.VirtualTimePolicy, d time.Duration) emulation.SetVirtualTimePolicyParams {
	budget := float64(d / time.Millisecond)
	return emulation.SetVirtualTimePolicyParams{Policy: p, Budget: &budget, MaxVirtualTimeTaskStarvationCount: 10000}
}

// Fast lets d of the tab's own time pass at once, such as its FastMinute: timers
// fire in order, in milliseconds; it stands still while a request is open. One that
// stays open with nothing new for stallWindow, or for fastStall where it is for a
// document, script or style sheet, is no longer waited for. Only reading and Close may
// follow. complete is false where it did not end within fastLimit, where a document,
// script or style sheet came too late for what it would have done in that time, or
// where the page went away.
func (k *Clock) Fast(ctx context.Context, t *Tab, d time.Duration) (complete bool, err error) {
	c := k.context
	c.mu.Lock()
	if t.crashed {
		c.mu.Unlock()
		return false, ErrCrashed
	}
	t.fast, t.expired = d, map[*Session]bool{}
	c.mu.Unlock()
	sessions := c.Sessions(t)
	for _, s := range sessions {
		_ = s.Send("Emulation.setVirtualTimePolicy", fastPolicy(pauseForNetwork, d))
	}
	limit, cancel := context.WithTimeout(ctx, fastLimit+time.Duration(d.Minutes())*fastPerMinute)
	defer cancel()
	lacked, err := k.spend(limit, t, sessions, d)
	complete = err == nil && !lacked
	if ctx.Err() != nil || errors.Is(err, ErrLost) {
		return false, errors.Join(err, ctx.Err())
	}
	c.mu.Lock()
	crashed := t.crashed
	c.mu.Unlock()
	if crashed {
		return false, ErrCrashed
	}
	// What fast time started (requests, frames) still answers in real time.
	if _, err := k.Rest(ctx, t); err != nil && !errors.Is(err, ErrCrashed) {
		return complete, err
	}
	return complete, nil
}

// spend waits until the tab's sessions have used up their fast time. lacked tells
// that it went by while a document, script or style sheet was still to come.
func (k *Clock) spend(ctx context.Context, t *Tab, sessions []*Session, d time.Duration) (lacked bool, err error) {
	c := k.context
	granted := time.Now()
	nudged := false
	c.mu.Lock()
	begun := c.flight.begun // what did not come before was waited for
	c.mu.Unlock()
	for {
		some := false
		err := c.within(ctx, clockStep, func() (bool, time.Duration) {
			if t.crashed || t.expired[t.Session] && c.expired(t, sessions) {
				return true, 0
			}
			some = len(t.expired) > 0
			patience := stallWindow
			lacking := c.flight.lacks(begun)
			if lacking {
				patience = fastStall
			}
			if !nudged && c.flight.stalled(time.Now(), patience) {
				nudged, lacked = true, lacking
				for _, s := range sessions {
					_ = s.Send("Emulation.setVirtualTimePolicy", fastPolicy(doNotWait, d))
				}
			}
			return false, 100 * time.Millisecond
		})
		if err == nil || !errors.Is(err, errStep) {
			return lacked, err
		}
		if some {
			k.readClocks(ctx, t, sessions, granted.Add(d))
		}
	}
}

// clockStep is how long fast time may seem to stand still before the clocks are
// read.
const clockStep = 250 * time.Millisecond

// readClocks finds sessions that used up their fast time and will never say so:
// frames of one process share its clock, and the first budget to end stops it for
// all of them, just ahead of the others' ends. end is the earliest date that such
// a clock shows.
func (k *Clock) readClocks(ctx context.Context, t *Tab, sessions []*Session, end time.Time) {
	for _, s := range sessions {
		k.context.mu.Lock()
		done := t.expired[s]
		k.context.mu.Unlock()
		if done || !s.Live() {
			continue
		}
		// In a world of its own, where the page cannot tell another date.
		w, err := worldOf(ctx, s)
		var date float64
		if err != nil || w.Eval(ctx, `Date.now()`, &date) != nil {
			continue
		}
		if at := time.UnixMilli(int64(date)); at.After(end.Add(-clockTolerance)) {
			k.context.mu.Lock()
			t.expired[s] = true
			k.context.mu.Unlock()
		}
	}
}

// clockTolerance is how much less than its fast time a stopped clock may show.
const clockTolerance = time.Second

// thawStep is how much fast time a tab that stands still gets at a time while it
// is read.
const thawStep = 20 * time.Millisecond

// thawPause is how long a grant is given to be of use before the next one.
const thawPause = 3 * time.Millisecond

// Thaw runs read, which asks a tab for what its scripts' storage interfaces must
// answer. In a tab that had its fast time they would wait for ever; it is given a
// little more for as long as read takes.
func (k *Clock) Thaw(ctx context.Context, t *Tab, read func()) {
	c := k.context
	c.mu.Lock()
	frozen := t.fast > 0
	c.mu.Unlock()
	if !frozen {
		read()
		return
	}
	done := make(chan struct{})
	go func() {
		defer c.poke()
		defer close(done)
		read()
	}()
	over := func() bool {
		select {
		case <-done:
			return true
		default:
			return false
		}
	}
	for !over() {
		c.mu.Lock()
		t.expired = map[*Session]bool{}
		c.mu.Unlock()
		sessions := c.Sessions(t)
		for _, s := range sessions {
			_ = s.Send("Emulation.setVirtualTimePolicy", fastPolicy(doNotWait, thawStep))
		}
		// Of frames that share a clock only the first to use it up says so.
		err := c.within(ctx, clockStep, func() (bool, time.Duration) { return over() || t.crashed || c.expired(t, sessions), 0 })
		if err != nil && !errors.Is(err, errStep) || t.Crashed() {
			break
		}
		// To grant without pause would keep the browser from answering.
		_ = c.within(ctx, thawPause, func() (bool, time.Duration) { return over(), 0 })
	}
	<-done
}

// expired reports whether every session that was given fast time used it up or
// went away.
func (c *Context) expired(t *Tab, sessions []*Session) bool {
	conn := c.browser.conn
	conn.mu.Lock()
	defer conn.mu.Unlock()
	for _, s := range sessions {
		if !t.expired[s] && !s.gone {
			return false
		}
	}
	return true
}

// Close closes the tab and the windows that it opened: what they go on to do
// would be taken for the work of the next page. cut tells that the page used up all
// the time that the browser gives it to go, or may have, where the browser was slow, or
// crashed as it went.
func (k *Clock) Close(ctx context.Context, t *Tab) (cut bool) {
	ctx, cancel := context.WithTimeout(ctx, replyLimit)
	defer cancel()
	c := k.context
	c.mu.Lock()
	popups, crashed := c.popups(), t.crashed
	c.mu.Unlock()
	asked := time.Now()
	for _, p := range append(popups, t) {
		asked = time.Now()
		_, _ = cdp.Call(ctx, c.browser.conn.root, target.CloseTarget, target.CloseTargetParams{TargetID: p.Session.TargetID})
	}
	// Until it is gone, a page still tells what it does as it goes.
	_ = c.wait(ctx, func() (bool, time.Duration) { return !t.Session.Live() || t.crashed, 0 })
	c.mu.Lock()
	// The browser counts from when it was told, which is never before it was asked,
	// and may be before its answer was read.
	cut = !crashed && (t.crashed || time.Since(asked) >= farewell) && t.url != "about:blank"
	for _, p := range popups {
		delete(c.tabs, p.Session.TargetID)
	}
	if t.fast > 0 && !t.closed {
		k.grant(t.fast)
	}
	t.closed = true
	delete(c.tabs, t.Session.TargetID)
	c.flight.land()
	c.mu.Unlock()
	c.Do(c.settle)
	return cut
}

// Mouse moves the pointer to a point of the viewport.
func (k *Clock) Mouse(ctx context.Context, t *Tab, x, y float64) error {
	return k.input(ctx, t, "Input.dispatchMouseEvent", input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseMoved, X: x, Y: y})
}

// Click presses and releases the left button at a point of the viewport: a real
// input event, which the page's handlers see as trusted. commit, if not nil, is
// called at the last moment before the press.
func (k *Clock) Click(ctx context.Context, t *Tab, x, y float64, commit func()) error {
	if err := k.Mouse(ctx, t, x, y); err != nil {
		return err
	}
	if commit != nil {
		commit()
	}
	for _, typ := range []input.DispatchMouseEventType{input.DispatchMouseEventTypeMousePressed, input.DispatchMouseEventTypeMouseReleased} {
		p := input.DispatchMouseEventParams{Type: typ, X: x, Y: y, Button: input.MouseButtonLeft, ClickCount: 1}
		if err := k.input(ctx, t, "Input.dispatchMouseEvent", p); err != nil {
			return err
		}
	}
	return nil
}

// Wheel turns the wheel down by dy pixels over the middle of the viewport.
func (k *Clock) Wheel(ctx context.Context, t *Tab, dy float64) error {
	return k.input(ctx, t, "Input.dispatchMouseEvent", map[string]any{
		// cdproto leaves out a zero deltaX, which Chromium asks for.
		"type": "mouseWheel", "x": 683, "y": 450, "deltaX": 0, "deltaY": dy,
	})
}

// Key presses and releases a key by its DOM name, such as Tab or Escape.
func (k *Clock) Key(ctx context.Context, t *Tab, key string) error {
	code := map[string]int64{"Tab": 9, "Enter": 13, "Escape": 27, " ": 32, "End": 35, "Home": 36}[key]
	// Only a key that gives text submits a form or presses a button.
	text := map[string]string{"Enter": "\r", " ": " "}[key]
	down := input.DispatchKeyEventTypeRawKeyDown
	if text != "" {
		down = input.DispatchKeyEventTypeKeyDown
	}
	for _, typ := range []input.DispatchKeyEventType{down, input.DispatchKeyEventTypeKeyUp} {
		p := input.DispatchKeyEventParams{Type: typ, Key: key, Code: key, WindowsVirtualKeyCode: code, NativeVirtualKeyCode: code}
		if typ == down {
			p.Text = text
		}
		if err := k.input(ctx, t, "Input.dispatchKeyEvent", p); err != nil {
			return err
		}
	}
	return nil
}

// Type inserts text where the focus is, as an input method does: the page gets
// real input events.
func (k *Clock) Type(ctx context.Context, t *Tab, text string) error {
	return k.input(ctx, t, "Input.insertText", input.InsertTextParams{Text: text})
}

func (k *Clock) input(ctx context.Context, t *Tab, method string, params any) error {
	ctx, cancel := context.WithTimeout(ctx, replyLimit)
	defer cancel()
	k.front(ctx, t)
	return t.Session.Call(ctx, method, params, nil)
}

// front brings a tab before the windows that pages opened since it was there: the
// browser draws none that lies behind another, and no input gets there.
func (k *Clock) front(ctx context.Context, t *Tab) {
	c := k.context
	c.mu.Lock()
	behind := false
	for _, p := range c.tabs {
		behind = behind || p.popup && p.nr > t.front
	}
	t.front = c.opened
	c.mu.Unlock()
	if behind {
		_, _ = cdp.Call(ctx, t.Session, page.BringToFront, cdp.Empty{})
	}
}

// Frame waits until the page has drawn twice, so that what an input made it do
// has begun. It returns an error where the page does not answer in time.
func (k *Clock) Frame(ctx context.Context, t *Tab) error {
	k.front(ctx, t)
	w, err := t.Main(ctx) // the page may have put something else in the place of its own requestAnimationFrame
	if err != nil {
		return err
	}
	return w.Eval(ctx, `new Promise(f => requestAnimationFrame(() => requestAnimationFrame(() => f(1))))`, nil)
}

func ptr[T any](v T) *T { return &v }
