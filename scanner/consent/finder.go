package consent

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/journey"
	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
)

// control is a control of the page and what its words say.
type control struct {
	element  journey.Element
	role     string
	name     string // accessible name
	class    Class
	checked  bool
	disabled bool
	info     info
}

// label is what a box or radio button is called.
func (c *control) label() string {
	if c.name != "" {
		return c.name
	}
	return c.info.Text
}

func (c *control) words() string {
	if c.info.Text != "" {
		return c.info.Text
	}
	return c.name
}

// info is what inspect.js says.
type info struct {
	Visible  bool
	Text     string
	Href     string
	Area     int
	Middle   [2]int // of the control, in its frame's viewport
	Position string
	Hint     string
	Overlay  bool
	Floats   bool // it or what it stands in keeps its place on the screen
	Page     bool
	Box      int
	Rect     [4]int
	BoxText  string
	Role     string
	Label    string
	Fields   int
	Framed   bool
}

// dialog is one box of controls that may be a consent dialog.
type dialog struct {
	world    *chrome.World
	box      info
	controls []*control
	score    int
	why      []string
}

//go:embed inspect.js
var inspectJS string

// hint are words of ids, classes and labels of consent dialogs.
const hint = `cookie|consent|gdpr|ccpa|cmp[-_]|didomi|onetrust|usercentrics|klaro|orejime|tarteaucitron|cybot|truste|qc-cmp|sp_message|osano|axeptio|iubenda|termly|cookiehub|borlabs|cmplz|dsgvo|rgpd`

const (
	// enough is the score from which a box counts as a consent dialog.
	enough = 5
	// enoughOnPage is the same on a settings page: a page with a word of
	// cookies and something to save (a whole-page box loses 5, speaking of
	// cookies brings 3).
	enoughOnPage = -1
	// maxNameless bounds how many buttons of one frame are looked at closely
	// though their names say nothing of consent; visible text may say more.
	maxNameless = 120
	lookLimit   = 8 * time.Second
)

// finder looks at one tab.
type finder struct {
	tab   *chrome.Tab
	words vocabulary
}

func newFinder(ctx context.Context, t *chrome.Tab) (*finder, error) {
	lang := ""
	main, err := t.Main(ctx)
	if err != nil {
		return nil, err
	}
	_ = main.Eval(ctx, `document.documentElement.lang`, &lang)
	return &finder{t, vocabularyFor(lang)}, nil
}

