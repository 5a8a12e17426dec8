package chrome

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// Command is one CDP command to be sent without waiting.
type Command struct {
	Method string
	Params any
}

// Hooks observe a Context. They run in its one goroutine, in the order in which
// the browser sent the events, and must not wait for the browser.
type Hooks struct {
	// Commands are sent to every new target before any of its scripts runs.
	Commands func(*Session) []Command
	// On gets every event.
	On func(Event)
	// Proxy is the host:port of the context's own proxy; "" for the browser's.
	Proxy string
	// Gap is told what could not be observed. Blind: writes may be missing.
	Gap func(kind, why string, s *Session, blind bool)
}

// Context is one isolated browser context: own cookies, storages, caches and
// connections. One goroutine handles its events; Do runs a task between two of
// them. Close it.
type Context struct {
	Clock *Clock

	browser *Browser
	id      cdp.BrowserContextID
	hooks   Hooks
	queue   *queue
	order   order         // owned by the context's goroutine
	changed chan struct{} // poked after each event, for waiting
	stop    chan struct{}
	stopped chan struct{}
	once    sync.Once

	mu     sync.Mutex
	flight flight
	asked  int // commands of Ask that were not answered yet
	tabs   map[target.ID]*Tab
	opened int // tabs and windows so far
}

// NewContext makes an isolated context. Downloads are refused in it.
func (b *Browser) NewContext(ctx context.Context, h Hooks) (*Context, error) {
	dispose := true
	params := target.CreateBrowserContextParams{DisposeOnDetach: &dispose}
	if h.Proxy != "" {
		// Without the bypass, loopback would not go through a proxy.
		params.ProxyServer, params.ProxyBypassList = h.Proxy, "<-loopback>"
	}
	made, err := cdp.Call(ctx, b.conn.root, target.CreateBrowserContext, params)
	if err != nil {
		return nil, fmt.Errorf("open isolated context: %w", err)
	}
	c := &Context{
		browser: b, id: made.BrowserContextID, hooks: h, queue: newQueue(), order: newOrder(),
		changed: make(chan struct{}, 1), stop: make(chan struct{}), stopped: make(chan struct{}),
		flight: newFlight(&b.silent), tabs: map[target.ID]*Tab{},
	}
	c.Clock = newClock(c)
	b.conn.enter(c)
	go c.run()
	events := true
	_, err = cdp.Call(ctx, b.conn.root, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorDeny, BrowserContextID: c.id, EventsEnabled: &events,
	})
	if err != nil {
		c.Close()
		return nil, fmt.Errorf("open isolated context: %w", err)
	}
	return c, nil
}

// Close disposes of the context with all its pages and ends its goroutine.
func (c *Context) Close() {
	c.once.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		_, _ = cdp.Call(ctx, c.browser.conn.root, target.DisposeBrowserContext, target.DisposeBrowserContextParams{BrowserContextID: c.id})
		c.browser.conn.leave(c)
		close(c.stop)
		<-c.stopped
	})
}

// Cookies is the whole cookie jar of the context. The browser process answers
// it, also while a page hangs.
func (c *Context) Cookies(ctx context.Context) ([]*network.Cookie, error) {
	r, err := cdp.Call(ctx, c.browser.conn.root, storage.GetCookies, storage.GetCookiesParams{BrowserContextID: c.id})
	if err != nil {
		return nil, fmt.Errorf("read cookie jar: %w", err)
	}
	return r.Cookies, nil
}

// EndSession drops what a browser forgets when it is closed and that the jar
// still holds: the session cookies. It returns them. All tabs must be closed.
func (c *Context) EndSession(ctx context.Context) (dropped []*network.Cookie, err error) {
	t, dropped, err := c.NewSession(ctx)
	if t != nil {
		c.Clock.Close(ctx, t)
	}
	return dropped, err
}

// NewSession does as EndSession, and returns the empty tab in which the next
// session begins, also beside an error where there is one.
func (c *Context) NewSession(ctx context.Context) (t *Tab, dropped []*network.Cookie, err error) {
	t, err = c.Clock.tab(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("end session: %w", err)
	}
	var left string
	// A request of a tab that was just closed may still be answered and set its
	// cookie again: hence more than one round.
	for range dropRounds {
		all, err := c.Cookies(ctx)
		if err != nil {
			return t, dropped, fmt.Errorf("end session: %w", err)
		}
		left = ""
		for _, k := range all {
			if !k.Session {
				continue
			}
			left = k.Name
			_, err := cdp.Call(ctx, t.Session, network.DeleteCookies, network.DeleteCookiesParams{
				Name: k.Name, Domain: k.Domain, Path: k.Path, PartitionKey: k.PartitionKey,
			})
			if err != nil {
				return t, dropped, fmt.Errorf("end session: drop cookie: %w", err)
			}
			if !slices.ContainsFunc(dropped, func(d *network.Cookie) bool { return sameCookie(d, k) }) {
				dropped = append(dropped, k)
			}
		}
		if left == "" {
			return t, dropped, nil
		}
	}
	return t, dropped, fmt.Errorf("end session: the browser keeps session cookie %q", left)
}

