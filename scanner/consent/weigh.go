package consent

import (
	"fmt"
	"regexp"
	"slices"
)

// shortText is how long the text of a placeholder for a video or map may be, in bytes.
const shortText = 600

// vagueness is taken from a box that names cookies and neither says that they are used
// nor has words that accept them.
const vagueness = -4

// boxRoles are those of boxes that ask something.
var boxRoles = []string{"dialog", "alertdialog", "region", "banner"}

// embeds are whose content pages show only once a visitor allows it.
var embeds = regexp.MustCompile(`\b(youtube|vimeo|instagram|facebook|google maps|tiktok|spotify|soundcloud|openstreetmap)\b`)

// weigh scores a box: how much speaks for a consent dialog, and what against.
func (d *dialog) weigh(v vocabulary) {
	add := d.add
	has := func(classes ...Class) bool { return d.first(v, classes...) != nil }
	b := d.box
	named := v.unmentioned(b.BoxText + " " + b.Label)
	cookie := v.speaksOfCookies(named) || v.speaksOfPrivacy(named)
	add(3, "speaks of cookies or consent", cookie)
	add(2, "named "+b.Hint, b.Hint != "")
	add(2, "lies over the page ("+b.Position+")", b.Overlay)
	add(1, "in a frame of its own", b.Framed)
	add(1, "role "+b.Role, slices.Contains(boxRoles, b.Role))
	add(3, "offers accept and reject", has(Accept, Acknowledge) && has(Reject))
	add(2, "offers accept", has(Accept, partial) && !has(Reject))
	add(1, "offers reject or save", has(Reject, Save) && !has(Accept, Acknowledge))
	add(1, "offers settings", has(Settings, Save) && has(Accept, Reject, Acknowledge))
	add(1, "offers to acknowledge or close", has(Acknowledge, Close) && !has(Accept, Reject))
	add(-4, "asks for an address or password", b.Fields > 0)
	add(-5, "is the whole page", b.Page && !b.Framed)
	add(-4, "no word of cookies", !cookie && b.Hint == "")
	add(-4, "speaks of newsletters, notifications, location or age", v.speaksOfOther(b.BoxText) && !v.speaksOfCookies(named))
	d.doubt(v, named)
	add(-3, "a mere refusal in the page's flow", !b.Overlay && !b.Framed && has(Reject) && !has(Accept, Acknowledge, Settings, Save))
	add(-3, "long text in the page's flow", !b.Overlay && len(b.BoxText) > 2500)
	add(-3, "names no cookies in the page's flow", (b.Hint == "" || b.Hint == "consent") && !b.Overlay && !b.Framed && !v.speaksOfCookies(named) && !has(Reject))
	add(-6, "nothing to press", !has(Accept, partial, Reject, Acknowledge, Save, Close) && !(cookie && b.Overlay && has(Settings, Pay)))
	// A box in which going on agrees to something is none that only asks.
	d.asksRegion = b.Overlay && !v.any(b.BoxText, acceptWord) && !cookie && b.Hint == "" && b.Fields == 0 && v.speaksOfRegion(b.BoxText+" "+b.Label) && !v.speaksOfOther(b.BoxText)
}

func (d *dialog) add(points int, why string, holds bool) {
	if holds {
		d.score += points
		d.why = append(d.why, fmt.Sprintf("%+d %s", points, why))
	}
}

// doubt takes from the score what tells of another matter, in whose small print cookies
// may stand: a log-in, an age gate, an offer, a video that waits for a permission. named
// is the box's text without what speaks of some cookie by the way.
func (d *dialog) doubt(v vocabulary, named string) {
	b := d.box
	has := func(classes ...Class) bool { return d.first(v, classes...) != nil }
	no := d.first(v, Reject)
	if no != nil && (v.saysAll(no.words()) || v.any(no.words(), necessaryWord)) {
		return // nobody else asks so
	}
	short := !b.Overlay && len(b.BoxText) < shortText
	plain := b.Hint == "" || b.Hint == "consent"
	if !plain && !short || b.Page {
		return
	}
	d.add(-8, "stands for content of others", plain && short && !has(Reject, Settings) && embeds.MatchString(norm(b.BoxText)))
	d.elsewhere = v.opensElsewhere(b.Label) || !v.near().any(named, useWord) && v.opensElsewhere(b.BoxText)
	d.add(-8, "opens with what is no consent", d.elsewhere)
	d.vague = !has(Accept, partial, Settings, Save) && !slices.ContainsFunc(d.controls, isSwitch) && !v.usesCookies(named)
	d.add(vagueness, "says of no use of cookies", d.vague)
}
