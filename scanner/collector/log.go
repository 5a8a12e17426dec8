package collector

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/signal"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
)

// Log is the evidence of one leg. Its records are kept page by page and handed
// to the observation's log when the page is closed. All methods must be called
// in the goroutine of the leg's context (chrome.Context.Do), save those said to
// be safe elsewhere.
type Log struct {
	leg        string
	redact     *observation.Redactor
	out        observation.Log
	clock      *chrome.Clock
	context    *chrome.Context
	nonce      string // of the wrapper's reports
	gpc        bool   // the visitor sends Global Privacy Control
	collectors []Collector
	traffic    *traffic
	country    *country
	err        error

	seq     int
	pageID  string
	pages   int
	top     string // URL of the page being looked at
	marks   []mark
	fast    bool
	records []observation.Record
	// rested are the cookies at rest when the jar was read last.
	rested   map[observation.Key]RestItem
	restedAt int64 // on the visit's clock
	// giving are the writes of each cookie since then, but the refused.
	giving map[observation.Key][]giving
	// present is what is stored as far as the leg knows, for telling set from
	// change; raw values, which leave the leg only redacted.
	present map[observation.Key]string
	// kept are the identifiers found inside databases and caches, raw.
	kept map[observation.Key][]string
	held int // bytes of this page's requests, see Log.keep
	// unsure are this page's writes of which only the jar can tell whether the
	// browser carried them out.
	unsure map[*observation.Write]bool
	tops   map[target.ID]string // address of each tab's document
	frames map[target.ID]string // and of each frame's that has a session of its own
	// told counts the writes of each item and phase, last are this page's newest
	// ones by what they did: beyond FullWrites they are counted there.
	told map[tally]int
	// calls counts the wrapper's reports by kind; ahead is what was read ahead of
	// the page's fast time.
	calls map[observation.Kind]int
	ahead map[observation.Kind]ahead
	last  map[tally]int // index in records
	dead  int           // records that were taken up by later ones
	// typed are the values that were typed into fields, by target.
	typed   map[string]needle
	needles map[string]*needle // of stored values
	given   given
	heard   heard
}

// mark is a moment from which on things happen in a phase and from a cause.
type mark struct {
	at    time.Time
	phase observation.Phase
	cause observation.Cause
}

// tally is what writes are counted by; op is "" for all.
type tally struct {
	item  observation.Key
	phase observation.Phase
	op    observation.Op
}

// NewLog makes the log of a leg.
func NewLog(leg string, r *observation.Redactor, out observation.Log) *Log {
	l := &Log{
		leg: leg, redact: r, out: out, nonce: rand.Text(),
		present: map[observation.Key]string{}, kept: map[observation.Key][]string{}, unsure: map[*observation.Write]bool{},
		giving: map[observation.Key][]giving{}, tops: map[target.ID]string{}, frames: map[target.ID]string{},
		typed: map[string]needle{}, needles: map[string]*needle{},
		given: given{map[validator]bool{}, map[confirmed]bool{}},
		told:  map[tally]int{}, last: map[tally]int{}, calls: map[observation.Kind]int{},
		heard: heard{said: map[spoken]string{}, requests: map[spoken]string{}},
	}
	l.traffic = newTraffic(l)
	l.country = &country{log: l}
	l.collectors = collectors(l)
	l.marks = []mark{{phase: observation.Before, cause: observation.CauseLoad}}
	return l
}

// Hooks are what the leg's context must be made with.
func (l *Log) Hooks() chrome.Hooks {
	script := join(l.collectors, l.nonce, rand.Text())
	if l.gpc {
		script = gpcJS + script
	}
	return chrome.Hooks{
		Commands: func(s *chrome.Session) []chrome.Command {
			var out []chrome.Command
			if s.Type.Document() {
				now := true
				out = append(out, chrome.Command{Method: "Page.addScriptToEvaluateOnNewDocument", Params: page.AddScriptToEvaluateOnNewDocumentParams{Source: script, RunImmediately: &now}})
			} else {
				out = append(out, pauseAtFirst...)
			}
			for _, c := range l.collectors {
				if c.Commands != nil {
					out = append(out, c.Commands(s)...)
				}
			}
			return append(out, l.optOut()...)
		},
		On: func(e chrome.Event) {
			l.enter(e, script)
			l.on(e)
		},
		Gap: func(kind, why string, s *chrome.Session, blind bool) {
			id := ""
			if s != nil {
				id = s.ID()
			}
			l.gap(observation.Gap{Kind: kind, Why: why, Session: id, Blind: blind})
		},
	}
}