// controls lists the page's controls of every frame that might matter to
// consent. A frame that vanishes meanwhile is left out.
func (f *finder) controls(ctx context.Context) ([]*control, error) {
	worlds, err := f.tab.Worlds(ctx)
	if err != nil {
		return nil, err
	}
	var out []*control
	for _, w := range worlds {
		list, err := f.inFrame(ctx, w)
		if err != nil {
			if w.Top || errors.Is(err, chrome.ErrCrashed) || errors.Is(err, chrome.ErrLost) {
				return out, err
			}
			continue
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
	var out []*control
	nameless := 0
	for _, n := range tree.Nodes {
		c := f.candidate(w, n, inside)
		if c == nil {
			continue
		}
		if c.class == NoClass && !isBox(c.role) && !f.words.reopens(c.name) {
			if nameless++; nameless > maxNameless {
				continue
			}
		}
		isText := c.role == "StaticText"
		if err := w.CallOn(ctx, c.element.Node, inspectJS, &c.info, hint, !w.Top, isText); err != nil {
			if ctx.Err() != nil {
				return out, err
			}
			continue
		}
		// Boxes are often hidden behind a drawn switch.
		if !c.info.Visible && !isBox(c.role) {
			continue
		}
		// What a person reads goes before the accessible name.
		if class := f.words.classify(c.info.Text); class != NoClass && !isBox(c.role) {
			c.class = class
		}
		out = append(out, c)
	}
	return out, nil
}

func isBox(role string) bool { return role == "checkbox" || role == "switch" || role == "radio" }

// candidate is a node that may be a control of a consent dialog, nil if not.
func (f *finder) candidate(w *chrome.World, n *accessibility.Node, inside func(*accessibility.Node) bool) *control {
	if n.Ignored || n.BackendDOMNodeID == 0 {
		return nil
	}
	c := &control{element: journey.Element{World: w, Node: n.BackendDOMNodeID}, role: text(n.Role), name: text(n.Name)}
	c.class = f.words.classify(c.name)
	for _, p := range n.Properties {
		switch p.Name {
		case accessibility.PropertyNameChecked:
			c.checked = text(p.Value) != "false"
		case accessibility.PropertyNamePressed:
			// A button that stays pressed is a switch, unless its words say what
			// it does: "refuse all" stays pressed too in some managers.
			if c.class == NoClass {
				c.role, c.checked = "switch", text(p.Value) != "false"
			}
		case accessibility.PropertyNameDisabled:
			c.disabled = text(p.Value) == "true"
		}
	}
	switch c.role {
	case "button", "checkbox", "switch", "radio":
		return c
	case "link", "menuitem", "tab", "DisclosureTriangle":
		if c.class != NoClass || f.words.reopens(c.name) {
			return c
		}
	case "StaticText":
		// A clickable <div> has no role: take text that reads like a button.
		if len([]rune(c.name)) <= 40 && !inside(n) && (c.class != NoClass || f.words.reopens(c.name) || f.words.speaksOfCookies(c.name)) {
			return c
		}
	}
	return nil
}

// insideControl tells whether a node lies within a control that is listed
// itself.
func insideControl(nodes []*accessibility.Node) func(*accessibility.Node) bool {
	byID := map[accessibility.NodeID]*accessibility.Node{}
	for _, n := range nodes {
		byID[n.NodeID] = n
	}
	return func(n *accessibility.Node) bool {
		for p := byID[n.ParentID]; p != nil; p = byID[p.ParentID] {
			switch text(p.Role) {
			case "button", "link", "checkbox", "switch", "menuitem", "tab":
				return true
			}
		}
		return false
	}
}

func text(v *accessibility.Value) string {
	if v == nil {
		return ""
	}
	var s string
	if json.Unmarshal(v.Value, &s) == nil {
		return s
	}
	return string(v.Value)
}

// dialogs are the boxes of the page that are consent dialogs, the likeliest
// first.
func (f *finder) dialogs(ctx context.Context) ([]*dialog, error) { return f.boxes(ctx, enough) }

// forms are the boxes of a page to which a control for the consent settings led:
// there a form in the page's flow counts as well.
func (f *finder) forms(ctx context.Context) ([]*dialog, error) { return f.boxes(ctx, enoughOnPage) }

// boxes groups the page's controls by the box they stand in and returns those of
// at least a score.
func (f *finder) boxes(ctx context.Context, least int) ([]*dialog, error) {
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
	var out []*dialog
	for _, d := range order {
		d.takeIn(list)
		d.weigh(f.words)
		if d.score >= least {
			out = append(out, d)
		}
	}
	slices.SortStableFunc(out, func(a, b *dialog) int { return cmp.Compare(b.score, a.score) })
	return out, nil
}

// takeIn adds the switches and radio buttons that lie within the box on the
// screen, though a smaller box of their own speaks of cookies too: they belong to
// what the box's button saves.
func (d *dialog) takeIn(list []*control) {
	if d.box.Overlay {
		return // all that belongs to an overlay is in its box; what it covers is not
	}
	r := d.box.Rect
	for _, c := range list {
		x, y := c.info.Middle[0], c.info.Middle[1]
		inside := x >= r[0] && x <= r[0]+r[2] && y >= r[1] && y <= r[1]+r[3]
		if isBox(c.role) && inside && c.info.Box != d.box.Box && c.element.World == d.world {
			d.controls = append(d.controls, c)
		}
	}
}

// weigh scores a box: how much speaks for a consent dialog, and what against.
func (d *dialog) weigh(v vocabulary) {
	add := func(points int, why string, holds bool) {
		if holds {
			d.score += points
			d.why = append(d.why, fmt.Sprintf("%+d %s", points, why))
		}
	}
	has := func(classes ...Class) bool { return d.first(v, classes...) != nil }
	b := d.box
	cookie := v.speaksOfCookies(b.BoxText) || v.speaksOfCookies(b.Label)
	add(3, "speaks of cookies or consent", cookie)
	add(2, "named "+b.Hint, b.Hint != "")
	add(2, "lies over the page ("+b.Position+")", b.Overlay)
	add(1, "in a frame of its own", b.Framed)
	add(1, "role "+b.Role, b.Role != "")
	add(3, "offers accept and reject", has(Accept, Acknowledge) && has(Reject))
	add(2, "offers accept", has(Accept) && !has(Reject))
	add(1, "offers reject or save", has(Reject, Save) && !has(Accept, Acknowledge))
	add(1, "offers settings", has(Settings, Save) && has(Accept, Reject, Acknowledge))
	add(1, "offers to acknowledge or close", has(Acknowledge, Close) && !has(Accept, Reject))
	add(-4, "asks for an address or password", b.Fields > 0)
	add(-5, "is the whole page", b.Page && !b.Framed)
	add(-4, "no word of cookies", !cookie && b.Hint == "")
	add(-4, "speaks of newsletters, notifications, location or age", v.speaksOfOther(b.BoxText) && !v.speaksOfCookies(b.BoxText))
	add(-3, "long text in the page's flow", !b.Overlay && len(b.BoxText) > 2500)
	add(-6, "nothing to press", !has(Accept, Reject, Acknowledge, Save, Close))
}

// first is the best control of the given classes, the first class first: a
// button before a link, one that speaks of "all" before others, then the larger.
func (d *dialog) first(v vocabulary, classes ...Class) *control {
	for _, class := range classes {
		var best *control
		for _, c := range d.controls {
			if c.class != class || c.disabled || isBox(c.role) {
				continue
			}
			if best == nil || c.weight(v) > best.weight(v) {
				best = c
			}
		}
		if best != nil {
			return best
		}
	}
	return nil
}

func (c *control) weight(v vocabulary) int {
	w := min(c.info.Area, 100_000) / 1000
	if c.role == "button" {
		w += 1000
	}
	if c.class != Save && v.saysAll(c.words()) {
		w += 500
	}
	return w
}

// same reports whether two looks saw one dialog that has stopped moving.
func (d *dialog) same(o *dialog) bool {
	return o != nil && d.world.Frame == o.world.Frame && d.box.Box == o.box.Box && d.box.Rect == o.box.Rect && len(d.controls) == len(o.controls)
}

// record is the dialog as evidence.
func (d *dialog) record(layer int) *observation.Dialog {
	out := &observation.Dialog{Text: clip(d.box.BoxText, 400), Why: d.why, Layer: layer, Controls: []observation.Control{}}
	if !d.world.Top {
		out.Frame = d.world.URL
	}
	for _, c := range d.controls {
		as := string(c.class)
		if isBox(c.role) {
			as = map[bool]string{true: "on", false: "off"}[c.checked]
		}
		if as != "" {
			out.Controls = append(out.Controls, observation.Control{Text: clip(c.words(), 80), Role: c.role, As: as})
		}
	}
	return out
}

func clip(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most-1]) + "…"
}
