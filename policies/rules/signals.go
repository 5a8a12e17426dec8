package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

// afterRefusal are the choices after which nothing may be agreed to, with their
// words.
var afterRefusal = []struct {
	choice observation.Choice
	words  string
}{
	{observation.Reject, "after refusing"},
	{observation.Withdraw, "after consent was taken back"},
	{observation.Close, "after the dialog was closed with no choice made"},
}

// tcString reports whether a signal is of a TC string, alone or within a GPP string.
func tcString(h audit.Heard) bool {
	return h.Kind == observation.SignalTCF || h.Kind == observation.SignalGPP && h.Name == "tcfeuv2"
}

// fromRequest reports whether a request carried the signal: it tells of the moment in
// which that was sent.
func fromRequest(h audit.Heard) bool { return strings.HasPrefix(h.Source, "request ") }

// chosen reports whether a signal came after the choice of its visit.
func chosen(h audit.Heard) bool {
	return !h.Unchosen() && (h.Phase == observation.After || h.Phase == observation.Return)
}

// hearing is what a rule was told by the signals that concern it.
type hearing struct {
	heard []audit.Heard // that can be read and apply
	deaf  []audit.Heard // that could not be read
}

// hear gathers the signals at which their sources stopped, of those that fit.
func hear(p *audit.Pass, fits func(audit.Heard) bool) hearing {
	var out hearing
	for h := range p.Lasting() {
		switch {
		case !fits(h) || h.Inapplicable:
		case h.Error != "":
			out.deaf = append(out.deaf, h)
		default:
			out.heard = append(out.heard, h)
		}
	}
	all := slices.Clone(out.heard)
	out.heard = slices.DeleteFunc(out.heard, func(h audit.Heard) bool {
		return slices.ContainsFunc(all, func(o audit.Heard) bool { return h.Kind == o.Kind && outrun(h, o) })
	})
	return out
}

// outrun reports whether a request was sent before the page said what it says in
// that phase: then it tells of the moment before, such as that of a click.
func outrun(request, page audit.Heard) bool {
	return fromRequest(request) && !fromRequest(page) && request.Leg == page.Leg && request.Phase == page.Phase && request.At < page.At
}

// silent answers for a choice under which nothing was heard that could be judged,
// and reports whether that is so.
func (h hearing) silent(p *audit.Pass, c observation.Choice, what string) bool {
	if len(h.heard) > 0 {
		return false
	}
	if !h.unread(p, c, what) {
		p.NotApplicable(c, what+" was not seen")
	}
	return true
}

// unread says for a choice that a signal could not be read, and reports whether
// that is so. A stub alone says that there is nothing to hear.
func (h hearing) unread(p *audit.Pass, c observation.Choice, what string) bool {
	for _, d := range h.deaf {
		if !strings.Contains(d.Error, "stub") {
			p.CouldNotTell(c, fmt.Sprintf("%s could not be read at %s: %s", what, d.Source, d.Error), "look at it in the browser's own tools")
			return true
		}
	}
	return false
}

// statement is what several sources say alike.
type statement struct {
	says    []observation.Saying // each once, in the order in which they came
	sources []string
	first   audit.Heard
}

// state gathers what the signals say by a function; it says nothing where none does.
func state(heard []audit.Heard, of func(observation.Signal) []observation.Saying) (statement, bool) {
	var out statement
	for _, h := range heard {
		says := of(h.Signal)
		if len(says) == 0 {
			continue
		}
		if len(out.says) == 0 {
			out.first = h
		}
		if !slices.Contains(out.sources, h.Source) {
			out.sources = append(out.sources, h.Source)
		}
		for _, y := range says {
			if !slices.Contains(out.says, y) {
				out.says = append(out.says, y)
			}
		}
	}
	slices.Sort(out.sources)
	return out, len(out.says) > 0
}

// finding is one on the statement: its words begin with the sources.
func (s statement) finding(p *audit.Pass, c observation.Choice, name, format string, args ...any) audit.Finding {
	return audit.Finding{
		Name: name, Choice: c, Phase: s.first.Phase, Page: p.URL(s.first.Page),
		Message: fmt.Sprintf(format, args...) + " Source: " + list(short(s.sources)) + ".",
	}
}

// words name what is said: purposes 1 to 4, 7 and 9; special feature 1.
func (s statement) words() string {
	var kinds []string
	numbers := map[string][]int{}
	for _, y := range s.says {
		kind, n := y.Of, 0
		if i := strings.LastIndexByte(y.Of, ' '); i > 0 {
			if v, err := strconv.Atoi(y.Of[i+1:]); err == nil {
				kind, n = y.Of[:i], v
			}
		}
		if !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
		if n > 0 {
			numbers[kind] = append(numbers[kind], n)
		}
	}
	var out []string
	for _, k := range kinds {
		n := numbers[k]
		slices.Sort(n)
		switch {
		case len(n) == 0:
			out = append(out, k)
		case len(n) == 1:
			out = append(out, fmt.Sprintf("%s %d", k, n[0]))
		default:
			out = append(out, fmt.Sprintf("%ss %s", k, list(runs(slices.Compact(n)))))
		}
	}
	return list(short(out))
}

// runs are numbers in order, three and more in a row as 1 to 4.
func runs(n []int) []string {
	var out []string
	for i := 0; i < len(n); {
		k := i
		for k+1 < len(n) && n[k+1] == n[k]+1 {
			k++
		}
		if k-i < 2 {
			k = i
			out = append(out, strconv.Itoa(n[i]))
		} else {
			out = append(out, fmt.Sprintf("%d to %d", n[i], n[k]))
		}
		i = k + 1
	}
	return out
}

// certainly lowers a finding on a choice of which nobody knows for certain that it
// took effect.
func certainly(f audit.Finding, certain audit.Evidence) audit.Finding {
	if certain == audit.HeuristicEvidence {
		f.Evidence = certain
		f.Message += " The choice is not proven to have taken effect, so it may be the click that failed. A person must decide."
	}
	return f
}
