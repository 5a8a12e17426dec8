package journey

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"
)

// findLimit is how long a step waits for its element.
const findLimit = 8 * time.Second

// Runner runs steps in one tab.
type Runner struct {
	Tab *chrome.Tab
	// Commit is called at the last moment before the press of Run that makes the
	// choice, if not nil: the last one whose target Tidies does not name.
	Commit func()
	// Tidies reports whether a target only clears up behind a choice, such as
	// the button that hides a confirmation. May be nil.
	Tidies func(target string) bool
}

// Run runs the steps in order and returns what was done, in words. The error
// names the step that failed.
func (r Runner) Run(ctx context.Context, steps []observation.Step) ([]string, error) {
	last := -1
	for i, s := range steps {
		presses := s.Click != "" || s.Press != "" || s.Check != "" || s.Clear != ""
		if presses && (last < 0 || r.Tidies == nil || !r.Tidies(s.Click)) {
			last = i
		}
	}
	var done []string
	for i, s := range steps {
		commit := func() {}
		if i == last && r.Commit != nil {
			commit = r.Commit
		}
		words, err := r.step(ctx, s, commit)
		if err != nil {
			return done, fmt.Errorf("step %d (%s): %w", i+1, words, err)
		}
		done = append(done, words)
	}
	return done, nil
}

func (r Runner) step(ctx context.Context, s observation.Step, commit func()) (string, error) {
	clock := r.Tab.Context().Clock
	switch {
	case s.Goto != "":
		base, err := url.Parse(r.Tab.URL())
		if err != nil {
			return "goto " + s.Goto, err
		}
		to, err := base.Parse(s.Goto)
		if err != nil {
			return "goto " + s.Goto, err
		}
		l, err := clock.Navigate(ctx, r.Tab, to.String())
		if err == nil && !l.OK() {
			err = errors.New("the page did not load: " + l.Error)
		}
		return "goto " + s.Goto, err
	case s.Click != "":
		return r.press(ctx, "click", s.Click, commit)
	case s.Check != "":
		return r.tick(ctx, s.Check, true, commit)
	case s.Clear != "":
		return r.tick(ctx, s.Clear, false, commit)
	case s.Press != "":
		commit()
		return "press " + s.Press, clock.Key(ctx, r.Tab, s.Press)
	case s.Wait != "":
		_, err := r.find(ctx, s.Wait)
		return "wait for " + s.Wait, err
	case s.Gone != "":
		return "wait until gone " + s.Gone, r.gone(ctx, s.Gone)
	case s.Scroll != "":
		if s.Scroll == "end" {
			return "scroll to the end", clock.Wheel(ctx, r.Tab, 100_000)
		}
		e, err := r.find(ctx, s.Scroll)
		if err == nil {
			_, err = e.point(ctx, r.Tab)
		}
		return "scroll to " + s.Scroll, err
	}
	return "empty step", errors.New("this step cannot be run in a dialog: use click, check, clear, press, wait, gone, scroll or goto")
}

func (r Runner) press(ctx context.Context, verb, target string, commit func()) (string, error) {
	words := verb + " " + target
	e, err := r.find(ctx, target)
	if err != nil {
		return words, err
	}
	how, err := e.Click(ctx, r.Tab, commit)
	if how == ByScript {
		words += " (by script: something covers it)"
	}
	if err != nil {
		return words, err
	}
	_, err = r.Tab.Context().Clock.Quiet(ctx, r.Tab)
	return words, err
}

func (r Runner) tick(ctx context.Context, target string, on bool, commit func()) (string, error) {
	verb := map[bool]string{true: "check", false: "clear"}[on]
	e, err := r.find(ctx, target)
	if err != nil {
		return verb + " " + target, err
	}
	is, err := e.Checked(ctx)
	if err != nil || is == on {
		return verb + " " + target, err
	}
	return r.press(ctx, verb, target, commit)
}

// find waits until an element fits the target.
func (r Runner) find(ctx context.Context, target string) (Element, error) {
	ctx, cancel := context.WithTimeout(ctx, findLimit)
	defer cancel()
	for {
		e, err := Find(ctx, r.Tab, target)
		if err == nil || !errors.Is(err, ErrNotFound) {
			return e, err
		}
		if frameErr := r.Tab.Context().Clock.Frame(ctx, r.Tab); frameErr != nil {
			return e, err
		}
	}
}

func (r Runner) gone(ctx context.Context, target string) error {
	ctx, cancel := context.WithTimeout(ctx, findLimit)
	defer cancel()
	for {
		_, err := Find(ctx, r.Tab, target)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if r.Tab.Context().Clock.Frame(ctx, r.Tab) != nil {
			return fmt.Errorf("%q is still there after %s", target, findLimit)
		}
	}
}
