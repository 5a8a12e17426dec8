package chrome

import (
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
)

// flight counts what is under way in a context: requests, and targets that have
// not passed the barrier. Requests are keyed by ID alone: a cross-site frame's
// document starts on one session and ends on another.
type flight struct {
	open      map[network.RequestID]pendingRequest
	attaching int
	// leaving are frames that asked for another document and have none yet: on
	// a busy machine it takes a while until its request is told.
	leaving map[cdp.FrameID]bool
	last    time.Time // last sign of life
	// shown is the document of each frame, replaced are those that were shown
	// before: how their requests ended is often not told.
	shown    map[cdp.FrameID]cdp.LoaderID
	replaced map[cdp.LoaderID]bool
	begun    int // requests so far
	silent   *silence
}

type pendingRequest struct {
	nr      int
	session *Session
	frame   cdp.FrameID
	loader  cdp.LoaderID // document that asked for it; its own for a document
	// patient: the page's content depends on it (document, script, style), so
	// it is waited for longer than a fetch, which may be a long poll.
	patient bool
	// document: it is the document of a frame.
	document bool
	// outlives: it may go on when its document is gone, as a fetch with keepalive.
	outlives bool
	host     string // it is asked of
	sent     time.Time
}

func newFlight(s *silence) flight {
	f := flight{last: time.Now(), silent: s}
	f.land()
	return f
}

// land forgets everything that was under way.
func (f *flight) land() {
	f.open, f.leaving = map[network.RequestID]pendingRequest{}, map[cdp.FrameID]bool{}
	f.shown, f.replaced = map[cdp.FrameID]cdp.LoaderID{}, map[cdp.LoaderID]bool{}
}

// never are the resource types that have no end to wait for.
func never(t network.ResourceType) bool {
	switch t {
	case network.ResourceTypeEventSource, network.ResourceTypeWebSocket, network.ResourceTypeMedia, network.ResourceTypePing:
		return true
	}
	return false
}

func patient(t network.ResourceType) bool {
	switch t {
	case network.ResourceTypeDocument, network.ResourceTypeScript, network.ResourceTypeStylesheet:
		return true
	}
	return false
}

func (f *flight) event(e Event, now time.Time) {
	switch e.Method {
	case "Network.requestWillBeSent":
		var p network.EventRequestWillBeSent
		if e.Decode(&p) == nil && !never(p.Type) {
			f.begin(e.Session, p, now)
		}
	case "Network.responseReceived":
		// Headers are what counts: a body that nobody reads never ends. Save a
		// document's, which is read once its renderer has begun: a pop-up window
		// or frame of another site takes a while to get there.
		var p network.EventResponseReceived
		if e.Decode(&p) != nil {
			return
		}
		f.silent.answered(f.open[p.RequestID].host)
		if p.Type != network.ResourceTypeDocument {
			f.done(p.RequestID, now)
		}
	case "Network.loadingFinished":
		var p network.EventLoadingFinished
		if e.Decode(&p) == nil {
			f.done(p.RequestID, now)
		}
	case "Network.loadingFailed":
		var p network.EventLoadingFailed
		if e.Decode(&p) == nil {
			f.done(p.RequestID, now)
		}
	case "Page.frameRequestedNavigation":
		var p page.EventFrameRequestedNavigation
		if e.Decode(&p) == nil && p.Disposition == page.ClientNavigationDispositionCurrentTab {
			f.leaving[p.FrameID] = true
			f.last = now
		}
	case "Page.frameStartedNavigating":
		// From here on its request is open.
		var p page.EventFrameStartedNavigating
		if e.Decode(&p) == nil {
			delete(f.leaving, p.FrameID)
			f.last = now
		}
	case "Page.frameNavigated":
		var p page.EventFrameNavigated
		if e.Decode(&p) == nil && p.Frame != nil {
			f.show(p.Frame.ID, p.Frame.LoaderID)
		}
		f.last = now
	case "Page.frameDetached":
		var p page.EventFrameDetached
		if e.Decode(&p) == nil && p.Reason != page.FrameDetachedReasonSwap { // a swap: it lives on in another process
			f.remove(p.FrameID)
		}
	case "Target.detachedFromTarget":
		if e.Child != nil {
			f.detach(e.Child)
		}
	case "Target.attachedToTarget",
		"DOMStorage.domStorageItemAdded", "DOMStorage.domStorageItemUpdated", "Page.navigatedWithinDocument":
		f.last = now
	}
}

func (f *flight) begin(s *Session, p network.EventRequestWillBeSent, now time.Time) {
	r := pendingRequest{
		nr: f.begun, session: s, frame: p.FrameID, loader: p.LoaderID, patient: patient(p.Type),
		document: p.Type == network.ResourceTypeDocument,
		outlives: p.Type == network.ResourceTypeFetch && s.Type.Document(),
		host:     hostOf(p.Request), sent: now,
	}
	f.begun++
	if p.RedirectResponse != nil {
		f.silent.answered(f.open[p.RequestID].host)
	}
	if f.replaced[r.loader] && !r.outlives {
		return // told late
	}
	f.open[p.RequestID] = r
	f.last = now
}