// redactText keeps addresses in free text from carrying query values. One that holds
// what redaction put there was redacted before: whoever writes of an address knows
// better than this where it ends.
func (l *Log) redactText(s string) string {
	return addresses.ReplaceAllStringFunc(s, func(address string) string {
		if masked.MatchString(address) {
			return address
		}
		return l.redact.URL(address)
	})
}

// Start binds the log to the context's clock.
func (l *Log) Start(c *chrome.Context) { l.clock, l.context = c.Clock, c }

// pauseAtFirst stops a worker ahead of its first script. Before it, a worker's
// realm lacks half of its storage interfaces.
var pauseAtFirst = []chrome.Command{
	{Method: "Debugger.enable"},
	{Method: "Debugger.setInstrumentationBreakpoint", Params: map[string]any{"instrumentation": "beforeScriptExecution"}},
}

// enter gives a worker that waits ahead of its first script the wrapper, and lets
// it go on.
func (l *Log) enter(e chrome.Event, script string) {
	if e.Method != "Debugger.paused" || e.Session.Type.Document() {
		return
	}
	e.Session.Send("Runtime.evaluate", runtime.EvaluateParams{Expression: script})
	e.Session.Send("Debugger.disable", nil)
}

func (l *Log) on(e chrome.Event) {
	l.committed(e)
	l.traffic.on(e)
	call, called, err := l.callOf(e)
	if called {
		l.context.Touch()
	}
	if err != nil {
		l.Gap("report-lost", "a report of a storage call could not be read; the page may have tampered with it", true)
	}
	for _, c := range l.collectors {
		if called && c.Call != nil && call.Kind == string(c.Kind) {
			l.calls[c.Kind]++
			c.Call(call)
		}
		if c.On != nil {
			c.On(e)
		}
	}
}

// committed notes the new document of a tab or pop-up window: what follows in
// it is embedded in, and partitioned under, that document's site. Of a frame that has
// a session of its own the address is noted, too.
func (l *Log) committed(e chrome.Event) {
	if e.Method != "Page.frameNavigated" || e.Session == nil || !e.Session.Type.Document() {
		return
	}
	var p page.EventFrameNavigated
	switch {
	case e.Decode(&p) != nil || p.Frame == nil || !strings.HasPrefix(p.Frame.URL, "http"):
	case e.Session.Type == chrome.PageTarget && p.Frame.ParentID == "":
		l.traffic.gather() // ahead of what the new document writes
		l.tops[e.Session.TargetID] = p.Frame.URL
	case e.Session.Type == chrome.FrameTarget && string(p.Frame.ID) == string(e.Session.TargetID):
		l.frames[e.Session.TargetID] = p.Frame.URL
	}
}

// named says what a session is with.
func (l *Log) named(s *chrome.Session) string {
	return cmp.Or(l.frames[s.TargetID], l.tops[s.TargetID], "a "+string(s.Type))
}

// topOf is the address of the tab that a session belongs to; of the page being
// looked at for a worker of no tab.
func (l *Log) topOf(s *chrome.Session) string {
	if s != nil {
		if top := l.tops[s.Root().TargetID]; top != "" {
			return top
		}
	}
	return l.top
}

// Mark begins a phase or cause; empty keeps the one before. It may be called
// from any goroutine through chrome.Context.Do; at is when it really began.
func (l *Log) Mark(at time.Time, p observation.Phase, c observation.Cause) {
	last := l.marks[len(l.marks)-1]
	if p == "" {
		p = last.phase
	}
	if c == "" {
		c = last.cause
	}
	l.marks = append(l.marks, mark{at, p, c})
}

// Phase is the phase now.
func (l *Log) Phase() observation.Phase { return l.marks[len(l.marks)-1].phase }

// Fast tells that the page's fast minute begins.
func (l *Log) Fast() {
	l.fast = true
	l.Mark(time.Now(), "", observation.CauseTimer)
}

// Leave tells that the page is left. Its timers have run; what it does now is done
// in real time again.
func (l *Log) Leave() {
	l.fast = false
	l.Mark(time.Now(), "", observation.CauseNavigation)
}

