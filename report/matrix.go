package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

// matrix is the inventory as a table: an item a row, a choice and phase a
// column.
type matrix struct {
	Choices []matrixChoice
	Columns []matrixColumn
	Rows    []matrixRow
}

// maxUpright is how many columns of marks go side by side on an upright page.
const maxUpright = 8

// Broad reports whether the matrix takes a page lying on its side.
func (m matrix) Broad() bool { return len(m.Columns) > maxUpright }

// matrixChoice heads the columns of one visit.
type matrixChoice struct {
	Choice observation.Choice
	Label  string
	Span   int
}

type matrixColumn struct {
	Choice observation.Choice
	Phase  observation.Phase
	Label  string // the phase
	Full   string // choice and phase
	// Blind: writes may have been missed, or the choice was not proven, so that
	// not having seen an item says nothing.
	Blind bool
}

type matrixRow struct {
	Sighting audit.Sighting // the first one, for what is the same in all
	Place    string
	Lifetime string // the longest requested
	SetBy    string
	SetHost  string // host of SetBy
	How      string // runs and fast time, "" for nothing to say
	Declared string // the policy entry, or in words why there is none
	Missing  bool   // a policy was given and has no entry for it
	Chain    []string
	Worst    audit.Severity // of the findings about it, "" for none
	Cells    []matrixCell
}

// matrixCell is what was seen of an item in one column.
type matrixCell struct {
	Label string // choice and phase, for narrow screens
	Mark  string // present, gone, absent or unknown
	Text  string
}

// Glyph is the mark as a sign; Text says the same in words.
func (c matrixCell) Glyph() string {
	switch c.Mark {
	case "present":
		return "●"
	case "gone":
		return "○"
	case "unknown":
		return "?"
	}
	return "–"
}

func newMatrix(a *audit.Audit) matrix {
	var m matrix
	for _, v := range a.Visits {
		// The settings are read before any choice, which other visits show too.
		if v.Choice != observation.Settings {
			m.addVisit(a, v)
		}
	}
	for _, sightings := range byItem(a.Sightings) {
		m.Rows = append(m.Rows, m.row(a, sightings))
	}
	slices.SortStableFunc(m.Rows, func(x, y matrixRow) int {
		return cmp.Or(
			cmp.Compare(categoryRank(x.Sighting), categoryRank(y.Sighting)),
			x.Sighting.Item.Compare(y.Sighting.Item),
		)
	})
	return m
}

func (m *matrix) addVisit(a *audit.Audit, v audit.VisitSummary) {
	phases := phasesOf(a, v)
	m.Choices = append(m.Choices, matrixChoice{Choice: v.Choice, Label: choiceWords(v.Choice), Span: len(phases)})
	for _, p := range phases {
		m.Columns = append(m.Columns, matrixColumn{
			Choice: v.Choice, Phase: p, Label: phaseLabels[p], Full: moment(v.Choice, p), Blind: blind(v, p),
		})
	}
}

// phaseLabels are short, since a column is no wider than a mark.
var phaseLabels = map[observation.Phase]string{
	observation.Before: "before", observation.Granted: "accepted", observation.After: "after", observation.Return: "return",
}

// phasesOf lists the phases that a visit passed. Where the choice could be
// attempted, the phase after it is shown even if nothing was seen in it.
func phasesOf(a *audit.Audit, v audit.VisitSummary) []observation.Phase {
	seen := map[observation.Phase]bool{observation.Before: true}
	switch v.Outcome {
	case observation.Proven, observation.Unproven, observation.NotKept:
		seen[observation.After] = v.Choice != observation.None
	}
	for _, s := range a.Sightings {
		if s.Choice == v.Choice {
			seen[s.Phase] = true
		}
	}
	var out []observation.Phase
	for _, t := range observation.Phases() {
		if p := observation.Phase(t.Name); seen[p] {
			out = append(out, p)
		}
	}
	return out
}

// blind reports whether "not seen" would say too much.
func blind(v audit.VisitSummary, p observation.Phase) bool {
	if slices.ContainsFunc(v.Gaps, func(g observation.Gap) bool { return g.Blind }) {
		return true
	}
	return p != observation.Before && v.Outcome != "" && v.Outcome != observation.Proven
}

// byItem groups sightings, which are sorted by item.
func byItem(all []audit.Sighting) [][]audit.Sighting {
	var out [][]audit.Sighting
	for i, s := range all {
		if i == 0 || s.Item != all[i-1].Item {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], s)
	}
	return out
}

