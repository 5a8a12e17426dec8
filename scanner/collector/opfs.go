package collector

import (
	"context"
	_ "embed"
	"fmt"
	"strings"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/filesystem"
	"github.com/chromedp/cdproto/storage"
)

//go:embed opfs.js
var opfsJS string

// An item of the origin private file system is a file, by its path.
var _ = register(func(l *Log) Collector {
	h := holdings{l, observation.OPFS}
	return Collector{
		Kind:   h.kind,
		Script: opfsJS,
		Call: func(c scriptCall) {
			switch c.Op {
			case "create":
				h.set(c, c.Name)
			case "change":
				h.change(c, c.Name)
			case "remove":
				h.remove(c, c.Name)
			}
		},
		Snapshot: func(ctx context.Context, _ *chrome.Tab, places []place) ([]Rest, error) {
			return eachPlace(places, func(p place) (Rest, error) {
				rest, left := p.rest(observation.OPFS), maxFiles
				if !p.secure {
					return rest, nil
				}
				err := readFolder(ctx, p, nil, &rest, &left)
				return rest, err
			})
		},
	}
})

// maxFiles bounds how many files of an origin are listed; of one with more it is
// said that it could not be read.
const maxFiles = 1000

func readFolder(ctx context.Context, p place, path []string, rest *Rest, left *int) error {
	if path == nil {
		path = []string{}
	}
	r, err := cdp.Call(ctx, p.session, filesystem.GetDirectory, filesystem.GetDirectoryParams{
		BucketFileSystemLocator: &filesystem.BucketFileSystemLocator{StorageKey: storage.SerializedStorageKey(p.key), PathComponents: path},
	})
	if err != nil {
		return err
	}
	for _, f := range r.Directory.NestedFiles {
		if *left--; *left < 0 {
			return fmt.Errorf("there are more than %d files", maxFiles)
		}
		name := strings.Join(append(path[:len(path):len(path)], f.Name), "/")
		rest.Items = append(rest.Items, RestItem{Item: p.item(observation.OPFS, name)})
	}
	for _, d := range r.Directory.NestedDirectories {
		if err := readFolder(ctx, p, append(path[:len(path):len(path)], d), rest, left); err != nil {
			return err
		}
	}
	return nil
}
