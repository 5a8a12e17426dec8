package audittest

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"cookieaudit/policies"
	"cookieaudit/scanner/observation"
)

// begin writes the checkpoint that a named act begins with.
func (w *writer) begin(words []string, opts map[string]string) error {
	w.done("")
	if len(words) == 0 || w.page == nil {
		return fmt.Errorf("an act has a name, and happens on a page")
	}
	w.acts++
	w.rest("")
	a := &observation.Act{
		Leg: w.leg.ID, Page: w.page.ID, Journey: w.leg.Journey, Nr: w.acts, What: "click " + words[0],
		Names: strings.Split(words[0], ","), Begun: w.seq, At: w.clock + 6000, Verb: "click",
		Real: has(words, "real"), Already: has(words, "already"),
	}
	for k, v := range opts {
		switch k {
		case "journey":
			a.Journey = v
		case "what":
			a.What = v
			a.Verb, _, _ = strings.Cut(v, " ")
		case "failed":
			a.Failed = v
		case "unsearched":
			a.Unsearched = v
		case "idle":
			d, err := policies.ParseDuration(v)
			if err != nil {
				return err
			}
			a.Idle, a.Verb = int64(d/time.Millisecond), "idle"
		case "nr", "begun":
			n, err := strconv.Atoi(v)
			if err != nil {
				return err
			}
			if k == "nr" {
				a.Nr = n
			} else {
				a.Begun += n
			}
		default:
			return fmt.Errorf("unknown option %q", k)
		}
	}
	w.act = a
	if has(a.Names, observation.StepRestart) {
		w.endSession()
	}
	return nil
}

// endSession does what closing the browser does: nobody is told of it.
func (w *writer) endSession() {
	var left []observation.Stored
	for _, s := range w.stored {
		session := s.Item.Kind == observation.SessionStorage || s.Item.Kind == observation.Cookie && s.Expires == 0
		if !session {
			left = append(left, s)
		}
	}
	w.stored = left
}

// done writes the checkpoint after the act at hand, and the act.
func (w *writer) done(without string) {
	if w.act == nil {
		return
	}
	w.rest(without)
	w.act.Seq = w.next()
	w.add(observation.Record{Act: w.act})
	w.act = nil
}
