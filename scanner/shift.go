package scanner

import (
	"context"
	"fmt"
	"sync"

	"cookieaudit/scanner/chrome"
)

// shiftLegs is after how many legs a browser is relieved: it grows with every
// context that it had, by about 1.4 MB even when all its pages are closed.
const shiftLegs = 60

// shifts hands out the browser to legs: a fresh one after shiftLegs of them, and
// one in place of a browser that died. Legs under way keep theirs; it is closed
// when the last of them ends.
type shifts struct {
	start func(context.Context) (*chrome.Browser, error)
	legs  int // of one shift
	say   func(format string, args ...any)

	mu  sync.Mutex
	now *shift
}

// shift is one browser's time at work.
type shift struct {
	browser *chrome.Browser
	begun   int  // legs that were given it
	working int  // legs that have it now
	over    bool // no leg is given it any more
}

// first starts the first browser, which close must follow.
func (s *shifts) first(ctx context.Context) (*chrome.Browser, error) {
	b, err := s.start(ctx)
	if err != nil {
		return nil, err
	}
	s.now = &shift{browser: b}
	return b, nil
}

// begin gives a leg its browser. done tells that the leg has ended, its context
// closed.
func (s *shifts) begin(ctx context.Context) (b *chrome.Browser, done func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.now.browser.Dead():
		s.say("the browser died, starting another")
		if err := s.relieve(ctx); err != nil {
			return nil, nil, fmt.Errorf("start the browser again: %w", err)
		}
	default:
		if s.now.begun < s.legs {
			break
		}
		s.say("starting a fresh browser after %d visits", s.now.begun)
		if err := s.relieve(ctx); err != nil {
			if ctx.Err() != nil {
				return nil, nil, err
			}
			// The one that works is good enough for another shift.
			s.say("it did not start (%v), going on with the one before", err)
			s.now.begun = 0
		}
	}
	mine := s.now
	mine.begun++
	mine.working++
	return mine.browser, sync.OnceFunc(func() { s.end(mine) }), nil
}

// relieve puts a fresh browser in the place of the one now. It must be of the same
// make, which the log's header names for all of them.
func (s *shifts) relieve(ctx context.Context) error {
	b, err := s.start(ctx)
	if err != nil {
		return err
	}
	old := s.now
	if b.Product != old.browser.Product {
		b.Close()
		return fmt.Errorf("it is now %s and was %s: scan again", b.Product, old.browser.Product)
	}
	s.now = &shift{browser: b}
	old.over = true
	if old.working == 0 {
		old.browser.Close()
	}
	return nil
}

func (s *shifts) end(mine *shift) {
	s.mu.Lock()
	mine.working--
	last := mine.over && mine.working == 0
	s.mu.Unlock()
	if last {
		mine.browser.Close()
	}
}

// close ends the last browser. All legs have ended.
func (s *shifts) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now.browser.Close()
}
