package consent

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// needed: what it decides on is necessary, as far as words tell. It is turned off where
// that can be done, since nothing is agreed to by that and words tell little:
// "technical partners", "required to play videos".
func (c *control) needed() bool { return c.category == necessary && !c.interest }

// sort finds out what the box's switches, and the buttons of its rows, decide on.
func (d *dialog) sort(v vocabulary) {
	d.findShared()
	contested, named := d.contested(v), map[string]bool{}
	for _, c := range d.controls {
		if isCheckbox(c) && !c.disabled && !c.shared && v.namesCategory(c.title()) {
			named[soleCategory(v.categories(c.title()))] = true
		}
	}
	for _, c := range d.controls {
		c.sort(v, contested, named)
	}
	d.findTwins(v)
}

// contested are the texts that stand before several switches and are not their heading: a
// sentence, or words about a category while one of the switches bears the name of another.
func (d *dialog) contested(v vocabulary) map[int]bool {
	out := map[int]bool{}
	for _, c := range d.controls {
		if !isCheckbox(c) {
			continue // answers share their question
		}
		own := v.categories(c.title())
		for i, head := range c.info.Heads {
			text := c.info.Contexts[i]
			around := v.heads(text)
			if head <= 0 || around == "" {
				continue
			}
			other := len(own) > 0 && !slices.Contains(own, around) && v.namesCategory(c.title()) && !v.namesCategory(text)
			if other || isSentence(text) {
				out[head] = true
			}
		}
	}
	return out
}

// heads is the only category that a text above or beside switches names, "" for none.
// "Cookie preferences" heads all of them.
func (v vocabulary) heads(s string) string {
	around := soleCategory(v.categories(s))
	if around == functional && v.classify(s) == Settings {
		return ""
	}
	return around
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

// findShared marks switches of one name, such as "Allowed", each of which has a text of
// its own in its row: that is what they are called.
func (d *dialog) findShared() {
	rows := map[string]map[string]int{}
	nearest := func(c *control) string {
		for i, head := range c.info.Heads {
			switch {
			case head == 0:
				return norm(c.info.Contexts[i])
			case head > 0:
				return ""
			}
		}
		return ""
	}
	for _, c := range d.controls {
		if k := norm(c.label()); isCheckbox(c) && c.info.Visible && k != "" {
			if rows[k] == nil {
				rows[k] = map[string]int{}
			}
			rows[k][nearest(c)]++
		}
	}
	for _, c := range d.controls {
		texts := rows[norm(c.label())]
		c.shared = isCheckbox(c) && c.info.Visible && len(texts) > 1 && !slices.Contains(slices.Collect(maps.Keys(texts)), "")
		for _, n := range texts {
			c.shared = c.shared && n == 1
		}
	}
}

// bare: it has no name of its own.
func (c *control) bare(v vocabulary) bool {
	return c.shared || label(c.label()) == "" || v.near().any(c.label(), stateWord)
}

// sort finds out what a switch, or a button of a row, decides on. named are the
// categories whose names, and nothing else, some switches of the dialog bear.
func (c *control) sort(v vocabulary, contested map[int]bool, named map[string]bool) {
	if !isBox(c.role) && c.class != Accept && c.class != Reject {
		return
	}
	own := v.categories(c.title())
	c.unsure = false
	switch {
	case c.shared:
		own = nil
	case len(own) == 0:
		own = v.categories(c.label()) // its description, which may deny what it names
		c.unsure = len(own) > 0
	}
	c.interest, c.category = v.speaksOfInterest(c.label()), riskiest(own)
	if c.aside = isBox(c.role) && v.near().any(c.label(), asideWord); c.aside {
		c.category, c.interest = "", false
		return
	}
	if v.saysAll(c.label()) {
		return // whatever it stands beside
	}
	optional, pure := v.any(c.label(), unnecessaryWord), v.namesCategory(c.title())
	sure := false // a text nearer to it says the same
	weigh := func(text string, head int, row bool) {
		around := v.heads(text)
		if (head <= 0 || c.role == "radio") && c.category == "" {
			around = soleCategory(v.categories(text))
		}
		switch {
		case around == "" || contested[head] || optional && around == necessary:
		case c.category == "":
			c.category = around
			c.unsure = c.unsure || c.bare(v) && (c.info.Vague || isSentence(text))
		case slices.Contains(own, around):
			sure = sure || head >= 0
		case head < 0 || sure || around == necessary || !v.namesCategory(text):
		case row && c.category != around || len(own) > 0:
			// "Performance Max" below "Advertising": words in a name of its own.
			c.category, c.unsure = riskier(c.category, around), true
		}
	}
	for i, context := range c.info.Contexts {
		c.interest = c.interest || v.speaksOfInterest(context)
		weigh(context, c.info.Heads[i], false)
		if c.info.Heads[i] < 0 {
			continue
		}
		for _, text := range c.info.Run {
			if i == 0 || c.info.Heads[i-1] < 0 {
				weigh(text, 0, true)
			}
		}
	}
	// Where "Statistics" is a switch, "Google Analytics" is a name.
	c.unsure = c.unsure || isCheckbox(c) && !sure && !pure && len(own) > 0 && named[c.category]
}

// findTwins marks switches of which nobody can tell what sets them apart: without a name,
// and beside the same text, as those in the columns of a table, or of the same name in
// different places.
func (d *dialog) findTwins(v vocabulary) {
	alike := map[string][]*control{}
	for _, c := range d.controls {
		switch {
		case !isCheckbox(c) || c.disabled || c.interest || c.category == "":
		case !c.bare(v):
			if c.info.Visible {
				k := norm(c.label())
				if len(v.categories(k)) == 0 {
					k += fmt.Sprint("\x00", c.info.Heads)
				}
				alike[k] = append(alike[k], c)
			}
		case len(c.info.Heads) > 0 && c.info.Heads[0] > 0:
			k := fmt.Sprint("\x00", c.info.Heads[0])
			alike[k] = append(alike[k], c)
		}
	}
	for _, list := range alike {
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
