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
	if !j.anyDialog() && j.country() == "" {
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
	if j.policy.Profile == policies.USCA || j.audit.Profile == policies.USCA {
		j.note("Under us-ca the visitor opts out: rules about consent before storing do not apply, and opting out is not judged yet.")
	}
}

func were(n int, noun string) string {
	if n == 1 {
		return Count(n, noun) + " was"
	}
	return Count(n, noun) + " were"
}

func sentence(s string) string { return strings.TrimSuffix(s, ".") + "." }
