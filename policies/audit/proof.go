package audit

import (
	"fmt"
	"slices"
	"strings"

	"cookieaudit/policies"
	"cookieaudit/scanner/observation"
)

// proofs finds out whether a choice took effect, by comparing what changed at
// the click after accepting with what changed after refusing. One visit alone
// cannot show that: any script may write something at a click.
type proofs struct {
	accepted, refused map[observation.Key][]observation.Value
	// allowed are the values that came of allowing one category.
	allowed map[observation.Choice]map[observation.Key][]observation.Value
	offers  []string                 // categories that a visitor can allow one by one, sorted
	named   map[observation.Key]bool // by policy or catalogue: stores the choice
	other   map[observation.Key]bool // is known to serve something else
	asked   []observation.Choice
	// controls are those that the policy gave when the site was scanned.
	controls map[string][]observation.Step
	// words are the plain words that items held after accepting, and after refusing
	// (reject, withdraw).
	words map[observation.Choice]map[observation.Key][]observation.Stance
	// unchosen is what the site said to visitors who had not chosen; listened: somebody
	// asked pages for it.
	unchosen map[speaker][]observation.Signal
	listened bool
}

func newProofs(j *judge) *proofs {
	p := &proofs{
		accepted: map[observation.Key][]observation.Value{},
		refused:  map[observation.Key][]observation.Value{},
		allowed:  map[observation.Choice]map[observation.Key][]observation.Value{},
		named:    map[observation.Key]bool{},
		other:    map[observation.Key]bool{},
		asked:    j.choices(),
		controls: j.o.Header.Job.Controls,
		words:    map[observation.Choice]map[observation.Key][]observation.Stance{observation.Accept: {}, observation.Reject: {}},
		unchosen: map[speaker][]observation.Signal{},
	}
	for _, v := range j.o.Visits {
		p.listen(v)
		for _, c := range v.Consents {
			p.offers = append(p.offers, c.Offers...)
			for _, r := range c.Record {
				s, _, _ := j.item(r.Item)
				p.named[r.Item] = s.Record
				p.other[r.Item] = !s.Record && s.Category != policies.UnknownCategory && s.Category != policies.Necessary
				if !j.replaced[c.Leg] {
					p.add(c.Choice, r)
				}
			}
		}
	}
	slices.Sort(p.offers)
	p.offers = slices.Compact(p.offers)
	return p
}

// add keeps a value by what it may mean. What closing the dialog means is the
// site's secret.
func (p *proofs) add(c observation.Choice, r observation.Stored) {
	switch {
	case c == observation.Accept:
		p.accepted[r.Item] = append(p.accepted[r.Item], r.Value)
		p.words[observation.Accept][r.Item] = append(p.words[observation.Accept][r.Item], r.Word)
	case c == observation.Reject, c == observation.Withdraw:
		p.refused[r.Item] = append(p.refused[r.Item], r.Value)
		p.words[observation.Reject][r.Item] = append(p.words[observation.Reject][r.Item], r.Word)
	case c.Category() != "":
		if p.allowed[c] == nil {
			p.allowed[c] = map[observation.Key][]observation.Value{}
		}
		p.allowed[c][r.Item] = append(p.allowed[c][r.Item], r.Value)
	}
}

// settle decides an attempt's outcome from its facts. What the scanner could
// not make (no dialog, no control) stands.
func (p *proofs) settle(v *observation.Visit, c *observation.Consent) {
	if c.Outcome != observation.Proven && c.Outcome != observation.Unproven {
		return
	}
	c.Proof = slices.Clone(c.Proof)
	if !p.shows(v, *c) {
		c.Proof = slices.DeleteFunc(c.Proof, func(f observation.ProofFact) bool { return f == observation.ProofDecoded })
	}
	if slices.Contains(c.Proof, observation.ProofRecorded) && slices.ContainsFunc(c.Record, func(r observation.Stored) bool { return p.tells(c.Choice, r.Item) }) {
		c.Proof = append(c.Proof, observation.ProofDistinct)
	}
	slices.Sort(c.Proof)
	c.Proof = slices.Compact(c.Proof)
	if why, _ := p.missing(*c); why != "" {
		c.Outcome, c.Why = observation.Unproven, why
		return
	}
	c.Outcome, c.Why = observation.Proven, ""
}

