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
// asked: so is the text around it, but for numbers, which may count down.
func (o *Operator) still(ctx context.Context, s *Sight, c *control) (there, asked bool, err error) {
	now, err := o.lookFrom(ctx, 0, s.dialog)
	if err != nil || !now.Found() {
		return false, false, err
	}
	there = slices.ContainsFunc(now.dialog.controls, func(n *control) bool {
		return n.element.Node == c.element.Node && n.class == c.class && n.words() == c.words()
	})
	return there, uncounted(now.dialog.box.BoxText) == uncounted(s.dialog.box.BoxText), nil
}

// uncounted is a text without its digits.
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
func (o *Operator) stored(ctx context.Context) string {
	var b strings.Builder
	jar, err := o.Tab.Context().Cookies(ctx)
	if err != nil {
		return ""
	}
	for _, c := range jar {
		fmt.Fprintf(&b, "%s\x00%s\x00%s\x00%s\n", c.Name, c.Domain, c.Path, c.Value)
	}
	if w, err := o.Tab.Main(ctx); err == nil {
		var local string
		_ = w.Eval(ctx, `(() => { try { return Object.entries(localStorage).map(e => JSON.stringify(e)).sort().join('\n') } catch { return '' } })()`, &local)
		b.WriteString(local)
	}
	return b.String()
}

// storedSince reports whether what is stored is other than before, leaving out what
// changes by itself, such as a cookie that counts seconds.
func (o *Operator) storedSince(ctx context.Context, before string) (bool, error) {
	now := o.stored(ctx)
	if now == before {
		return false, nil
	}
	if err := o.Tab.Context().Clock.Frame(ctx, o.Tab); err != nil {
		return false, err
	}
	if _, err := o.Tab.Context().Clock.Quiet(ctx, o.Tab); err != nil {
		return false, err
	}
	still, old := strings.Split(o.stored(ctx), "\n"), strings.Split(before, "\n")
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
	for c.seen(ctx) {
		if time.Since(begun) > goneLimit || heard && m.rested(ctx) {
			return false, ctx.Err()
		}
		if _, err := o.Tab.Context().Clock.Quiet(ctx, o.Tab); err != nil {
			return false, err
		}
	}
	return true, ctx.Err()
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
