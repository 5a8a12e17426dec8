package collector

import (
	"context"
	_ "embed"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/indexeddb"
	"github.com/chromedp/cdproto/storage"
)

//go:embed storagebucket.js
var storageBucketJS string

// A storage-bucket item is a bucket beside the default one that every origin has;
// its databases are its parts.
var _ = register(func(l *Log) Collector {
	h := holdings{l, observation.StorageBucket}
	return Collector{
		Kind:   h.kind,
		Script: storageBucketJS,
		Call: func(c scriptCall) {
			switch c.Op {
			case "open":
				h.set(c, c.Name)
			case "delete":
				h.remove(c, c.Name)
			}
		},
		Snapshot: h.readBuckets,
	}
})

// readBuckets asks for the buckets that scripts were seen opening: the protocol
// gives no list of them.
func (h holdings) readBuckets(ctx context.Context, t *chrome.Tab, places []place) ([]Rest, error) {
	var opened []observation.Key
	t.Context().Do(func() {
		for k := range h.log.present {
			if k.Kind == h.kind {
				opened = append(opened, k)
			}
		}
	})
	sortKeys(opened)
	return eachPlace(places, func(p place) (Rest, error) {
		rest := p.rest(h.kind)
		for _, k := range opened {
			if k != p.item(h.kind, k.Name) {
				continue
			}
			r, err := cdp.Call(ctx, p.session, indexeddb.RequestDatabaseNames, indexeddb.RequestDatabaseNamesParams{
				StorageBucket: &storage.Bucket{StorageKey: storage.SerializedStorageKey(p.key), Name: k.Name},
			})
			if err != nil && (ctx.Err() != nil || vanished(err)) {
				return rest, err // nobody could look
			}
			if err != nil {
				continue // there is none
			}
			item := RestItem{Item: k}
			for _, name := range r.DatabaseNames {
				item.Parts = append(item.Parts, "indexedDB "+name)
			}
			rest.Items = append(rest.Items, item)
		}
		return rest, nil
	})
}