// OpenPage begins a page and returns its ID.
func (l *Log) OpenPage(url string, newTab bool) string {
	l.pages++
	l.pageID = fmt.Sprintf("%s/p%d", l.leg, l.pages)
	l.top, l.fast, l.ahead = url, false, nil
	if newTab {
		for k := range l.present {
			if k.Kind == observation.SessionStorage {
				delete(l.present, k)
			}
		}
	}
	l.Mark(time.Now(), "", observation.CauseLoad)
	return l.pageID
}

// At sets the address of the page being looked at, once it is known.
func (l *Log) At(url string) { l.top = url }

// PageID is the page being looked at.
func (l *Log) PageID() string { return l.pageID }

// moment is when and where something happened.
type moment struct {
	page  string
	phase observation.Phase
	cause observation.Cause
	at    int64
	fast  bool
}

// moment puts a time of the machine's clock into phase and cause. In fast time
// the page's clock is no help, and everything is the work of timers.
func (l *Log) moment(t time.Time) moment {
	m := moment{page: l.pageID, at: l.clock.At(t), fast: l.fast}
	i := len(l.marks) - 1
	for ; i > 0 && !l.fast && l.marks[i].at.After(t); i-- {
	}
	m.phase, m.cause = l.marks[i].phase, l.marks[i].cause
	return m
}

// draft is a write before redaction.
type draft struct {
	moment   moment
	asked    int64 // when the response was asked for, on the visit's clock; 0 for a script
	frame    string
	item     observation.Key
	deletes  bool
	refused  []string
	unsure   bool // see Log.unsure
	via      observation.Via
	by       observation.Source
	chain    []observation.Source
	call     *scriptCall // that made it, nil for a response
	inferred string      // see Write.Inferred
	lifetime observation.Lifetime
	attrs    observation.Attrs
	given    string // see Write.Given
	value    string
}

// write records a write, telling set from change by what is known to be stored.
func (l *Log) write(d draft) *observation.Write {
	_, there := l.present[d.item]
	op := observation.OpSet
	switch {
	case len(d.refused) > 0:
		op = observation.OpRefused
	case d.deletes:
		op = observation.OpDelete
		delete(l.present, d.item)
	default:
		if there {
			op = observation.OpChange
		}
		l.present[d.item] = d.value
	}
	w := &observation.Write{
		Page: d.moment.page, Frame: l.redact.URL(d.frame), Phase: d.moment.phase, Cause: d.moment.cause,
		Item: d.item, Op: op, At: d.moment.at, Fast: d.moment.fast, Via: d.via,
		By: l.source(d.by), Inferred: d.inferred, Chain: l.sources(d.chain), Lifetime: d.lifetime, Attrs: d.attrs, Given: d.given,
		Value: l.redact.Value(d.value), Refused: d.refused,
	}
	l.unsure[w] = d.unsure && op != observation.OpRefused
	l.gives(w, d)
	if d.call != nil {
		w.Turn = l.clock.At(instant(d.call.Turn))
		l.follow(*d.call, &w.Stack, func(from observation.Source) {
			w.By, w.Chain = l.source(from), l.sources(l.traffic.loaders(from))
		})
		if d.call.Times > 1 {
			w.N = d.call.Times
		}
	}
	l.bound(w)
	l.add(observation.Record{Write: w})
	return w
}

// bound lets a write take up the one before it that did the same to the same item
// on this page, once enough of them are told one by one.
func (l *Log) bound(w *observation.Write) {
	all, one := tally{item: w.Item, phase: w.Phase}, tally{w.Item, w.Phase, w.Op}
	l.told[all]++
	if i, ok := l.last[one]; ok && l.told[all] > observation.FullWrites+1 {
		before := l.records[i].Write
		w.N = before.Times() + w.Times()
		delete(l.unsure, before)
		l.records[i] = observation.Record{}
		l.dead++
	}
	if l.told[all] > observation.FullWrites {
		l.last[one] = len(l.records)
	}
	if l.dead > 4096 {
		l.compact()
	}
}

// compact takes the records out that were taken up by later ones.
func (l *Log) compact() {
	moved := map[int]int{}
	var kept []observation.Record
	for i, r := range l.records {
		if r != (observation.Record{}) {
			moved[i] = len(kept)
			kept = append(kept, r)
		}
	}
	for k, i := range l.last {
		if at, ok := moved[i]; ok {
			l.last[k] = at
		} else {
			l.last[k] = len(kept)
		}
	}
	l.records, l.dead = kept, 0
}

func (l *Log) source(s observation.Source) observation.Source {
	s.URL = l.redact.URL(s.URL)
	return s
}

