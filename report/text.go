package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(Format{
	Name:   "text",
	Doc:    "for the terminal: verdict, findings by cause, what could not be told",
	Ext:    ".txt",
	Render: renderText,
})

// manyFindings is from how many findings on the text tells the evidence of those
// only that fail the run: else nobody finds them. The HTML report has all of it.
const manyFindings = 60

// tellFrom is the threshold of those findings. Where nothing is to fail the run, what
// would fail another one is told.
func tellFrom(a *audit.Audit) audit.Severity {
	if a.FailOn == audit.FailNever {
		return audit.High
	}
	return a.FailOn
}

// shownEvidence is how many sightings of a finding the text lists; the tables
// and the HTML report have all of them.
const shownEvidence = 2

func renderText(w io.Writer, a *audit.Audit, o Options) error {
	a = legible(a)
	r := textReport{terminal: newTerminal(o), a: a, o: o, teller: newTeller(a)}
	r.verdict()
	r.coverage()
	r.findings()
	r.unknowns()
	r.inventory()
	r.excepted()
	r.notes()
	r.looked()
	r.differences()
	r.footer()
	_, err := w.Write(r.Bytes())
	return err
}

type textReport struct {
	*terminal
	a      *audit.Audit
	o      Options
	teller teller
}

func (r *textReport) verdict() {
	if r.o.Banner != "" {
		r.WriteString(r.paint(alarm, " "+Legible(r.o.Banner)+" ") + "\n\n")
	}
	r.text(0, strings.Join(nonEmpty("Cookie audit of "+r.a.Site, date(r.a.Evidence.Started), judgedAsOf(r.a)), ", "))
	r.blank()
	r.painted(verdictStyle[r.a.Summary.Verdict], r.a.Summary.Words)
	r.blank()
	r.text(0, countWords(r.a))
}

var verdictStyle = map[audit.Verdict]style{
	audit.Breach: red, audit.CouldNotTell: yellow, audit.IncompleteRun: yellow, audit.NoBreach: bold, audit.ChoicesNA: bold,
}

func countWords(a *audit.Audit) string {
	var parts []string
	total := 0
	for _, c := range counts(a) {
		total += c.N
		part := fmt.Sprintf("%d %s", c.N, c.Severity)
		if c.Unsure > 0 {
			part += fmt.Sprintf(" (%d to confirm)", c.Unsure)
		}
		parts = append(parts, part)
	}
	return fmt.Sprintf("%s: %s", plural(total, "finding"), strings.Join(parts, ", "))
}

// coverage tells of each service how far it was tested.
func (r *textReport) coverage() {
	if len(r.a.Coverage) == 0 {
		return
	}
	r.heading("Services")
	for _, c := range r.a.Coverage {
		r.blank()
		r.item(2, bold, c.Service+":", fmt.Sprintf("%s; %s, %d of %s, %d of %s seen, %s",
			testedWords[c.Tested], plural(c.Pages, "page"), c.Choices, plural(c.Of, "choice"), c.Observed, entryWords(c.Declared), plural(c.Findings, "finding")))
		for _, w := range c.Why {
			r.item(4, plain, "-", w)
		}
		if len(c.Needed) > 0 {
			r.item(4, dim, "needed:", strings.Join(c.Needed, "; "))
		}
	}
}

// inventory lists what was stored where no policy says what is declared: then it
// is what the reader came for. With a policy the tables and the HTML report
// have it.
func (r *textReport) inventory() {
	if r.a.Policy != nil || len(r.a.Sightings) == 0 {
		return
	}
	r.heading("Inventory")
	for _, all := range byItem(r.a.Sightings) {
		s := all[0]
		category := string(cmp.Or(s.Catalogue, s.Category))
		if s.Probe {
			category = "probe"
		}
		line := fmt.Sprintf("%s %q of %s: %s party, %s, %s; %s",
			s.Item.Kind, s.Item.Name, s.Item.Hostname(), s.Party, cmp.Or(category, "unknown"), lifetime(s.Item.Kind, s.Lifetime), moments(r.a, all))
		r.item(2, plain, "-", strings.Join(nonEmpty(line, itemHow(all, r.a.Evidence.Runs)), "; "))
	}
}

