package collector

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/storage"
)

// place is where live frames store: an origin and its partition, with a session
// that owns one of the frames.
type place struct {
	session *chrome.Session
	frame   cdp.FrameID // one of them
	key     string      // as Chromium serialises it
	at      observation.Key
	// secure: the frames are secure contexts. Others have neither caches, workers,
	// files nor buckets, and a renderer that is asked for such files crashes.
	secure bool
	// again: another tab of the same place came before. Only sessionStorage is each
	// tab's own.
	again bool
}

// rest is an area of the place, empty as yet.
func (p place) rest(k observation.Kind) Rest {
	return Rest{Area: observation.Area{Kind: k, Origin: p.at.Origin, Partition: p.at.Partition}}
}

func (p place) item(k observation.Kind, name string) observation.Key {
	item := p.at
	item.Kind, item.Name = k, name
	return item
}

// placesLimit bounds the listing of one process's frames: one that is in an endless
// loop never answers.
const placesLimit = 5 * time.Second

// places lists where the live frames of a tab, and of the windows that pages
// opened, store. A frame without a storage key (sandboxed, data:) has none. All are
// asked at once: frames that hang are waited for together.
func (l *Log) places(ctx context.Context, t *chrome.Tab) ([]place, error) {
	ctx, cancel := context.WithTimeout(ctx, placesLimit)
	defer cancel()
	sessions := t.Sessions()
	for _, p := range t.Popups() {
		sessions = append(sessions, p.Sessions()...)
	}
	lists, failed := make([][]place, len(sessions)), make([]error, len(sessions))
	var asking sync.WaitGroup
	for i, s := range sessions {
		asking.Go(func() { lists[i], failed[i] = placesOf(ctx, s) })
	}
	asking.Wait()
	var out []place
	var errs error
	type tabbed struct {
		key string
		tab *chrome.Session // nil for any
	}
	seen := map[tabbed]bool{}
	for i, s := range sessions {
		if err := failed[i]; err != nil && !vanished(err) {
			t.Context().Do(func() {
				errs = errors.Join(errs, fmt.Errorf("list the frames of %s: %w", l.redact.URL(l.named(s)), err))
			})
		}
		for _, p := range lists[i] {
			tab := tabbed{p.key, s.Root()}
			if p.again = seen[tabbed{p.key, nil}]; p.again && seen[tab] {
				continue
			}
			seen[tabbed{p.key, nil}], seen[tab] = true, true
			out = append(out, p)
		}
	}
	return out, errs
}

// placesOf are the places of a session's frames. Frames of one origin with the
// same origins around them share theirs.
func placesOf(ctx context.Context, s *chrome.Session) ([]place, error) {
	tree, err := cdp.Call(ctx, s, page.GetFrameTree, cdp.Empty{})
	if err != nil {
		return nil, err
	}
	var out []place
	asked := map[string]bool{}
	var hangs error
	var walk func(f *page.FrameTree, around string)
	walk = func(f *page.FrameTree, around string) {
		if f == nil || f.Frame == nil {
			return
		}
		around += " " + f.Frame.SecurityOrigin
		// A frame without an origin of its own may have the storage of its maker.
		if opaque := !strings.HasPrefix(f.Frame.SecurityOrigin, "http"); opaque || !asked[around] {
			asked[around] = true
			r, err := cdp.Call(ctx, s, storage.GetStorageKey, storage.GetStorageKeyParams{FrameID: f.Frame.ID})
			if ctx.Err() != nil {
				hangs = err
				return
			}
			if err == nil && strings.HasPrefix(string(r.StorageKey), "http") {
				key := string(r.StorageKey)
				out = append(out, place{session: s, frame: f.Frame.ID, key: key, at: storageKey(key), secure: strings.HasPrefix(string(f.Frame.SecureContextType), "Secure")})
			}
		}
		for _, c := range f.ChildFrames {
			walk(c, around)
		}
	}
	walk(tree.FrameTree, "")
	return out, hangs
}

// eachPlace reads the areas of all places, each once. Those that vanish meanwhile are
// left out; the others' errors are joined.
func eachPlace(places []place, read func(place) (Rest, error)) ([]Rest, error) {
	return eachTab(slices.DeleteFunc(slices.Clone(places), func(p place) bool { return p.again }), read)
}

// eachTab is eachPlace for areas that each tab has of its own.
func eachTab(places []place, read func(place) (Rest, error)) ([]Rest, error) {
	var out []Rest
	var errs error
	for _, p := range places {
		rest, err := read(p)
		switch {
		case err == nil:
			out = append(out, rest)
		case !vanished(err):
			errs = errors.Join(errs, fmt.Errorf("%s: %w", p.key, err))
		}
	}
	return out, errs
}

// vanished reports an error that means that the frame went away meanwhile.
func vanished(err error) bool {
	return errors.Is(err, chrome.ErrDetached) || strings.Contains(err.Error(), "Frame not found")
}

// storageKey reads Chromium's serialised storage key, such as
// https://tracker.test/^0https://shop.test for a storage partitioned by the
// top-level site shop.test, or https://shop.test/^31 where a frame of another
// site stands between a frame and a top of its own site.
func storageKey(s string) observation.Key {
	origin, rest, _ := strings.Cut(s, "^")
	k := observation.Key{Origin: strings.TrimSuffix(origin, "/")}
	for _, part := range strings.Split(rest, "^") {
		if site, ok := strings.CutPrefix(part, "0"); ok {
			k.Partition = site
		}
		if part == "31" {
			k.Partition = schemefulSite(k.Origin)
		}
	}
	return k
}
