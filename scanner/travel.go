package scanner

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/crawl"
	"cookieaudit/scanner/journey"
	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
)

// travel makes the leg's choice and then its journey, in one tab and in real
// time. Where the choice cannot be made there is nothing to travel with.
func (l *leg) travel(ctx context.Context) error {
	ready, err := l.prepare(ctx)
	if err != nil || !ready {
		return err
	}
	t := &trip{leg: l, journey: l.journey}
	defer l.do(func() { l.depart = nil })
	return t.follow(ctx)
}

// prepare makes the choice. A site without a dialog is ready as it is.
func (l *leg) prepare(ctx context.Context) (ready bool, err error) {
	if l.record.Choice == observation.None || l.record.Choice == observation.GPC {
		return true, nil // nothing is pressed
	}
	if h := l.part.hint(); h.known && !h.seen && !l.hasSteps() {
		l.do(func() {
			l.log.Consent(observation.Consent{
				Choice: l.verb(), Outcome: observation.NoDialog,
				Why: "the visit without a choice waited a minute of the page's time and saw none",
			})
		})
		return true, nil
	}
	made, _, err := l.firstChoice(ctx)
	switch {
	case err != nil:
		return false, err
	case !made:
		return l.dialogless, nil
	case l.record.Choice == observation.Withdraw:
		return l.withdraw(ctx)
	}
	return true, nil
}

// trip is a journey under way.
type trip struct {
	leg     *leg
	journey *observation.Journey
	runner  journey.Runner
	at      *visited // the page at hand
	// next is the page that the tab is on its way to, and rec the record of the
	// newest page as far as it is known. Both belong to the context's goroutine.
	next *visited
	rec  observation.Page
	// unsearched is why what was typed last is not looked for in requests.
	unsearched string
}

// follow runs the journey from its first address, or from the first page.
func (t *trip) follow(ctx context.Context) error {
	l, steps := t.leg, t.journey.Steps
	home, _ := l.part.pages.At(0)
	start, first := crawl.Page{URL: home.URL}, 0
	a := t.act(0)
	if to := steps[0].Goto; to != "" {
		if u, err := resolve(home.URL, to); err == nil {
			start.URL, first = u, 1
		}
	}
	l.do(func() { a.Begun = l.log.Seq() })
	v, err := l.open(ctx, start, observation.PurposeAct)
	if err != nil {
		return err
	}
	t.goOn(v)
	t.runner.Env, t.runner.Typed = l.part.options.Env, t.typed
	if first == 1 {
		if ended, err := t.arrived(ctx, a); ended || err != nil {
			return errors.Join(err, t.end(ctx))
		}
	}
	for i := first; i < len(steps); i++ {
		if done, err := t.step(ctx, i); !done || err != nil {
			return errors.Join(err, t.end(ctx))
		}
	}
	return t.end(ctx)
}

// goOn goes on with a page in its tab: from now on what its main frame asks for
// is the next page.
func (t *trip) goOn(v *visited) {
	t.at, t.runner.Tab = v, v.tab
	t.leg.do(func() {
		t.next, t.rec = nil, v.rec
		t.leg.depart = func(e chrome.Event) { t.departs(e, v.tab) }
	})
}

// departs turns the page when the tab's main frame asks for another document:
// that, what comes with it and what it does belong to the new page. It runs in
// the context's goroutine, before the log hears of the request.
func (t *trip) departs(e chrome.Event, tab *chrome.Tab) {
	if tab == nil || e.Method != "Network.requestWillBeSent" || e.Session == nil || e.Session != tab.Session {
		return
	}
	var p network.EventRequestWillBeSent
	if e.Decode(&p) != nil || p.Type != network.ResourceTypeDocument || p.RedirectResponse != nil || p.FrameID != cdp.FrameID(tab.Session.TargetID) {
		return
	}
	l := t.leg
	l.log.ClosePage(t.rec)
	t.rec = observation.Page{URL: p.Request.URL, Final: p.Request.URL, State: observation.PageOK, Purpose: observation.PurposeAct, Opened: l.clock.Now(), Tab: l.tabs}
	t.rec.ID = l.log.OpenPage(p.Request.URL, false)
	t.next = &visited{tab: tab, page: crawl.Page{URL: p.Request.URL}, rec: t.rec}
}

