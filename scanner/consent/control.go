package consent

import (
	"context"
	"encoding/json"
	"strings"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/journey"

	"github.com/chromedp/cdproto/accessibility"
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

// seen reports whether a visitor can see the control now. One that is gone is not
// seen; of one in a page that does not answer nobody knows.
func (c *control) seen(ctx context.Context) (bool, error) {
	var seen bool
	err := c.element.World.CallOn(ctx, c.element.Node, seenJS, &seen)
	if chrome.Unanswered(err) {
		return false, err
	}
	return err == nil && seen, nil
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

// riddle: a button to answer with, by its place, of which nobody knows what it
// does. What names a category or a language, or leads to a text, is none.
func (c *control) riddle(v vocabulary) bool {
	return c.role == "button" && c.class == NoClass && c.info.Visible && !c.disabled && !c.folded &&
		label(c.words()) != "" && !v.any(c.words(), infoWord) && !v.isLanguage(c.words()) && len(v.categories(c.words())) == 0
}
