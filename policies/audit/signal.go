package audit

import (
	"iter"
	"slices"

	"cookieaudit/scanner/observation"
)

// Heard is what a site said of the visitor's choice, with the choice of the visit.
type Heard struct {
	observation.Signal
	Choice observation.Choice
}

// Unchosen reports whether the visitor had not chosen yet.
func (h Heard) Unchosen() bool { return h.Phase.Unchosen(h.Choice) }

// Signals are what the site said of the visitor's choice, in the order of visits
// and of each leg's log. What came after a choice counts only where its leg does.
// Of one source in one phase of a leg all that it said is there, in order.
func (p *Pass) Signals() iter.Seq[Heard] {
	return func(yield func(Heard) bool) {
		for _, v := range p.Observation.Visits {
			for _, s := range v.Signals {
				h := Heard{s, v.Choice}
				if (h.Unchosen() || !p.j.replaced[s.Leg]) && !yield(h) {
					return
				}
			}
		}
	}
}

// Lasting are the signals at whose word each source stopped in a phase of a leg:
// what it said on the way there, such as in the moment of a click, is left out.
func (p *Pass) Lasting() iter.Seq[Heard] {
	type source struct {
		leg    string
		phase  observation.Phase
		kind   observation.SignalKind
		source string
		name   string
	}
	of := func(h Heard) source { return source{h.Leg, h.Phase, h.Kind, h.Source, h.Name} }
	return func(yield func(Heard) bool) {
		last := map[source]int{}
		all := slices.Collect(p.Signals())
		for i, h := range all {
			last[of(h)] = i
		}
		for i, h := range all {
			if last[of(h)] == i && !yield(h) {
				return
			}
		}
	}
}

// PlainRecord is the kind of what Records tells.
const PlainRecord observation.SignalKind = "plain-record"

// Records are what items of a site's own say of the visitor's choice in a plain
// word, yes or no, as they did when it was made; Source is the item. Those count that
// the policy or the catalogue names as the choice's record, and those that say yes
// after accepting and no after refusing: one that says yes to any choice may tell no
// more than that the dialog was answered.
func (p *Pass) Records() iter.Seq[Heard] {
	return func(yield func(Heard) bool) {
		for _, v := range p.Visits {
			for _, c := range v.Consents {
				for _, r := range c.Record {
					if c.Choice != v.Choice || r.Word == "" || p.j.replaced[c.Leg] || !p.keepsChoice(r.Item) {
						continue
					}
					s := observation.Signal{
						Leg: c.Leg, Page: c.Page, Phase: observation.After, At: max(c.At, c.Proved),
						Kind: PlainRecord, Source: string(r.Item.Kind) + " " + r.Item.Name,
						Says: []observation.Saying{{Of: "all", Value: r.Word}},
					}
					if !yield(Heard{s, v.Choice}) {
						return
					}
				}
			}
		}
	}
}

func (p *Pass) keepsChoice(k observation.Key) bool {
	if s, _, _ := p.j.item(k); s.Record {
		return true
	}
	var accepted, refused, other bool
	for _, v := range p.Visits {
		for _, c := range v.Consents {
			for _, r := range c.Record {
				refuses := c.Choice == observation.Reject || c.Choice == observation.Withdraw
				switch {
				case r.Item != k || r.Word == "":
				case c.Choice == observation.Accept && r.Word == observation.StanceGranted:
					accepted = true
				case refuses && r.Word == observation.StanceDenied:
					refused = true
				case refuses || c.Choice == observation.Accept:
					other = true
				}
			}
		}
	}
	return accepted && refused && !other
}

// Made tells how certain it is that a visit's choice was made, for rules on what
// the site then said of it: derived where it is proven, heuristic where its control
// was pressed and the dialog went, which is all there can be where the site itself
// says otherwise. Else the pass answers for the choice, and made is false. A rule
// that finds nothing must call Unproven.
func (p *Pass) Made(c observation.Choice) (certain Evidence, made bool) {
	v := p.Visit(c)
	if v == nil {
		p.NotApplicable(c, "the choice was not made")
		return "", false
	}
	if v.Outcome == observation.Unproven && slices.Contains(v.Proof, observation.ProofGone) {
		return HeuristicEvidence, true
	}
	if st := p.j.proven(v); st.status != StatusPass {
		p.answer(c, st)
		return "", false
	}
	return DerivedEvidence, true
}

// Unproven answers for a choice that is not proven: so that no rule passes on it.
func (p *Pass) Unproven(c observation.Choice) {
	if v := p.Visit(c); v != nil {
		st := p.j.proven(v)
		st.drops = false
		p.answer(c, st)
	}
}
