package scanner

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/crawl"
	"cookieaudit/scanner/journey"
	"cookieaudit/scanner/observation"
)

// travel makes the leg's choice and then its journey, in one tab and in real
// time. Where the choice cannot be made there is nothing to travel with.
func (l *leg) travel(ctx context.Context) error {
	ready, err := l.prepare(ctx)
	if err != nil || !ready {
		return err
	}
	return l.follow(ctx, l.journey)
}

// prepare makes the choice. A site without a dialog is ready as it is.
func (l *leg) prepare(ctx context.Context) (ready bool, err error) {
	if l.record.Choice == observation.None {
		return true, nil
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
	if err != nil || !made || l.record.Choice != observation.Withdraw {
		return made, err
	}
	return l.withdraw(ctx)
}

// follow runs a journey from its first address, or from the first page.
func (l *leg) follow(ctx context.Context, j *observation.Journey) error {
	start, _ := l.part.pages.At(0)
	start = crawl.Page{URL: start.URL}
	steps, first := j.Steps, 0
	if to := steps[0].Goto; to != "" {
		u, err := resolve(start.URL, to)
		if err == nil {
			start.URL, first = u, 1
		}
	}
	v, err := l.open(ctx, start, observation.PurposeAct)
	if err != nil {
		return err
	}
	t := &trip{leg: l, journey: j, at: v}
	t.runner = journey.Runner{Tab: v.tab, Env: l.part.options.Env, Typed: func(target, value string) {
		l.do(func() { l.log.Typed(target, value) })
	}}
	if first == 1 {
		if gone, err := t.arrived(ctx); gone || err != nil {
			return errors.Join(err, l.close(ctx, t.at))
		}
	}
	for i := first; i < len(steps); i++ {
		if done, err := t.step(ctx, i); !done || err != nil {
			return errors.Join(err, l.close(ctx, t.at))
		}
	}
	return l.close(ctx, t.at)
}

// trip is a journey under way.
type trip struct {
	leg     *leg
	journey *observation.Journey
	runner  journey.Runner
	at      *visited // the page at hand
}

// arrived records the opening of the journey's first address. gone tells that
// there is no page to go on with.
func (t *trip) arrived(ctx context.Context) (gone bool, err error) {
	a := t.act(0)
	if !t.at.ok() {
		a.Failed = "the page did not load: " + firstReason(t.at.rec)
	} else if len(a.Names) > 0 {
		if err := t.leg.checkpoint(ctx, t.at); err != nil {
			return true, err
		}
	}
	t.record(a)
	return a.Failed != "", nil
}

func (t *trip) act(i int) observation.Act {
	return observation.Act{
		Journey: t.journey.Name, Nr: i + 1, What: t.journey.Steps[i].String(), Names: t.journey.Names(i), Page: t.at.rec.ID, At: t.leg.clock.Now(),
	}
}

func (t *trip) record(a observation.Act) { t.leg.do(func() { t.leg.log.Act(a) }) }

// step does the i-th step between two checkpoints where it has a name. done is
// false where it could not be done: the journey ends there.
func (t *trip) step(ctx context.Context, i int) (done bool, err error) {
	l, s := t.leg, t.journey.Steps[i]
	a := t.act(i)
	if len(a.Names) > 0 {
		if err := l.checkpoint(ctx, t.at); err != nil {
			return false, err
		}
	}
	begin := func() {
		at := time.Now()
		l.do(func() {
			a.Begun, a.At = l.log.Seq(), l.clock.Now()
			l.log.Mark(at, "", causeOf(s))
		})
	}
	begin()
	navigations := t.at.tab.Navigations()
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
		if t.at.tab.Navigations() != navigations {
			err = errors.Join(err, t.moved(ctx))
		}
	}
	if err != nil {
		if ctx.Err() != nil || errors.Is(err, chrome.ErrLost) {
			return false, err
		}
		a.Failed = err.Error()
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
	b, err := url.Parse(base)
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
	if err := t.leg.finish(ctx, t.at); err != nil {
		return err
	}
	return t.turn(ctx, u, func() (chrome.Load, error) { return t.leg.clock.Navigate(ctx, t.at.tab, u) })
}

// turn begins the record of the next page in the same tab.
func (t *trip) turn(ctx context.Context, address string, load func() (chrome.Load, error)) error {
	n := &visited{tab: t.at.tab, page: crawl.Page{URL: address}}
	t.leg.begin(n, observation.PurposeAct, false)
	l, err := load()
	t.at = n
	t.leg.settled(ctx, n, l)
	if err == nil && !n.ok() {
		err = errors.New("the page did not load: " + firstReason(n.rec))
	}
	return err
}

// moved: a step led to another page.
func (t *trip) moved(ctx context.Context) error {
	if err := t.leg.finish(ctx, t.at); err != nil {
		return err
	}
	tab := t.at.tab
	return t.turn(ctx, tab.URL(), func() (chrome.Load, error) {
		return chrome.Load{Final: tab.URL(), Status: tab.Status()}, nil
	})
}

// restart does what closing and opening the browser does to a site: its tabs are
// gone and with them sessionStorage, session cookies are dropped, all else stays.
// The page at hand is then opened again.
func (t *trip) restart(ctx context.Context) error {
	l := t.leg
	page := crawl.Page{URL: t.at.tab.URL()}
	if err := l.close(ctx, t.at); err != nil {
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
	if err != nil {
		return err
	}
	t.at, t.runner.Tab = v, v.tab
	if !v.ok() {
		return errors.New("the page did not load again: " + firstReason(v.rec))
	}
	return nil
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
		if err := l.part.wait(ctx, d); err != nil {
			return 0, true, err
		}
		if err := l.finish(ctx, t.at); err != nil {
			return 0, true, err
		}
		return d.Milliseconds(), true, t.turn(ctx, page.URL, func() (chrome.Load, error) { return l.clock.Reload(ctx, t.at.tab) })
	}
	if err := l.fast(ctx, t.at, d); err != nil {
		return 0, false, err
	}
	if err := l.close(ctx, t.at); err != nil {
		return 0, false, err
	}
	return d.Milliseconds(), false, t.reopen(ctx, page)
}

// wait waits by the clock on the wall.
func (s *scan) wait(ctx context.Context, d time.Duration) error {
	if s.options.Wait != nil {
		return s.options.Wait(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// close ends a page and its tab: the checkpoint, the record, no fast minute.
func (l *leg) close(ctx context.Context, v *visited) error {
	err := l.finish(ctx, v)
	if v.tab != nil {
		l.clock.Close(ctx, v.tab)
	}
	return err
}
