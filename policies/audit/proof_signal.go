package audit

import (
	"slices"
	"strings"

	"cookieaudit/scanner/observation"
)

// shows reports whether what the site says of a choice shows that it was made: it did
// not say so before the click. Where the evidence holds nothing that agrees with the
// choice, something else was decoded, and that is believed.
func (p *proofs) shows(v *observation.Visit, c observation.Consent) bool {
	said := saidAt(v, c)
	if len(said) == 0 && !slices.ContainsFunc(c.Record, func(r observation.Stored) bool { return r.Word != "" }) {
		return true
	}
	return p.inWords(c) || slices.ContainsFunc(said, func(s observation.Signal) bool { return p.fresh(v, c, s) })
}

// saidAt are the signals that agree with a choice, of those that were read from its
// click to the end of its proof.
func saidAt(v *observation.Visit, c observation.Consent) []observation.Signal {
	phase := observation.After
	if v.Choice == observation.Withdraw && c.Choice == observation.Accept {
		phase = observation.Granted
	}
	var out []observation.Signal
	for _, s := range v.Signals {
		if s.Leg == c.Leg && s.Phase == phase && (c.Proved == 0 || s.At <= c.Proved) && s.Speaks() && len(agreeing(c.Choice, s)) > 0 {
			out = append(out, s)
		}
	}
	return out
}

// fresh reports whether a signal that agrees with a choice did not before it.
func (p *proofs) fresh(v *observation.Visit, c observation.Consent, s observation.Signal) bool {
	before := p.before(v, c, s)
	if acted(s) && !slices.ContainsFunc(before, acted) {
		return true
	}
	return slices.ContainsFunc(agreeing(c.Choice, s), func(y observation.Saying) bool {
		if len(before) == 0 {
			return p.appeared(c, s, y)
		}
		return !slices.ContainsFunc(before, func(b observation.Signal) bool { return slices.Contains(b.Says, y) })
	})
}

// acted: the TCF's own word for it that the visitor answered just now. A string of
// nothing granted may be the same before and after.
func acted(s observation.Signal) bool { return s.TCF != nil && s.TCF.Event == "useractioncomplete" }

// before is what a signal's source said before a choice: last in the same leg. Where
// nobody asked it there, it is all that it said to visitors who had not chosen. Taking
// back is held against what it said while consent was given.
func (p *proofs) before(v *observation.Visit, c observation.Consent, s observation.Signal) []observation.Signal {
	phase := observation.Before
	if c.Choice == observation.Withdraw {
		phase = observation.Granted
	}
	for _, b := range slices.Backward(v.Signals) {
		if b.Leg == c.Leg && b.Phase == phase && speakerOf(b) == speakerOf(s) {
			return []observation.Signal{b}
		}
	}
	if c.Choice == observation.Withdraw {
		return nil
	}
	return p.unchosen[speakerOf(s)]
}

// appeared decides on what a source says that had said nothing before. That a request
// or Consent Mode denies is no word of the visitor's: it may be the default, heard for
// the first time. A consent manager's record says nothing until somebody chose. Else it
// counts if pages had been asked before, or the click wrote it.
func (p *proofs) appeared(c observation.Consent, s observation.Signal, y observation.Saying) bool {
	request := strings.HasPrefix(s.Source, "request ")
	switch {
	case y.Value != observation.StanceGranted && (request || s.Kind == observation.SignalConsentMode):
		return false
	case request, s.Kind == observation.SignalManager, p.listened, c.Choice == observation.Withdraw:
		return true
	}
	return slices.ContainsFunc(c.Record, func(r observation.Stored) bool { return s.Source == string(r.Item.Kind)+" "+r.Item.Name })
}

// speaker is who says something: of one the words are compared.
type speaker struct {
	kind         observation.SignalKind
	source, name string
}

func speakerOf(s observation.Signal) speaker { return speaker{s.Kind, s.Source, s.Name} }

// listen takes in what sources said to visitors who had not chosen. The browser's
// opt-out signal is a choice of a kind.
func (p *proofs) listen(v observation.Visit) {
	if v.Choice == observation.GPC {
		return
	}
	for _, s := range v.Signals {
		if s.Phase.Unchosen(v.Choice) {
			p.unchosen[speakerOf(s)] = append(p.unchosen[speakerOf(s)], s)
		}
	}
	if v.Choice == observation.None {
		p.listened = p.listened || slices.ContainsFunc(v.Pages, func(page observation.Page) bool { return page.State == observation.PageOK })
	}
}

// agreeing is what of a signal agrees with a choice, nothing where some of it does not.
func agreeing(c observation.Choice, s observation.Signal) []observation.Saying {
	granted, category := s.Granted(), c.Category()
	denied := slices.DeleteFunc(slices.Clone(s.Says), func(y observation.Saying) bool { return y.Value != observation.StanceDenied })
	other := func(y observation.Saying) bool { return y.Category != "" && y.Category != category }
	its := func(y observation.Saying) bool { return y.Category == category }
	switch {
	case c == observation.Accept:
		return granted
	case category == "" && len(granted) == 0:
		return denied
	case category == "" || slices.ContainsFunc(granted, other) || !slices.ContainsFunc(granted, its):
		return nil
	}
	return slices.DeleteFunc(append(granted, denied...), func(y observation.Saying) bool { return its(y) != (y.Value == observation.StanceGranted) })
}

// inWords reports whether what changed at the click says the choice in plain words. A
// word that the opposite choice wrote too tells only that the dialog was answered.
func (p *proofs) inWords(c observation.Consent) bool {
	want, opposite := observation.StanceDenied, observation.Accept
	switch {
	case c.Choice == observation.Accept:
		want, opposite = observation.StanceGranted, observation.Reject
	case c.Choice.Category() != "":
		return false
	}
	says := false
	for _, r := range c.Record {
		switch {
		case r.Word == "":
		case r.Word != want:
			return false
		case !slices.Contains(p.words[opposite][r.Item], want):
			says = true
		}
	}
	return says
}
