package journey

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"
)

// findLimit is how long a step waits for its element.
const findLimit = 8 * time.Second

// Runner runs steps in one tab. Restarting the browser and idling are not for
// it: they end the tab.
type Runner struct {
	Tab *chrome.Tab
	// Commit is called at the last moment before the press of Run that makes the
	// choice, if not nil: the last one whose target Tidies does not name.
	Commit func()
	// Tick, if not nil, is called likewise before a box is ticked ahead of that press:
	// a page may act on it at once.
	Tick func()
	// Tidies reports whether a target only clears up behind a choice, such as
	// the button that hides a confirmation. May be nil.
	Tidies func(target string) bool
	// Covered, if not nil, is told of each target that only a script could press.
	Covered func(target string)
	// Env gives the values of ${NAME}. May be nil where none is used.
	Env func(name string) string
	// Typed is told what is typed into which field, before it is. May be nil.
	Typed func(target, value string)
}

// Did is what was done.
type Did struct {
	Words string
	// Already: the box to tick was ticked, or the one to untick was not.
	Already bool
}

// Run runs the steps in order and returns what was done, in words. The error
// names the step that failed.
func (r Runner) Run(ctx context.Context, steps []observation.Step) ([]string, error) {
	last := -1
	for i, s := range steps {
		if s.Presses() && (last < 0 || r.Tidies == nil || !r.Tidies(s.Click)) {
			last = i
		}
	}
	var done []string
	for i, s := range steps {
		commit := func() {}
		switch {
		case i == last && r.Commit != nil:
			commit = r.Commit
		case i < last && s.Check != "" && r.Tick != nil:
			commit = r.Tick
		}
		did, err := r.Step(ctx, s, commit)
		if err != nil {
			return done, fmt.Errorf("step %d (%s): %w", i+1, did.Words, err)
		}
		done = append(done, did.Words)
	}
	return done, nil
}

// Step does one step and waits until what it caused has settled. commit is called
// at the last moment before its input is sent, if it has one.
func (r Runner) Step(ctx context.Context, s observation.Step, commit func()) (did Did, err error) {
	did.Words = s.String()
	switch {
	case s.Goto != "":
		err = r.goTo(ctx, s.Goto)
	case s.Click != "":
		did.Words, err = r.press(ctx, did.Words, s.Click, commit)
	case s.Check != "":
		return r.tick(ctx, s.Check, true, did, commit)
	case s.Clear != "":
		return r.tick(ctx, s.Clear, false, did, commit)
	case s.Fill != "":
		err = r.fill(ctx, s.Fill, s.Value, commit)
	case s.Select != "":
		err = r.choose(ctx, s.Select, s.Value, commit)
	case s.Press != "":
		commit()
		if err = r.Tab.Context().Clock.Key(ctx, r.Tab, s.Press); err == nil {
			err = r.quiet(ctx)
		}
	case s.Wait != "":
		err = r.wait(ctx, s.Wait, true)
	case s.Gone != "":
		err = r.wait(ctx, s.Gone, false)
	case s.Expect != "":
		err = r.expect(ctx, s.Expect)
	case s.Scroll != "":
		err = r.scroll(ctx, s.Scroll)
	default:
		err = errors.New("this step cannot be done here: use goto, click, check, clear, fill, select, press, wait, gone, expect or scroll")
	}
	return did, err
}

func (r Runner) goTo(ctx context.Context, to string) error {
	base, err := observation.ParseURL(r.Tab.URL())
	if err != nil {
		return err
	}
	u, err := base.Parse(to)
	if err != nil {
		return err
	}
	l, err := r.Tab.Context().Clock.Navigate(ctx, r.Tab, u.String())
	if err == nil && !l.OK() {
		err = errors.New("the page did not load: " + l.Error)
	}
	return err
}

func (r Runner) quiet(ctx context.Context) error {
	_, err := r.Tab.Context().Clock.Quiet(ctx, r.Tab)
	return err
}

func (r Runner) scroll(ctx context.Context, to string) error {
	if to == "end" {
		if err := r.Tab.Context().Clock.Wheel(ctx, r.Tab, 100_000); err != nil {
			return err
		}
		return r.quiet(ctx)
	}
	e, err := r.find(ctx, to)
	if err != nil {
		return err
	}
	_, err = e.places(ctx)
	return errors.Join(err, r.quiet(ctx))
}

func (r Runner) press(ctx context.Context, words, target string, commit func()) (string, error) {
	e, err := r.find(ctx, target)
	if err != nil {
		return words, err
	}
	how, err := e.Click(ctx, r.Tab, commit)
	if how == ByScript {
		words += " (by script: something covers it)"
		if r.Covered != nil {
			r.Covered(target)
		}
	}
	if err != nil {
		return words, err
	}
	_, err = r.Tab.Context().Clock.Quiet(ctx, r.Tab)
	return words, err
}

func (r Runner) tick(ctx context.Context, target string, on bool, did Did, commit func()) (Did, error) {
	e, err := r.find(ctx, target)
	if err != nil {
		return did, err
	}
	is, err := e.Checked(ctx)
	if did.Already = err == nil && is == on; did.Already || err != nil {
		return did, err
	}
	if did.Words, err = r.press(ctx, did.Words, target, commit); err != nil {
		return did, err
	}
	// A press may have led away; where the box is still there it must have changed.
	if is, err := e.Checked(ctx); err == nil && is != on {
		return did, errors.New("the box did not change when it was pressed")
	}
	return did, nil
}

// find waits until an element fits the target.
func (r Runner) find(ctx context.Context, target string) (Element, error) {
	limit, cancel := context.WithTimeout(ctx, findLimit)
	defer cancel()
	var missing error // of the last look that came to its end
	for {
		e, err := Find(limit, r.Tab, target)
		if err == nil || errors.Is(err, errTarget) {
			return e, err
		}
		if errors.Is(err, ErrNotFound) {
			missing = err
		}
		if err := r.again(ctx, limit); err != nil {
			return e, err
		}
		if limit.Err() != nil {
			return e, cmp.Or(missing, err)
		}
	}
}

// again lets the page draw before it is looked at once more. The error is for a
// page or browser that is no more; a page that is being loaded may fail to answer.
func (r Runner) again(ctx, limit context.Context) error {
	err := r.Tab.Context().Clock.Frame(limit, r.Tab)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, chrome.ErrLost), errors.Is(err, chrome.ErrCrashed), errors.Is(err, chrome.ErrDetached):
		return err
	}
	return nil
}
