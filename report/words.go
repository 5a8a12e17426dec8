package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

// plural is "1 page", "2 pages".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// elapsed says milliseconds as a person would.
func elapsed(ms int64) string {
	d := time.Duration(ms) * time.Millisecond
	switch {
	case d < 10*time.Second:
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	case d < 2*time.Minute:
		return strconv.FormatFloat(math.Round(d.Seconds()), 'f', 0, 64) + " s"
	}
	return strconv.FormatFloat(d.Minutes(), 'f', 0, 64) + " min"
}

// lifetime says how long an item was asked to live.
func lifetime(kind observation.Kind, l observation.Lifetime) string {
	switch {
	case l.Persistence == observation.Session:
		return "session"
	case l.Persistence == observation.Persistent && l.Seconds == 0 && kind != observation.Cookie:
		return "until deleted"
	case l.Persistence == observation.Persistent && l.Seconds > 0:
		return span(l.Seconds)
	case l.Persistence == observation.Persistent:
		return "persistent"
	}
	return "unknown"
}

const day = 24 * 60 * 60

// span says seconds in the unit in which policies speak, and from two months
// on in days as well, since a month has no one length.
func span(seconds int64) string {
	days := float64(seconds) / day
	switch {
	case seconds < 120:
		return plural(int(seconds), "second")
	case seconds < 2*60*60:
		return rounded(float64(seconds)/60, "minute")
	case days < 2:
		return rounded(float64(seconds)/3600, "hour")
	case days < 60:
		return rounded(days, "day")
	case days < 700:
		return fmt.Sprintf("%s (%s)", rounded(days/30.4375, "month"), rounded(days, "day"))
	}
	return fmt.Sprintf("%s (%s)", rounded(days/365.25, "year"), rounded(days, "day"))
}

// rounded prints at most one decimal, and none where it would be .0.
func rounded(f float64, unit string) string {
	s := strings.TrimSuffix(strconv.FormatFloat(f, 'f', 1, 64), ".0")
	if s != "1" {
		unit += "s"
	}
	return s + " " + unit
}

// source is "https://tags.example/gtm.js line 3".
func source(s observation.Source) string {
	if s.URL == "" {
		return "unknown"
	}
	if s.Line == 0 {
		return s.URL
	}
	return fmt.Sprintf("%s line %d", s.URL, s.Line)
}

// choiceWords says a choice as a deed of the visitor.
func choiceWords(c observation.Choice) string {
	switch c {
	case observation.None:
		return "no choice made"
	case observation.Accept:
		return "accept all"
	case observation.Reject:
		return "reject all"
	case observation.Withdraw:
		return "accept, then withdraw"
	case observation.Close:
		return "dialog closed"
	case observation.GPC:
		return "Global Privacy Control"
	case observation.Settings:
		return "settings read"
	case observation.Only:
		return "only one category"
	case "":
		return "all choices"
	}
	if category, ok := strings.CutPrefix(string(c), "only:"); ok {
		return "only " + category
	}
	return string(c)
}

// phaseWords says a phase within a choice.
func phaseWords(c observation.Choice, p observation.Phase) string {
	switch {
	case p == observation.Before:
		return "before any choice"
	case p == observation.Granted:
		return "while accepted"
	case p == observation.After && c == observation.Accept:
		return "after accepting"
	case p == observation.After && c == observation.Reject:
		return "after rejecting"
	case p == observation.After && c == observation.Withdraw:
		return "after withdrawing"
	case p == observation.After && c == observation.Close:
		return "after closing the dialog"
	case p == observation.After && c.Category() != "":
		return "after allowing only " + c.Category()
	case p == observation.After && c == observation.Settings:
		return "after a press"
	case p == observation.After:
		return "after the choice"
	case p == observation.Return:
		return "on a return visit"
	}
	return string(p)
}

// unmade reports whether the choice of a sighting was tried and could not be made: what
// came after the tool's presses did not come after the choice.
func unmade(a *audit.Audit, s audit.Sighting) bool {
	o := outcomeOf(a, s)
	return o == observation.Failed || o == observation.NoControl
}

// moment is a choice and phase as a heading.
func moment(c observation.Choice, p observation.Phase) string {
	if p == "" {
		return choiceWords(c)
	}
	if c == observation.None && p == observation.Before {
		return "no choice made"
	}
	return choiceWords(c) + ", " + phaseWords(c, p)
}

var causeWords = map[observation.Cause]string{
	observation.CauseLoad:       "while the page loaded",
	observation.CauseTimer:      "by a timer",
	observation.CauseScroll:     "on scrolling",
	observation.CausePointer:    "on moving the mouse",
	observation.CauseKey:        "on a key press",
	observation.CauseClick:      "on a click",
	observation.CauseNavigation: "on leaving the page",
	observation.CauseRestart:    "on closing the browser",
}