// missing says what an attempt lacks to be proven and what would settle it, ""
// for nothing.
func (p *proofs) missing(c observation.Consent) (why, next string) {
	has := func(f observation.ProofFact) bool { return slices.Contains(c.Proof, f) }
	pressed := fmt.Sprintf("the %s button was pressed", c.Choice)
	help := p.help(c.Choice)
	switch {
	case !has(observation.ProofGone):
		return pressed + " but the dialog stayed", help
	case c.ByScript:
		return pressed + " by a script, because something lay over it that did not go: nothing shows that a visitor can press it", "see by hand whether the button can be pressed"
	case c.Choice == observation.Close:
		return "", "" // it records nothing that could be compared
	case len(c.Contradicted) > 0:
		return pressed + " but the site holds otherwise: " + strings.Join(c.Contradicted, "; "), "see by hand what the site recorded"
	case !has(observation.ProofStaysGone):
		return pressed + " but nobody saw whether the dialog stays away after a reload", "scan again"
	case has(observation.ProofDecoded), has(observation.ProofRecorded) && has(observation.ProofDistinct):
		return "", ""
	case !has(observation.ProofRecorded) && len(c.Held) > 0:
		why = fmt.Sprintf("%s but nothing shows that what the site says (%s) came of that", pressed, strings.Join(c.Held, "; "))
		if !p.listened {
			return why, "ask for the choice none too (--choices none,accept,reject,withdraw), which hears what the site says before any choice"
		}
		return why, "see by hand whether the site records the choice"
	case !has(observation.ProofRecorded):
		return pressed + " but nothing proves it took effect", help
	}
	if other := p.counterpart(c.Choice); other != "" {
		return fmt.Sprintf("%s and %s changed, but without the choice %s its value cannot be compared", pressed, names(c.Record), other),
			fmt.Sprintf("ask for the choice %s too (--choices none,accept,reject,withdraw)", other)
	}
	if slices.ContainsFunc(c.Record, func(r observation.Stored) bool { return p.unrepeated(r.Item, p.accepted[r.Item], p.refused[r.Item]) }) {
		return fmt.Sprintf("%s and %s changed, but no choice was made twice, and its value may be another one with each visit", pressed, names(c.Record)),
			"ask for the choice withdraw too (--choices none,accept,reject,withdraw), or name the item that stores the choice in `consent.record`"
	}
	return fmt.Sprintf("%s and %s changed, but its value does not depend on the choice", pressed, names(c.Record)),
		"name the item that stores the choice in `consent.record`, or " + help
}

// whyNot says why an attempt does not count, and what would settle it.
func (p *proofs) whyNot(c observation.Consent) (why, next string) {
	switch c.Outcome {
	case observation.Failed:
		return join(fmt.Sprintf("the choice %s could not be made", c.Choice), c.Why), p.help(c.Choice)
	case observation.NotKept:
		return join(fmt.Sprintf("after the choice %s the dialog came back with a reload", c.Choice), c.Why),
			"see by hand whether the site keeps the choice, or " + p.help(c.Choice)
	case observation.Unproven:
		return p.missing(c)
	}
	return c.Why, ""
}

// help is what makes a choice where the finder can't: a key of the policy's controls,
// and where to get it.
func (p *proofs) help(c observation.Choice) string {
	key := strings.Replace(string(c), "only:", "only.", 1)
	if c == observation.Withdraw {
		key = "reopen"
	}
	if p.controls[key] != nil {
		return "mend `controls." + key + "` of the policy; `cookieaudit consent URL` drafts another"
	}
	return "add `controls." + key + "`, which `cookieaudit consent URL` drafts"
}

// counterpart is the choice that must be made too before values can be
// compared, "" if it was asked for.
func (p *proofs) counterpart(c observation.Choice) observation.Choice {
	refuses := func(a observation.Choice) bool { return a == observation.Reject || a == observation.Withdraw }
	if refuses(c) {
		if slices.Contains(p.asked, observation.Accept) || slices.Contains(p.asked, observation.Withdraw) {
			return ""
		}
		return observation.Accept
	}
	if slices.ContainsFunc(p.asked, refuses) {
		return ""
	}
	return observation.Reject
}