func (l *Log) sources(list []observation.Source) []observation.Source {
	var out []observation.Source
	for _, s := range list {
		out = append(out, l.source(s))
	}
	return out
}

// next is the number of a record to come.
func (l *Log) next() int {
	l.seq++
	return l.seq
}

// add numbers a record and keeps it until its page is closed. Requests have their
// number from when they were sent.
func (l *Log) add(r observation.Record) {
	switch {
	case r.Write != nil:
		r.Write.Seq = l.next()
	case r.Checkpoint != nil:
		r.Checkpoint.Seq = l.next()
	case r.Signal != nil:
		r.Signal.Seq = l.next()
	case r.Act != nil:
		r.Act.Seq = l.next()
	case r.Access != nil:
		r.Access.Seq = l.next()
	}
	l.records = append(l.records, r)
}

func (l *Log) gap(g observation.Gap) {
	g.Leg, g.Page, g.Why = l.leg, l.pageID, l.redact.Text(l.redactText(g.Why))
	for _, r := range l.records {
		if r.Gap != nil && r.Gap.Kind == g.Kind && r.Gap.Why == g.Why && r.Gap.Session == g.Session {
			r.Gap.N = max(r.Gap.N, 1) + 1
			return
		}
	}
	l.add(observation.Record{Gap: &g})
}

// Gap records something that could not be seen. An address in why must have been
// redacted already: nobody can tell where one ends in a text.
func (l *Log) Gap(kind, why string, blind bool) {
	l.gap(observation.Gap{Kind: kind, Why: why, Blind: blind})
}

// Consent records an attempt to make a choice.
func (l *Log) Consent(c observation.Consent) {
	c.Leg, c.Page = l.leg, cmp.Or(c.Page, l.pageID)
	c.Why = l.redact.Text(l.redactText(c.Why))
	for i := range c.Steps {
		c.Steps[i] = l.redact.Text(l.redactText(c.Steps[i]))
	}
	if c.Dialog != nil {
		d := l.dialog(*c.Dialog)
		c.Dialog = &d
	}
	c.Further = slices.Clone(c.Further)
	for i := range c.Further {
		c.Further[i] = l.dialog(c.Further[i])
	}
	l.add(observation.Record{Consent: &c})
}

// dialog is one layer without what is personal in its words and addresses.
func (l *Log) dialog(d observation.Dialog) observation.Dialog {
	d.Frame, d.Text, d.Policy = l.redact.URL(d.Frame), l.redact.Text(l.redactText(d.Text)), l.redact.URL(d.Policy)
	d.Controls = slices.Clone(d.Controls)
	for i := range d.Controls {
		d.Controls[i].Text, d.Controls[i].Name = l.redact.Text(d.Controls[i].Text), l.redact.Text(d.Controls[i].Name)
	}
	return d
}

// Seq is the number of the last record.
func (l *Log) Seq() int { return l.seq }

// Act records a step of a journey.
func (l *Log) Act(a observation.Act) {
	a.Leg = l.leg
	a.What = l.redact.Text(l.redactText(a.What))
	a.Failed = l.redact.Text(l.redactText(a.Failed))
	l.add(observation.Record{Act: &a})
}

// Typed notes what was typed into a field, so that requests that carry it are
// told. The value itself is never recorded. It returns why that cannot be looked
// for, "" if it can.
func (l *Log) Typed(field, value string) (unsearched string) {
	if len(value) < minTyped {
		return fmt.Sprintf("it is shorter than %d characters", minTyped)
	}
	l.typed[field] = typedNeedle(value)
	return ""
}

// Dropped records the session cookies that ended with the browser. sessionStorage
// ends with its tab, which OpenPage takes into account.
func (l *Log) Dropped(cookies []*network.Cookie) {
	m := l.moment(now())
	m.cause = observation.CauseRestart
	for _, c := range cookies {
		l.unwritten(jarItem(c)) // set since the jar was last read, as a page was left
		l.write(draft{moment: m, item: jarKey(c), deletes: true, via: observation.ViaUnknown, lifetime: observation.Lifetime{Persistence: observation.Session}})
	}
}

// ClosePage writes the page and everything recorded since the last one.
func (l *Log) ClosePage(p observation.Page) {
	l.traffic.flush()
	l.country.tell(&p)
	p.ID, p.Leg = l.pageID, l.leg
	p.URL, p.Final = l.redact.URL(p.URL), l.redact.URL(p.Final)
	p.Title = l.redact.Text(p.Title)
	for i := range p.Links {
		p.Links[i] = l.redact.URL(p.Links[i])
	}
	l.add(observation.Record{Page: &p})
	l.flush()
}