// arrive makes the page that the tab came to the one at hand. load is what
// became of opening it, nil where that is to be read from the tab.
func (t *trip) arrive(ctx context.Context, load *chrome.Load) {
	var n *visited
	t.leg.do(func() { n, t.next = t.next, nil })
	if n == nil {
		return
	}
	if load == nil {
		if n.tab.Navigations() == t.at.navigations {
			t.stay(n)
			return
		}
		load = &chrome.Load{Final: n.tab.URL(), Status: n.tab.Status()}
	}
	n.navigations = n.tab.Navigations()
	t.at = n
	t.leg.settled(ctx, n, *load)
	t.leg.do(func() {
		if t.next == nil { // else it has left this page already
			t.rec = n.rec
		}
	})
}

// stay goes on with the page at hand, in a record of its own, after something that
// was no page: a download, or an answer without content.
func (t *trip) stay(n *visited) {
	l, old := t.leg, t.at
	l.do(func() {
		n.rec.State, n.rec.Reasons = observation.PageDownload, []string{"a download, or an answer without content"}
		l.log.ClosePage(n.rec)
		t.rec = old.rec
		t.rec.Opened = l.clock.Now()
		t.rec.ID = l.log.OpenPage(old.page.URL, false)
	})
	t.at = &visited{tab: old.tab, page: old.page, rec: t.rec, load: old.load, navigations: old.navigations}
}

// end ends the page at hand and its tab, once: the checkpoint, the record, no fast
// minute.
func (t *trip) end(ctx context.Context) error {
	v := t.at
	if v.closed {
		return nil
	}
	t.arrive(ctx, nil)
	v = t.at
	err := t.leg.checkpoint(ctx, v)
	v.closed = true
	t.leg.do(func() {
		t.leg.depart = nil
		if t.next == nil {
			t.rec = v.rec
		}
		t.leg.log.ClosePage(t.rec)
	})
	if v.tab != nil {
		t.leg.close(ctx, v)
	}
	return err
}

func (t *trip) typed(field, value string) {
	t.leg.part.redact.Hide(value)
	t.leg.do(func() { t.unsearched = t.leg.log.Typed(field, value) })
}

// arrived records the opening of the journey's first address. ended tells that
// there is no page to go on with.
func (t *trip) arrived(ctx context.Context, a observation.Act) (ended bool, err error) {
	a.Page = t.at.rec.ID
	if why := t.useless(0); why != "" {
		a.Failed = why
	} else if len(a.Names) > 0 {
		if err := t.leg.checkpoint(ctx, t.at); err != nil {
			return true, err
		}
	}
	t.record(a)
	return a.Failed != "", nil
}

// useless says why the page at hand is not what the i-th step was to lead to, ""
// if it may be. A step behind it that waits for or expects something decides
// better than a status.
func (t *trip) useless(i int) string {
	switch {
	case !t.at.ok():
		return "the page did not load: " + firstReason(t.at.rec)
	case t.at.rec.State != observation.PageOK && len(t.at.rec.Reasons) > 0:
		return t.at.rec.Reasons[0]
	case i+1 < len(t.journey.Steps) && looks(t.journey.Steps[i+1]):
		return ""
	case t.at.rec.Status >= 400:
		return fmt.Sprintf("the page answered with status %d", t.at.rec.Status)
	}
	return ""
}

func looks(s observation.Step) bool { return s.Wait != "" || s.Gone != "" || s.Expect != "" }

func (t *trip) act(i int) observation.Act {
	s := t.journey.Steps[i]
	a := observation.Act{Journey: t.journey.Name, Nr: i + 1, Verb: s.Verb(), What: s.String(), Names: t.journey.Names(i), At: t.leg.clock.Now()}
	if s.Goto != "" {
		a.What = "goto " + t.leg.part.redact.URL(s.Goto)
	}
	if t.at != nil {
		a.Page = t.at.rec.ID
	}
	return a
}

func (t *trip) record(a observation.Act) { t.leg.do(func() { t.leg.log.Act(a) }) }

