package consent

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/journey"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
)

//go:embed inspect.js
var inspectJS string

//go:embed names.js
var namesJS string

//go:embed seen.js
var seenJS string

// inspecting is inspect.js with what it needs.
var inspecting = "(() => { const seen = " + seenJS + ", names = " + namesJS + "; return (" + inspectJS + "); })()"

// hint are words of ids, classes and labels of consent dialogs.
const hint = `cookie|consent|gdpr|ccpa|cmpbox|cmpwrapper|cmp[-_](box|banner|consent|ui|app)|didomi|onetrust|usercentrics|klaro|orejime|tarteaucitron|cybot|truste[-_]|trustarc|qc-cmp|sp_message|osano|axeptio|iubenda|termly|cookiehub|borlabs|cmplz|dsgvo|rgpd`

const (
	// enough is the score from which a box counts as a consent dialog.
	enough = 5
	// enoughOnPage is the same on a settings page: a page with a word of
	// cookies and something to save (a whole-page box loses 5, speaking of
	// cookies brings 3).
	enoughOnPage = -1
	// maxNameless bounds how many buttons of one frame, and how many links, are looked
	// at closely though their names say nothing of consent; visible text may say more.
	maxNameless = 120
	lookLimit   = 15 * time.Second
)

// finder looks at one tab.
type finder struct {
	tab   *chrome.Tab
	url   string // of the page
	lang  string // of the page, as it says
	words vocabulary
	// from is the layer from which another is expected, nil for none: what takes
	// its place, or comes over the page as it did, needs no word of cookies.
	from *dialog
	// failed is why a frame could not be looked at, nil where all were: what it shows
	// nobody knows.
	failed error
}

func newFinder(ctx context.Context, t *chrome.Tab) (*finder, error) {
	lang := ""
	main, err := t.Main(ctx)
	if err != nil {
		return nil, err
	}
	_ = main.Eval(ctx, `document.documentElement.lang`, &lang)
	return &finder{tab: t, url: t.URL(), lang: lang, words: vocabularyFor(lang)}, nil
}

// look looks once.
func (f *finder) look(ctx context.Context) (*Sight, error) {
	all, err := f.boxes(ctx)
	if err != nil {
		return nil, err
	}
	s := &Sight{finder: f}
	for _, d := range all {
		switch {
		case d.score >= enough && (s.dialog == nil || f.came(d) && !f.came(s.dialog)):
			s.dialog = d
		case d.asksRegion && s.gate == nil:
			s.gate = d
		case s.unread == nil && (d.unread(f.words) || d.vague && !d.elsewhere && d.score-vagueness >= enough):
			s.unread = d
		}
	}
	if s.dialog != nil && !s.dialog.covered() {
		s.gate = nil
	}
	if s.dialog == nil && f.failed != nil {
		return nil, fmt.Errorf("look for a dialog: a frame did not answer: %w", f.failed)
	}
	return s, nil
}

// controls lists the page's controls of every frame that might matter to
// consent. A frame that vanishes meanwhile is left out; one that does not answer too, and
// failed tells why.
func (f *finder) controls(ctx context.Context) ([]*control, error) {
	var worlds []*chrome.World
	worlds, f.failed = f.tab.Worlds(ctx)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if len(worlds) == 0 {
		return nil, f.failed
	}
	var out []*control
	for _, w := range worlds {
		list, err := f.inFrame(ctx, w)
		switch {
		case err == nil:
		case w.Top, ctx.Err() != nil, errors.Is(err, chrome.ErrCrashed), errors.Is(err, chrome.ErrLost):
			return out, err
		case chrome.Unanswered(err):
			f.failed = err
			continue
		default:
			continue
		}
		if len(list) > 0 && !w.Top && !journey.Drawn(ctx, w) {
			continue // nobody sees it
		}
		out = append(out, list...)
	}
	return out, nil
}

