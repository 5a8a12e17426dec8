package scanner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"cookieaudit/scanner/collector"
	"cookieaudit/scanner/crawl"
	"cookieaudit/scanner/observation"
)

// part is one site, or one service of a job that has several: its own list of
// pages, its own dialog, its own visits.
type part struct {
	*scan
	service  string // "" where the job has one site
	prefix   string // of the IDs of its legs
	run      int    // which of several, from 1; 0 where the job is not repeated
	pages    *crawl.List
	journeys []observation.Journey
	signposts
	hurried *hurried // what its legs saw in fast time only; nil where nobody asks

	lock sync.Mutex
	// dialog is what the first visit learned: where a dialog shows itself, and
	// that it takes its time.
	dialog dialogHint
}

// dialogHint is what one visit tells the others about the dialog. It changes
// how long they wait, never what they find.
type dialogHint struct {
	known bool          // the first visit has looked
	seen  bool          // it saw a dialog on some page
	page  int           // index of that page
	after time.Duration // how long it took to come
	more  bool          // it has settings
	// foreign: only the second engine knows a dialog on the first page.
	foreign bool
	// offers are the categories that it lets a visitor allow one by one.
	offers []string
}

func partsOf(s *scan) []*part {
	job := s.job
	if len(job.Services) == 0 {
		return []*part{{scan: s, signposts: newSignposts(), pages: crawl.NewList(job.URLs, job.MaxPages, job.MaxDepth, nil), journeys: job.Journeys}}
	}
	var out []*part
	for i, service := range job.Services {
		p := &part{
			scan: s, signposts: newSignposts(), service: service.Name, prefix: fmt.Sprintf("%d/", i+1),
			pages: crawl.NewList(service.URLs, job.MaxPages, job.MaxDepth, service.Hosts),
		}
		for _, j := range job.Journeys {
			if j.Service == service.Name {
				p.journeys = append(p.journeys, j)
			}
		}
		out = append(out, p)
	}
	return out
}

// visitParts makes the visits of all parts side by side, as far as there are
// slots for their legs.
func (s *scan) visitParts(ctx context.Context) error {
	// Without a log to write to, nobody needs to look on.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var tasks []func() error
	for _, p := range s.parts {
		tasks = append(tasks, func() error {
			err := p.runs(ctx)
			if errors.Is(err, errLog) {
				cancel()
			}
			return err
		})
	}
	return together(tasks)
}

// runs makes all visits, as often as the job asks for, and then looks again by the
// clock at what came in fast time only, if that is asked for.
func (p *part) runs(ctx context.Context) error {
	if p.looksAgain() {
		p.hurried = newHurried(p.log)
	}
	if p.job.Repeat < 2 {
		if err := p.visits(ctx, true); err != nil {
			return err
		}
		return p.again(ctx)
	}
	for n := 1; n <= p.job.Repeat; n++ {
		run := p.inRun(n)
		// All runs look at the pages that the first one found.
		if err := run.visits(ctx, n == 1); err != nil {
			return err
		}
		p.learn(func(h *dialogHint) { *h = run.hint() })
	}
	return p.again(ctx)
}

// inRun is the part for one of several runs. What an earlier run learned of the
// dialog is not passed on: whether it comes each time is what repeating asks.
func (p *part) inRun(n int) *part {
	return &part{
		scan: p.scan, signposts: newSignposts(), service: p.service, prefix: fmt.Sprintf("r%d/%s", n, p.prefix), run: n,
		pages: p.pages, journeys: p.journeys, hurried: p.hurried,
	}
}

