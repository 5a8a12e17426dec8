package consent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/journey"
)

const (
	// changeLimit is how long the next layer may take to come, furtherLimit how
	// long it may take to show more than a way to yet another one.
	changeLimit  = 4 * time.Second
	furtherLimit = time.Second
	// goneLimit is how long a dialog may take to close.
	goneLimit = 3 * time.Second
	// stillLimit is how long neither requests nor markup nor animations may tell
	// that something comes of a press.
	stillLimit = time.Second
)

// motion tells when a tab has come to rest.
type motion struct {
	tab   *chrome.Tab
	last  [3]int
	since time.Time
}

// rested reports whether nothing has moved for stillLimit.
func (m *motion) rested(ctx context.Context) bool {
	var now [3]int
	w, err := m.tab.Main(ctx)
	if err == nil {
		err = w.Eval(ctx, motionJS, &now)
	}
	if err != nil || now != m.last || now[2] > 0 || m.since.IsZero() {
		m.last, m.since = now, time.Now()
	}
	return time.Since(m.since) > stillLimit
}

// motionJS gives the lengths of the page's markup and text, and how many of its
// animations run that will end.
const motionJS = `[document.documentElement.outerHTML.length, document.body?.innerText.length ?? 0,
	document.getAnimations().filter(a => a.playState === 'running' && isFinite(a.effect?.getComputedTiming().endTime)).length]`

// changed waits for a layer that offers what is looked for, or else leads to yet
// another one.
func (o *Operator) changed(ctx context.Context, before *Sight, offers func(*Sight) bool) (*Sight, error) {
	begun, m := time.Now(), motion{tab: o.Tab}
	for {
		s, err := o.lookFrom(ctx, 0, before.dialog)
		if err != nil {
			return nil, err
		}
		if s.Found() && !s.dialog.alike(before.dialog) {
			further := s.dialog.first(s.finder.words, Settings)
			if offers(s) || time.Since(begun) > furtherLimit && further != nil && !before.dialog.has(further) {
				return s, nil
			}
		}
		if time.Since(begun) > changeLimit || m.rested(ctx) {
			return nil, ctx.Err()
		}
		if _, err := o.Tab.Context().Clock.Quiet(ctx, o.Tab); err != nil {
			return nil, err
		}
	}
}

// still reports whether a control is there as it was, in its words and its meaning.
// asked: so is the text around it.
func (o *Operator) still(ctx context.Context, s *Sight, c *control) (there, asked bool, err error) {
	now, err := o.lookFrom(ctx, 0, s.dialog)
	if err != nil || !now.Found() {
		return false, false, err
	}
	there = slices.ContainsFunc(now.dialog.controls, func(n *control) bool {
		return n.element.Node == c.element.Node && n.class == c.class && n.words() == c.words()
	})
	return there, now.dialog.asks(s.dialog), nil
}

// asks reports whether two dialogs say the same, but for numbers, which may count down.
func (d *dialog) asks(o *dialog) bool {
	return uncounted(d.box.BoxText) == uncounted(o.box.BoxText)
}

// reads reports whether two dialogs' controls say the same, but for numbers. A page may
// put another question's words on the buttons of the first.
func (d *dialog) reads(o *dialog) bool {
	return slices.EqualFunc(d.controls, o.controls, func(a, b *control) bool { return uncounted(a.words()) == uncounted(b.words()) })
}

func uncounted(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return -1
		}
		return r
	}, norm(text))
}

// stored is what the page has stored that a choice could have changed: the jar
// and the page's own localStorage. It is only compared, never recorded.
func (o *Operator) stored(ctx context.Context) (string, error) {
	var b strings.Builder
	jar, err := o.Tab.Context().Cookies(ctx)
	if err != nil {
		return "", fmt.Errorf("read what is stored: %w", err)
	}
	for _, c := range jar {
		fmt.Fprintf(&b, "%s\x00%s\x00%s\x00%s\n", c.Name, c.Domain, c.Path, c.Value)
	}
	var local string
	for try := 1; ; try++ {
		var w *chrome.World
		if w, err = o.Tab.Main(ctx); err == nil {
			err = w.Eval(ctx, `(() => { try { return Object.entries(localStorage).map(e => JSON.stringify(e)).sort().join('\n') } catch { return '' } })()`, &local)
		}
		// A page may give way to another while it is asked.
		if err == nil || chrome.Unanswered(err) || try == maxTries {
			break
		}
		if _, err := o.Tab.Context().Clock.Quiet(ctx, o.Tab); err != nil {
			return "", err
		}
	}
	if err != nil {
		return "", fmt.Errorf("read what is stored: %w", err)
	}
	b.WriteString(local)
	return b.String(), nil
}

// maxTries is how often a page is asked that gives way to others.
const maxTries = 5

// changedSince reports whether something stored is other than before, if only for now.
func (o *Operator) changedSince(ctx context.Context, before string) (bool, error) {
	now, err := o.stored(ctx)
	return err == nil && now != before, err
}

// storedSince reports whether what is stored is other than before, leaving out what
// changes by itself, such as a cookie that counts seconds.
func (o *Operator) storedSince(ctx context.Context, before string) (bool, error) {
	now, err := o.stored(ctx)
	if now == before || err != nil {
		return false, err
	}
	if err := o.Tab.Context().Clock.Frame(ctx, o.Tab); err != nil {
		return false, err
	}
	if _, err := o.Tab.Context().Clock.Quiet(ctx, o.Tab); err != nil {
		return false, err
	}
	last, err := o.stored(ctx)
	if err != nil {
		return false, err
	}
	still, old := strings.Split(last, "\n"), strings.Split(before, "\n")
	for line := range strings.SplitSeq(now, "\n") {
		if slices.Contains(still, line) && !slices.Contains(old, line) {
			return true, nil
		}
	}
	return len(still) < len(old), nil
}

// gone waits until the control can no longer be seen. heard: the page listens to
// its controls by now, so where it has come to rest nothing more comes of a press.
func (o *Operator) gone(ctx context.Context, c *control, heard bool) (bool, error) {
	begun, m := time.Now(), motion{tab: o.Tab}
	for {
		if seen, err := c.seen(ctx); !seen || err != nil {
			return err == nil, err
		}
		if time.Since(begun) > goneLimit || heard && m.rested(ctx) {
			return false, ctx.Err()
		}
		if _, err := o.Tab.Context().Clock.Quiet(ctx, o.Tab); err != nil {
			return false, err
		}
	}
}

// GoneUnseen waits until a dialog has gone that the finder never saw: that it sees none
// tells nothing. Something that lay over the page, see Overlays, or the target that
// was pressed, "" where nobody knows it, must be there no more.
func (o *Operator) GoneUnseen(ctx context.Context, over []int, target string) (bool, error) {
	begun, m := time.Now(), motion{tab: o.Tab}
	for {
		now, err := Overlays(ctx, o.Tab)
		if err != nil {
			return false, err
		}
		var found error
		if target != "" {
			_, found = journey.Find(ctx, o.Tab, target)
		}
		switch {
		case slices.ContainsFunc(over, func(id int) bool { return !slices.Contains(now, id) }):
			return true, nil
		case errors.Is(found, journey.ErrNotFound):
			return true, nil
		case time.Since(begun) > goneLimit || m.rested(ctx):
			return false, ctx.Err()
		}
		if _, err := o.Tab.Context().Clock.Quiet(ctx, o.Tab); err != nil {
			return false, err
		}
	}
}
