package chrome

import (
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
}

type pendingRequest struct {
	since time.Time
	url   string
	// patient: the page's content depends on it (document, script, style), so
	// it is waited for longer than a fetch, which may be a long poll.
	patient bool
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
			f.open[p.RequestID] = pendingRequest{now, p.Request.URL, patient(p.Type)}
			f.last = now
		}
	case "Network.responseReceived":
		// Headers are what counts: a body that nobody reads never ends. Save a
		// document's, which is read once its renderer has begun: a pop-up window
		// or frame of another site takes a while to get there.
		var p network.EventResponseReceived
		if e.Decode(&p) == nil && p.Type != network.ResourceTypeDocument {
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
	case "Target.attachedToTarget", "Page.frameNavigated",
		"DOMStorage.domStorageItemAdded", "DOMStorage.domStorageItemUpdated", "Page.navigatedWithinDocument":
		f.last = now
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

// stalled reports whether requests are open and nothing has happened for d.
func (f *flight) stalled(now time.Time, d time.Duration) bool {
	return len(f.open) > 0 && now.Sub(f.last) >= d
}
