package audit

import (
	"fmt"
	"slices"
	"strings"

	"cookieaudit/policies"
	"cookieaudit/scanner/observation"
)

func (j *judge) note(text string) {
	if !j.noteSet[text] {
		j.noteSet[text] = true
		j.audit.Notes = append(j.audit.Notes, text)
	}
}

// gatherNotes collects what a reader should know and what changes no verdict.
func (j *judge) gatherNotes() {
	if j.services == nil {
		j.noteGaps()
		j.noteLostPages()
		j.noteRefused()
	}
	j.noteScaffold()
	j.noteEnd()
	j.noteKinds()
	if j.audit.ProfileDefault {
		j.note(fmt.Sprintf("Nobody named the law to apply: judged under the profile %s.", j.audit.Profile))
	}
	if j.policy == nil {
		j.note("No declared policy was given: the catalogue alone says what is exempt, and nothing is compared with a declaration.")
	} else {
		j.notePolicy()
	}
	j.noteChoices()
	j.noteVantage()
	j.noteRuns()
	j.noteFast()
	if !j.anyDialog() && j.countryTold() == "" && j.countrySeen() == "" {
		j.note("No consent dialog was seen, and it was not told from where the scan looked: a site may show its dialog in some countries only.")
	}
	if !j.o.Header.Browser.ThirdPartyCookies {
		j.note("The browser did not prove that it keeps third-party cookies: some may be missing.")
	}
}

func (j *judge) anyDialog() bool {
	return j.dialog.found || slices.ContainsFunc(j.services, (*judge).anyDialog)
}

// noteGaps lists the gaps that could hide no write, the same one only once.
func (j *judge) noteGaps() {
	count := map[string]int{}
	for _, g := range j.o.Gaps {
		if !g.Blind {
			count[g.Why] += max(1, g.N)
		}
	}
	for why, n := range count {
		if n > 1 {
			why = fmt.Sprintf("%s (%d times)", why, n)
		}
		j.note(sentence(why))
	}
}

// noteRefused names what a site tried to store and the browser refused each time. What
// was stored for another domain is left out: scripts look for the widest that they may
// write to.
func (j *judge) noteRefused() {
	known := map[string]bool{}
	for _, s := range j.o.Sightings {
		known[Noun(s.Item)] = true
	}
	var items []string
	for _, w := range j.o.Writes {
		if name := Noun(w.Item); w.Op == observation.OpRefused && !known[name] {
			known[name] = true
			items = append(items, name)
		}
	}
	if slices.Sort(items); len(items) > 0 {
		j.note(fmt.Sprintf("The browser refused to store %s. `cookieaudit explain` tells why.", list(items)))
	}
}

// noteLostPages: a page found by following links that did not load.
func (j *judge) noteLostPages() {
	for i := range j.audit.Visits {
		v := &j.audit.Visits[i]
		for _, p := range j.lostPages(v) {
			if !p.Named {
				j.note(sentence(fmt.Sprintf("%s, found by following links, %s", p.URL, j.lost(p))))
			}
		}
	}
}

func (j *judge) noteScaffold() {
	var names []string
	for _, s := range j.audit.Sightings {
		if s.Scaffold && !slices.Contains(names, s.Item.Name) {
			names = append(names, s.Item.Name)
		}
	}
	if len(names) > 0 {
		j.note(fmt.Sprintf("%s of the preview environment counted, not judged: %s.", Count(len(names), "item"), strings.Join(names, ", ")))
	}
}

// noteKinds: what nobody looked at may hold anything. Evidence that names no
// kinds is taken to have looked at all of them.
func (j *judge) noteKinds() {
	looked := j.o.Header.Kinds
	if len(looked) == 0 {
		return
	}
	var left []string
	for _, k := range observation.Kinds() {
		if !slices.Contains(looked, observation.Kind(k.Name)) {
			left = append(left, k.Name)
		}
	}
	if len(left) > 0 {
		j.note(fmt.Sprintf("Not looked at in this scan: %s. What a site stores there was not seen.", strings.Join(left, ", ")))
	}
}

// noteChoices says what an opt-out law asks to be looked at, and names the visits of
// its own that evidence lacks which was gathered under another law: rules that need
// them do not apply, which a reader may take for a good answer. Whoever asked for
// fewer choices than any law does knows what is left out.
func (j *judge) noteChoices() {
	asked := slices.Clone(j.o.Header.Job.Choices)
	for _, v := range j.o.Visits {
		asked = append(asked, v.Choice)
	}
	lacking := without(Choices(j.audit.Profile), asked)
	elsewhere := len(lacking) > 0 && len(without(Choices(""), asked)) == 0
	if elsewhere {
		j.note(fmt.Sprintf("The profile %s asks for visits that this evidence lacks: %s. What shows only in them was not judged. To have it judged, scan with `--choices %s`.",
			j.audit.Profile, joined(lacking, ", "), joined(Choices(j.audit.Profile), ",")))
	}
	if j.audit.Profile != policies.USCA {
		return
	}
	const out = "Under us-ca the visitor opts out: rules about consent before storing do not apply"
	switch {
	case elsewhere:
		j.note(out + ".")
	case j.o.Visit(observation.GPC) == nil:
		j.note(out + "; whether opting out has an effect shows only in a visit with Global Privacy Control (--choices none,gpc).")
	default:
		j.note(out + "; the visit with Global Privacy Control shows whether opting out has an effect.")
	}
}