// dropRounds bounds how often session cookies that come again are dropped.
const dropRounds = 20

// sameCookie tells whether a and b are the same entry of a jar.
func sameCookie(a, b *network.Cookie) bool {
	return a.Name == b.Name && a.Domain == b.Domain && a.Path == b.Path && reflect.DeepEqual(a.PartitionKey, b.PartitionKey)
}

// Ask sends a command without waiting, and hands its reply to then in the
// context's goroutine. Call it there too. A target that went away replies with
// ErrDetached.
func (c *Context) Ask(s *Session, method string, params any, then func(Reply)) {
	c.mu.Lock()
	c.asked++
	c.mu.Unlock()
	_, ch := c.browser.conn.send(s, method, params)
	go func() {
		select {
		case r := <-ch:
			c.queue.push(Event{task: func() {
				then(Reply{r.result, r.err})
				c.mu.Lock()
				c.asked--
				c.mu.Unlock()
			}})
		case <-c.stopped:
		}
	}()
}

// Reply is the answer to a command.
type Reply struct {
	result jsonv2.Value
	err    error
}

// Decode reads the reply into a cdproto result type. The error is the command's,
// if it failed.
func (r Reply) Decode(v any) error {
	if r.err != nil {
		return r.err
	}
	return jsonv2.Unmarshal(r.result, v, chromedp.DefaultUnmarshalOptions)
}

// Answered waits until every command of Ask was answered, or until a page that
// hangs has had replyLimit to do so.
func (c *Context) Answered(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, replyLimit)
	defer cancel()
	_ = c.wait(ctx, func() (bool, time.Duration) { return c.asked == 0, 0 })
}

// Touch tells that the page is at work: Quiet waits on. Call it in the context's
// goroutine.
func (c *Context) Touch() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.flight.last = time.Now()
}

// Do runs f in the context's goroutine, after every event that has arrived, and
// waits for it. It returns without having run f when the context is closed.
func (c *Context) Do(f func()) {
	done := make(chan struct{})
	c.queue.push(Event{task: func() { defer close(done); f() }})
	select {
	case <-done:
	case <-c.stopped:
	}
}

func (c *Context) run() {
	defer close(c.stopped)
	for {
		for _, e := range c.queue.take() {
			c.handle(e)
		}
		select {
		case <-c.queue.signal:
		case <-c.stop:
			for _, e := range c.queue.take() {
				c.handle(e)
			}
			return
		}
	}
}

func (c *Context) handle(e Event) {
	if e.task != nil {
		e.task()
		c.poke()
		return
	}
	now := time.Now()
	c.order.event(e)
	c.mu.Lock()
	c.flight.event(e, now)
	tab := c.tabOf(e)
	if tab != nil {
		tab.event(e)
	}
	c.mu.Unlock()
	switch e.Method {
	case "Target.attachedToTarget":
		c.attach(e.Child)
	case "Page.javascriptDialogOpening":
		c.dismiss(e, tab)
	case "Network.loadingFailed":
		c.cutShort(e)
	}
	if c.hooks.On != nil {
		c.hooks.On(e)
	}
	c.poke()
}

func (c *Context) tabOf(e Event) *Tab {
	if e.Session == nil {
		return nil
	}
	return c.tabs[e.Session.Root().TargetID]
}

func (c *Context) poke() {
	select {
	case c.changed <- struct{}{}:
	default:
	}
}

func (c *Context) gap(kind, why string, s *Session, blind bool) {
	if c.hooks.Gap != nil {
		c.hooks.Gap(kind, why, s, blind)
	}
}

// maxBody is how many bytes of a request's body are told.
const maxBody = 1 << 20

// barrierTimeout is how long a new target may take to start on a busy machine.
const barrierTimeout = 20 * time.Second

