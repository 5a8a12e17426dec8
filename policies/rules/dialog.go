package rules

import (
	"fmt"
	"slices"
	"strings"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

// layersSeen are the layers of the dialog before anything was chosen: the first
// one, and those behind it as the visit read them that opened most. A dialog that
// withdrawing brought back shows an earlier choice, and is none of them.
func layersSeen(p *audit.Pass) (layers []observation.Dialog, page string) {
	first, found := firstLayer(p)
	if !found {
		return nil, ""
	}
	layers, page = []observation.Dialog{*first.Dialog}, p.URL(first.Page)
	var further []observation.Dialog
	for _, v := range p.Visits {
		for _, c := range v.Consents {
			if c.Choice != observation.Withdraw && len(c.Further) > len(further) && !p.Repeated(c.Leg) {
				further = c.Further
			}
		}
	}
	return append(layers, further...), page
}

// settingsRead reports whether all of the dialog was seen: it was opened to be
// read, or has nothing behind its first layer.
func settingsRead(p *audit.Pass) bool {
	if v := p.Visit(observation.Settings); v != nil {
		return slices.ContainsFunc(v.Consents, func(c observation.Consent) bool { return c.Found && c.Why == "" })
	}
	first, found := firstLayer(p)
	return found && first.Dialog.Control("settings") == nil
}

// unread answers for what lies behind the first layer and could not be read. Where
// no visit was to read it, nobody asked.
func unread(p *audit.Pass) {
	const why = "what lies behind the dialog's first layer was not read"
	if p.Visit(observation.Settings) == nil {
		p.NotApplicable("", why)
		return
	}
	p.Untold("", why, "add `controls.settings`")
}

// unproven answers inconclusive for as ("" for the whole audit) where a choice was
// tried and nothing proves that it took effect: a rule may pass on proof only.
func unproven(p *audit.Pass, choice, as observation.Choice) {
	v := p.Visit(choice)
	if v == nil || v.Outcome != observation.Unproven && v.Outcome != observation.Failed && v.Outcome != observation.NotKept {
		return
	}
	why, next := p.WhyNot(v)
	p.CouldNotTell(as, why, next)
}

// pressed is how many controls a choice takes, and what was pressed; ok is false
// where no visit made it by the page's own controls. Pressing twice what did not
// answer at first counts once. What autoconsent pressed nobody counted, and what was
// pressed ahead of it was in vain.
func pressed(p *audit.Pass, choice observation.Choice) (steps []string, ok bool) {
	for _, v := range p.Visits {
		for _, c := range v.Consents {
			made := c.Outcome == observation.Proven || c.Outcome == observation.Unproven || c.Outcome == observation.NotKept
			if c.Choice != choice || !made || c.ByAPI || c.Method == "person" || c.Method == "autoconsent" || p.Repeated(c.Leg) {
				continue
			}
			var taken []string
			for _, s := range c.Steps {
				if isPress(s) && (len(taken) == 0 || taken[len(taken)-1] != s || s == "pressed") {
					taken = append(taken, s)
				}
			}
			if len(taken) > 0 && (!ok || len(taken) < len(steps)) {
				steps, ok = taken, true
			}
		}
	}
	return steps, ok
}

func isPress(step string) bool {
	for _, verb := range []string{"pressed", "click", "check", "clear", "select"} {
		if strings.HasPrefix(step, verb) {
			return true
		}
	}
	return false
}

// pair are the controls of the first layer that accept and refuse everything, nil
// where it has none or nobody measured them.
func pair(p *audit.Pass) (accept, reject *observation.Control, page string) {
	layers, page := layersSeen(p)
	if len(layers) == 0 {
		return nil, nil, ""
	}
	measured := func(classes ...string) *observation.Control {
		for _, class := range classes {
			if c := layers[0].Control(class); c != nil && c.Looks != nil {
				return c
			}
		}
		return nil
	}
	return measured("accept", "acknowledge"), measured("reject"), page
}

// switches calls f with every switch of the dialog that a visitor can turn.
func switches(layers []observation.Dialog, f func(observation.Control)) (n int) {
	for _, l := range layers {
		for _, c := range l.Controls {
			if (c.As == "on" || c.As == "off") && !c.Fixed {
				n++
				f(c)
			}
		}
	}
	return n
}

// preset reports the switches that are on before anybody chose.
func preset(p *audit.Pass, wanted func(observation.Control) bool, words string) {
	layers, page := layersSeen(p)
	if len(layers) == 0 {
		p.NotApplicable("", "no consent dialog was seen")
		return
	}
	var on []string
	evidence := audit.DerivedEvidence
	n := switches(layers, func(c observation.Control) {
		if c.As == "on" && wanted(c) {
			on = append(on, fmt.Sprintf("%q", c.Text))
			if c.Category == "" && !c.Interest {
				evidence = audit.HeuristicEvidence
			}
		}
	})
	switch {
	case len(on) > 0:
		f := audit.Finding{Name: "dialog", Page: page, Evidence: evidence, Message: fmt.Sprintf(words, list(on))}
		if evidence == audit.HeuristicEvidence {
			f.Message += " What some of them are for could not be told from their words. A person must decide."
		}
		p.Report(f)
	case !settingsRead(p):
		unread(p)
	case n == 0:
		p.NotApplicable("", "the dialog has no switches")
	}
}
