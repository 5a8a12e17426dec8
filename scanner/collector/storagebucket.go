package collector

import (
	"context"
	_ "embed"
	"slices"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/indexeddb"
	"github.com/chromedp/cdproto/storage"
)

//go:embed storagebucket.js
var storageBucketJS string

// buckets are a context's storage buckets as the browser tells them, beside the
// default one that every origin has.
type buckets struct {
	holdings
	known   map[string]observation.Key // by the browser's ID
	watched map[place]bool
}

// A storage-bucket item is a bucket; its databases are its parts.
var _ = register(func(l *Log) Collector {
	b := &buckets{holdings{l, observation.StorageBucket}, map[string]observation.Key{}, map[place]bool{}}
	return Collector{
		Kind:   b.kind,
		Script: storageBucketJS,
		Call: func(c scriptCall) {
			switch c.Op {
			case "open":
				b.set(c, c.Name)
			case "delete":
				b.remove(c, c.Name)
			}
		},
		On:       b.on,
		Snapshot: b.read,
	}
})

func (b *buckets) on(e chrome.Event) {
	switch e.Method {
	case "Storage.storageBucketCreatedOrUpdated":
		var p storage.EventStorageBucketCreatedOrUpdated
		if e.Decode(&p) == nil && p.BucketInfo != nil && p.BucketInfo.Bucket != nil && p.BucketInfo.Bucket.Name != "" {
			k := storageKey(string(p.BucketInfo.Bucket.StorageKey))
			k.Kind, k.Name = b.kind, p.BucketInfo.Bucket.Name
			b.known[p.BucketInfo.ID] = k
		}
	case "Storage.storageBucketDeleted":
		var p storage.EventStorageBucketDeleted
		if e.Decode(&p) == nil {
			delete(b.known, p.BucketID)
		}
	}
}

// read lists the buckets of the places. The browser tells those that are there
// once it is asked to tell of changes.
func (b *buckets) read(ctx context.Context, t *chrome.Tab, places []place) ([]Rest, error) {
	for _, p := range places {
		if !p.secure {
			continue
		}
		if _, err := cdp.Call(ctx, p.session, storage.SetStorageBucketTracking, storage.SetStorageBucketTrackingParams{StorageKey: p.key, Enable: true}); err != nil && !vanished(err) {
			return nil, err
		}
	}
	return eachPlace(places, func(p place) (Rest, error) {
		rest := p.rest(b.kind)
		var found []observation.Key
		t.Context().Do(func() {
			for _, k := range b.known {
				if k == p.item(b.kind, k.Name) {
					found = append(found, k)
				}
			}
		})
		sortKeys(found)
		for _, k := range slices.Compact(found) {
			item := RestItem{Item: k}
			r, err := cdp.Call(ctx, p.session, indexeddb.RequestDatabaseNames, indexeddb.RequestDatabaseNamesParams{
				StorageBucket: &storage.Bucket{StorageKey: storage.SerializedStorageKey(p.key), Name: k.Name},
			})
			if err != nil {
				return rest, err
			}
			for _, name := range r.DatabaseNames {
				item.Parts = append(item.Parts, "indexedDB "+name)
			}
			rest.Items = append(rest.Items, item)
		}
		return rest, nil
	})
}
