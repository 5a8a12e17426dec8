package collector

import (
	"context"
	_ "embed"
	"fmt"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/indexeddb"
)

//go:embed indexeddb.js
var indexedDBJS string

// An IndexedDB item is a database; its object stores are its parts.
var _ = register(func(l *Log) Collector {
	h := holdings{l, observation.IndexedDB}
	return Collector{
		Kind:   h.kind,
		Script: indexedDBJS,
		Call: func(c scriptCall) {
			switch c.Op {
			case "open":
				h.set(c, c.Name)
			case "change":
				h.change(c, c.Name)
			case "deleteDatabase":
				h.remove(c, c.Name)
			case "failed":
				h.failed(c)
			}
		},
		Snapshot: func(ctx context.Context, _ *chrome.Tab, places []place) ([]Rest, error) {
			return eachPlace(places, func(p place) (Rest, error) { return readDatabases(ctx, p) })
		},
	}
})

// maxParts bounds how many parts of an item are listed.
const maxParts = 50

func readDatabases(ctx context.Context, p place) (Rest, error) {
	rest := p.rest(observation.IndexedDB)
	names, err := cdp.Call(ctx, p.session, indexeddb.RequestDatabaseNames, indexeddb.RequestDatabaseNamesParams{StorageKey: p.key})
	if err != nil {
		return rest, err
	}
	for _, name := range names.DatabaseNames {
		item := RestItem{Item: p.item(observation.IndexedDB, name)}
		db, err := cdp.Call(ctx, p.session, indexeddb.RequestDatabase, indexeddb.RequestDatabaseParams{StorageKey: p.key, DatabaseName: name})
		if err != nil {
			return rest, fmt.Errorf("database %q: %w", name, err)
		}
		for _, s := range db.DatabaseWithObjectStores.ObjectStores {
			if len(item.Parts) < maxParts {
				item.Parts = append(item.Parts, s.Name)
			}
		}
		rest.Items = append(rest.Items, item)
	}
	return rest, nil
}