// show notes a frame's new document. What the one before still asked for comes to
// nothing, and so do documents that were on their way before this one.
func (f *flight) show(frame cdp.FrameID, loader cdp.LoaderID) {
	if old := f.shown[frame]; old != "" && old != loader {
		f.replaced[old] = true
		f.drop(func(r pendingRequest) bool { return r.loader == old && !r.outlives })
	}
	f.shown[frame] = loader
	if now, ok := f.open[network.RequestID(loader)]; ok {
		f.drop(func(r pendingRequest) bool { return r.document && r.frame == frame && r.nr < now.nr })
	}
}

// showing reports whether a frame shows that document.
func (f *flight) showing(loader cdp.LoaderID) bool {
	for _, shown := range f.shown {
		if shown == loader {
			return true
		}
	}
	return false
}

// remove forgets a frame that is no more.
func (f *flight) remove(frame cdp.FrameID) {
	if old := f.shown[frame]; old != "" {
		f.replaced[old] = true
	}
	delete(f.shown, frame)
	delete(f.leaving, frame)
	f.drop(func(r pendingRequest) bool { return r.frame == frame && !r.outlives })
}

// detach forgets what a target asked for that is no more, save the document that
// its frame goes on to in another process.
func (f *flight) detach(s *Session) {
	f.drop(func(r pendingRequest) bool {
		onItsWay := r.document && r.frame == cdp.FrameID(s.TargetID) && r.loader != f.shown[r.frame]
		return r.session.within(s) && !onItsWay && !r.outlives
	})
}

func (f *flight) drop(which func(pendingRequest) bool) {
	for id, r := range f.open {
		if which(r) {
			delete(f.open, id)
		}
	}
}

func (f *flight) done(id network.RequestID, now time.Time) {
	if _, ok := f.open[id]; ok {
		delete(f.open, id)
		f.last = now
	}
}

// wait is how long from now the context will have been quiet for window, if
// nothing more happens; 0 if it has. Requests that only poll are given up after
// stall without any sign of life.
func (f *flight) wait(now time.Time, window, stall time.Duration) time.Duration {
	quiet := f.last.Add(window)
	if f.attaching > 0 {
		return max(window, quiet.Sub(now))
	}
	if len(f.leaving) > 0 {
		quiet = f.last.Add(max(window, stall)) // what was asked for may come to nothing
	}
	for _, r := range f.open {
		if r.patient {
			return max(window, quiet.Sub(now))
		}
		quiet = f.last.Add(max(window, stall))
	}
	return max(0, quiet.Sub(now))
}

// lacks reports whether a document, script or style sheet is still to come, of the
// requests from that number on.
func (f *flight) lacks(from int) bool {
	for _, r := range f.open {
		if r.patient && r.nr >= from {
			return true
		}
	}
	return false
}

// stalled reports whether requests are open and nothing has happened for d.
func (f *flight) stalled(now time.Time, d time.Duration) bool {
	return len(f.open) > 0 && now.Sub(f.last) >= d
}

// awaited are the hosts that open requests are asked of, sorted.
func (f *flight) awaited() []string {
	var out []string
	for _, r := range f.open {
		out = append(out, r.host)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// unanswered notes the hosts that a page waited for in vain until now.
func (f *flight) unanswered(now time.Time) {
	for _, r := range f.open {
		if now.Sub(r.sent) >= silentAfter {
			f.silent.add(r.host)
		}
	}
}

// hopeless is how long from now a page is still waited for that waits for nothing but
// hosts that are known not to answer. ok is false where it waits for others, or for
// nothing.
func (f *flight) hopeless(now time.Time) (left time.Duration, ok bool) {
	if len(f.open) == 0 || f.attaching > 0 || len(f.leaving) > 0 || slices.ContainsFunc(f.awaited(), func(host string) bool { return !f.silent.has(host) }) {
		return 0, false
	}
	return max(0, f.last.Add(silentStall).Sub(now)), true
}

// hostOf is the host that a request is asked of, "" for none.
func hostOf(r *network.Request) string {
	if r == nil {
		return ""
	}
	u, err := url.Parse(r.URL)
	if err != nil {
		return ""
	}
	return u.Host
}

// silence are the hosts that let a page of the browser wait in vain, until they
// answer. It may be used from any goroutine.
type silence struct {
	mu    sync.Mutex
	hosts map[string]bool
}

func (s *silence) add(host string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hosts == nil {
		s.hosts = map[string]bool{}
	}
	s.hosts[host] = host != ""
}

func (s *silence) answered(host string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.hosts, host)
}

func (s *silence) has(host string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hosts[host]
}
