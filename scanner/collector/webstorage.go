package collector

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/domstorage"
)

// webStorage watches localStorage or sessionStorage: who wrote from the wrapper
// (with its stack), what was written also from DOMStorage events, which need
// nothing in the page.
//
// The events of localStorage come late and once for each session that has a frame
// of the origin. So changes that are alike are counted for each session that told of
// them: an event is news only if its session told of all that are known already.
type webStorage struct {
	log   *Log
	kind  observation.Kind
	local bool
	page  string // that the following belong to, up to stored
	told  map[change]*changes
	full  bool // there are more of them than are kept apart
	// sets count the calls that set an item, and newest is its last call.
	sets   map[observation.Key]*sets
	newest map[observation.Key]called
	// stored is what the events say is stored, in their order; the log's
	// present is ahead of it by the wrapper's reports.
	stored map[observation.Key]bool
}

// change is what one write does to a storage area.
type change struct {
	item  observation.Key
	value string // or its digest, for a long one
	gone  bool
	all   bool // the whole area was cleared; item has no name
}

// changes are all those of a page that are alike.
type changes struct {
	calls   int // by the wrapper's reports
	pending int // of them, those of which no event told yet
	// clears are the pending calls of clear, the oldest first.
	clears []draft
	events int                     // told by at least one session
	by     map[*chrome.Session]int // by each
}

// sets are the calls that set an item, and how many of them each session's events
// told of.
type sets struct {
	calls int
	by    map[*chrome.Session]int
}

// called is an item's last call, should it turn out to have failed.
type called struct {
	write *observation.Write
	among *changes // nil where it was not counted
	old   *string  // value before, nil where there was none
}

const (
	// maxChanges bounds the changes of a page that are kept apart: a loop that counts
	// up in an item makes ever new ones.
	maxChanges = 20000
	// maxClears bounds the calls of clear that wait for an event, which does not come
	// for those that found nothing to clear.
	maxClears = 100
	// maxSpelled is the length from which a value's digest stands for it.
	maxSpelled = 64
)

//go:embed webstorage.js
var webStorageJS string

func newWebStorage(l *Log, kind observation.Kind) Collector {
	w := &webStorage{log: l, kind: kind, local: kind == observation.LocalStorage, stored: map[observation.Key]bool{}}
	w.forget()
	return Collector{
		Kind:     kind,
		Commands: w.commands,
		Script:   strings.ReplaceAll(webStorageJS, "KIND", string(kind)),
		Call:     w.call,
		On:       w.on,
		Snapshot: w.read,
		Frozen:   true,
	}
}

func (w *webStorage) commands(s *chrome.Session) []chrome.Command {
	if !s.Type.Document() {
		return nil
	}
	return []chrome.Command{{Method: "DOMStorage.enable"}}
}

// turn forgets what was told of the page before.
func (w *webStorage) turn() {
	if w.page != w.log.pageID {
		w.page = w.log.pageID
		w.forget()
	}
}

func (w *webStorage) forget() {
	w.full = false
	w.told, w.sets, w.newest = map[change]*changes{}, map[observation.Key]*sets{}, map[observation.Key]called{}
}

func (w *webStorage) on(e chrome.Event) {
	w.turn()
	switch e.Method {
	case "DOMStorage.domStorageItemAdded":
		var p domstorage.EventDomStorageItemAdded
		if e.Decode(&p) == nil {
			w.event(e.Session, p.StorageID, change{item: observation.Key{Name: p.Key}, value: p.NewValue})
		}
	case "DOMStorage.domStorageItemUpdated":
		var p domstorage.EventDomStorageItemUpdated
		if e.Decode(&p) == nil {
			w.event(e.Session, p.StorageID, change{item: observation.Key{Name: p.Key}, value: p.NewValue})
		}
	case "DOMStorage.domStorageItemRemoved":
		var p domstorage.EventDomStorageItemRemoved
		if e.Decode(&p) == nil {
			w.event(e.Session, p.StorageID, change{item: observation.Key{Name: p.Key}, gone: true})
		}
	case "DOMStorage.domStorageItemsCleared":
		var p domstorage.EventDomStorageItemsCleared
		if e.Decode(&p) == nil {
			w.event(e.Session, p.StorageID, change{gone: true, all: true})
		}
	}
}

