package collector

import (
	"context"
	_ "embed"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/cachestorage"
	"github.com/chromedp/cdproto/cdp"
)

//go:embed cachestorage.js
var cacheStorageJS string

// A Cache Storage item is a cache; the addresses it answers are its parts.
var _ = register(func(l *Log) Collector {
	h := holdings{l, observation.CacheStorage}
	return Collector{
		Kind:   h.kind,
		Script: cacheStorageJS,
		Call: func(c scriptCall) {
			switch c.Op {
			case "open":
				h.set(c, c.Name)
			case "delete":
				h.remove(c, c.Name)
			}
		},
		Snapshot: func(ctx context.Context, _ *chrome.Tab, places []place) ([]Rest, error) {
			return eachPlace(places, func(p place) (Rest, error) { return l.readCaches(ctx, p) })
		},
		Frozen: true,
	}
})

func (l *Log) readCaches(ctx context.Context, p place) (Rest, error) {
	rest := p.rest(observation.CacheStorage)
	if !p.secure {
		return rest, nil
	}
	names, err := cdp.Call(ctx, p.session, cachestorage.RequestCacheNames, cachestorage.RequestCacheNamesParams{StorageKey: p.key})
	if err != nil {
		return rest, err
	}
	for _, c := range names.Caches {
		item := RestItem{Item: p.item(observation.CacheStorage, c.CacheName)}
		entries, err := cdp.Call(ctx, p.session, cachestorage.RequestEntries, cachestorage.RequestEntriesParams{CacheID: c.CacheID, PageSize: maxParts})
		if err != nil {
			return rest, err
		}
		for _, e := range entries.CacheDataEntries {
			item.Parts = append(item.Parts, l.redact.URL(e.RequestURL))
		}
		rest.Items = append(rest.Items, item)
	}
	return rest, nil
}
