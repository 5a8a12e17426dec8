package rules

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "fingerprinting-before-consent",
	Title: "a script reads what tells devices apart, without consent",
	Doc: `One script read at least two of these: what a canvas draws, WebGL, audio, the fonts that are there, client
hints of high entropy. It did so with no choice made, after refusing, or after consent was taken back. Each has
ordinary uses; together they tell one device from another without storing anything, and reading them is access to
the device as reading a cookie is. Whose script it is and what for is mostly for a person to find out. A vendor
who is known to use it against robots alone is reported as disputed. Where a script only asked for WebGL beside one of the
others, which is also how scripts find out what a browser can do, the finding weighs less.`,
	Help:     "Load the script only after the visitor agreed, or turn its fingerprint off.",
	Severity: audit.High,
	Evidence: audit.HeuristicEvidence,
	Law:      audit.SettledLaw,
	Needs:    unconsented,
	Legal:    []string{access, directive, pecr, "WP29 Opinion 9/2014: device fingerprinting"},
	Except:   optOut,
	Run: func(p *audit.Pass) {
		if notLookedAt(p) {
			return
		}
		for _, r := range readers(momentsOf(p)) {
			if len(r.what) > 1 {
				r.report(p)
			}
		}
	},
})

// notLookedAt: the evidence is of a scan that did not look at what scripts read.
func notLookedAt(p *audit.Pass) bool {
	kinds := p.Observation.Header.Kinds
	if len(kinds) == 0 || slices.Contains(kinds, observation.AccessKind) {
		return false
	}
	for _, n := range unconsented {
		p.NotApplicable(n.Choices[0], "the scan did not look at what scripts read")
	}
	return true
}

// reader is a script that reads what tells devices apart.
type reader struct {
	script  string // its address; that of a page where it stands in it
	inPage  bool
	host    string
	moment  audit.Moment
	what    map[string]bool
	sure    map[string]bool // those of what that were read, and not merely wanted
	calls   map[string]bool
	first   observation.Access
	mention string // place of the first reading
}

// readers are the scripts that read at a moment without consent, in the order of
// choices and addresses.
func readers(m moments) []*reader {
	type key struct {
		choice observation.Choice
		script string
	}
	found := map[key]*reader{}
	for _, a := range m.p.Observation.Accesses {
		moment, ok := m.at(a.Page, a.Phase)
		if !ok {
			continue
		}
		script := withoutQuery(a.By.URL)
		at := key{moment.Choice, script}
		if found[at] == nil {
			found[at] = &reader{
				script: script, host: observation.HostOf(script), inPage: script == withoutQuery(m.p.URL(a.Page)),
				moment: moment, what: map[string]bool{}, sure: map[string]bool{}, calls: map[string]bool{}, first: a, mention: spot(m.p, a.By),
			}
		}
		found[at].what[a.What] = true
		found[at].calls[a.API] = true
		if !strings.Contains(a.API, ".getContext(") {
			found[at].sure[a.What] = true
		}
	}
	return slices.SortedFunc(maps.Values(found), func(a, b *reader) int {
		return cmp.Or(cmp.Compare(a.moment.Choice, b.moment.Choice), cmp.Compare(a.script, b.script))
	})
}

func spot(p *audit.Pass, s observation.Source) string {
	switch where := p.Short(withoutQuery(s.URL)); {
	case where == "":
		return "A script"
	case s.Line > 0:
		return fmt.Sprintf("%s line %d", where, s.Line)
	default:
		return where
	}
}

func (r *reader) report(p *audit.Pass) {
	known, isKnown := p.Script(r.script)
	if !isKnown {
		known, isKnown = p.Tracker(r.host)
	}
	tracks := known.Category == policies.Analytics || known.Category == policies.Marketing
	if isKnown && (p.ExemptRequest(audit.Collecting{Request: observation.Request{URL: r.script}, Known: known}) ||
		known.Category == policies.Necessary && !known.NeedsConsent) {
		return
	}
	f := audit.Finding{
		Item:   observation.Key{Kind: observation.RequestKind, Name: requestName(r.script), Host: r.host},
		Name:   requestName(r.script),
		Choice: r.moment.Choice, Phase: r.first.Phase, Page: p.URL(r.first.Page), Cause: r.script,
		Message: fmt.Sprintf("%s read %s (%s), %s.", r.mention, list(devices(r.what)), list(slices.Sorted(maps.Keys(r.calls))), r.moment.Words),
	}
	if r.inPage {
		f.Name = "a script in the page"
	}
	switch {
	case len(r.sure) < 2:
		f.Severity = audit.Medium
		f.Message += " Scripts find out in the same way what a browser can do. A person must decide."
	case tracks:
		f.Evidence = audit.DerivedEvidence
		f.Message += fmt.Sprintf(" It is a script of %s, %s.", known.Vendor, known.Category)
	case isKnown && known.Category == policies.Necessary:
		f.Severity, f.Law = audit.Medium, audit.DisputedLaw
		f.Message += fmt.Sprintf(" It is a script of %s, said to tell robots from visitors.", known.Vendor)
	default:
		f.Message += " What for is unknown. A person must decide."
	}
	p.Report(f)
}

// devices names what was read, in a fixed order.
func devices(what map[string]bool) []string {
	words := map[string]string{"canvas": "a canvas", "webgl": "WebGL", "audio": "audio", "fonts": "the fonts", "client-hints": "client hints of high entropy"}
	var out []string
	for _, w := range slices.Sorted(maps.Keys(what)) {
		out = append(out, cmp.Or(words[w], w))
	}
	return out
}