// without are the choices of a list that are not in another.
func without(list, others []observation.Choice) []observation.Choice {
	return slices.DeleteFunc(slices.Clone(list), func(c observation.Choice) bool { return slices.Contains(others, c) })
}

func joined(list []observation.Choice, sep string) string {
	var out []string
	for _, c := range list {
		out = append(out, string(c))
	}
	return strings.Join(out, sep)
}

// noteVantage: a site that takes the visitor to be elsewhere than the user said
// shows what it shows there.
func (j *judge) noteVantage() {
	if told, taken := j.countryTold(), j.countrySeen(); told != "" && taken != "" && told != taken {
		by := ""
		if list := j.o.Countries[0].By; len(list) > 0 {
			by = " (" + list[0] + ")"
		}
		j.note(fmt.Sprintf("The scan was said to look from %s, but the site took the visitor to be in %s%s.", told, taken, by))
	}
	if len(j.o.Countries) < 2 {
		return
	}
	var parts []string
	for _, c := range j.o.Countries {
		if c.Pages > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", c.Code, Count(c.Pages, "time")))
		}
	}
	j.note(fmt.Sprintf("Not every page took the visitor to be in the same country: %s.", strings.Join(parts, ", ")))
}

// noteRuns says what was not seen in every run.
func (j *judge) noteRuns() {
	if j.o.Runs < 2 {
		if j.opt.Stable && j.o.Runs == 1 {
			j.note("Only what was seen in every run was to be judged, but all visits were made once: that is everything.")
		}
		return
	}
	items := j.itemsWhere(func(s Sighting) bool { return !s.InEveryRun(j.o.Runs) })
	switch {
	case len(items) == 0:
		j.note(fmt.Sprintf("All visits were made %d times, and every item was seen in each run.", j.o.Runs))
	case j.opt.Stable:
		j.note(fmt.Sprintf("All visits were made %d times, and only what was seen in each run was judged (--stable). Left out, of one moment at least: %s.", j.o.Runs, list(items)))
	default:
		j.note(fmt.Sprintf("All visits were made %d times. Missing from at least one run, but judged all the same: %s. `--stable` leaves that out.", j.o.Runs, list(items)))
	}
}

// noteFast says what came only while time ran fast.
func (j *judge) noteFast() {
	inTime := map[observation.Key]bool{}
	for _, s := range j.audit.Sightings {
		if s.First != nil && !s.FastOnly {
			inTime[s.Item] = true
		}
	}
	items := j.itemsWhere(func(s Sighting) bool { return s.FastOnly && !inTime[s.Item] })
	if len(items) == 0 {
		return
	}
	next := "`--real-time` looks again by the clock on the wall."
	for _, l := range j.legs {
		if strings.Contains(l.ID, "/real-") {
			next = "Looked for again by the clock on the wall, it did not come."
		}
	}
	j.note(fmt.Sprintf("Came only while a page's minute was run fast: %s. %s", list(items), next))
}

// itemsWhere names the items of sightings that are judged by themselves, once each.
func (j *judge) itemsWhere(is func(Sighting) bool) []string {
	var out []string
	for _, s := range j.audit.Sightings {
		if name := Noun(s.Item); !s.Probe && !s.Scaffold && is(s) && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// shownItems is how many items a note names.
const shownItems = 10

func list(items []string) string {
	if n := len(items) - shownItems; n > 0 {
		return strings.Join(items[:shownItems], ", ") + " and " + Count(n, "more item")
	}
	return strings.Join(items, ", ")
}

func (j *judge) noteEnd() {
	if j.o.Broken != "" {
		j.note(sentence("The evidence is cut off: " + j.o.Broken))
	}
	if j.o.End == nil {
		return
	}
	if n := len(j.o.End.Left); n > 0 {
		j.note(fmt.Sprintf("%s left out because of the page limit.", were(n, "page")))
	}
	if n := len(j.o.End.Later); n > 0 {
		j.note(fmt.Sprintf("%s found after the list of pages was closed, and not visited.", were(n, "page")))
	}
}

func (j *judge) notePolicy() {
	drafts := 0
	for _, e := range j.policy.Entries() {
		if e.Unreviewed {
			drafts++
		}
	}
	if drafts > 0 {
		j.note(fmt.Sprintf("%s drafted by a machine and not read by a person: an item that only such an entry names counts as undeclared.", were(drafts, "policy entry")))
	}
	if j.policy.Consent.Banner == "required" && j.services == nil && j.dialog.absent() {
		j.note("The policy says that there is a consent dialog; none was seen.")
	}
	j.noteRecords()
}

// noteRecords: a record that no visit saw, though choices were made, proves none.
func (j *judge) noteRecords() {
	made := slices.ContainsFunc(j.audit.Visits, func(v VisitSummary) bool {
		return (v.Choice == observation.Accept || v.Choice == observation.Reject) && (v.Outcome == observation.Proven || v.Outcome == observation.Unproven)
	})
	if !made || j.services != nil || j.service != "" {
		return
	}
	for _, r := range j.policy.Consent.Record {
		if !slices.ContainsFunc(j.o.Sightings, func(s observation.Sighting) bool { return s.Item.Kind == r.Kind && r.Name.Match(s.Item.Name) }) {
			j.note(fmt.Sprintf("`consent.record` names %s %q (policy line %d), which no visit saw.", r.Kind, r.Name.Text, r.Position.Line))
		}
	}
}

func were(n int, noun string) string {
	if n == 1 {
		return Count(n, noun) + " was"
	}
	return Count(n, noun) + " were"
}

func sentence(s string) string { return strings.TrimSuffix(s, ".") + "." }