// call records a setItem, removeItem or clear with its stack.
func (w *webStorage) call(c scriptCall) {
	w.turn()
	k := observation.Key{Kind: w.kind, Name: c.Name, Origin: c.Origin, Partition: c.partition()}
	if c.Op == "failed" {
		w.failed(k, c.Why)
		return
	}
	by := w.log.traffic.setter(c)
	d := draft{
		moment: w.log.moment(c.time()), frame: c.URL, item: k, deletes: c.Op != "setItem",
		via: observation.ViaScript, by: by, chain: w.log.traffic.loaders(by), call: &c, lifetime: w.lifetime(), value: c.Value,
	}
	among := w.alike(change{item: k, value: c.Value, gone: d.deletes, all: c.Op == "clear"})
	if among != nil {
		among.calls++
		among.pending++
	}
	if c.Op == "clear" {
		if among != nil {
			among.clears = append(among.clears, d)
			if over := len(among.clears) - maxClears; over > 0 {
				among.clears, among.pending = among.clears[over:], maxClears
			}
		}
		w.clear(d, func(observation.Key) bool { return true })
		return
	}
	if among != nil && !d.deletes {
		w.setsOf(k).calls++
	}
	last := called{among: among}
	if old, there := w.log.present[k]; there {
		last.old = &old
	}
	// Where nothing changes no event will tell of it, and this takes the next event
	// alike for its own: a property write the less is counted, none invented.
	last.write = w.log.write(d)
	w.newest[k] = last
}

// alike are the changes like c, nil where there are too many to keep apart.
func (w *webStorage) alike(c change) *changes {
	if len(c.value) > maxSpelled {
		sum := sha256.Sum256([]byte(c.value))
		c.value = string(sum[:])
	}
	found := w.told[c]
	switch {
	case found != nil:
	case len(w.told) < maxChanges:
		found = &changes{by: map[*chrome.Session]int{}}
		w.told[c] = found
	case !w.full:
		w.full = true
		w.log.Gap("too-many-writes", fmt.Sprintf("the page wrote more than %d different things to %s: from then on only what its scripts reported was counted, and others' writes may be missing", maxChanges, w.kind), true)
	}
	return found
}

func (w *webStorage) setsOf(k observation.Key) *sets {
	s := w.sets[k]
	if s == nil {
		s = &sets{by: map[*chrome.Session]int{}}
		w.sets[k] = s
	}
	return s
}

// failed takes back the report of the item's last call, which ended with an error.
func (w *webStorage) failed(k observation.Key, why string) {
	last, ok := w.newest[k]
	if !ok {
		return
	}
	delete(w.newest, k)
	last.write.Op, last.write.Refused = observation.OpRefused, []string{why}
	delete(w.log.present, k)
	if last.old != nil {
		w.log.present[k] = *last.old
	}
	if last.among != nil && last.among.pending > 0 {
		last.among.calls--
		last.among.pending--
		if s := w.sets[k]; s != nil && s.calls > 0 {
			s.calls--
		}
	}
}

// clear records that the area of d's item was emptied, for those of its items
// that only says.
func (w *webStorage) clear(d draft, only func(observation.Key) bool) {
	var keys []observation.Key
	for k := range w.log.present {
		if k.Kind == w.kind && k.Origin == d.item.Origin && k.Partition == d.item.Partition && only(k) {
			keys = append(keys, k)
		}
	}
	sortKeys(keys)
	for _, k := range keys {
		d.item = k
		w.log.write(d)
	}
}

