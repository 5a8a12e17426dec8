package consent

import (
	"fmt"
	"slices"
	"strings"
)

// telling are the lists whose words make a control's class.
var telling = map[Class][]list{
	Pay: {payWord}, Reject: {rejectWord, onlyWord, necessaryWord}, Hide: {hideWord}, Save: {saveWord}, Close: {closeWord},
	Acknowledge: {acknowledgeWord}, Settings: {settingsWord, rejectWord, infoWord}, Accept: {acceptWord, saveWord, hideWord, allWord, optionalWord},
	partial: {rejectWord, onlyWord, necessaryWord},
}

// placed says what makes a control's class where its words alone do not.
var placed = map[Class]string{
	Save: "below switches that nothing else saves", Settings: "where nothing else leads to settings", Accept: "where there is nothing to choose",
}

// why says by which words a control was taken for its class, "" for a switch.
func (c *control) why(v vocabulary) string {
	if isBox(c.role) || c.class == NoClass {
		return ""
	}
	said := reconcile(v.classify(c.info.Text), v.classify(c.name))
	if by := placed[c.class]; by != "" && (said == NoClass || c.class == Save && said == Acknowledge) {
		return fmt.Sprintf("%q, %s", label(c.words()), by)
	}
	out, where := v.grounds(c.info.Text, c.class), ""
	if out == "" {
		out, where = v.grounds(c.name, c.class), " in its accessible name"
	}
	switch out += where; {
	case c.class == partial:
		out += ", which allows more than what is necessary"
	case c.class == Save && said == Accept:
		out += ", beside what accepts all and what refuses"
	}
	return out
}

// grounds are the words of a text that tell a class, with the code of their
// language; "" for none.
func (v vocabulary) grounds(text string, class Class) string {
	if class == Close && isCross(text) {
		return "the sign " + strings.TrimSpace(text)
	}
	n := label(text)
	if at := price.FindString(n); class == Pay && at != "" {
		return fmt.Sprintf("the price %q", at)
	}
	r, _ := v.read(n, text)
	var words []string
	for _, of := range telling[class] {
		if r.lexicon != nil && r.has(of) {
			words = append(words, strings.TrimSpace(r.patterns[of].FindString(n)))
		}
	}
	if len(words) == 0 {
		return ""
	}
	return quote(words) + " (" + r.code + ")"
}

// quote lists words, sorted, without those that are part of another.
func quote(words []string) string {
	slices.Sort(words)
	words = slices.Compact(words)
	var out []string
	for _, w := range words {
		part := func(of string) bool { return of != w && strings.Contains(of, w) }
		if !slices.ContainsFunc(words, part) {
			out = append(out, fmt.Sprintf("%q", w))
		}
	}
	return strings.Join(out, ", ")
}