func (f *finder) inFrame(ctx context.Context, w *chrome.World) ([]*control, error) {
	ctx, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	tree, err := cdp.Call(ctx, w.Session, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{FrameID: w.Frame})
	if err != nil {
		return nil, err
	}
	inside := insideControl(tree.Nodes)
	var some []*control
	nameless := map[string]int{} // by role
	for _, n := range tree.Nodes {
		c := f.candidate(w, n, inside)
		if c == nil {
			continue
		}
		if c.class == NoClass && !isBox(c.role) && !f.words.reopens(c.name) {
			if nameless[c.role]++; nameless[c.role] > maxNameless {
				continue
			}
		}
		some = append(some, c)
	}
	if some, err = inspect(ctx, w, some); err != nil {
		return nil, err
	}
	var out []*control
	for _, c := range some {
		// Boxes are often hidden behind a drawn switch.
		if !c.info.Visible && !isBox(c.role) {
			continue
		}
		f.read(c)
		out = append(out, c)
	}
	unspoken, err := f.unspoken(ctx, w)
	if err != nil && ctx.Err() != nil {
		return out, err
	}
	return append(out, unspoken...), nil
}

// inspect fills in what a visitor sees of controls of one frame. Those that went
// meanwhile are left out.
func inspect(ctx context.Context, w *chrome.World, all []*control) ([]*control, error) {
	if len(all) == 0 {
		return nil, nil
	}
	nodes, texts := make([]cdp.BackendNodeID, len(all)), make([]bool, len(all))
	for i, c := range all {
		nodes[i], texts[i] = c.element.Node, c.role == "StaticText"
	}
	var found []*info
	if err := w.CallOnAll(ctx, nodes, inspecting, &found, texts, hint, cookieWords(), !w.Top); err != nil {
		return nil, err
	}
	var out []*control
	for i, c := range all {
		if i < len(found) && found[i] != nil {
			c.info = *found[i]
			out = append(out, c)
		}
	}
	return out, nil
}

// dialogs are the boxes of the page that are consent dialogs, the likeliest
// first.
func (f *finder) dialogs(ctx context.Context) ([]*dialog, error) { return f.scored(ctx, enough) }

// forms are the boxes of a page to which a control for the consent settings led:
// there a form in the page's flow counts as well.
func (f *finder) forms(ctx context.Context) ([]*dialog, error) { return f.scored(ctx, enoughOnPage) }

func (f *finder) scored(ctx context.Context, least int) ([]*dialog, error) {
	all, err := f.boxes(ctx)
	if err != nil {
		return nil, err
	}
	// A copy: every dialog keeps all of them.
	return slices.DeleteFunc(slices.Clone(all), func(d *dialog) bool { return d.score < least }), nil
}

// boxes groups the page's controls by the box they stand in, the likeliest
// consent dialog first.
func (f *finder) boxes(ctx context.Context) ([]*dialog, error) {
	list, err := f.controls(ctx)
	if err != nil {
		return nil, err
	}
	type place struct {
		world *chrome.World
		box   int
	}
	boxes := map[place]*dialog{}
	var order []*dialog
	for _, c := range list {
		if c.info.Box == 0 {
			continue
		}
		at := place{c.element.World, c.info.Box}
		d := boxes[at]
		if d == nil {
			d = &dialog{world: c.element.World, box: c.info}
			boxes[at] = d
			order = append(order, d)
		}
		d.controls = append(d.controls, c)
	}
	for _, d := range order {
		d.takeIn(list)
		d.findPressed(f.words)
		d.sort(f.words)
		d.findRows(f.words)
		d.findNo(f.words)
		d.findInverted(f.words)
		d.findWithdrawal(f.words)
		d.findSave(f.words)
		d.findAll(f.words)
		d.findFurther(f.words, f.url)
		d.findLists(f.words, f.url)
		d.findTabs(f.words)
		d.weigh(f.words)
		d.follow(f.words, f.from)
		d.around = order
	}
	slices.SortStableFunc(order, func(a, b *dialog) int { return cmp.Compare(b.score, a.score) })
	return order, nil
}

// came reports whether a box came over the page after something in the layer
// before was pressed. The layer before may well stay where it is.
func (f *finder) came(d *dialog) bool {
	return f.from != nil && d.lies() && f.from.brought(d) && d.consents(f.words)
}

// maxText bounds a dialog's text as evidence, in characters: one less than the page
// is asked for, so that what is longer ends with a mark.
const maxText = 3999

func clip(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most-1]) + "…"
}
