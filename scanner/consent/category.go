package consent

import (
	"slices"
	"strings"
)

// needed: what it decides on is necessary, as far as words tell. It is turned off where
// that can be done, since nothing is agreed to by that and words tell little:
// "technical partners", "required to play videos".
func (c *control) needed() bool { return c.category == necessary && !c.interest }

// sort finds out what the box's switches, and the buttons of its rows, decide on.
func (d *dialog) sort(v vocabulary) {
	contested := d.contested(v)
	for _, c := range d.controls {
		c.sort(v, contested)
	}
	d.shareNames(v)
}

// contested are the texts that stand before several switches and are not their heading: a
// sentence, the dialog's own name, or words of a category while one of the switches bears
// the name of another.
func (d *dialog) contested(v vocabulary) map[int]bool {
	out := map[int]bool{}
	for _, c := range d.controls {
		if !isCheckbox(c) {
			continue // answers share their question
		}
		own := v.categories(c.title())
		for i, head := range c.info.Heads {
			text := c.info.Contexts[i]
			around := soleCategory(v.categories(text))
			if head <= 0 || around == "" {
				continue
			}
			other := len(own) > 0 && !slices.Contains(own, around) && v.namesCategory(c.title())
			if other || isSentence(text) || around == functional && (v.reopens(text) || v.classify(text) == Settings) {
				out[head] = true
			}
		}
	}
	return out
}

// title is what a switch is called, without a sentence that describes it: other
// categories may be named in that.
func (c *control) title() string {
	if isBox(c.role) && label(c.info.Lead) != "" && isSentence(c.info.Rest) {
		return c.info.Lead
	}
	return c.label()
}

// isSentence: too long for a heading, or ended as one.
func isSentence(s string) bool {
	return len([]rune(s)) > longestLabel || strings.ContainsAny(lastRune(s), ".!?。！？")
}

func lastRune(s string) string {
	r := []rune(strings.TrimSpace(s))
	return string(r[max(0, len(r)-1):])
}

// sort finds out what a switch, or a button of a row, decides on.
func (c *control) sort(v vocabulary, contested map[int]bool) {
	if !isBox(c.role) && c.class != Accept && c.class != Reject {
		return
	}
	own := v.categories(c.title())
	if len(own) == 0 {
		own = v.categories(c.label())
	}
	c.interest, c.category, c.unsure = v.speaksOfInterest(c.label()), riskiest(own), false
	if c.aside = isBox(c.role) && v.near().any(c.label(), asideWord); c.aside {
		c.category, c.interest = "", false
		return
	}
	optional := v.any(c.label(), unnecessaryWord)
	if v.saysAll(c.label()) {
		return // whatever it stands beside
	}
	sure := false // a text nearer to it says the same
	for i, context := range c.info.Contexts {
		c.interest = c.interest || v.speaksOfInterest(context)
		head := c.info.Heads[i]
		around := soleCategory(v.categories(context))
		switch {
		case around == "" || contested[head] || optional && around == necessary:
		case c.category == "":
			c.category = around
		case slices.Contains(own, around):
			sure = sure || head >= 0
		case head > 0 && !sure && len(own) > 0 && !v.namesCategory(c.title()) && v.namesCategory(context):
			// "Performance Max" below "Advertising": words in a name of its own.
			c.category, c.unsure = riskier(c.category, around), true
		}
	}
}

// shareNames marks switches without a label that share the one text before them, as those
// in the columns of a table do: which of them is for what nobody can tell.
func (d *dialog) shareNames(v vocabulary) {
	bare := map[int][]*control{}
	for _, c := range d.controls {
		if isCheckbox(c) && len(c.info.Heads) > 0 && c.info.Heads[0] > 0 && (label(c.label()) == "" || v.near().any(c.label(), stateWord)) {
			bare[c.info.Heads[0]] = append(bare[c.info.Heads[0]], c)
		}
	}
	for _, list := range bare {
		for _, c := range list {
			c.unsure = c.unsure || len(list) > 1
		}
	}
}

// riskier is which of two categories the visitor would less want.
func riskier(a, b string) string {
	if slices.Index(categoryOrder[:], b) < slices.Index(categoryOrder[:], a) {
		return b
	}
	return a
}
