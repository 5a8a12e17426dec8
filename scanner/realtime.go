package scanner

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"cookieaudit/scanner/observation"
)

const (
	// lingerMargin is how much longer than it took in fast time an item is waited
	// for by the clock, lingerLimit the most that one page is waited on.
	lingerMargin = 2 * time.Second
	lingerLimit  = 65 * time.Second
)

// looksAgain reports whether what came in fast time only is looked at again by the
// clock on the wall.
func (s *scan) looksAgain() bool {
	return s.job.RealTime && (s.options.Linger != nil || s.options.Wait == nil)
}

// hurried is the log of a part's legs, and notes what they saw in fast time only.
type hurried struct {
	observation.Log

	mu    sync.Mutex
	legs  map[string]begun
	pages map[string]observation.Page
	items map[late]*firsts
}

// begun is a leg that was begun.
type begun struct {
	choice observation.Choice
	from   int // see leg.from
}

// late is an item under one choice in one phase.
type late struct {
	choice observation.Choice
	phase  observation.Phase
	item   observation.Key
}

// firsts are the first writes of an item in fast time, by page. The map is nil
// once it was written by the clock.
type firsts struct{ at map[string]arrival }

// arrival is when a page's first write of an item came, on the visit's clock.
type arrival struct {
	at int64
	// unsure: nobody saw it come, only that it was there.
	unsure bool
}

func newHurried(log observation.Log) *hurried {
	return &hurried{Log: log, legs: map[string]begun{}, pages: map[string]observation.Page{}, items: map[late]*firsts{}}
}

func (h *hurried) begin(l leg) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.legs[l.record.ID] = begun{l.record.Choice, l.from}
}

// Append is part of observation.Log.
func (h *hurried) Append(records ...observation.Record) error {
	h.mu.Lock()
	for _, r := range records {
		switch {
		case r.Page != nil:
			h.pages[r.Page.ID] = observation.Page{Nr: r.Page.Nr, Purpose: r.Page.Purpose, Opened: r.Page.Opened}
		case r.Write != nil && (r.Write.Op == observation.OpSet || r.Write.Op == observation.OpChange):
			h.write(r.Write)
		}
	}
	h.mu.Unlock()
	return h.Log.Append(records...)
}

func (h *hurried) write(w *observation.Write) {
	k := late{h.legs[observation.LegOf(w.Page)].choice, w.Phase, w.Item}
	f := h.items[k]
	if f == nil {
		f = &firsts{at: map[string]arrival{}}
		h.items[k] = f
	}
	if !w.Fast {
		f.at = nil
	}
	if _, told := f.at[w.Page]; f.at != nil && !told {
		f.at[w.Page] = arrival{w.At, w.Via == observation.ViaUnknown}
	}
}

// again is what a leg looks at again: pages, and how long each is waited on from
// its opening.
type again struct {
	from int
	wait map[stay]time.Duration
}

// stay is the opening of a page that is waited on: in a phase, in the list's page
// of that number, in the session in which a choice is made or in a later one.
type stay struct {
	phase observation.Phase
	nr    int
	later bool
}

func stayOf(phase observation.Phase, p observation.Page) stay {
	return stay{phase, p.Nr, p.Purpose == observation.PurposeReturn}
}

