package consent

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"slices"
	"strings"
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
	folded   bool    // a fold or tab whose content does not show
	tab      bool    // a plain button that does what a tab does, see findTabs
	list     listing // it opens a list of vendors or services, see findLists
	row      bool    // it answers for one of several rows, not for the dialog
	undrawn  bool    // a box that is not drawn; element is its label
	aside    bool    // a box that decides on nothing stored for a purpose: "remember my choice"
	category string
	interest bool // it stands for a legitimate interest, not for consent
	unsure   bool // its category may be another
	shared   bool // others in other rows are called the same
	pressed  bool // a button that says whether it is pressed
	info     info
}

// inRow reports whether it answers for one of several things that the dialog
// lists, as pairs of buttons to allow and to deny do.
func (c *control) inRow() bool { return c.row }

// label is what a box or radio button is called.
func (c *control) label() string {
	if c.name != "" {
		return c.name
	}
	return c.info.Text
}

func (c *control) words() string {
	if c.info.Text != "" && !isBox(c.role) {
		return c.info.Text
	}
	return c.name
}

// info is what inspect.js says.
type info struct {
	Visible  bool
	Text     string
	Contexts []string // what stands before it in the rows around it, nearest first
	Heads    []int    // for each of Contexts: which text it is where other switches share it, else 0, −1 in its label
	Run      []string // what stands beside the first of these that is not in its label, in the same row
	Vague    bool     // it has no words, and which text names it is a guess
	Row      int      // of a button: the nearest box that says more than itself, 0 for none
	Covered  bool     // something else lies over it
	Lead     string   // what its label opens with, where one element describes it: Rest
	Rest     string
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
	Named    bool   // the box has a label, or what labels it
	Policy   string // address of its link to the cookie policy
	Fields   int
	Framed   bool
	Switches int    // how many boxes to tick and switches the box has that can be turned, seen or not
	On       int    // how many switches of the box that can be turned are on or do not say, seen or not
	Options  string // what lists of the box offer to select
}

// dialog is one box of controls that may be a consent dialog.
type dialog struct {
	world    *chrome.World
	box      info
	controls []*control
	score    int
	why      []string
	around   []*dialog // all boxes of the page at that look
	// asksRegion: it only asks for a language or region.
	asksRegion bool
	// elsewhere: it opens with what is no consent, such as a log-in. vague: it names
	// cookies, and says nothing of what it does with them.
	elsewhere, vague bool
	// inverted is a "no" that answers whether to refuse, nil for none.
	inverted *control
}

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
	return s, nil
}

