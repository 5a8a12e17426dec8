package collector

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/cachestorage"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
)

// A database or cache has no value of its own. What requests are searched for are
// the identifiers inside it, which are read where the tab's clock runs. Those that
// come to be known only now may have left already: the parts of requests are kept
// until the page is left.

//go:embed leaving_kept.js
var keptJS string

const (
	// maxKept is how many identifiers of one item are looked for; of all items they
	// are maxItems.
	maxKept = 50
	// maxKeepers is how many databases, and how many caches, of a place are read.
	maxKeepers = 10
	// maxCached is how many answers of a cache are read, maxAnswer the longest in
	// bytes, as leaving_kept.js has it.
	maxCached = 10
	maxAnswer = 4096
	// maxHeld is how many bytes of a request, and maxHeldPage of all requests of a
	// page, are held until it is left.
	maxHeld     = 16 << 10
	maxHeldPage = 4 << 20
	// keptLimit bounds the reading of one place.
	keptLimit = 8 * time.Second
)

// keeper reports whether items of a kind have values only inside.
func keeper(k observation.Kind) bool {
	return k == observation.IndexedDB || k == observation.CacheStorage
}

// held is a part of a request that was looked through while keepers were there.
type held struct {
	in, part string
	keepers  []observation.Key
}

// readKept reads the identifiers inside the databases and caches of a tab's
// places. A page without any costs nothing. It waits for the browser, and a tab
// whose clock stands still never answers: call it outside of the context's
// goroutine.
func (l *Log) readKept(ctx context.Context, t *chrome.Tab, at []place) {
	keepers := map[observation.Key][]observation.Key{} // by area, without its kind
	t.Context().Do(func() {
		for k := range l.present {
			if keeper(k.Kind) {
				area := observation.Key{Origin: k.Origin, Partition: k.Partition}
				keepers[area] = append(keepers[area], k)
			}
		}
	})
	for _, p := range at {
		items := keepers[p.at]
		if len(items) == 0 || p.again {
			continue
		}
		sortKeys(items)
		ctx, cancel := context.WithTimeout(ctx, keptLimit)
		found, err := p.kept(ctx, items)
		cancel()
		t.Context().Do(func() {
			l.keep(found)
			if err != nil && !vanished(err) {
				l.Gap("kept-values-not-read", "what databases or caches of "+p.at.Origin+" hold was not looked for in requests: "+err.Error(), false)
			}
		})
	}
}

// cached are the addresses of a cache whose answers are read.
type cached struct {
	Name string   `json:"name"`
	URLs []string `json:"urls"`
}

// kept reads the identifiers inside a place's items, in a world of its own that
// the page can neither see nor deceive.
func (p place) kept(ctx context.Context, items []observation.Key) (map[observation.Key][]string, error) {
	databases, caches := []string{}, []cached{}
	for _, k := range items {
		if k.Kind == observation.IndexedDB && len(databases) < maxKeepers {
			databases = append(databases, k.Name)
		}
	}
	if len(databases) < len(items) && p.secure {
		var err error
		if caches, err = p.answers(ctx); err != nil {
			return nil, err
		}
	}
	arguments, err := json.Marshal([]any{databases, caches})
	if err != nil {
		return nil, err
	}
	world, err := cdp.Call(ctx, p.session, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: p.frame, WorldName: "cookieaudit"})
	if err != nil {
		return nil, err
	}
	yes := true
	r, err := cdp.Call(ctx, p.session, runtime.Evaluate, runtime.EvaluateParams{
		Expression: keptJS + "(..." + string(arguments) + ")", ContextID: world.ExecutionContextID, AwaitPromise: &yes, ReturnByValue: &yes,
	})
	if err != nil {
		return nil, err
	}
	if r.ExceptionDetails != nil {
		return nil, fmt.Errorf("read kept values: %s", r.ExceptionDetails.Text)
	}
	var inside []struct {
		Kind   observation.Kind
		Name   string
		Texts  []string
		Failed string // why it could not be read
	}
	if err := json.Unmarshal(r.Result.Value, &inside); err != nil {
		return nil, fmt.Errorf("read kept values: %w", err)
	}
	out := map[observation.Key][]string{}
	for _, i := range inside {
		if i.Failed != "" {
			err = errors.Join(err, fmt.Errorf("%s %q: %s", i.Kind, i.Name, i.Failed))
			continue
		}
		out[p.item(i.Kind, i.Name)] = identifiersIn(i.Texts)
	}
	return out, err
}

