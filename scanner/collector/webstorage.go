package collector

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"strings"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/domstorage"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/storage"
)

// webStorage watches localStorage or sessionStorage: who wrote from the wrapper
// (with its stack), what was written also from DOMStorage events, which see
// property writes (`localStorage.x = 1`) that no wrapper can.
type webStorage struct {
	log   *Log
	kind  observation.Kind
	local bool
	// called are the wrapper's reports of this page that a DOMStorage event
	// may still repeat, on any of the origin's sessions.
	called map[storageCall]bool
}

type storageCall struct {
	page  string
	item  observation.Key
	value string
	gone  bool
}

//go:embed webstorage.js
var webStorageJS string

func newWebStorage(l *Log, kind observation.Kind) Collector {
	w := &webStorage{log: l, kind: kind, local: kind == observation.LocalStorage, called: map[storageCall]bool{}}
	return Collector{
		Kind:     kind,
		Commands: w.commands,
		Script:   strings.ReplaceAll(webStorageJS, "KIND", string(kind)),
		On:       w.on,
		Snapshot: w.read,
	}
}

func (w *webStorage) commands(s *chrome.Session) []chrome.Command {
	if !s.Type.Document() {
		return nil
	}
	return []chrome.Command{{Method: "DOMStorage.enable"}}
}

func (w *webStorage) on(e chrome.Event) {
	if c, ok := callOf(e, string(w.kind)); ok {
		w.call(c)
		return
	}
	switch e.Method {
	case "DOMStorage.domStorageItemAdded":
		var p domstorage.EventDomStorageItemAdded
		if e.Decode(&p) == nil {
			w.event(p.StorageID, p.Key, p.NewValue, false)
		}
	case "DOMStorage.domStorageItemUpdated":
		var p domstorage.EventDomStorageItemUpdated
		if e.Decode(&p) == nil {
			w.event(p.StorageID, p.Key, p.NewValue, false)
		}
	case "DOMStorage.domStorageItemRemoved":
		var p domstorage.EventDomStorageItemRemoved
		if e.Decode(&p) == nil {
			w.event(p.StorageID, p.Key, "", true)
		}
	}
}

// call records a setItem, removeItem or clear with its stack.
func (w *webStorage) call(c scriptCall) {
	frames := parseStack(c.Stack)
	by := setter(frames)
	partition := ""
	if top := schemefulSite(w.log.top); top != schemefulSite(c.Origin) {
		partition = top
	}
	keys := []observation.Key{{Kind: w.kind, Name: c.Name, Origin: c.Origin, Partition: partition}}
	if c.Op == "clear" {
		keys = w.all(c.Origin, partition)
	}
	for _, k := range keys {
		gone := c.Op != "setItem"
		w.called[storageCall{w.log.pageID, k, c.Value, gone}] = true
		w.log.write(draft{
			moment: w.log.moment(c.time()), frame: c.URL, item: k, deletes: gone,
			via: observation.ViaScript, by: by, chain: w.log.traffic.loaders(by), lifetime: w.lifetime(), value: c.Value,
		})
	}
}

func (w *webStorage) all(origin, partition string) []observation.Key {
	var out []observation.Key
	for k := range w.log.present {
		if k.Kind == w.kind && k.Origin == origin && k.Partition == partition {
			out = append(out, k)
		}
	}
	sortKeys(out)
	return out
}

// event records what the wrapper did not see: a write through a property, from
// an unknown place of a script.
func (w *webStorage) event(id *domstorage.StorageID, name, value string, gone bool) {
	if id == nil || id.IsLocalStorage != w.local {
		return
	}
	k := storageKey(string(id.StorageKey))
	k.Kind, k.Name = w.kind, name
	if w.called[storageCall{w.log.pageID, k, value, gone}] {
		return
	}
	if old, there := w.log.present[k]; gone && !there || !gone && there && old == value {
		return // a repeat on another session of the origin
	}
	w.log.write(draft{
		moment: w.log.moment(now()), frame: k.Origin, item: k, deletes: gone,
		via: observation.ViaScript, lifetime: w.lifetime(), value: value,
	})
}

