package rules

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

// promise is one moment at which an item is to end.
type promise struct {
	step, page string
	idle       time.Duration
	// unspoken: it follows from the lifetime, as the end of a session does; that
	// nobody tested it is not worth a word.
	unspoken bool
}

func (pr promise) String() string {
	switch {
	case pr.page != "":
		return "the page " + pr.page
	case pr.idle > 0:
		return audit.Span(pr.idle) + " without use"
	case pr.step == observation.StepIdle:
		return "a time without use"
	case pr.step == observation.StepRestart:
		return "the browser was closed"
	}
	return pr.step
}

// named is what a journey would have to come to.
func (pr promise) named() string {
	if pr.page != "" || pr.step == observation.StepIdle {
		return pr.String()
	}
	return pr.step
}

func promises(d declaration) []promise {
	var out []promise
	add := func(pr promise) {
		if !slices.ContainsFunc(out, func(o promise) bool { return o.step == pr.step && o.page == pr.page }) {
			out = append(out, pr)
		}
	}
	for _, c := range d.deletedWhen {
		pr := promise{step: c.Step, page: c.Page}
		if c.Step == observation.StepIdle {
			pr.idle = d.lifetime.Idle
		}
		add(pr)
	}
	for _, event := range d.lifetime.Until {
		add(promise{step: event})
	}
	if d.lifetime.Idle > 0 {
		add(promise{step: observation.StepIdle, idle: d.lifetime.Idle})
	}
	if l := d.lifetime; l.Session && l.Max == 0 && !l.Indefinite && !l.Persistent {
		add(promise{step: observation.StepRestart, unspoken: true})
	}
	return out
}

// trial is what became of one promise over all journeys.
type trial struct {
	promise
	items  []bound  // to which it is made
	broken []bound  // items that outlived it
	pages  []string // where, one for each
	tested bool
	untold []reason
	failed string // why the step could not be done
	absent bool   // the step was done, but nothing was there to delete
}

// reason is why nobody can tell, and what would let it be told.
type reason struct{ why, next string }

// inActs compares what was there before and after each act of the promise's name.
func (t *trial) inActs(p *audit.Pass) {
	for _, a := range acts(p) {
		switch {
		case !slices.Contains(a.Names, t.step), t.idle > 0 && time.Duration(a.Idle)*time.Millisecond < t.idle:
			continue
		case a.Failed != "":
			t.failed = a.Failed
			continue
		}
		there := false
		for _, b := range t.items {
			before, was := find(a.Before, b.group[0].Item)
			if !was {
				continue
			}
			there = true
			if endsWithTab(a, before.Item) {
				t.tested = true
				continue
			}
			after, is := find(a.After, b.group[0].Item)
			if !a.Looked(before.Item) {
				t.untold = append(t.untold, t.unlooked(p.Where(b.group[0]), a, before.Item))
				continue
			}
			kept := is && outlived(a, before, after)
			if kept && a.Idle > 0 && !a.Real {
				// Without a declared time nobody can say that enough has passed.
				if t.step == observation.StepIdle && t.idle == 0 || before.Item.Kind == observation.Cookie {
					t.untold = append(t.untold, t.tooFast(p.Where(b.group[0]), before.Item.Kind))
					continue
				}
				b.doubt = "Only the page's own clock ran, so that a script which looks at the clock later had no chance."
			}
			t.tested = true
			if kept {
				b.changed = before.Value.Digest != after.Value.Digest
				t.add(b, p.URL(a.Page))
			}
		}
		t.absent = t.absent || !there
	}
}

func (t *trial) add(b bound, page string) {
	if !slices.ContainsFunc(t.broken, func(o bound) bool { return o.group[0].Item == b.group[0].Item }) {
		t.broken, t.pages = append(t.broken, b), append(t.pages, page)
	}
}

func find(all []observation.Stored, k observation.Key) (observation.Stored, bool) {
	i := slices.IndexFunc(all, func(s observation.Stored) bool { return s.Item == k })
	if i < 0 {
		return observation.Stored{}, false
	}
	return all[i], true
}

// outlived reports whether what is there after an act is what was there before.
// An item that was deleted and came again is a new one, whatever its value. To
// close the browser ends what a session holds without a deletion that anyone is
// told of: there a set shows that the item was gone, and a change that it was not.
func outlived(a observation.Done, before, after observation.Stored) bool {
	ops := a.Ops(before.Item)
	if slices.Contains(a.Names, observation.StepRestart) {
		return !slices.Contains(ops, observation.OpSet)
	}
	if gone := slices.Index(ops, observation.OpDelete); gone >= 0 && slices.Contains(ops[gone:], observation.OpSet) {
		return false
	}
	if before.Value.Digest == "" {
		return !slices.Contains(ops, observation.OpSet) && !slices.Contains(ops, observation.OpChange)
	}
	return before.Value.Digest == after.Value.Digest
}

// endsWithTab: closing the browser closes the tab that a sessionStorage belongs
// to, so that what the next tab holds is another's.
func endsWithTab(a observation.Done, k observation.Key) bool {
	return k.Kind == observation.SessionStorage && slices.Contains(a.Names, observation.StepRestart)
}

// unlooked: the item may be gone, or lie where nobody looked.
func (t *trial) unlooked(item string, a observation.Done, k observation.Key) reason {
	why := fmt.Sprintf("where %s lies was not looked at after %s", item, t)
	switch {
	case a.Idle > 0 && !a.Real:
		return reason{why, "scan with --real-time"}
	case k.Kind == observation.SessionStorage:
		return reason{why, "let the journey stay in one tab"}
	}
	return reason{why, "let the journey come to a page of " + k.Origin + " within that step"}
}

// tooFast: the time did not pass for everything that could let the item go.
func (t *trial) tooFast(item string, kind observation.Kind) reason {
	why := "but the page's time ran fast and the server's clock did not"
	if kind != observation.Cookie {
		why = "but only the page's own clock ran, and the policy does not say how long it takes"
	}
	return reason{fmt.Sprintf("%s is still there after %s, %s", item, t, why), "scan with --real-time"}
}

// onPages finds items that were written before the promise's page was opened and
// are at rest on it or later without having been written since.
func (t *trial) onPages(p *audit.Pass, legs map[string]*walk) {
	for _, b := range t.items {
		for _, s := range b.group {
			for _, id := range slices.Sorted(maps.Keys(legs)) {
				leg := legs[id]
				if leg.choice != s.Choice {
					continue
				}
				page := slices.IndexFunc(leg.pages, func(page observation.Page) bool { return onPath(t.page, page.URL) || onPath(t.page, page.Final) })
				if page < 0 {
					continue
				}
				opened := leg.pages[page].Opened
				was, since := writtenAround(p, id, s.Item, opened)
				if !was {
					continue
				}
				t.tested = true
				if s.AtEnd && !since && restsSince(leg, s, opened) {
					t.add(b, leg.pages[page].URL)
				}
			}
		}
	}
}

func writtenAround(p *audit.Pass, leg string, k observation.Key, opened int64) (before, since bool) {
	for _, w := range p.Observation.Writes {
		switch {
		case w.Item != k || observation.LegOf(w.Page) != leg:
		case w.Op == observation.OpDelete && w.At < opened:
			before = false
		case w.Op == observation.OpSet || w.Op == observation.OpChange:
			before = before || w.At < opened
			since = since || w.At >= opened
		}
	}
	return before, since
}

func restsSince(leg *walk, s audit.Sighting, opened int64) bool {
	return slices.ContainsFunc(leg.pages, func(page observation.Page) bool {
		return page.Opened >= opened && slices.Contains(s.Pages, page.ID)
	})
}
