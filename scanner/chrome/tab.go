package chrome

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
)

// Tab is one page with its frames. Its state is kept by the context's goroutine
// and guarded by the context's mutex.
type Tab struct {
	Session *Session
	context *Context
	popup   bool // a page opened it, not we
	nr      int  // among those of the context, in the order in which they opened
	front   int  // the newest when this was last before all others

	loader   cdp.LoaderID // of the main frame's document
	url      string
	loaded   bool
	navs     int // documents in the main frame
	gaveUp   int // the last of them whose load event was not waited for to the end
	status   int // HTTP status of the newest document
	statuses map[network.RequestID]int
	crashed  bool
	download bool
	empty    bool          // an answer without content: nothing was shown
	fast     time.Duration // fast time that was granted: nothing else may be asked of it
	expired  map[*Session]bool
	closed   bool
	dialogs  int // that it opened
}

func (t *Tab) event(e Event) {
	switch e.Method {
	case "Inspector.targetCrashed":
		if e.Session == t.Session {
			t.crashed = true
		}
	case "Page.downloadWillBegin":
		t.download = true
	case "Emulation.virtualTimeBudgetExpired":
		if t.expired != nil {
			t.expired[e.Session] = true
		}
	}
	if e.Session != t.Session {
		return
	}
	switch e.Method {
	case "Page.frameNavigated":
		var p page.EventFrameNavigated
		if e.Decode(&p) == nil && p.Frame != nil && p.Frame.ParentID == "" {
			t.loader, t.url, t.loaded = p.Frame.LoaderID, p.Frame.URL+p.Frame.URLFragment, false
			t.navs++
			t.status = t.statuses[network.RequestID(p.Frame.LoaderID)]
		}
	case "Page.navigatedWithinDocument":
		var p page.EventNavigatedWithinDocument
		if e.Decode(&p) == nil && p.FrameID == cdp.FrameID(t.Session.TargetID) {
			t.url = p.URL
		}
	case "Page.loadEventFired":
		t.loaded = true
	case "Network.loadingFailed":
		// No load event follows a document that broke off.
		var p network.EventLoadingFailed
		if e.Decode(&p) == nil && p.RequestID == network.RequestID(t.loader) {
			t.loaded = true
		}
	case "Network.responseReceived":
		var p network.EventResponseReceived
		if e.Decode(&p) == nil && p.Type == network.ResourceTypeDocument && p.Response != nil {
			if t.statuses == nil {
				t.statuses = map[network.RequestID]int{}
			}
			t.statuses[p.RequestID] = int(p.Response.Status)
			t.empty = t.empty || p.Response.Status == 204 || p.Response.Status == 205
			if p.RequestID == network.RequestID(t.loader) {
				t.status = int(p.Response.Status)
			}
		}
	}
}

// URL is the address of the tab's document now.
func (t *Tab) URL() string {
	t.context.mu.Lock()
	defer t.context.mu.Unlock()
	return t.url
}

// Status is the HTTP status of the tab's document, 0 where it had none.
func (t *Tab) Status() int {
	t.context.mu.Lock()
	defer t.context.mu.Unlock()
	return t.status
}

// Frozen reports whether the tab had its fast time: its clock stands still.
func (t *Tab) Frozen() bool {
	t.context.mu.Lock()
	defer t.context.mu.Unlock()
	return t.fast > 0
}

// Crashed reports whether the tab's renderer crashed.
func (t *Tab) Crashed() bool {
	t.context.mu.Lock()
	defer t.context.mu.Unlock()
	return t.crashed
}

// Navigations counts the documents that the tab has shown.
func (t *Tab) Navigations() int {
	t.context.mu.Lock()
	defer t.context.mu.Unlock()
	return t.navs
}

// Sessions are the tab's live document sessions, the page first.
func (t *Tab) Sessions() []*Session { return t.context.Sessions(t) }

// Popups are the windows that pages of the tab's context opened and that are
// still open.
func (t *Tab) Popups() []*Tab {
	t.context.mu.Lock()
	defer t.context.mu.Unlock()
	return t.context.popups()
}

// popups needs the context's mutex.
func (c *Context) popups() []*Tab {
	var out []*Tab
	for _, t := range c.tabs {
		if t.popup {
			out = append(out, t)
		}
	}
	slices.SortFunc(out, func(a, b *Tab) int { return cmp.Compare(a.Session.TargetID, b.Session.TargetID) })
	return out
}

// Context is the isolated context that the tab lives in.
func (t *Tab) Context() *Context { return t.context }

func sortSessions(s []*Session) {
	slices.SortFunc(s, func(a, b *Session) int {
		return cmp.Or(cmp.Compare(a.URL, b.URL), cmp.Compare(a.TargetID, b.TargetID))
	})
}

// Unanswered reports whether err leaves open how a page is: it gave no answer in time, it
// crashed, or its answer could not be read. Any other error of a command tells that the
// frame or node that it was for is gone.
func Unanswered(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || errors.Is(err, ErrCrashed) || errors.Is(err, ErrLost) ||
		errors.Is(err, errThrown) || err != nil && strings.Contains(err.Error(), tooLong)
}

// ended reports whether err means that the target or the browser went away.
func ended(err error) bool {
	return errors.Is(err, ErrDetached) || errors.Is(err, ErrCrashed) || errors.Is(err, ErrLost) ||
		strings.Contains(err.Error(), "Inspected target navigated or closed") ||
		strings.Contains(err.Error(), "Session with given id not found")
}
