package report

import (
	"bytes"
	"embed"
	"html/template"
	"io"
	"slices"
	"strings"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(Format{
	Name:   "html",
	Doc:    "one file for people, to read and to print",
	Ext:    ".html",
	Render: renderHTML,
})

//go:embed templates/*.html templates/report.css
var templates embed.FS

var page = template.Must(template.New("report.html").Funcs(template.FuncMap{
	"date":      date,
	"minute":    minute,
	"choice":    choiceWords,
	"moment":    moment,
	"outcome":   outcome,
	"proof":     proof,
	"law":       law,
	"certainty": func(e audit.Evidence) string { return certaintyWords[e] },
	"category":  category,
	"asOf":      judgedAsOf,
	"unseen":    unseen,
	"elapsed":   elapsed,
	"place":     place,
	"exception": exceptionWords,
	"plural":    plural,
	"tested":    func(t audit.Tested) string { return testedWords[t] },
	"entries":   entryWords,
	"join":      func(s []string) string { return strings.Join(s, ", ") },
	"unsure":    unsure,
	"ticks":     ticks,
	"inc":       func(i int) int { return i + 1 },
	"percent":   percent,
	"ratio":     ratio,
	"phase":     phaseWords,
}).ParseFS(templates, "templates/*.html"))

// htmlReport is what the templates see.
type htmlReport struct {
	*audit.Audit
	Options
	CSS     template.CSS
	Verdict headline
	Counts  []count
	Items   int
	Looked  int
	// Made are the choices that were proven, or need no press, Asked those of all
	// visits save the one that only reads the dialog.
	Made, Asked int
	Groups      []htmlGroup
	Parts       []htmlPart
	Checks      []check
	When        string
	Law         string
	PolicyWords string
	Vantage     string
	Runs        string // "" where all visits were made once
	ThirdParty  string
}

// htmlPart is what was looked at in one service, or in the one site.
type htmlPart struct {
	part
	Matrix   matrix
	Pages    pageTable
	Journeys []journeyRow
	Gaps     []gapRow
	Layers   []layerView
	// Dialogless: there is nothing to tell of each choice.
	Dialogless bool
	Unseen     string // why nothing can be told at all, "" where a page was seen
}

func newHTMLPart(p part, o Options) htmlPart {
	return htmlPart{
		part: p, Matrix: newMatrix(p.Audit), Pages: newPageTable(p.Audit), Journeys: journeys(p.Audit), Gaps: gaps(p.Audit),
		Layers:     layers(p.Audit, o),
		Dialogless: p.dialogless(),
		Unseen:     unseen(p.Audit),
	}
}

// Searched is the longest search for a dialog, in milliseconds.
func (p htmlPart) Searched() int64 {
	var out int64
	for _, v := range p.Visits {
		for _, c := range v.Consents {
			out = max(out, c.Looked)
		}
	}
	return out
}

// headline is the verdict's words with their beginning set apart. Head, a colon
// and Rest are the words, unchanged.
type headline struct{ Head, Rest string }

func headlineOf(words string) headline {
	head, _, ok := strings.Cut(words, ": ")
	if !ok {
		return headline{Head: words}
	}
	return headline{Head: head, Rest: words[len(head)+1:]}
}

type htmlGroup struct {
	group
	Cards []card
}

// card is a cluster with its evidence told.
type card struct {
	cluster
	Cases []cardCase
}

// Folded: there are so many cases that their evidence would bury the messages.
func (c card) Folded() bool { return len(c.Cases) > 2 }

type cardCase struct {
	audit.Finding
	Told []evidence
}

// More is the evidence beside the first.
func (c cardCase) More() []evidence { return c.Told[1:] }

func renderHTML(w io.Writer, a *audit.Audit, o Options) error {
	o.Banner = Legible(o.Banner)
	r, err := newHTMLReport(legible(a), o)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := page.Execute(&b, r); err != nil {
		return err
	}
	_, err = w.Write(b.Bytes())
	return err
}

// items counts what was stored: names that vary by themselves count once, and
// storage probes not at all.
func items(a *audit.Audit) int {
	seen := map[observation.Key]bool{}
	for _, s := range a.Sightings {
		k := s.Item
		k.Name = s.GeneralName()
		if !s.Probe {
			seen[k] = true
		}
	}
	return len(seen)
}

func newHTMLReport(a *audit.Audit, o Options) (*htmlReport, error) {
	css, err := templates.ReadFile("templates/report.css")
	if err != nil {
		return nil, err
	}
	r := &htmlReport{
		Audit: a, Options: o,
		CSS:         template.CSS(css),
		Verdict:     headlineOf(a.Summary.Words),
		Counts:      counts(a),
		Items:       items(a),
		Looked:      looked(a),
		Checks:      checks(a.Results),
		When:        when(a.Evidence),
		Law:         profile(a),
		PolicyWords: policyWords(a.Policy),
		Vantage:     vantage(a.Evidence),
		Runs:        runsMade(a),
		ThirdParty:  thirdPartyCookies(a.Evidence.Browser),
	}
	for _, p := range parts(a) {
		r.Parts = append(r.Parts, newHTMLPart(p, o))
	}
	for _, v := range a.Visits {
		if v.Choice == observation.Settings {
			continue
		}
		r.Asked++
		if v.Choice == observation.None || v.Choice == observation.GPC || v.Outcome == observation.Proven {
			r.Made++
		}
	}
	t := newTeller(a)
	for _, g := range byCause(a) {
		h := htmlGroup{group: g}
		for _, c := range g.clusters() {
			h.Cards = append(h.Cards, newCard(t, c))
		}
		r.Groups = append(r.Groups, h)
	}
	return r, nil
}

func newCard(t teller, c cluster) card {
	out := card{cluster: c}
	for _, f := range c.All {
		out.Cases = append(out.Cases, cardCase{Finding: f, Told: t.finding(f)})
	}
	return out
}

// ticks sets what stands in backticks as code: the judge's words name settings
// and commands so.
func ticks(s string) template.HTML {
	parts := strings.Split(s, "`")
	if len(parts)%2 == 0 {
		return template.HTML(template.HTMLEscapeString(s))
	}
	for i, p := range parts {
		parts[i] = template.HTMLEscapeString(p)
		if i%2 == 1 {
			parts[i] = "<code>" + parts[i] + "</code>"
		}
	}
	return template.HTML(strings.Join(parts, ""))
}

// pageTable shows how each page ended under each choice.
type pageTable struct {
	Choices []observation.Choice
	Rows    []pageRow
}

type pageRow struct {
	URL, Title string
	Named      bool
	Cells      []pageCell
}

// pageCell sums up the openings of a page in one visit.
type pageCell struct {
	Choice  observation.Choice
	Opened  int
	Worst   observation.PageState // the first state that is not ok
	Reasons []string
}

func newPageTable(a *audit.Audit) pageTable {
	var t pageTable
	for _, v := range a.Visits {
		t.Choices = append(t.Choices, v.Choice)
	}
	for _, url := range pagesOf(a) {
		r := pageRow{URL: url}
		for _, v := range a.Visits {
			r.Cells = append(r.Cells, r.visit(v))
		}
		t.Rows = append(t.Rows, r)
	}
	return t
}

func (r *pageRow) visit(v audit.VisitSummary) pageCell {
	c := pageCell{Choice: v.Choice, Worst: observation.PageOK}
	for _, p := range v.Pages {
		if p.URL != r.URL {
			continue
		}
		c.Opened++
		r.Named = r.Named || p.Named
		if r.Title == "" {
			r.Title = p.Title
		}
		if p.State != observation.PageOK && c.Worst == observation.PageOK {
			c.Worst, c.Reasons = p.State, p.Reasons
		}
	}
	return c
}

// gapRow is one gap and the choices under which it occurred.
type gapRow struct {
	observation.Gap
	Choices []string
}

func gaps(a *audit.Audit) []gapRow {
	var out []gapRow
	for _, v := range a.Visits {
		for _, g := range v.Gaps {
			i := slices.IndexFunc(out, func(r gapRow) bool { return r.Kind == g.Kind && r.Why == g.Why && r.Blind == g.Blind })
			if i < 0 {
				out = append(out, gapRow{Gap: observation.Gap{Kind: g.Kind, Why: g.Why, Blind: g.Blind}})
				i = len(out) - 1
			}
			out[i].N += max(1, g.N)
			if c := choiceWords(v.Choice); !slices.Contains(out[i].Choices, c) {
				out[i].Choices = append(out[i].Choices, c)
			}
		}
	}
	return out
}

// check is the answers of one rule.
type check struct {
	Rule    string
	Answers []audit.Result
}

// checks gathers results by rule, in the order in which they come.
func checks(results []audit.Result) []check {
	var out []check
	at := map[string]int{}
	for _, r := range results {
		i, ok := at[r.Rule]
		if !ok {
			i = len(out)
			at[r.Rule] = i
			out = append(out, check{Rule: r.Rule})
		}
		out[i].Answers = append(out[i].Answers, r)
	}
	return out
}