func names(record []observation.Stored) string {
	var out []string
	for _, r := range record {
		out = append(out, Noun(r.Item))
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), ", ")
}

// tells reports whether an item's value shows that a choice was made: it differs
// from that of the opposite choice. Where one category was allowed, it differs
// from that of refusing, and from that of accepting unless there is no other.
func (p *proofs) tells(c observation.Choice, k observation.Key) bool {
	if c.Category() == "" {
		return p.distinct(k)
	}
	own := p.allowed[c][k]
	if !p.differ(k, own, p.refused[k]) {
		return false
	}
	sole := slices.Equal(p.offers, []string{c.Category()})
	return sole || len(p.accepted[k]) == 0 || p.differ(k, own, p.accepted[k])
}

// distinct reports whether an item's value differs between accepting and refusing.
func (p *proofs) distinct(k observation.Key) bool { return p.differ(k, p.accepted[k], p.refused[k]) }

// differ reports whether an item's values after one choice differ from those after
// another. Where the same choice gave different values (a time or an identifier is
// part of it) the values say nothing, and only their shapes are compared: a record
// that always differs would prove any choice.
func (p *proofs) differ(k observation.Key, yes, no []observation.Value) bool {
	if len(yes) == 0 || len(no) == 0 || p.other[k] {
		return false
	}
	if !p.named[k] && (slices.ContainsFunc(yes, identifies) || slices.ContainsFunc(no, identifies)) || p.unrepeated(k, yes, no) {
		return false
	}
	if constant(yes, digest) && constant(no, digest) {
		return apart(yes, no, digest)
	}
	return constant(yes, shape) && constant(no, shape) && apart(yes, no, shape)
}

// unrepeated: no choice was made twice, and the values are long enough to be chance.
// An identifier that a script gives itself at any click differs as well.
func (p *proofs) unrepeated(k observation.Key, yes, no []observation.Value) bool {
	long := func(v observation.Value) bool { return v.Shape.Bits >= chanceBits && !identifies(v) }
	return !p.named[k] && len(yes) == 1 && len(no) == 1 && (long(yes[0]) || long(no[0]))
}

// chanceBits is from how much information on a value that was seen once may be a
// random one: seven characters that are all different. Words for a choice that no
// signal knows have less.
const chanceBits = 20

// identifies: a value that is nothing but an identifier or a time differs every
// time, whatever was chosen.
func identifies(v observation.Value) bool {
	for _, is := range v.Shape.Is {
		switch is {
		case "uuid", "time", "ip", "email":
			return true
		}
	}
	return false
}

func digest(v observation.Value) string { return v.Digest }

func shape(v observation.Value) string {
	return fmt.Sprint(v.Shape.Length, v.Shape.Alphabet, v.Shape.Keys)
}

func constant(values []observation.Value, by func(observation.Value) string) bool {
	return !slices.ContainsFunc(values, func(v observation.Value) bool { return by(v) != by(values[0]) })
}

func apart(a, b []observation.Value, by func(observation.Value) string) bool {
	for _, v := range a {
		if slices.ContainsFunc(b, func(w observation.Value) bool { return by(v) == by(w) }) {
			return false
		}
	}
	return true
}

// markRecords makes the items that proved a choice consent records. An item
// nobody names counts only where each choice gave it one value of its own: an
// identifier would have differed.
func (p *proofs) markRecords(j *judge) {
	for i := range j.audit.Sightings {
		s := &j.audit.Sightings[i]
		yes, no := p.accepted[s.Item], p.refused[s.Item]
		if (len(yes) > 1 || len(no) > 1) && p.distinct(s.Item) && steady(yes) && steady(no) && apart(yes, no, digest) {
			s.Record = true
		}
	}
}

// steady: always the same value; one that came once is too short to be chance.
func steady(values []observation.Value) bool {
	return constant(values, digest) && (len(values) > 1 || values[0].Shape.Bits < chanceBits)
}
