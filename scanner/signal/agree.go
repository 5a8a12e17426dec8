package signal

import (
	"fmt"
	"slices"
	"strings"

	"cookieaudit/scanner/observation"
)

// Verdict is whether signals agree with a choice.
type Verdict string

const (
	Agree      Verdict = "agree"
	Contradict Verdict = "contradict"
	Silent     Verdict = "silent" // none of them says anything of it
)

// Agrees weighs the signals that were read after a choice, in the order in which
// they came: of one source the last counts. It says why in words that begin with
// the source of a signal, sorted; a contradiction names only what contradicts.
//
// The consent manager's own record outranks the strings of TCF and GPP, and these
// all else; that they contradict each other is a matter of its own. What a request
// said counts only where the page itself is silent, since it may
// tell of the moment before. Strings of opt-out laws count where nothing else
// speaks, and for gpc.
//
// That they agree proves a choice only where they did not before it: a default may say
// the same. The judge compares them with what was said then.
func Agrees(choice observation.Choice, after []observation.Signal) (verdict Verdict, why []string) {
	heard := weighty(choice, last(after))
	var supports, against []string
	for _, s := range heard {
		yes, no := weigh(choice, s)
		supports, against = append(supports, tell(s, yes)...), append(against, tell(s, no)...)
	}
	slices.Sort(supports)
	slices.Sort(against)
	switch {
	case len(against) > 0:
		return Contradict, slices.Compact(against)
	case len(supports) > 0:
		return Agree, slices.Compact(supports)
	}
	return Silent, nil
}

// last is the last signal of each source, of those that speak.
func last(all []observation.Signal) []observation.Signal {
	var out []observation.Signal
	for _, s := range slices.Backward(all) {
		same := func(o observation.Signal) bool {
			return o.Kind == s.Kind && o.Source == s.Source && o.Name == s.Name
		}
		if !slices.ContainsFunc(out, same) {
			out = append(out, s)
		}
	}
	return slices.DeleteFunc(out, func(s observation.Signal) bool { return !s.Speaks() })
}

// FromRequest begins the source of a signal that a request carried; the host
// follows.
const FromRequest = "request "

// weighty are the signals that count, see Agrees.
func weighty(choice observation.Choice, all []observation.Signal) []observation.Signal {
	var optOut, page, requests []observation.Signal
	for _, s := range all {
		switch {
		case s.OptsOut():
			optOut = append(optOut, s)
		case strings.HasPrefix(s.Source, FromRequest):
			requests = append(requests, s)
		default:
			page = append(page, s)
		}
	}
	optIn := slices.Clone(page)
	for _, r := range requests {
		if !slices.ContainsFunc(page, func(s observation.Signal) bool { return s.Kind == r.Kind }) {
			optIn = append(optIn, r)
		}
	}
	if choice == observation.GPC || len(optIn) == 0 {
		return optOut
	}
	// The manager's own record is what the choice was written to; strings and modes
	// are derived from it, and stay at their defaults where nobody reads them.
	for _, kinds := range [][]observation.SignalKind{{observation.SignalManager}, {observation.SignalTCF, observation.SignalGPP}} {
		direct := slices.DeleteFunc(slices.Clone(optIn), func(s observation.Signal) bool { return !slices.Contains(kinds, s.Kind) })
		if len(direct) > 0 {
			return direct
		}
	}
	return optIn
}

// weigh sorts what a signal says into what agrees with a choice and what does
// not.
func weigh(choice observation.Choice, s observation.Signal) (yes, no []observation.Saying) {
	granted, denied := s.Granted(), s.Denied()
	switch {
	case choice == observation.Accept:
		if len(granted) > 0 {
			return granted, nil
		}
		return nil, denied
	case choice.Category() != "":
		return weighOnly(choice.Category(), granted, denied)
	case choice == observation.Reject, choice == observation.Withdraw, choice == observation.Close, choice == observation.GPC:
		return denied, granted
	}
	return nil, nil
}

// weighOnly: what belongs to no category, such as storing as such, is needed for
// any and tells nothing.
func weighOnly(category string, granted, denied []observation.Saying) (yes, no []observation.Saying) {
	for _, y := range granted {
		switch y.Category {
		case "":
		case category:
			yes = append(yes, y)
		default:
			no = append(no, y)
		}
	}
	for _, y := range denied {
		if y.Category == category {
			no = append(no, y)
		}
	}
	if len(yes) > 0 {
		// Where one of several purposes of a category is granted, the dialog may
		// well not offer the others.
		no = slices.DeleteFunc(no, func(y observation.Saying) bool { return y.Category == category })
	}
	return yes, no
}

// tell is what a signal says in words: dataLayer: ad_storage and
// analytics_storage denied.
func tell(s observation.Signal, says []observation.Saying) []string {
	if len(says) == 0 {
		return nil
	}
	var of []string
	for _, y := range says {
		of = append(of, y.Of)
	}
	const few = 4
	more := ""
	if n := len(of) - few; n > 0 {
		of, more = of[:few], fmt.Sprintf(" and %d more", n)
	}
	source := s.Source
	if s.Name != "" {
		source += " (" + s.Name + ")"
	}
	return []string{fmt.Sprintf("%s: %s%s %s", source, strings.Join(of, ", "), more, says[0].Value)}
}