func (m *matrix) row(a *audit.Audit, sightings []audit.Sighting) matrixRow {
	first := sightings[0]
	r := matrixRow{Sighting: first, Place: place(first.Item)}
	var longest observation.Lifetime
	for _, s := range sightings {
		longest = longest.Longer(s.Lifetime)
		if r.SetBy == "" && s.First != nil {
			r.SetBy, r.Chain = setter(s.First)
			r.SetHost = cmp.Or(observation.HostOf(s.First.By.URL), "an unknown source")
		}
	}
	r.Lifetime = lifetime(first.Item.Kind, longest)
	r.Worst = worst(a, first.Item)
	r.How = itemHow(sightings, a.Evidence.Runs)
	r.Declared, r.Missing = declared(a, first)
	for _, c := range m.Columns {
		r.Cells = append(r.Cells, cellOf(c, sightings, a.Evidence.Runs))
	}
	return r
}

// itemHow says of all sightings of an item in how many runs it was seen, and
// whether it came in fast time only.
func itemHow(sightings []audit.Sighting, runs int) string {
	least, most, left, fast, written := runs, 0, 0, 0, 0
	for _, s := range sightings {
		least, most = min(least, s.Runs), max(most, s.Runs)
		if s.Unstable {
			left++
		}
		if s.Written() {
			written++
		}
		if s.FastOnly {
			fast++
		}
	}
	var parts []string
	switch {
	case runs < 2:
	case least == most:
		parts = append(parts, fmt.Sprintf("seen in %d of %d runs", most, runs))
	default:
		parts = append(parts, fmt.Sprintf("seen in %d to %d of %d runs", least, most, runs))
	}
	switch {
	case left == 0:
	case left == len(sightings):
		parts = append(parts, "not judged")
	default:
		parts = append(parts, "not judged where it was not seen in each run")
	}
	if fast > 0 && fast == written {
		parts = append(parts, fastOnlyWords)
	}
	return strings.Join(parts, ", ")
}

// declared is the policy entry of an item; without one, why there is none and
// whether that is a lack.
func declared(a *audit.Audit, s audit.Sighting) (words string, missing bool) {
	switch {
	case s.Declared != "":
		return s.Declared, false
	case s.Probe:
		return "storage test, not judged", false
	case s.Scaffold:
		return "preview only, not judged", false
	case a.Policy == nil:
		return "no policy given", false
	case s.Record:
		return "record of the choice", false
	}
	return "not declared", true
}

func cellOf(c matrixColumn, sightings []audit.Sighting, runs int) matrixCell {
	for _, s := range sightings {
		if s.Choice != c.Choice || s.Phase != c.Phase {
			continue
		}
		cell := matrixCell{Label: c.Full, Mark: "gone", Text: "stored, " + fate(s)}
		switch {
		case s.AtEnd && s.Written():
			cell.Mark, cell.Text = "present", "stored, still there at the end"
		case s.AtEnd:
			cell.Mark, cell.Text = "present", "still there, not written again"
		}
		cell.Text = strings.Join(nonEmpty(cell.Text, seenHow(s, runs)), "; ")
		return cell
	}
	if c.Blind {
		return matrixCell{Label: c.Full, Mark: "unknown", Text: "could not be told"}
	}
	return matrixCell{Label: c.Full, Mark: "absent", Text: "not seen"}
}

// worst is the gravest severity of the findings about an item.
func worst(a *audit.Audit, k observation.Key) audit.Severity {
	var out audit.Severity
	for _, f := range a.Findings {
		if f.Severity.Rank() > out.Rank() && concerns(a, f, k) {
			out = f.Severity
		}
	}
	return out
}

// concerns reports whether a finding is about an item or rests on it.
func concerns(a *audit.Audit, f audit.Finding, k observation.Key) bool {
	return f.Item == k || slices.ContainsFunc(f.Sightings, func(i int) bool {
		return i >= 0 && i < len(a.Sightings) && a.Sightings[i].Item == k
	})
}

// categoryRank puts first what needs the closest look.
func categoryRank(s audit.Sighting) int {
	if s.Probe || s.Scaffold {
		return 6
	}
	order := []policies.Category{
		policies.Marketing, policies.Analytics, policies.UnknownCategory, policies.Functional, policies.Necessary,
	}
	if i := slices.Index(order, s.Category); i >= 0 {
		return i
	}
	return len(order)
}