// Flush writes what is left when the leg ends, also in the middle of a page.
func (l *Log) Flush() {
	if l.clock != nil {
		l.traffic.end()
	}
	l.flush()
}

func (l *Log) flush() {
	l.compact()
	if len(l.records) == 0 {
		return
	}
	for _, r := range l.records {
		l.veil(r)
	}
	if err := l.out.Append(l.records...); err != nil && l.err == nil {
		l.err = err
	}
	l.records, l.held = nil, 0
	clear(l.unsure)
	clear(l.last)
}

// veil masks what was typed wherever a record names an item. Until here items go by
// their true names, by which the browser tells of them.
func (l *Log) veil(r observation.Record) {
	stored := func(list []observation.Stored) {
		for i := range list {
			s := &list[i]
			s.Item = l.redact.Key(s.Item)
			for j := range s.Parts {
				s.Parts[j] = l.redact.Name(s.Parts[j])
			}
		}
	}
	keys := func(list []observation.Key) {
		for i := range list {
			list[i] = l.redact.Key(list[i])
		}
		sortKeys(list)
	}
	switch {
	case r.Write != nil:
		r.Write.Item = l.redact.Key(r.Write.Item)
	case r.Checkpoint != nil:
		for _, a := range r.Checkpoint.Areas {
			stored(a.Items)
		}
	case r.Consent != nil:
		stored(r.Consent.Record)
	case r.Request != nil:
		for i := range r.Request.Sets { // in the order of the answer
			r.Request.Sets[i] = l.redact.Key(r.Request.Sets[i])
		}
		keys(r.Request.Carried)
		keys(r.Request.Sent)
		for i := range r.Request.Taken {
			r.Request.Taken[i].Item = l.redact.Key(r.Request.Taken[i].Item)
		}
	case r.Link != nil:
		keys(r.Link.Items)
	}
}

// Err is the first error of writing the log.
func (l *Log) Err() error { return l.err }

// Begin records the leg itself.
func (l *Log) Begin(leg observation.Leg) {
	leg.Plan = slices.Clone(leg.Plan)
	for i := range leg.Plan {
		leg.Plan[i] = l.redact.URL(leg.Plan[i])
	}
	l.add(observation.Record{Leg: &leg})
}

// Snapshot is everything at rest that can be reached from a tab.
type Snapshot struct {
	areas []Rest
	gaps  []string
	seq   int // of the last write before the first area was read
}

// Read takes a snapshot. It waits for the browser: call it outside of the
// context's goroutine. Of a page that no longer answers only the cookie jar is
// read, which the browser itself keeps.
func (l *Log) Read(ctx context.Context, t *chrome.Tab, answers bool) Snapshot {
	var s Snapshot
	waits, cancel := context.WithTimeout(ctx, answersLimit)
	t.Context().Answered(waits)
	cancel()
	t.Context().Do(func() {
		l.traffic.gather()
		s.seq = l.seq
	})
	// First the jar, for which nobody has to wait: a frame that hangs takes the time
	// away that there is.
	for _, c := range l.collectors {
		if c.Kind == observation.Cookie {
			l.snapshot(ctx, c, t, nil, &s)
		}
	}
	var at []place
	if answers {
		var err error
		if at, err = l.places(ctx, t); err != nil {
			s.gaps = append(s.gaps, err.Error())
		}
	}
	var asleep []Collector
	for _, c := range l.collectors {
		switch {
		case c.Snapshot == nil, !answers, c.Kind == observation.Cookie:
		case c.Frozen || !t.Frozen():
			l.snapshot(ctx, c, t, at, &s)
		case !l.readAhead(t, c.Kind, at, &s):
			asleep = append(asleep, c)
		}
	}
	switch {
	case len(asleep) > 0:
		l.clock.Thaw(ctx, t, func() {
			for _, c := range asleep {
				l.snapshot(ctx, c, t, at, &s)
			}
			l.readKept(ctx, t, at)
		})
	case !t.Frozen():
		l.readKept(ctx, t, at)
	}
	slices.SortStableFunc(s.areas, func(a, b Rest) int { return cmp.Compare(a.Area.Kind, b.Area.Kind) })
	return s
}

// answersLimit bounds the wait for what calls are still asked about: of a frame that
// hangs it never comes.
const answersLimit = 8 * time.Second