// moments says in which phases of which choices an item was seen: "accept: after;
// withdraw: while accepted, after". Of a choice that could not be made it says so.
func moments(a *audit.Audit, sightings []audit.Sighting) string {
	var order []observation.Choice
	phases, made := map[observation.Choice][]string{}, map[observation.Choice]bool{}
	for _, s := range sightings {
		made[s.Choice] = made[s.Choice] || !unmade(a, s)
		if phases[s.Choice] == nil {
			order = append(order, s.Choice)
		}
		phase := phaseLabels[s.Phase]
		if s.Phase == observation.Granted {
			phase = phaseWords(s.Choice, s.Phase)
		}
		if !slices.Contains(phases[s.Choice], phase) {
			phases[s.Choice] = append(phases[s.Choice], phase)
		}
	}
	var out []string
	for _, c := range order {
		name := string(c)
		if !made[c] {
			name += " (not made)"
		}
		out = append(out, fmt.Sprintf("%s: %s", name, strings.Join(phases[c], ", ")))
	}
	return strings.Join(out, "; ")
}

func (r *textReport) findings() {
	if len(r.a.Findings) == 0 {
		return
	}
	r.heading("Findings, by cause")
	if len(r.a.Findings) > manyFindings {
		r.text(0, fmt.Sprintf("What was seen is told of those that fail a run at %s; the HTML report and the tables tell it of all.", tellFrom(r.a)))
	}
	for i, g := range byCause(r.a) {
		r.blank()
		r.item(0, bold, fmt.Sprintf("%d.", i+1), fmt.Sprintf("%s (%s)", g.Title(), plural(len(g.Findings), "finding")))
		for _, c := range g.clusters() {
			r.blank()
			r.cluster(c)
		}
	}
}

func (r *textReport) cluster(c cluster) {
	title := fmt.Sprintf("%s: %s", c.Rule, c.Title)
	if len(c.All) > 1 {
		title += fmt.Sprintf(" (%s)", plural(len(c.All), "finding"))
	}
	label := string(c.Severity)
	if unsure(c.Finding) {
		label += ", to confirm"
	}
	r.item(3, severityStyle[c.Severity], "["+label+"]", title)
	for _, f := range c.All {
		r.item(3, plain, "-", f.Message)
		if len(r.a.Findings) <= manyFindings || f.Fails(tellFrom(r.a)) {
			r.evidence(f)
		}
		if f.Position != nil {
			r.item(5, dim, "policy:", f.Position.String())
		}
	}
	r.item(3, dim, "certainty:", cmp.Or(certaintyWords[c.Evidence], string(c.Evidence)))
	if c.Fix != "" {
		r.item(3, dim, "fix:", c.Fix)
	}
	r.item(3, dim, "law:", law(c.Finding))
}

func (r *textReport) evidence(f audit.Finding) {
	told := r.teller.finding(f)
	if len(told) == 0 && f.Page != "" {
		r.item(5, dim, "where:", choiceWords(f.Choice)+", "+f.Page)
	}
	for i, e := range told {
		if i == shownEvidence {
			r.item(5, dim, "seen:", "and "+plural(len(told)-i, "more sighting"))
			break
		}
		r.item(5, dim, "seen:", fmt.Sprintf("%s: %s, on %s", e.When, e.What, e.Page))
		r.item(11, plain, "", strings.Join(nonEmpty("lifetime "+e.Lifetime, e.End, e.How), "; "))
		if e.By != "" {
			r.item(11, plain, "", strings.Join(nonEmpty("by "+e.By, chainWords(e.Chain)), ", "))
		}
	}
}

func (r *textReport) unknowns() {
	if len(r.a.Unknowns) == 0 {
		return
	}
	r.heading("Could not be told")
	for _, u := range r.a.Unknowns {
		r.blank()
		what := u.What
		if u.Decides {
			what += " (bears on the verdict)"
		}
		r.item(2, yellow, "?", what)
		if u.Next != "" {
			r.text(4, u.Next)
		}
	}
}

func (r *textReport) excepted() {
	if len(r.a.Excepted) == 0 {
		return
	}
	r.heading("Accepted by the policy")
	for _, e := range r.a.Excepted {
		r.item(2, plain, "-", fmt.Sprintf("[%s] %s: %s", e.Finding.Severity, e.Finding.Rule, e.Finding.Message))
		r.item(4, dim, "why:", exceptionWords(e))
	}
}

