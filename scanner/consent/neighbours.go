package consent

import (
	"slices"
	"strings"
)

// What a control is for may only show by what stands beside it: the functions here change
// the classes that its own words gave it.

// findRows marks the buttons that answer for one row of several: there is one to
// allow and one to deny in each. A single one is a row where the dialog has other
// buttons to answer for all.
func (d *dialog) findRows(v vocabulary) {
	type pair struct{ yes, no []*control }
	rows := map[int]*pair{}
	yesToAll, noToAll := false, false
	for _, c := range d.controls {
		if isBox(c.role) || c.info.Row == 0 {
			continue
		}
		if v.saysAll(c.words()) {
			yesToAll, noToAll = yesToAll || c.class == Accept, noToAll || c.class == Reject && !v.refusesPart(c.words())
			continue
		}
		p := rows[c.info.Row]
		if p == nil {
			p = &pair{}
			rows[c.info.Row] = p
		}
		switch c.class {
		case Accept:
			p.yes = append(p.yes, c)
		case Reject:
			p.no = append(p.no, c)
		}
	}
	for row, p := range rows {
		if len(p.yes) != 1 || len(p.no) != 1 {
			delete(rows, row)
		}
	}
	d.refusedOneByOne(v, noToAll)
	if len(rows) < 2 && !(yesToAll && noToAll) {
		return // the one pair answers for the whole dialog
	}
	for _, p := range rows {
		p.yes[0].row, p.no[0].row = true, true
	}
}

// refusedOneByOne marks refusals that stand in several rows in the same words, each for
// what its row is about, and those that name a category, or somebody, beside another that
// does, or beside an acceptance of more. noToAll: another refuses everything.
func (d *dialog) refusedOneByOne(v vocabulary, noToAll bool) {
	same, named, things := map[string][]*control{}, []*control{}, []*control{}
	for _, c := range d.controls {
		if isBox(c.role) || c.class != Reject {
			continue
		}
		switch {
		case v.refusesPart(c.words()):
			named = append(named, c)
		case noToAll:
		case v.refusesThing(c.words()):
			things = append(things, c)
		case c.info.Row != 0:
			same[norm(c.words())] = append(same[norm(c.words())], c)
		}
	}
	if len(things) > 1 {
		for _, c := range things {
			c.class = partial
		}
	}
	for _, list := range same {
		if len(list) > 1 && list[0].info.Row != list[len(list)-1].info.Row {
			for _, c := range list {
				c.row = true
			}
		}
	}
	// "Reject analytics" refuses all where all that can be accepted is analytics.
	alike := func(c *control) bool {
		all := v.categories(c.words())
		return c.class == Accept && !isBox(c.role) && len(named) == 1 && len(all) > 0 && slices.Equal(all, v.categories(named[0].words()))
	}
	other := func(c *control) bool {
		return (c.class == Accept || c.class == Acknowledge) && !isBox(c.role) && !alike(c)
	}
	if !slices.ContainsFunc(d.controls, alike) || slices.ContainsFunc(d.controls, other) {
		for _, c := range named {
			c.class = partial
		}
	}
}

// findNo takes a mere "no" for a refusal where a yes stands beside it and nothing
// else refuses. Where the question itself speaks of refusing, no means the reverse.
func (d *dialog) findNo(v vocabulary) {
	if v.any(d.box.BoxText, rejectWord) {
		return
	}
	yes := false
	var no []*control
	for _, c := range d.controls {
		switch {
		case isBox(c.role) || c.row:
		case c.class == Reject || c.class == partial:
			return
		case c.class == Accept || c.class == Acknowledge:
			yes = true
		case c.class == NoClass && !strings.Contains(norm(c.words()), " ") && v.saysOff(c.words()):
			no = append(no, c)
		}
	}
	if yes && len(no) == 1 {
		no[0].class = Reject
	}
}

// findPressed takes buttons that stay pressed and accept one of several things for
// switches, unless another beside each denies the same.
func (d *dialog) findPressed(v vocabulary) {
	accepts := func(c *control) bool {
		return c.pressed && c.class == Accept && c.role == "button" && !v.saysAll(c.words())
	}
	var found []*control
	for _, c := range d.controls {
		beside := func(o *control) bool {
			return o != c && o.info.Row == c.info.Row && (o.class == Reject && !isBox(o.role) || accepts(o) && len(v.categories(c.words())) == 0)
		}
		if accepts(c) && (len(v.categories(c.words())) > 0 || c.info.Row != 0) && !slices.ContainsFunc(d.controls, beside) {
			found = append(found, c)
		}
	}
	switches := slices.ContainsFunc(d.controls, isCheckbox)
	for _, c := range found {
		if len(found) > 1 || switches || len(v.categories(c.words())) > 0 {
			c.role = "switch"
		}
	}
}