// answers are those of a place's caches that may be short texts. One that a script
// made does not tell its length.
func (p place) answers(ctx context.Context) ([]cached, error) {
	names, err := cdp.Call(ctx, p.session, cachestorage.RequestCacheNames, cachestorage.RequestCacheNamesParams{StorageKey: p.key})
	if err != nil {
		return nil, err
	}
	out := []cached{}
	for _, c := range names.Caches[:min(len(names.Caches), maxKeepers)] {
		entries, err := cdp.Call(ctx, p.session, cachestorage.RequestEntries, cachestorage.RequestEntriesParams{CacheID: c.CacheID, PageSize: maxParts})
		if err != nil {
			return nil, err
		}
		short := cached{c.CacheName, []string{}}
		for _, e := range entries.CacheDataEntries {
			if len(short.URLs) < maxCached && e.RequestMethod == "GET" && shortText(e.ResponseHeaders) {
				short.URLs = append(short.URLs, e.RequestURL)
			}
		}
		out = append(out, short)
	}
	return out, nil
}

func shortText(headers []*cachestorage.Header) bool {
	for _, h := range headers {
		switch strings.ToLower(h.Name) {
		case "content-length":
			if n, err := strconv.Atoi(h.Value); err == nil && n > maxAnswer {
				return false
			}
		case "content-type":
			if !strings.HasPrefix(h.Value, "text/") && !strings.Contains(h.Value, "json") && !strings.Contains(h.Value, "form-urlencoded") {
				return false
			}
		}
	}
	return true
}

// identifiersIn are the texts, and the values of forms and JSON among them, that
// look like identifiers, in the order of the texts.
func identifiersIn(texts []string) []string {
	var out []string
	add := func(value string) {
		if len(out) < maxKept && identifies(value) && !slices.Contains(out, value) {
			out = append(out, value)
		}
	}
	for _, text := range texts {
		text = strings.TrimSpace(text)
		add(text)
		for _, f := range bodyFields([]byte(text)) {
			if !slices.Contains(consentFields, strings.ToLower(f.name)) {
				add(f.value)
			}
		}
	}
	return out
}

// keep takes what was found inside items into what requests are searched for, and
// searches those of this page for what is new.
func (l *Log) keep(found map[observation.Key][]string) {
	fresh := map[observation.Key][]string{}
	for _, k := range slices.SortedFunc(maps.Keys(found), observation.Key.Compare) {
		before := l.kept[k]
		delete(l.kept, k)
		room := maxItems
		for _, values := range l.kept {
			room -= len(values)
		}
		l.kept[k] = found[k][:min(len(found[k]), room)]
		for _, v := range l.kept[k] {
			if !slices.Contains(before, v) {
				fresh[k] = append(fresh[k], v)
			}
		}
	}
	if len(fresh) == 0 {
		return
	}
	for _, r := range slices.Concat(l.traffic.order, l.traffic.beacons) {
		for _, h := range r.hops {
			for _, p := range h.leaving.held {
				l.seekKept(h.leaving, p, newHaystack(p.part), fresh)
			}
		}
	}
}

// seekKept looks for values inside items in one part of a request.
func (l *Log) seekKept(v *leaving, p held, hay haystack, kept map[observation.Key][]string) {
	for _, k := range p.keepers {
		for _, value := range kept[k] {
			n := l.needleOf(value)
			if n == nil {
				continue
			}
			if as := hay.has(*n); as != "" {
				v.taken[observation.Taken{Item: k, In: p.in, As: as, Digest: l.redact.Value(value).Digest}] = true
			}
		}
	}
}

// hold keeps a part for values that come to be known later.
func (l *Log) hold(v *leaving, p held) {
	size := len(p.part)
	for _, h := range v.held {
		size += len(h.part)
	}
	if size <= maxHeld && l.held+len(p.part) <= maxHeldPage {
		v.held = append(v.held, p)
		l.held += len(p.part)
	}
}