// readLimit bounds the reading of one kind. The browser starts a process of its own
// for the first, which takes seconds on a busy machine.
const readLimit = 8 * time.Second

func (l *Log) snapshot(ctx context.Context, c Collector, t *chrome.Tab, at []place, s *Snapshot) {
	ctx, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	areas, err := c.Snapshot(ctx, t, at)
	s.areas = append(s.areas, areas...)
	if err != nil {
		s.gaps = append(s.gaps, fmt.Sprintf("%s: %v", c.Kind, err))
	}
}

// ahead is what was read of a kind just ahead of fast time.
type ahead struct {
	areas  []Rest
	places []place
	calls  int // reports of the kind by then
}

// ReadAhead reads, ahead of a tab's fast time, what a tab whose clock stands still
// answers only with difficulty. It holds for as long as no script is seen calling
// that kind's functions, and no frame comes. Call it outside of the context's
// goroutine.
func (l *Log) ReadAhead(ctx context.Context, t *chrome.Tab) {
	at, err := l.places(ctx, t)
	if err != nil {
		return // it is read again, and said, at the checkpoint
	}
	found := map[observation.Kind]ahead{}
	for _, c := range l.collectors {
		if c.Snapshot == nil || c.Frozen {
			continue
		}
		a := ahead{places: at}
		t.Context().Do(func() { a.calls = l.calls[c.Kind] })
		var s Snapshot
		if l.snapshot(ctx, c, t, at, &s); len(s.gaps) == 0 {
			a.areas = s.areas
			found[c.Kind] = a
		}
	}
	t.Context().Do(func() { l.ahead = found })
	l.readKept(ctx, t, at)
}

// readAhead takes what was read ahead of fast time into the snapshot, and reports
// whether it still holds.
func (l *Log) readAhead(t *chrome.Tab, k observation.Kind, at []place, s *Snapshot) (holds bool) {
	t.Context().Do(func() {
		a, ok := l.ahead[k]
		if holds = ok && a.calls == l.calls[k] && slices.Equal(a.places, at); holds {
			s.areas = append(s.areas, a.areas...)
		}
	})
	return holds
}

// Checkpoint records a snapshot, and where it disagrees with the writes.
func (l *Log) Checkpoint(s Snapshot) {
	for _, g := range s.gaps {
		l.Gap("storage-not-read", "some storage could not be read at a checkpoint: "+g, true)
	}
	l.reconcile(s)
	c := &observation.Checkpoint{Page: l.pageID, Phase: l.Phase(), At: l.clock.Now()}
	for _, a := range s.areas {
		area := a.Area
		area.Items = []observation.Stored{}
		for _, i := range a.Items {
			area.Items = append(area.Items, l.stored(i))
		}
		slices.SortFunc(area.Items, func(a, b observation.Stored) int { return a.Item.Compare(b.Item) })
		c.Areas = append(c.Areas, area)
	}
	l.add(observation.Record{Checkpoint: c})
}

func (l *Log) stored(i RestItem) observation.Stored {
	return observation.Stored{Item: i.Item, Attrs: i.Attrs, Expires: i.Expires, Value: l.redact.Value(i.Value), Parts: i.Parts}
}

// Changed lists the items that differ between two snapshots, as they are in the
// later one. Of an area that the first did not reach, such as that of a frame which
// came since, only what was seen written since is new.
func (l *Log) Changed(before, after Snapshot) []observation.Stored {
	old, looked, written := map[observation.Key]string{}, map[observation.Key]bool{}, map[observation.Key]bool{}
	for _, r := range l.records {
		if w := r.Write; w != nil && w.Seq > before.seq && (w.Op == observation.OpSet || w.Op == observation.OpChange) && w.Via != observation.ViaUnknown {
			written[w.Item] = true
		}
	}
	for _, a := range before.areas {
		looked[areaOf(a.Area)] = true
		for _, i := range a.Items {
			old[i.Item] = i.Value
		}
	}
	var out []observation.Stored
	for _, a := range after.areas {
		for _, i := range a.Items {
			if v, ok := old[i.Item]; (!ok || v != i.Value) && (looked[areaOf(a.Area)] || written[i.Item]) {
				s := l.stored(i)
				s.Word = signal.Word(i.Item.Name, i.Value)
				out = append(out, s)
			}
		}
	}
	slices.SortFunc(out, func(a, b observation.Stored) int { return a.Item.Compare(b.Item) })
	return out
}