func together(tasks []func() error) error {
	errs := make([]error, len(tasks))
	var wg sync.WaitGroup
	for i, task := range tasks {
		wg.Go(func() { errs[i] = task() })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// signpost is put up once something is known that others wait for.
type signpost struct {
	up   chan struct{}
	once sync.Once
}

func newSignpost() *signpost { return &signpost{up: make(chan struct{})} }

func (s *signpost) put() { s.once.Do(func() { close(s.up) }) }

// signposts of one round of visits.
type signposts struct {
	looked *signpost // the first visit has looked at the first page
	seen   *signpost // it has seen a dialog, or has ended
	asked  *signpost // the settings visit knows what the dialog offers, or has ended
}

func newSignposts() signposts { return signposts{newSignpost(), newSignpost(), newSignpost()} }

// visits makes the first visit, which finds the pages. The others follow it page
// by page once it has looked at the first one; journeys wait for its end, since
// they do not go where the dialog is. first: the pages are not found yet.
func (p *part) visits(ctx context.Context, first bool) error {
	choices := inOrder(p.job.Choices)
	if len(choices) == 0 {
		return nil
	}
	ended := make(chan struct{})
	tasks := []func() error{func() error {
		defer close(ended)
		defer p.looked.put()
		defer p.seen.put()
		defer p.pages.Freeze()
		// One slot for all of its legs: those that follow wait for it with theirs in hand.
		free, err := p.slot(ctx)
		if err != nil {
			return err
		}
		defer free()
		return p.visit(ctx, choices[0], first, true)
	}}
	followers := p.followers(choices)
	if !slices.Contains(followers, observation.Settings) {
		p.asked.put() // nobody will read what the dialog offers
	}
	for _, c := range followers {
		tasks = append(tasks, func() error {
			<-p.looked.up
			if c == observation.Settings {
				defer p.asked.put()
				<-p.seen.up
				if choices[0] == observation.None && !p.offersSettings() {
					return nil
				}
			}
			if c == observation.Only {
				<-p.asked.up
				return p.each(ctx)
			}
			return p.visit(ctx, c, false, false)
		})
	}
	for _, c := range choices {
		if c == observation.Settings || c == observation.Only {
			continue
		}
		for _, j := range p.journeys {
			tasks = append(tasks, func() error {
				<-ended
				return p.travel(ctx, c, j)
			})
		}
	}
	return together(tasks)
}

// followers are the visits behind the first. What the dialog's settings offer is
// read wherever somebody accepts or refuses beside a visit that leaves the dialog
// alone, since a dialog is judged by all of its layers, and wherever each of its
// categories is to be allowed.
func (p *part) followers(choices []observation.Choice) []observation.Choice {
	out := slices.Clone(choices[1:])
	reads := func(c observation.Choice) bool {
		return choices[0] == observation.None && (c == observation.Accept || c == observation.Reject) || c == observation.Only
	}
	if p.options.Attend == nil && slices.ContainsFunc(out, reads) && !slices.Contains(out, observation.Settings) {
		out = append(out, observation.Settings)
	}
	return out
}

// each makes one visit for each category that the dialog offers.
func (p *part) each(ctx context.Context) error {
	var tasks []func() error
	for _, category := range p.hint().offers {
		tasks = append(tasks, func() error { return p.visit(ctx, observation.OnlyCategory(category), false, false) })
	}
	return together(tasks)
}

// offersSettings reports whether a dialog was seen that has more layers, as far as
// the visit knows that leaves it alone.
func (p *part) offersSettings() bool {
	h := p.hint()
	return h.seen && h.more
}

// inOrder puts none first: it sees the site untouched. Only comes last, since its
// visits are made of what another one reads; it is never alone.
func inOrder(choices []observation.Choice) []observation.Choice {
	place := map[observation.Choice]int{observation.None: -1, observation.Only: 1}
	out := slices.Clone(choices)
	slices.SortStableFunc(out, func(a, b observation.Choice) int { return cmp.Compare(place[a], place[b]) })
	if len(out) > 0 && out[0] == observation.Only {
		out = slices.Insert(out, 0, observation.None)
	}
	return out
}

// visit makes all legs of one choice that visit pages. seated: their slot is taken.
func (p *part) visit(ctx context.Context, choice observation.Choice, first, seated bool) error {
	for n, from := 1, 0; ; n++ {
		rec := observation.Leg{ID: fmt.Sprintf("%s%s/%d", p.prefix, choice, n), Choice: choice, Service: p.service, Run: p.run}
		next, err := p.twice(ctx, leg{record: rec, first: first, seated: seated, from: from})
		if err != nil {
			return err
		}
		more := false
		if first {
			_, more = p.pages.At(next)
		} else if _, more, err = p.pages.Wait(ctx, next); err != nil {
			return err
		}
		if !more {
			return nil
		}
		from = next
	}
}

// travel makes the leg of one journey under one choice.
func (p *part) travel(ctx context.Context, choice observation.Choice, j observation.Journey) error {
	rec := observation.Leg{ID: fmt.Sprintf("%s%s/journey-%s", p.prefix, choice, j.Name), Choice: choice, Service: p.service, Journey: j.Name, Run: p.run}
	_, err := p.twice(ctx, leg{record: rec, journey: &j})
	return err
}

// twice makes a leg, and makes it once more where its browser or context died;
// both are recorded. It returns the index of the first page not visited.
func (p *part) twice(ctx context.Context, l leg) (next int, err error) {
	p.progress("visit %s", p.words(l.record))
	next, err = p.leg(ctx, l)
	if err == nil || ctx.Err() != nil || errors.Is(err, errLog) {
		return next, err
	}
	p.progress("visit %s failed (%v), once more", p.words(l.record), err)
	l.record.Retry = l.record.ID
	l.record.ID += "/retry"
	next, err = p.leg(ctx, l)
	if err != nil && ctx.Err() == nil && !errors.Is(err, errLog) {
		// Recorded as a blind gap by the leg; the others go on.
		return l.end(), nil
	}
	return next, err
}

// words names a leg for the operator.
func (p *part) words(l observation.Leg) string {
	out := string(l.Choice)
	if p.service != "" {
		out += " of " + p.service
	}
	if l.Journey != "" {
		out += ", journey " + l.Journey
	}
	if l.Run > 0 {
		out += fmt.Sprintf(", run %d of %d", l.Run, p.job.Repeat)
	}
	return out
}

// errLog marks an error of writing the log, after which going on is no use.
var errLog = errors.New("the log cannot be written")

func (p *part) hint() dialogHint {
	p.lock.Lock()
	defer p.lock.Unlock()
	return p.dialog
}

func (p *part) learn(from func(*dialogHint)) {
	p.lock.Lock()
	defer p.lock.Unlock()
	from(&p.dialog)
}

// leg makes one leg, when there is a slot for it, and returns the index of the
// first page that it did not visit.
func (p *part) leg(ctx context.Context, l leg) (next int, err error) {
	if !l.seated {
		free, err := p.slot(ctx)
		if err != nil {
			return l.from, err
		}
		defer free()
	}
	log := p.log
	if p.hurried != nil && l.again == nil {
		p.hurried.begin(l)
		log = p.hurried
	}
	l.part, l.log = p, collector.NewLog(l.record.ID, p.redact, log)
	next, err = l.run(ctx)
	if logErr := l.log.Err(); logErr != nil {
		return next, fmt.Errorf("%w: %w", errLog, logErr)
	}
	return next, err
}

// slot waits until there is a slot for a leg. free gives it back.
func (p *part) slot(ctx context.Context) (free func(), err error) {
	select {
	case p.slots <- struct{}{}:
		return func() { <-p.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