func (w *webStorage) lifetime() observation.Lifetime {
	if w.local {
		return observation.Lifetime{Persistence: observation.Persistent}
	}
	return observation.Lifetime{Persistence: observation.Session}
}

// storageKey reads Chromium's serialised storage key, such as
// https://tracker.test/^0https://shop.test for a storage partitioned by the
// top-level site shop.test.
func storageKey(s string) observation.Key {
	origin, rest, _ := strings.Cut(s, "^")
	k := observation.Key{Origin: strings.TrimSuffix(origin, "/")}
	for _, part := range strings.Split(rest, "^") {
		if site, ok := strings.CutPrefix(part, "0"); ok {
			k.Partition = site
		}
	}
	return k
}

// read lists every area of the tab's live frames, each on the session that owns
// the frame: others do not see it.
func (w *webStorage) read(ctx context.Context, t *chrome.Tab) ([]Rest, error) {
	var out []Rest
	var errs error
	seen := map[domstorage.SerializedStorageKey]bool{}
	for _, s := range t.Sessions() {
		keys, err := storageKeys(ctx, s)
		if err != nil {
			if !vanished(err) {
				errs = errors.Join(errs, err)
			}
			continue
		}
		for _, key := range keys {
			if seen[key] {
				continue
			}
			seen[key] = true
			rest, err := w.readArea(ctx, s, key)
			if err != nil {
				if !vanished(err) {
					errs = errors.Join(errs, fmt.Errorf("%s: %w", key, err))
				}
				continue
			}
			out = append(out, rest)
		}
	}
	return out, errs
}

func (w *webStorage) readArea(ctx context.Context, s *chrome.Session, key domstorage.SerializedStorageKey) (Rest, error) {
	r, err := cdp.Call(ctx, s, domstorage.GetDOMStorageItems, domstorage.GetDOMStorageItemsParams{
		StorageID: &domstorage.StorageID{StorageKey: key, IsLocalStorage: w.local},
	})
	if err != nil {
		return Rest{}, err
	}
	at := storageKey(string(key))
	rest := Rest{Area: observation.Area{Kind: w.kind, Origin: at.Origin, Partition: at.Partition}}
	for _, pair := range r.Entries {
		if len(pair) != 2 {
			continue
		}
		k := at
		k.Kind, k.Name = w.kind, pair[0]
		rest.Items = append(rest.Items, RestItem{Item: k, Value: pair[1]})
	}
	return rest, nil
}

// storageKeys are the storage keys of a session's frames. A frame without one
// (sandboxed, data:) has no storage.
func storageKeys(ctx context.Context, s *chrome.Session) ([]domstorage.SerializedStorageKey, error) {
	tree, err := cdp.Call(ctx, s, page.GetFrameTree, cdp.Empty{})
	if err != nil {
		return nil, err
	}
	var out []domstorage.SerializedStorageKey
	var walk func(*page.FrameTree)
	walk = func(f *page.FrameTree) {
		if f == nil || f.Frame == nil {
			return
		}
		r, err := cdp.Call(ctx, s, storage.GetStorageKey, storage.GetStorageKeyParams{FrameID: f.Frame.ID})
		if err == nil && strings.HasPrefix(string(r.StorageKey), "http") {
			out = append(out, domstorage.SerializedStorageKey(r.StorageKey))
		}
		for _, c := range f.ChildFrames {
			walk(c)
		}
	}
	walk(tree.FrameTree)
	return out, nil
}

// vanished reports an error that means that the frame went away meanwhile.
func vanished(err error) bool {
	return errors.Is(err, chrome.ErrDetached) || strings.Contains(err.Error(), "Frame not found")
}