// exceptionWords says who accepted a finding, why and until when.
func exceptionWords(e audit.Excepted) string {
	x := e.Exception
	s := x.Reason
	if x.Owner != "" {
		s += ", " + x.Owner
	}
	if !x.Expires.IsZero() {
		s += ", until " + date(x.Expires)
	}
	return s + " (" + x.Position.String() + ")"
}

func (r *textReport) notes() {
	if len(r.a.Notes) == 0 {
		return
	}
	r.heading("Notes")
	for _, n := range r.a.Notes {
		r.item(2, plain, "-", n)
	}
}

func (r *textReport) looked() {
	r.heading("What was looked at")
	for _, p := range parts(r.a) {
		r.visits(p)
	}
	r.item(2, dim, "pages:", r.pages())
	e := r.a.Evidence
	r.item(2, dim, "browser:", strings.Join(nonEmpty(e.Browser.Product, e.Job.Device, thirdPartyCookies(e.Browser)), ", "))
	r.item(2, dim, "from:", vantage(e))
	if runs := runsMade(r.a); runs != "" {
		r.item(2, dim, "runs:", runs)
	}
	r.item(2, dim, "when:", when(e))
	r.item(2, dim, "law:", profile(r.a))
	r.item(2, dim, "policy:", policyWords(r.a.Policy))
}

// differences lists how the browser differs from a visitor's.
func (r *textReport) differences() {
	if len(r.a.Evidence.Browser.Differs) == 0 {
		return
	}
	r.heading("How this browser differs from a visitor's")
	for _, d := range r.a.Evidence.Browser.Differs {
		r.item(2, plain, "-", d)
	}
}

func (r *textReport) visits(p part) {
	if p.Service != "" {
		r.text(2, p.Service)
	}
	if p.dialogless() && unseen(p.Audit) == "" && p.allSeen() {
		r.item(2, bold, "every choice:", fmt.Sprintf("no dialog seen, %s", plural(looked(p.Audit), "page")))
		r.journeys(p)
		return
	}
	for _, v := range p.Visits {
		line := outcome(v)
		if v.Looked() > 0 {
			line += ", " + plural(v.Looked(), "page")
		}
		if v.Why != "" {
			line += "; " + v.Why
		}
		if facts := proof(v.Proof); len(facts) > 0 {
			line += "; proof: " + strings.Join(facts, ", ")
		}
		r.item(2, bold, choiceWords(v.Choice)+":", line)
		for _, p := range v.Pages {
			if p.State != observation.PageOK {
				r.item(4, yellow, string(p.State)+":", strings.TrimSpace(p.URL+" "+strings.Join(p.Reasons, "; ")))
			}
		}
	}
	r.journeys(p)
}

func (r *textReport) journeys(p part) {
	for _, j := range journeys(p.Audit) {
		var cells []string
		for _, c := range j.Cells {
			cells = append(cells, strings.Join(nonEmpty(choiceWords(c.Choice)+" "+c.State, c.Words), ", "))
		}
		if j.alike() {
			cells = []string{strings.Join(nonEmpty("under every choice "+j.Cells[0].State, j.Cells[0].Words), ", ")}
		}
		r.item(2, bold, "journey "+j.Name+":", strings.Join(cells, "; "))
	}
}

// shownPages is how many pages the text lists; the HTML report has all of them.
const shownPages = 12

func (r *textReport) pages() string {
	urls := pagesOf(r.a)
	if n := len(urls) - shownPages; n > 0 {
		urls = append(urls[:shownPages:shownPages], "and "+plural(n, "more page"))
	}
	return strings.Join(urls, " ")
}

func (r *textReport) footer() {
	r.blank()
	if r.o.EvidencePath != "" {
		r.item(0, dim, "Evidence:", Legible(r.o.EvidencePath))
	}
	r.item(0, dim, "Evidence SHA-256:", r.a.Evidence.SHA256)
	r.item(0, dim, "Judged by:", strings.TrimSpace("cookieaudit "+r.o.Version)+". This is not legal advice.")
}