// step does the i-th step, between two checkpoints where it has a name. done is
// false where it could not be done: the journey ends there.
func (t *trip) step(ctx context.Context, i int) (done bool, err error) {
	l, s := t.leg, t.journey.Steps[i]
	t.arrive(ctx, nil) // a page may have gone on by itself
	a := t.act(i)
	// What leads to another page may be the last chance to look at this one.
	if len(a.Names) > 0 || s.Presses() || s.Goto != "" {
		if err := l.checkpoint(ctx, t.at); err != nil {
			return false, err
		}
	}
	t.at.navigations = t.at.tab.Navigations()
	begin := func() {
		at := time.Now()
		l.do(func() {
			a.Begun, a.At = l.log.Seq(), l.clock.Now()
			l.log.Mark(at, "", causeOf(s))
		})
	}
	begin()
	t.unsearched = ""
	before := t.at
	switch {
	case s.Goto != "":
		err = t.goTo(ctx, s.Goto)
	case s.Restart != "":
		err = t.restart(ctx)
	case s.Idle != "":
		a.Idle, a.Real, err = t.idle(ctx, s.Idle)
	default:
		var did journey.Did
		did, err = t.runner.Step(ctx, s, begin)
		a.What, a.Already = did.Words, did.Already
		t.arrive(ctx, nil)
	}
	a.Unsearched = t.unsearched
	if why := t.useless(i); err == nil && t.at != before && why != "" {
		err = errors.New(why)
	}
	if err != nil {
		if ctx.Err() != nil || errors.Is(err, chrome.ErrLost) || errors.Is(err, chrome.ErrDetached) {
			return false, err
		}
		a.Failed = strings.ReplaceAll(err.Error(), "\n", "; ")
	}
	if len(a.Names) > 0 {
		if err := l.checkpoint(ctx, t.at); err != nil {
			return false, err
		}
	}
	t.record(a)
	return a.Failed == "", nil
}

// causeOf is what a step's writes come from.
func causeOf(s observation.Step) observation.Cause {
	switch {
	case s.Click != "", s.Check != "", s.Clear != "", s.Select != "":
		return observation.CauseClick
	case s.Press != "", s.Fill != "":
		return observation.CauseKey
	case s.Scroll != "":
		return observation.CauseScroll
	case s.Idle != "":
		return observation.CauseTimer
	}
	return observation.CauseLoad
}

func resolve(base, to string) (string, error) {
	b, err := observation.ParseURL(base)
	if err != nil {
		return "", err
	}
	u, err := b.Parse(to)
	if err != nil {
		return "", err
	}
	return u.String(), nil
}

// goTo opens an address in the journey's tab.
func (t *trip) goTo(ctx context.Context, to string) error {
	u, err := resolve(t.at.tab.URL(), to)
	if err != nil {
		return err
	}
	load, err := t.leg.clock.Navigate(ctx, t.at.tab, u)
	t.arrive(ctx, &load)
	if err == nil && !load.OK() {
		_, reasons := state(load)
		err = errors.New("the page did not load: " + strings.Join(reasons, "; "))
	}
	return err
}

// restart does what closing and opening the browser does to a site: its tabs are
// gone and with them sessionStorage, session cookies are dropped, all else stays.
// The page at hand is then opened again.
func (t *trip) restart(ctx context.Context) error {
	l := t.leg
	page := crawl.Page{URL: t.at.tab.URL()}
	if err := t.end(ctx); err != nil {
		return err
	}
	dropped, err := l.context.EndSession(ctx)
	l.do(func() { l.log.Dropped(dropped) })
	if err != nil {
		return err
	}
	return t.reopen(ctx, page)
}

// reopen goes on in a fresh tab.
func (t *trip) reopen(ctx context.Context, page crawl.Page) error {
	v, err := t.leg.open(ctx, page, observation.PurposeAct)
	if v != nil && v.tab != nil {
		t.goOn(v)
	}
	if err == nil && !v.ok() {
		err = errors.New("the page did not load again: " + firstReason(v.rec))
	}
	return err
}

// idle leaves the page alone and then loads it again, as a visitor who comes
// back. By the wall clock it is the same tab; else the page's own time runs fast,
// which no server notices, and the journey goes on in a fresh tab, since a tab
// that had fast time is spent.
func (t *trip) idle(ctx context.Context, text string) (millis int64, real bool, err error) {
	l := t.leg
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, false, fmt.Errorf("idle %q: %w", text, err)
	}
	page := crawl.Page{URL: t.at.tab.URL()}
	if l.part.job.RealTime {
		jar, err := l.context.Cookies(ctx)
		if err == nil {
			err = l.part.wait(ctx, jar, d)
		}
		if err != nil {
			return 0, true, err
		}
		load, err := l.clock.Reload(ctx, t.at.tab)
		t.arrive(ctx, &load)
		return d.Milliseconds(), true, err
	}
	complete, err := l.fast(ctx, t.at, d)
	switch {
	case err != nil:
		return 0, false, err
	case !complete:
		return 0, false, fmt.Errorf("the page's own time did not pass to the end of %s", d)
	}
	if err := t.end(ctx); err != nil {
		return 0, false, err
	}
	return d.Milliseconds(), false, t.reopen(ctx, page)
}

// wait waits by the clock on the wall.
func (s *scan) wait(ctx context.Context, jar []*network.Cookie, d time.Duration) error {
	if s.options.Wait != nil {
		return s.options.Wait(ctx, jar, d)
	}
	return pass(ctx, d)
}

// pass lets time pass on the wall.
func pass(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