// event records what the wrapper did not see: a write through a property, from
// an unknown place of a script. c lacks the item's area.
func (w *webStorage) event(s *chrome.Session, id *domstorage.StorageID, c change) {
	if id == nil || id.IsLocalStorage != w.local {
		return
	}
	area := storageKey(string(id.StorageKey))
	c.item.Kind, c.item.Origin, c.item.Partition = w.kind, area.Origin, area.Partition
	among := w.alike(c)
	if among == nil {
		return
	}
	nr := among.by[s]
	among.by[s]++
	if !c.gone && nr < among.calls {
		w.setsOf(c.item).by[s]++
	}
	if nr < among.events {
		return // a repeat on another session of the origin
	}
	among.events++
	d := draft{moment: w.log.moment(now()), frame: c.item.Origin, item: c.item, deletes: c.gone, via: observation.ViaScript, lifetime: w.lifetime(), value: c.value}
	known := among.pending > 0
	if known {
		among.pending--
	}
	if c.all && len(among.clears) > 0 {
		d, among.clears = among.clears[0], among.clears[1:]
	}
	w.settle(s, c, d, known)
}

// settle brings stored up to an event that is news, and records what no call told.
func (w *webStorage) settle(s *chrome.Session, c change, d draft, known bool) {
	switch {
	case c.all:
		// Property writes ahead of the clearing came to be known only now.
		w.clear(d, func(k observation.Key) bool { return w.stored[k] && !w.pending(s, k) })
		for k := range w.stored {
			if k.Origin == c.item.Origin && k.Partition == c.item.Partition {
				delete(w.stored, k)
			}
		}
	case c.gone:
		delete(w.stored, c.item)
		if _, there := w.log.present[c.item]; there && !known {
			w.log.write(d)
		}
	default:
		w.stored[c.item] = true
		if !known {
			w.log.write(d)
		}
	}
}

// pending reports whether a call set the item and the session's event is still
// to come.
func (w *webStorage) pending(s *chrome.Session, k observation.Key) bool {
	set := w.sets[k]
	return set != nil && set.by[s] < set.calls
}

func (w *webStorage) lifetime() observation.Lifetime {
	if w.local {
		return observation.Lifetime{Persistence: observation.Persistent}
	}
	return observation.Lifetime{Persistence: observation.Session}
}

// read lists every area of the live frames, each on the session that owns the
// frame: others do not see it.
func (w *webStorage) read(ctx context.Context, _ *chrome.Tab, places []place) ([]Rest, error) {
	read := func(p place) (Rest, error) { return w.readArea(ctx, p) }
	if w.local {
		return eachPlace(places, read)
	}
	found, err := eachTab(places, read)
	return joinTabs(found), err
}

// joinTabs makes one area of those of several tabs. Where they differ in an item, the
// tab counts that is looked at, which comes first.
func joinTabs(all []Rest) []Rest {
	var out []Rest
	for _, r := range all {
		i := slices.IndexFunc(out, func(o Rest) bool { return areaOf(o.Area) == areaOf(r.Area) })
		if i < 0 {
			out = append(out, r)
			continue
		}
		for _, item := range r.Items {
			if !slices.ContainsFunc(out[i].Items, func(o RestItem) bool { return o.Item == item.Item }) {
				out[i].Items = append(out[i].Items, item)
			}
		}
	}
	return out
}

func (w *webStorage) readArea(ctx context.Context, p place) (Rest, error) {
	r, err := cdp.Call(ctx, p.session, domstorage.GetDOMStorageItems, domstorage.GetDOMStorageItemsParams{
		StorageID: &domstorage.StorageID{StorageKey: domstorage.SerializedStorageKey(p.key), IsLocalStorage: w.local},
	})
	if err != nil {
		return Rest{}, err
	}
	rest := p.rest(w.kind)
	for _, pair := range r.Entries {
		if len(pair) != 2 {
			continue
		}
		rest.Items = append(rest.Items, RestItem{Item: p.item(w.kind, pair[0]), Value: pair[1]})
	}
	return rest, nil
}
