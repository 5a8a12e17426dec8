package consent

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/cdp"
)

// findTabs takes plain buttons that are named as categories for tabs, where the box has
// switches that do not show.
func (d *dialog) findTabs(v vocabulary) {
	shown := 0
	for _, c := range d.controls {
		if isCheckbox(c) && !c.disabled {
			shown++
		}
	}
	if d.box.Switches <= shown {
		return
	}
	for _, c := range d.controls {
		if c.role == "button" && c.class == NoClass && !c.row && !c.folded && label(c.words()) != "" && len(v.categories(c.words())) > 0 {
			c.folded, c.tab = true, true
		}
	}
}

// folds are the folds, tabs and lists that were opened.
type folds map[string]bool

// keys tell what is opened apart. A fold says itself whether it is open; a list or plain
// tab does not, also where the page draws it anew.
func (c *control) keys() []string {
	out := []string{fmt.Sprint(c.element.Node)}
	if c.list != noList || c.tab {
		out = append(out, "\x00"+c.place())
	}
	return out
}

func (f folds) open(c *control) {
	for _, k := range c.keys() {
		f[k] = true
	}
}

func (f folds) close(c *control) {
	for _, k := range c.keys() {
		delete(f, k)
	}
}

func (f folds) has(c *control) bool {
	return slices.ContainsFunc(c.keys(), func(k string) bool { return f[k] })
}

// count is how many elements were opened.
func (f folds) count() int {
	n := 0
	for k := range f {
		if !strings.HasPrefix(k, "\x00") {
			n++
		}
	}
	return n
}

// unfold opens a layer's folds and tabs to see what lies in them, and returns
// the layer as it is then, with the categories that showed on the way.
func (o *Operator) unfold(ctx context.Context, s *Sight, a *Attempt) (_ *Sight, categories []string, err error) {
	opened := folds{}
	o.layer = unfolded{opened: opened}
	var way stage
	for {
		categories = append(categories, s.Categories()...)
		if o.reading {
			o.draftStage(ctx, s, way)
		}
		f := s.fold(opened)
		for ; f != nil && f.list != noList; f = s.fold(opened) { // they sort nothing by category
			opened.open(f)
			if !o.reading {
				continue
			}
			if s, err = o.peek(ctx, s, f, a); err != nil || !s.Found() {
				return s, categories, err
			}
		}
		if f == nil {
			return s, categories, nil
		}
		opened.open(f)
		way.open, way.why = o.draftClick(ctx, f)
		before := s
		if s, err = o.peek(ctx, s, f, a); err != nil || !s.Found() {
			return s, categories, err
		}
		if s.finder.words.speaksOfInterest(f.words()) {
			interests := map[cdp.BackendNodeID]bool{}
			s.shown(before, interests)
			for _, c := range s.dialog.controls {
				c.interest = c.interest || interests[c.element.Node]
			}
		}
	}
}

// fold is a fold, list or tab of the dialog that was not opened yet, nil for none, or
// where enough of them were. Tabs come last: what shows now may show no more then.
func (s *Sight) fold(opened folds) *control {
	if opened.count() >= maxUnfolded {
		return nil
	}
	return s.unopened(opened)
}

func (s *Sight) unopened(opened folds) *control {
	var list, tab *control
	for _, c := range s.dialog.controls {
		switch {
		case !c.folded || !c.info.Visible || c.disabled || opened.has(c) || c.class != NoClass && c.class != Settings || isBox(c.role):
		case c.list != noList:
			list = cmp.Or(list, c)
		case c.replaces():
			tab = cmp.Or(tab, c)
		default:
			return c
		}
	}
	return cmp.Or(list, tab)
}

// replaces: what it opens may take the place of what shows.
func (c *control) replaces() bool { return c.role == "tab" || c.tab || c.list != noList }