// attach prepares a paused target and lets it run.
func (c *Context) attach(s *Session) {
	if s == nil {
		return
	}
	c.mu.Lock()
	fast := time.Duration(0)
	if s.Type == PageTarget {
		c.opened++
		c.tabs[s.TargetID] = &Tab{Session: s, context: c, popup: true, nr: c.opened, front: c.opened}
	} else if t := c.tabs[s.Root().TargetID]; t != nil {
		fast = t.fast
	}
	c.flight.attaching++
	c.mu.Unlock()

	list := []Command{
		{"Network.enable", network.EnableParams{MaxPostDataSize: ptr(int64(maxBody))}},
		{"Runtime.enable", nil},
		// Without it a request that a script caused through the DOM has no
		// stack: `new Image().src` would seem to come from the parser.
		{"Runtime.setAsyncCallStackDepth", map[string]any{"maxDepth": 32}},
	}
	if s.Type.Document() {
		list = append(list, Command{"Page.enable", nil}, Command{"Inspector.enable", nil})
	}
	if c.hooks.Commands != nil {
		list = append(list, c.hooks.Commands(s)...)
	}
	list = append(list, Command{"Target.setAutoAttach", autoAttach(false)})
	if fast > 0 && s.Type == FrameTarget {
		list = append(list, Command{"Emulation.setVirtualTimePolicy", fastPolicy(pauseForNetwork, fast)})
	}
	list = append(list, Command{"Runtime.runIfWaitingForDebugger", nil})
	replies := make([]<-chan error, len(list))
	for i, cmd := range list {
		replies[i] = s.Send(cmd.Method, cmd.Params)
	}
	// The barrier: once it is answered all of the list was. In a worker it must be
	// no script, at which one that is stopped ahead of its first would stop.
	barrier := s.Send("Runtime.getIsolateId", nil)
	if s.Type.Document() {
		barrier = s.Send("Runtime.evaluate", runtime.EvaluateParams{Expression: "1"})
	}
	go c.settleAttach(s, list, replies, barrier)
}

func (c *Context) settleAttach(s *Session, list []Command, replies []<-chan error, barrier <-chan error) {
	timeout := time.NewTimer(barrierTimeout)
	defer timeout.Stop()
	late := false
	select {
	case <-barrier:
	case <-timeout.C:
		late = true
	case <-c.stopped:
	}
	c.Do(func() {
		c.mu.Lock()
		c.flight.attaching--
		c.flight.last = time.Now()
		c.mu.Unlock()
		close(s.ready)
		c.poke()
		if late {
			c.gap("target-not-attached", fmt.Sprintf("a %s (%s) did not answer within %s of its start", s.Type, s.URL, barrierTimeout), s, true)
			return
		}
		c.checkSetup(s, list, replies)
	})
}

// checkSetup reports commands that a target refused: what they were to watch is
// not watched. Workers know neither Page nor Debugger; only what Commands asked
// for counts.
func (c *Context) checkSetup(s *Session, list []Command, replies []<-chan error) {
	for i, ch := range replies {
		// The barrier was answered last, so every reply is here or on its way.
		if err := <-ch; err != nil && !ended(err) {
			c.gap("target-not-watched", fmt.Sprintf("%s refused %s: %v", s.Type, list[i].Method, err), s, s.Type.Document())
		}
	}
}

// maxDialogs is after how many dialogs a page is left standing at the next one:
// it would open more for ever.
const maxDialogs = 500

// dismiss answers a dialog of the page, which would block it for ever: alerts
// and leaving are accepted, questions are declined.
func (c *Context) dismiss(e Event, tab *Tab) {
	c.mu.Lock()
	dialogs := 0
	if tab != nil {
		tab.dialogs++
		dialogs = tab.dialogs
	}
	c.mu.Unlock()
	if dialogs > maxDialogs {
		c.gap("dialog-storm", fmt.Sprintf("the page opened more than %d dialogs and was left standing at the next one", maxDialogs), e.Session, true)
		return
	}
	var p struct {
		Type string `json:"type"`
	}
	_ = e.Decode(&p)
	accept := p.Type == "alert" || p.Type == "beforeunload"
	_ = e.Session.Send("Page.handleJavaScriptDialog", map[string]any{"accept": accept})
	c.gap("page-dialog", "the page opened a dialog; it was answered: alerts and leaving were accepted, questions declined", e.Session, false)
}

// cutShort tells of a document whose answer broke off while it was being read.
func (c *Context) cutShort(e Event) {
	var p network.EventLoadingFailed
	if e.Decode(&p) != nil || p.Type != network.ResourceTypeDocument || p.Canceled {
		return
	}
	c.mu.Lock()
	shown := c.flight.showing(cdp.LoaderID(p.RequestID))
	c.mu.Unlock()
	if shown {
		c.gap("document-cut-short", fmt.Sprintf("the answer with a page's or frame's document broke off (%s); its rest was not seen", p.ErrorText), e.Session, true)
	}
}

// Sessions are the live document sessions of a tab, the page first.
func (c *Context) Sessions(t *Tab) []*Session {
	c.browser.conn.mu.Lock()
	defer c.browser.conn.mu.Unlock()
	out := []*Session{t.Session}
	for _, s := range c.browser.conn.sessions {
		if s != t.Session && s.context == c && s.Type.Document() && s.Root() == t.Session {
			out = append(out, s)
		}
	}
	sortSessions(out[1:])
	return out
}