// of is what is to be looked at again under a choice: for each leg that visited
// pages, those on which the items came that nobody saw by the clock, as few as will
// do.
func (h *hurried) of(choice observation.Choice) []again {
	h.mu.Lock()
	defer h.mu.Unlock()
	type opening struct {
		from int
		stay stay
	}
	open := map[late]map[opening]time.Duration{}
	for k, f := range h.items {
		for id, came := range f.at {
			page, known := h.pages[id]
			if k.choice != choice || !known || page.Nr == 0 {
				continue
			}
			if open[k] == nil {
				open[k] = map[opening]time.Duration{}
			}
			at := opening{h.legs[observation.LegOf(id)].from, stayOf(k.phase, page)}
			wait := min(time.Duration(came.at-page.Opened)*time.Millisecond+lingerMargin, lingerLimit)
			if came.unsure {
				wait = lingerLimit
			}
			if old, ok := open[k][at]; !ok || wait < old {
				open[k][at] = wait
			}
		}
	}
	var out []again
	for len(open) > 0 {
		shows := map[opening]int{}
		for _, at := range open {
			for o := range at {
				shows[o]++
			}
		}
		// Of the pages that show most the first will do.
		best := slices.SortedFunc(maps.Keys(shows), func(a, b opening) int {
			return firstOf(shows[b]-shows[a], a.from-b.from, a.stay.nr-b.stay.nr, rankOf(a.stay)-rankOf(b.stay))
		})[0]
		i := slices.IndexFunc(out, func(a again) bool { return a.from == best.from })
		if i < 0 {
			i = len(out)
			out = append(out, again{best.from, map[stay]time.Duration{}})
		}
		for k, at := range open {
			if wait, ok := at[best]; ok {
				out[i].wait[best.stay] = max(out[i].wait[best.stay], wait)
				delete(open, k)
			}
		}
	}
	slices.SortFunc(out, func(a, b again) int { return a.from - b.from })
	return out
}

// choices are those of the legs that were made, sorted. Where each category is asked for
// these are others than the job's.
func (h *hurried) choices() []observation.Choice {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []observation.Choice
	for _, l := range h.legs {
		out = append(out, l.choice)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func firstOf(values ...int) int {
	for _, v := range values {
		if v != 0 {
			return v
		}
	}
	return 0
}

func rankOf(s stay) int {
	rank := 2 * slices.IndexFunc(observation.Phases(), func(t observation.Term) bool { return t.Name == string(s.phase) })
	if s.later {
		rank++
	}
	return rank
}

// again makes the legs that look again by the clock. They visit the same pages as
// the legs before and make the same choice, so that things come as they did.
func (p *part) again(ctx context.Context) error {
	if p.hurried == nil {
		return nil
	}
	var tasks []func() error
	for _, choice := range p.hurried.choices() {
		if !slices.Contains(p.job.Choices, choice) && (choice.Category() == "" || !slices.Contains(p.job.Choices, observation.Only)) {
			continue
		}
		for i, a := range p.hurried.of(choice) {
			rec := observation.Leg{ID: fmt.Sprintf("%s%s/real-%d", p.prefix, choice, i+1), Choice: choice, Service: p.service}
			var sum time.Duration
			for _, d := range a.wait {
				sum += d
			}
			p.progress("look again by the clock: %s, %s, about %.0f s", p.words(rec), pagesWords(len(a.wait)), sum.Seconds())
			tasks = append(tasks, func() error {
				_, err := p.twice(ctx, leg{record: rec, from: a.from, again: &a})
				return err
			})
		}
	}
	return together(tasks)
}

func pagesWords(n int) string {
	if n == 1 {
		return "1 page"
	}
	return fmt.Sprintf("%d pages", n)
}

// linger stands for the fast minute of a page that is looked at again: it waits
// until what came in fast time should have come by the clock.
func (l *leg) linger(ctx context.Context, v *visited) error {
	var phase observation.Phase
	l.do(func() { phase = l.log.Phase() })
	d, ok := l.again.wait[stayOf(phase, v.rec)]
	if !ok {
		return nil
	}
	d -= time.Duration(l.clock.Now()-v.rec.Opened) * time.Millisecond
	if d <= 0 {
		return nil
	}
	l.mark("", observation.CauseTimer)
	if err := l.part.linger(ctx, d); err != nil {
		return err
	}
	_, err := l.clock.Rest(ctx, v.tab)
	return l.gaveUp(ctx, v, err)
}

// linger waits by the clock on the wall.
func (s *scan) linger(ctx context.Context, d time.Duration) error {
	if s.options.Linger != nil {
		return s.options.Linger(ctx, d)
	}
	return pass(ctx, d)
}