// unread: it lies over the page, speaks of cookies and has buttons, and what they do
// nobody understood. It may be a consent dialog.
func (d *dialog) unread(v vocabulary) bool {
	return d.box.Overlay && d.box.Fields == 0 && !d.elsewhere && v.speaksOfCookies(d.box.BoxText+" "+d.box.Label) && !v.speaksOfOther(d.box.BoxText) &&
		slices.ContainsFunc(d.controls, func(c *control) bool { return c.riddle(v) })
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

// read finds out what pressing a control does.
func (f *finder) read(c *control) {
	// What a person reads goes before the accessible name.
	if !isBox(c.role) {
		c.class = reconcile(f.words.classify(c.info.Text), c.class)
		if c.class == Reject && (f.words.allowsMore(c.words()) || f.words.speaksOfInterest(c.words())) {
			c.class = partial
		}
	}
	if c.role == "tab" && (c.class != Settings || !c.folded) {
		c.class = NoClass // it shows one side of the dialog and answers nothing
	}
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

// reconcile is what a control does whose visible text and accessible name say
// different things. The text goes first, since a visitor reads it, but what either
// says to accept or to cost money is never pressed for anything else, and a mere
// sign means what its name says.
func reconcile(text, name Class) Class {
	switch {
	case text == NoClass:
		return name
	case name == Pay || name == Accept && text != Acknowledge:
		return name
	case text == Close && (name == Reject || name == Acknowledge):
		return name
	}
	return text
}

func isBox(role string) bool {
	return role == "checkbox" || role == "switch" || role == "radio" || role == "slider"
}

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
			c.checked = text(p.Value) != "false"
			c.pressed = true
			if c.class == NoClass {
				c.role = "switch"
			}
		case accessibility.PropertyNameDisabled, accessibility.PropertyNameReadonly:
			c.disabled = c.disabled || text(p.Value) == "true"
		case accessibility.PropertyNameExpanded:
			c.folded = text(p.Value) == "false" && c.role != "link"
		case accessibility.PropertyNameSelected:
			c.folded = text(p.Value) == "false" && c.role == "tab"
		case accessibility.PropertyNameValuemin:
			c.checked = c.role == "slider" && text(n.Value) != text(p.Value)
		}
	}
	switch c.role {
	case "menuitemcheckbox":
		c.role = "checkbox"
		return c
	case "menuitemradio":
		c.role = "radio"
		return c
	case "button", "checkbox", "switch", "radio", "tab", "slider", "DisclosureTriangle":
		return c
	case "link", "menuitem":
		if c.class != NoClass || f.words.reopens(c.name) || f.words.speaksOfCookies(c.name) || f.words.isLanguage(c.name) || f.words.namesList(c.name) || f.words.near().any(c.name, detailsWord, privacyWord) || !strings.Contains(norm(c.name), " ") && f.words.saysOff(c.name) {
			return c
		}
	case "StaticText":
		// A clickable <div> has no role: take text that reads like a button.
		if len([]rune(c.name)) <= 40 && !inside(n) && (c.class != NoClass || f.words.reopens(c.name) || f.words.speaksOfCookies(c.name) || f.words.near().any(c.name, stateWord)) {
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

// at reports whether two looks saw the same box.
func (d *dialog) at(o *dialog) bool {
	return d.world.Frame == o.world.Frame && d.box.Box == o.box.Box
}

// follow adds to a box's score that it takes the place of a layer, or came after
// something in that layer was pressed.
func (d *dialog) follow(v vocabulary, from *dialog) {
	switch {
	case from == nil:
	case d.at(from):
		d.score += 8
		d.why = append(d.why, "+8 where the layer before was")
	case d.lies() && from.brought(d) && d.consents(v):
		d.score += 6
		d.why = append(d.why, "+6 came after the layer before")
	}
}

// lies reports whether a box lies over the page, or is in a frame that may.
func (d *dialog) lies() bool { return d.box.Overlay || d.box.Framed }

// brought reports whether a box shows something to press and showed nothing at
// the look that saw this layer.
func (d *dialog) brought(o *dialog) bool {
	return o.handle() != nil && !slices.ContainsFunc(d.around, func(was *dialog) bool { return was.at(o) && was.handle() != nil })
}

// came reports whether a box came over the page after something in the layer
// before was pressed. The layer before may well stay where it is.
func (f *finder) came(d *dialog) bool {
	return f.from != nil && d.lies() && f.from.brought(d) && d.consents(f.words)
}

// consents reports whether what a box offers, or the text of one that is no page, is
// about consent.
func (d *dialog) consents(v vocabulary) bool {
	return d.asksConsent(v) || !d.box.Page && (v.speaksOfCookies(v.unmentioned(d.box.BoxText)) || d.box.Hint != "")
}

// asksConsent reports whether what a box offers is about consent, whatever its text
// speaks of.
func (d *dialog) asksConsent(v vocabulary) bool {
	yes, no := d.first(v, Accept), d.first(v, Reject)
	speaks := func(c *control) bool {
		return c != nil && (v.speaksOfCookies(c.words()) || v.speaksOfPrivacy(c.words()))
	}
	return yes != nil && no != nil || speaks(no) || speaks(d.first(v, Save)) ||
		slices.ContainsFunc(d.controls, func(c *control) bool {
			return isSwitch(c) && !c.disabled && (c.category != "" && c.category != necessary || v.speaksOfCookies(c.label()))
		})
}

// has reports whether a control was there at this look.
func (d *dialog) has(c *control) bool {
	return slices.ContainsFunc(d.controls, func(o *control) bool { return o.element.Node == c.element.Node })
}

// seen reports whether a visitor can see the control now. One that is gone is not
// seen.
func (c *control) seen(ctx context.Context) bool {
	var seen bool
	return c.element.World.CallOn(ctx, c.element.Node, seenJS, &seen) == nil && seen
}

// covered reports whether something lies over what the dialog offers to press.
func (d *dialog) covered() bool {
	for _, c := range d.controls {
		if c.class != NoClass && c.info.Visible && !c.info.Covered {
			return false
		}
	}
	return true
}

// cross is the sign that closes the dialog, whatever its name says it means,
// unless that is to accept; nil for none.
func (d *dialog) cross() *control {
	for _, c := range d.controls {
		if (c.class == Close || c.class == Reject) && !c.disabled && hasCross(c.info.Text) {
			return c
		}
	}
	return nil
}

// handle is a control by which the dialog can be seen to go, nil for none.
func (d *dialog) handle() *control {
	for _, c := range d.controls {
		if c.info.Visible && c.class != NoClass {
			return c
		}
	}
	return nil
}

// answer is the control to press in a box that asks for a language or region:
// the page's own language, else what goes on as it is, else the first language.
func (d *dialog) answer(v vocabulary, lang string) *control {
	var onward, first *control
	for _, c := range d.controls {
		if c.disabled || isBox(c.role) || !c.info.Visible {
			continue
		}
		switch {
		case v.isLanguageOf(c.words(), lang):
			return c
		case onward == nil && (c.class == Save || c.class == Acknowledge):
			onward = c
		case first == nil && c.class != Close:
			first = c
		}
	}
	return cmp.Or(onward, first)
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

// first is the best control of the given classes, the first class first: a
// button before a link, one that saves what was selected before one that saves, one that
// speaks of "all" before others, then the larger.
func (d *dialog) first(v vocabulary, classes ...Class) *control {
	for _, class := range classes {
		var best *control
		for _, c := range d.controls {
			if c.class != class || c.disabled || isBox(c.role) || c.row {
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
	switch {
	case c.class != Save && v.saysAll(c.words()):
		w += 500
	case c.class == Save && v.saysChosen(c.words()):
		w += 2000 // "save selection": beside it "confirm" may save what the site proposes
	}
	return w
}

// same reports whether two looks saw one dialog that has stopped moving.
func (d *dialog) same(o *dialog) bool {
	return o != nil && d.at(o) && d.box.Rect == o.box.Rect && len(d.controls) == len(o.controls)
}

// alike reports whether two looks saw the same controls in the same state: what
// was pressed in between has not led to another layer.
func (d *dialog) alike(o *dialog) bool {
	return d.same(o) && slices.EqualFunc(d.controls, o.controls, func(a, b *control) bool {
		return a.element.Node == b.element.Node && a.checked == b.checked && a.info.Visible == b.info.Visible
	})
}

// as is what a control was taken for, "" where it is no evidence.
func (c *control) as() string {
	switch {
	case isBox(c.role):
		return map[bool]string{true: "on", false: "off"}[c.checked]
	case c.class == partial:
		return string(Accept)
	}
	return string(c.class)
}

// listed are the controls that are evidence: what was understood, and buttons that
// were not, since one of them may do what no other does.
func (d *dialog) listed(v vocabulary) []*control {
	var out []*control
	for _, c := range d.controls {
		if c.as() != "" || c.riddle(v) {
			out = append(out, c)
		}
	}
	return out
}

// riddle: a button to answer with, by its place, of which nobody knows what it
// does. What names a category or a language, or leads to a text, is none.
func (c *control) riddle(v vocabulary) bool {
	return c.role == "button" && c.class == NoClass && c.info.Visible && !c.disabled && !c.folded &&
		label(c.words()) != "" && !v.any(c.words(), infoWord) && !v.isLanguage(c.words()) && len(v.categories(c.words())) == 0
}

// maxText bounds a dialog's text as evidence, in characters: one less than the page
// is asked for, so that what is longer ends with a mark.
const maxText = 3999

// record is the dialog as evidence.
func (d *dialog) record(v vocabulary, layer int) *observation.Dialog {
	out := &observation.Dialog{Text: clip(d.box.BoxText, maxText), Why: d.why, Layer: layer, Controls: []observation.Control{}}
	if !d.world.Top {
		out.Frame = d.world.URL
	}
	out.Named = d.box.Role != "" && d.box.Named
	out.Policy = d.box.Policy
	for _, c := range d.listed(v) {
		r := observation.Control{Text: clip(c.words(), 80), Role: c.role, As: c.as(), Why: c.why(v)}
		if c.role == "radio" && (c.class == Reject || v.saysOff(c.label())) {
			r.As = "off" // the answer that refuses is no switch that is on
		}
		if c.name != c.words() {
			r.Name = clip(c.name, 80)
		}
		if isBox(c.role) || c.row {
			r.Category, r.Fixed, r.Interest = c.category, c.disabled, c.interest
		}
		out.Controls = append(out.Controls, r)
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
