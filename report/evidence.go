package report

import (
	"fmt"
	"slices"
	"strings"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

// evidence is one sighting told as facts: when and where it came, who set it,
// what became of it.
type evidence struct {
	When     string // choice and phase
	What     string // "stored 1.2 s after the page opened, while the page loaded"
	Page     string
	By       string   // who set it
	Chain    []string // who loaded that, outwards to the page's own HTML
	Lifetime string
	End      string // what became of it in the phase
	Writes   int
	How      string // runs and fast time, "" for nothing to say
}

// teller finds what the evidence of a finding refers to.
type teller struct {
	a     *audit.Audit
	pages map[string]observation.Page
}

func newTeller(a *audit.Audit) teller {
	t := teller{a: a, pages: map[string]observation.Page{}}
	for _, v := range a.Visits {
		for _, p := range v.Pages {
			t.pages[p.ID] = p
		}
	}
	return t
}

// finding tells the sightings of a finding, those of its own choice first. What
// went the same way under several choices is told once.
func (t teller) finding(f audit.Finding) []evidence {
	var own, other []evidence
	for _, i := range f.Sightings {
		if i < 0 || i >= len(t.a.Sightings) {
			continue
		}
		if s := t.a.Sightings[i]; s.Choice == f.Choice {
			own = append(own, t.sighting(s))
		} else {
			other = append(other, t.sighting(s))
		}
	}
	var out []evidence
	for _, e := range append(own, other...) {
		if i := slices.IndexFunc(out, e.alike); i >= 0 {
			out[i].When += "; " + e.When
			continue
		}
		out = append(out, e)
	}
	return out
}

// alike reports whether two sightings differ only in when they were.
func (e evidence) alike(o evidence) bool {
	return e.What == o.What && e.Page == o.Page && e.By == o.By && e.Lifetime == o.Lifetime && e.End == o.End &&
		e.Writes == o.Writes && e.How == o.How && slices.Equal(e.Chain, o.Chain)
}

func (t teller) sighting(s audit.Sighting) evidence {
	e := evidence{
		When:     moment(s.Choice, s.Phase),
		Page:     s.Page,
		Lifetime: lifetime(s.Item.Kind, s.Lifetime),
		End:      fate(s),
		Writes:   s.Writes,
		How:      seenHow(s, t.a.Evidence.Runs),
	}
	if s.Phase == observation.After && unmade(t.a, s) {
		e.When = choiceWords(s.Choice) + ", after a press; the choice was not made"
	}
	if s.First != nil {
		e.What = "stored " + t.after(s.First)
		e.By, e.Chain = setter(s.First)
		return e
	}
	e.What = "found there, not written again"
	if w := t.origin(s); w != nil {
		e.What += "; stored earlier, " + phaseWords(s.Choice, w.Phase)
		if p, ok := t.pages[w.Page]; ok {
			e.Page = p.URL
		}
		e.By, e.Chain = setter(w)
	}
	return e
}

// fate says what became of an item by the end of a phase.
func fate(s audit.Sighting) string {
	switch {
	case s.AtEnd:
		return "still there at the end"
	case s.Deleted:
		return "deleted again"
	}
	return "not there at the end"
}

// after says when a write came, on the visitor's clock.
func (t teller) after(w *observation.Write) string {
	p, ok := t.pages[w.Page]
	at := fmt.Sprintf("%s into the visit", elapsed(w.At))
	if ok && w.At >= p.Opened {
		at = fmt.Sprintf("%s after the page opened", elapsed(w.At-p.Opened))
	}
	if c := causeWords[w.Cause]; c != "" {
		at += ", " + c
	}
	return at
}

// origin is the write that made an item which a phase only found: the last one
// of the same visit before it.
func (t teller) origin(s audit.Sighting) *observation.Write {
	var found *observation.Write
	for _, o := range t.a.Sightings {
		if o.Item == s.Item && o.Sighting.Service == s.Sighting.Service && o.Choice == s.Choice && o.First != nil && o.Compare(s.Sighting) < 0 {
			found = o.First
		}
	}
	return found
}

// setter is who made a write and who loaded that.
func setter(w *observation.Write) (by string, chain []string) {
	by = source(w.By)
	switch w.Via {
	case observation.ViaResponse:
		by = "response of " + by
	case observation.ViaScript:
		by = "script " + by
	}
	for _, c := range w.Chain {
		if c != w.By {
			chain = append(chain, source(c))
		}
	}
	return by, chain
}

// chainWords is "loaded by a, loaded by b".
func chainWords(chain []string) string {
	if len(chain) == 0 {
		return ""
	}
	return "loaded by " + strings.Join(chain, ", loaded by ")
}