var outcomeWords = map[observation.Outcome]string{
	observation.Proven:    "proven",
	observation.Unproven:  "not proven",
	observation.NoDialog:  "no dialog seen",
	observation.NoControl: "no control for it",
	observation.Failed:    "could not be done",
	observation.NotKept:   "not kept",
	"":                    "dialog left untouched",
}

// outcome says what became of the choice of a visit.
func outcome(v audit.VisitSummary) string {
	if v.Outcome == "" && v.Choice == observation.Settings {
		return "nothing chosen"
	}
	if v.Outcome == "" && v.Looked() == 0 {
		return "no page seen"
	}
	if w, ok := outcomeWords[v.Outcome]; ok {
		return w
	}
	return string(v.Outcome)
}

var proofWords = map[observation.ProofFact]string{
	observation.ProofGone:      "the dialog disappeared",
	observation.ProofStaysGone: "it did not come back after a reload",
	observation.ProofRecorded:  "a record of the choice changed at the click",
	observation.ProofDistinct:  "that record differs between accepting and refusing",
	observation.ProofDecoded:   "the decoded record says so",
}

// proof says the facts of a proof in the order in which they come about.
func proof(facts []observation.ProofFact) []string {
	var out []string
	for _, t := range observation.ProofFacts() {
		if f := observation.ProofFact(t.Name); slices.Contains(facts, f) {
			out = append(out, proofWords[f])
		}
	}
	return out
}

var certaintyWords = map[audit.Evidence]string{
	audit.ProvenEvidence:    "proven: directly observed",
	audit.DerivedEvidence:   "derived: follows from what was seen",
	audit.HeuristicEvidence: "heuristic: a person must confirm it",
}

var lawWords = map[audit.Law]string{
	audit.SettledLaw:   "settled law",
	audit.DisputedLaw:  "disputed law",
	audit.GoodPractice: "good practice, not law",
}

// law is the legal line of a finding.
func law(f audit.Finding) string {
	word := lawWords[f.Law]
	if word == "" {
		word = string(f.Law)
	}
	if len(f.Legal) == 0 {
		return word
	}
	return strings.Join(f.Legal, "; ") + " (" + word + ")"
}

// date is a day, "" for none.
func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02")
}

// minute is a point in time for people, "" for none.
func minute(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}

// vantage is where the scan looked from: as the user said, as pages saw it, and
// what the browser told them.
func vantage(e audit.EvidenceRef) string {
	v := e.Vantage
	var parts []string
	if v.CountryTold != "" {
		parts = append(parts, v.CountryTold+" as told")
	}
	for i, c := range e.Countries {
		seen := c.Code + " as the site saw it"
		if i > 0 {
			seen = "elsewhere " + c.Code
		}
		if len(c.By) > 0 {
			seen += " (" + strings.Join(c.By[:min(len(c.By), 2)], ", ") + ")"
		}
		parts = append(parts, seen)
	}
	if len(parts) == 0 {
		parts = append(parts, "country unknown")
	}
	if v.TimeZone != "" {
		parts = append(parts, "time zone "+v.TimeZone)
	}
	if v.Locale != "" {
		parts = append(parts, "locale "+v.Locale)
	}
	if v.AcceptLanguage != "" {
		parts = append(parts, "Accept-Language "+v.AcceptLanguage)
	}
	return strings.Join(parts, ", ")
}

// runsOf is "2 of 3", "" where all visits were made once.
func runsOf(s audit.Sighting, runs int) string {
	if runs < 2 {
		return ""
	}
	return fmt.Sprintf("%d of %d", s.Runs, runs)
}

const fastOnlyWords = "came only while the page's minute was run fast"

// seenHow says in how many runs an item was seen, and whether in fast time only.
func seenHow(s audit.Sighting, runs int) string {
	var parts []string
	switch of := runsOf(s, runs); {
	case of == "":
	case s.Runs == 0:
		parts = append(parts, fmt.Sprintf("seen in none of %d runs, but when looked at again", runs))
	default:
		parts = append(parts, "seen in "+of+" runs")
	}
	if s.Unstable {
		parts = append(parts, "not judged")
	}
	if s.FastOnly {
		parts = append(parts, fastOnlyWords)
	}
	return strings.Join(parts, ", ")
}

// runsMade says how often all visits were made and what of it was judged, "" for
// once.
func runsMade(a *audit.Audit) string {
	switch n := a.Evidence.Runs; {
	case n < 2:
		return ""
	case a.Stable:
		return fmt.Sprintf("%d of every visit; judged is only what was seen in each of them", n)
	default:
		return fmt.Sprintf("%d of every visit; judged is what was seen in any of them", n)
	}
}
