package collector

import (
	"context"
	_ "embed"
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
// of the origin. So every mutation is kept with the sessions that told of it: an
// event is news only if its session told of all mutations alike already.
type webStorage struct {
	log   *Log
	kind  observation.Kind
	local bool
	page  string // that told belongs to
	told  []*mutation
	// stored is what the events say is stored, in their order; the log's
	// present is ahead of it by the wrapper's reports.
	stored map[observation.Key]bool
}

// mutation is one change of a storage area.
type mutation struct {
	item  observation.Key
	value string
	gone  bool
	all   bool                     // the whole area was cleared; item has no name
	by    map[*chrome.Session]bool // sessions whose events told of it
	call  *draft                   // the wrapper's report, nil for an event alone
	write *observation.Write
	old   *string // value before, nil where there was none
}

//go:embed webstorage.js
var webStorageJS string

func newWebStorage(l *Log, kind observation.Kind) Collector {
	w := &webStorage{log: l, kind: kind, local: kind == observation.LocalStorage, stored: map[observation.Key]bool{}}
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
		w.page, w.told = w.log.pageID, nil
	}
}

func (w *webStorage) on(e chrome.Event) {
	w.turn()
	switch e.Method {
	case "DOMStorage.domStorageItemAdded":
		var p domstorage.EventDomStorageItemAdded
		if e.Decode(&p) == nil {
			w.event(e.Session, p.StorageID, mutation{item: observation.Key{Name: p.Key}, value: p.NewValue})
		}
	case "DOMStorage.domStorageItemUpdated":
		var p domstorage.EventDomStorageItemUpdated
		if e.Decode(&p) == nil {
			w.event(e.Session, p.StorageID, mutation{item: observation.Key{Name: p.Key}, value: p.NewValue})
		}
	case "DOMStorage.domStorageItemRemoved":
		var p domstorage.EventDomStorageItemRemoved
		if e.Decode(&p) == nil {
			w.event(e.Session, p.StorageID, mutation{item: observation.Key{Name: p.Key}, gone: true})
		}
	case "DOMStorage.domStorageItemsCleared":
		var p domstorage.EventDomStorageItemsCleared
		if e.Decode(&p) == nil {
			w.event(e.Session, p.StorageID, mutation{gone: true, all: true})
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
	m := &mutation{item: k, value: c.Value, gone: d.deletes, all: c.Op == "clear", by: map[*chrome.Session]bool{}, call: &d}
	w.told = append(w.told, m)
	if m.all {
		w.clear(d, func(observation.Key) bool { return true })
		return
	}
	if old, there := w.log.present[k]; there {
		m.old = &old
	}
	// Where nothing changes no event will tell of it, and m takes the next event
	// alike for its own: a property write the less is counted, none invented.
	m.write = w.log.write(d)
}

// failed takes back the report of the item's last call, which ended with an error.
func (w *webStorage) failed(k observation.Key, why string) {
	for i, m := range slices.Backward(w.told) {
		if m.item != k || m.write == nil {
			continue
		}
		m.write.Op, m.write.Refused = observation.OpRefused, []string{why}
		delete(w.log.present, k)
		if m.old != nil {
			w.log.present[k] = *m.old
		}
		w.told = slices.Delete(w.told, i, i+1)
		return
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
// an unknown place of a script. m lacks the item's area.
func (w *webStorage) event(s *chrome.Session, id *domstorage.StorageID, m mutation) {
	if id == nil || id.IsLocalStorage != w.local {
		return
	}
	area := storageKey(string(id.StorageKey))
	m.item.Kind, m.item.Origin, m.item.Partition = w.kind, area.Origin, area.Partition
	before := w.earlier(s, m)
	if before == nil {
		m.by = map[*chrome.Session]bool{}
		before = &m
		w.told = append(w.told, before)
	}
	first := len(before.by) == 0
	before.by[s] = true
	if !first {
		return // a repeat on another session of the origin
	}
	w.settle(s, before)
}

// earlier finds the oldest mutation like m of which the session did not tell yet.
func (w *webStorage) earlier(s *chrome.Session, m mutation) *mutation {
	for _, t := range w.told {
		if t.item == m.item && t.value == m.value && t.gone == m.gone && t.all == m.all && !t.by[s] {
			return t
		}
	}
	return nil
}

// settle brings stored up to an event that is news, and records what no call told.
func (w *webStorage) settle(s *chrome.Session, m *mutation) {
	d := draft{moment: w.log.moment(now()), frame: m.item.Origin, item: m.item, deletes: m.gone, via: observation.ViaScript, lifetime: w.lifetime(), value: m.value}
	if m.call != nil {
		d = *m.call
	}
	switch {
	case m.all:
		// Property writes ahead of the clearing came to be known only now.
		w.clear(d, func(k observation.Key) bool { return w.stored[k] && !w.pending(s, k) })
		for k := range w.stored {
			if k.Origin == m.item.Origin && k.Partition == m.item.Partition {
				delete(w.stored, k)
			}
		}
	case m.gone:
		delete(w.stored, m.item)
		if _, there := w.log.present[m.item]; there && m.call == nil {
			w.log.write(d)
		}
	default:
		w.stored[m.item] = true
		if m.call == nil {
			w.log.write(d)
		}
	}
}

// pending reports whether a call set the item and the session's event is still
// to come.
func (w *webStorage) pending(s *chrome.Session, k observation.Key) bool {
	return slices.ContainsFunc(w.told, func(m *mutation) bool {
		return m.item == k && !m.gone && m.call != nil && !m.by[s]
	})
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
	return eachPlace(places, func(p place) (Rest, error) { return w.readArea(ctx, p) })
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