// findInverted takes a mere "no thanks" for no refusal where what is asked is whether to
// refuse, and nothing else refuses.
func (d *dialog) findInverted(v vocabulary) {
	asks := false
	for _, s := range sentences(d.box.BoxText) {
		asks = asks || strings.HasSuffix(s, "?") && !v.near().any(s, acceptWord) && (v.near().any(s, rejectWord, withdrawWord) || v.saysOff(s))
	}
	var no []*control
	for _, c := range d.controls {
		if c.class == Reject && !isBox(c.role) && !c.row {
			no = append(no, c)
		}
	}
	if asks && len(no) == 1 && v.opensOff(no[0].words()) && !v.speaksOfCookies(no[0].words()) && !v.saysAll(no[0].words()) && !v.refusesThing(no[0].words()) {
		no[0].class, d.inverted = NoClass, no[0]
	}
}

// sentences are those of a text, each with the sign that ends it.
func sentences(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		for len(line) > 0 {
			end := strings.IndexAny(line, ".!?")
			if end < 0 {
				end = len(line) - 1
			}
			out = append(out, strings.TrimSpace(line[:end+1]))
			line = line[end+1:]
		}
	}
	return out
}

// closingConsents: the text says that who closes the dialog accepts.
func (d *dialog) closingConsents(v vocabulary) bool {
	text := d.box.BoxText
	for _, c := range d.controls {
		if c.info.Text != "" {
			text = strings.ReplaceAll(text, c.info.Text, " ")
		}
	}
	return slices.ContainsFunc(sentences(text), func(s string) bool { return v.any(s, closeWord) && v.any(s, acceptWord) })
}

// findWithdrawal takes the one button that withdraws for a refusal in a box over the page
// in which nothing else refuses: it asks whether that is meant.
func (d *dialog) findWithdrawal(v vocabulary) {
	var found []*control
	for _, c := range d.controls {
		switch {
		case c.class == Reject || c.class == partial || c.role == "tab" || c.folded || isBox(c.role):
			return
		case c.role == "button" && (c.class == NoClass || c.class == Acknowledge) && c.info.Visible && v.withdraws(c.words()) && !v.saysChosen(c.words()) && !v.near().any(c.words(), keepWord) && !v.refusesPart(c.words()):
			found = append(found, c)
		}
	}
	if len(found) == 1 && d.lies() {
		found[0].class = Reject
	}
}

// findSave takes "save and accept" for what saves the switches where the dialog has
// other controls to accept all and to refuse: nobody needs it for either then.
func (d *dialog) findSave(v vocabulary) {
	all, no := false, false
	var saves []*control
	for _, c := range d.controls {
		switch {
		case isBox(c.role) || c.row:
		case c.class == Reject:
			no = true
		case c.class == Accept && v.saysAll(c.words()):
			all = true
		case c.class == Accept && v.saves(c.words()):
			saves = append(saves, c)
		}
	}
	if all && no && len(saves) == 1 && slices.ContainsFunc(d.controls, func(c *control) bool { return isBox(c.role) }) {
		saves[0].class = Save
	}
	d.findDone(v)
}

// findDone takes the one "OK", "done" or "next" below switches for what saves them,
// where nothing else does.
func (d *dialog) findDone(v vocabulary) {
	var done []*control
	switches := false
	for _, c := range d.controls {
		switch {
		case isBox(c.role):
			category := riskiest(v.categories(c.label()))
			switches = switches || isCheckbox(c) && !c.disabled && !c.aside && category != "" && category != necessary
		case c.row:
		case c.class == Save:
			return
		case c.role == "button" && (c.class == Acknowledge || c.class == NoClass && v.any(c.words(), doneWord)):
			done = append(done, c)
		}
	}
	if switches && len(done) == 1 {
		done[0].class = Save
	}
}

// findAll takes "select all" for what accepts where there is nothing to select and
// nothing else accepts.
func (d *dialog) findAll(v vocabulary) {
	var all []*control
	for _, c := range d.controls {
		switch {
		case isBox(c.role) || c.class == Accept:
			return
		case c.class == NoClass && v.luresAll(c.words()):
			all = append(all, c)
		}
	}
	if len(all) == 1 {
		all[0].class = Accept
	}
}

// findFurther takes what promises more to read for the way to the settings, where the
// dialog has nothing that says settings or saves. A link to another page is none.
func (d *dialog) findFurther(v vocabulary, page string) {
	if d.first(v, Settings, Save) != nil || d.first(v, Accept, Acknowledge, partial) == nil {
		return
	}
	for _, c := range d.controls {
		if c.class == NoClass && !isBox(c.role) && c.role != "tab" && !c.row && !c.disabled && !c.folded && c.info.Visible &&
			!leaves(c.info.Href, page) && label(c.words()) != "" && v.near().any(c.words(), detailsWord) {
			c.class = Settings
			return
		}
	}
}
