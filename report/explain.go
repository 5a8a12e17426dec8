package report

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

// UnknownItemError says that no item of a name was seen.
type UnknownItemError struct {
	Name string
	Near []string // names that were seen and resemble it, the nearest first
}

func (e *UnknownItemError) Error() string {
	s := fmt.Sprintf("no item named %q was seen", Legible(e.Name))
	if len(e.Near) > 0 {
		s += "; did you mean " + strings.Join(e.Near, ", ") + "?"
	}
	return s
}

// Explain writes the whole life of the items of a name: every write, refusal
// and deletion under every choice, the requests that carried them, and what was
// found about them. name may be KIND:NAME, and may hold * as policies do. For a
// name that was never seen the error is an *UnknownItemError.
func Explain(w io.Writer, o *observation.Observation, a *audit.Audit, name string, opt Options) error {
	all := itemsOf(o)
	items := itemsNamed(all, name)
	if len(items) == 0 {
		return &UnknownItemError{Name: name, Near: nearNames(all, name)}
	}
	// Keys are compared, so observation and audit change together.
	clean, judged := legible(*o), legible(a)
	e := explainer{terminal: newTerminal(opt), o: &clean, a: judged, pages: newTeller(judged).pages, every: opt.EveryRequest}
	if opt.Banner != "" {
		e.WriteString(e.paint(alarm, " "+Legible(opt.Banner)+" ") + "\n\n")
	}
	for i, k := range items {
		if i > 0 {
			e.blank()
		}
		e.life(legible(k))
	}
	_, err := w.Write(e.Bytes())
	return err
}

// itemsOf lists every item of an observation, also those that were only
// deleted or refused and so make no sighting.
func itemsOf(o *observation.Observation) []observation.Key {
	var keys []observation.Key
	for _, s := range o.Sightings {
		keys = append(keys, s.Item)
	}
	for _, w := range o.Writes {
		keys = append(keys, w.Item)
	}
	slices.SortFunc(keys, observation.Key.Compare)
	return slices.Compact(keys)
}

func itemsNamed(keys []observation.Key, name string) []observation.Key {
	kind, bare := splitKind(name)
	var out []observation.Key
	for _, k := range keys {
		if kind != "" && k.Kind != kind {
			continue
		}
		// A name copied from a report is in its legible form.
		if glob(bare, k.Name) || glob(bare, spell(k.Name, true)) {
			out = append(out, k)
		}
	}
	return out
}

// splitKind takes KIND:NAME apart.
func splitKind(name string) (observation.Kind, string) {
	kind, rest, ok := strings.Cut(name, ":")
	if ok && slices.ContainsFunc(observation.Kinds(), func(t observation.Term) bool { return t.Name == kind }) {
		return observation.Kind(kind), rest
	}
	return "", name
}

// glob reports whether s is pattern, where * stands for any text.
func glob(pattern, s string) bool {
	head, rest, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == s
	}
	if !strings.HasPrefix(s, head) {
		return false
	}
	for i := len(head); i <= len(s); i++ {
		if glob(rest, s[i:]) {
			return true
		}
	}
	return false
}

const maxNear = 5

// nearNames are the names that a user may have meant.
func nearNames(keys []observation.Key, name string) []string {
	_, name = splitKind(name)
	type near struct {
		name string
		far  int
	}
	var found []near
	for _, k := range keys {
		d := distance(strings.ToLower(k.Name), strings.ToLower(name))
		if name != "" && strings.Contains(strings.ToLower(k.Name), strings.ToLower(name)) {
			d = 1
		}
		if d <= 1+len(name)/3 {
			found = append(found, near{spell(k.Name, true), d})
		}
	}
	slices.SortFunc(found, func(a, b near) int { return cmp.Or(cmp.Compare(a.far, b.far), cmp.Compare(a.name, b.name)) })
	found = slices.Compact(found)
	var out []string
	for _, n := range found[:min(len(found), maxNear)] {
		out = append(out, n.name)
	}
	return out
}

// distance is the number of letters to insert, delete or replace.
func distance(a, b string) int {
	ra, rb := []rune(a), []rune(b)
	row := make([]int, len(rb)+1)
	for j := range row {
		row[j] = j
	}
	for i, ca := range ra {
		diagonal := row[0]
		row[0] = i + 1
		for j, cb := range rb {
			replace := diagonal
			if ca != cb {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(rb)]
}

type explainer struct {
	*terminal
	o     *observation.Observation
	a     *audit.Audit
	pages map[string]observation.Page
	last  []string // how the last thing told was done
	every bool     // request is told
}

// life tells the life of one item.
func (e *explainer) life(k observation.Key) {
	e.WriteString(e.paint(bold, string(k.Kind)+" "+k.Name) + "\n")
	e.text(2, place(k))
	if s := e.judged(k); s != nil {
		e.text(2, fmt.Sprintf("%s party, %s%s", s.Party, category(*s), vendorWords(*s)))
		not := "no"
		if e.a.Policy == nil {
			not = "no policy was given"
		}
		e.item(2, dim, "declared:", cmp.Or(s.Declared, not))
		if s.ExemptWhy != "" {
			e.item(2, dim, "consent:", s.ExemptWhy)
		}
	} else {
		e.text(2, "never stored: it was only deleted or refused")
	}
	for _, v := range e.o.Visits {
		e.last = nil
		if v.Service == "" || e.touched(k, v) {
			e.visit(k, v)
		}
	}
	e.findings(k)
}

// place says where an item lies.
func place(k observation.Key) string {
	var s string
	switch {
	case k.Origin != "":
		s = "of " + k.Origin
	case k.Host == "": // of a policy entry that names no host
		return ""
	case k.Kind != observation.Cookie:
		s = "of " + k.Host
	case k.HostOnly:
		s = "of " + k.Host + ", this host only"
	default:
		s = "of " + k.Host + " and its subdomains"
	}
	if k.Path != "" && k.Path != "/" {
		s += ", path " + k.Path
	}
	if k.Partition != "" {
		s += ", partitioned by " + k.Partition
	}
	return s
}

func vendorWords(s audit.Sighting) string {
	if s.Vendor == "" {
		return ", vendor unknown"
	}
	return ", " + s.Vendor
}

func (e *explainer) judged(k observation.Key) *audit.Sighting {
	for i := range e.a.Sightings {
		if e.a.Sightings[i].Item == k {
			return &e.a.Sightings[i]
		}
	}
	return nil
}

// entry is one line of an item's life.
type entry struct {
	seq  int
	leg  string
	page string
	at   int64
	what string
	more []string
}

func (e *explainer) visit(k observation.Key, v observation.Visit) {
	e.blank()
	title := choiceWords(v.Choice)
	if v.Service != "" {
		title = v.Service + ", " + title
	}
	e.WriteString("  " + e.paint(bold, Legible(title)) + " (" + e.outcome(v) + ")\n")
	told := false
	for _, p := range observation.Phases() {
		phase := observation.Phase(p.Name)
		lines := append(e.writes(k, v, phase), e.carried(k, v, phase)...)
		end := e.atEnd(k, v, phase)
		if len(lines) == 0 && end == "" {
			continue
		}
		told = true
		e.text(4, strings.Join(nonEmpty(phaseWords(v.Choice, phase), e.how(k, v, phase)), ", "))
		e.entries(lines)
		if end != "" {
			e.item(6, dim, "at the end:", end)
		}
	}
	if !told {
		e.text(4, "not seen")
	}
}

// touched reports whether the item was written or found in a visit.
func (e *explainer) touched(k observation.Key, v observation.Visit) bool {
	return slices.ContainsFunc(e.a.Sightings, func(s audit.Sighting) bool { return s.Item == k && s.Sighting.Service == v.Service }) ||
		slices.ContainsFunc(e.o.Writes, func(w observation.Write) bool { return w.Item == k && in(v, w.Page) })
}

func (e *explainer) outcome(of observation.Visit) string {
	for _, v := range e.a.Visits {
		if v.Choice == of.Choice && v.Service == of.Service {
			return outcome(v)
		}
	}
	return "not judged"
}

func (e *explainer) entries(lines []entry) {
	slices.SortStableFunc(lines, func(a, b entry) int {
		return cmp.Or(cmp.Compare(e.run(a.leg), e.run(b.leg)), cmp.Compare(a.leg, b.leg), cmp.Compare(a.at, b.at), cmp.Compare(a.seq, b.seq))
	})
	page, leg := "", ""
	for _, l := range lines {
		switch run := e.run(l.leg); {
		case l.leg == leg:
		case lookedAgain(l.leg):
			e.text(6, "looked at again by the clock on the wall")
		case e.a.Evidence.Runs > 1:
			e.item(6, dim, "run", fmt.Sprintf("%d of %d", run, e.a.Evidence.Runs))
		}
		leg = l.leg
		if l.page != page {
			page = l.page
			e.item(6, dim, "page", e.pages[page].URL)
		}
		e.item(8, plain, fmt.Sprintf("%7.3f s", float64(l.at)/1000), l.what)
		e.detail(l.more)
	}
}

// run is which of several runs a leg belongs to; what belongs to none came last.
func (e *explainer) run(leg string) int {
	for _, v := range e.o.Visits {
		for _, l := range v.Legs {
			if l.ID == leg && l.Run > 0 {
				return l.Run
			}
		}
	}
	return math.MaxInt
}

// lookedAgain: a leg that waited by the clock for what had come in fast time.
func lookedAgain(leg string) bool { return strings.Contains(leg, "/real-") }

// how says in how many runs the item was seen in a phase, and whether in fast time
// only.
func (e *explainer) how(k observation.Key, v observation.Visit, phase observation.Phase) string {
	for _, s := range e.a.Sightings {
		if s.Item == k && s.Sighting.Service == v.Service && s.Choice == v.Choice && s.Phase == phase {
			return seenHow(s, e.a.Evidence.Runs)
		}
	}
	return ""
}

// detail tells how a thing was done, unless it was done just like the last one.
func (e *explainer) detail(lines []string) {
	switch {
	case len(lines) == 0:
		return
	case slices.Equal(lines, e.last):
		e.text(18, "in the same way")
		return
	}
	e.last = lines
	for _, l := range lines {
		e.text(18, l)
	}
}

func (e *explainer) writes(k observation.Key, v observation.Visit, phase observation.Phase) []entry {
	var out []entry
	for _, w := range e.o.Writes {
		if w.Item == k && w.Phase == phase && in(v, w.Page) {
			out = append(out, e.write(w))
		}
	}
	return out
}

// in reports whether a page belongs to a visit.
func in(v observation.Visit, page string) bool {
	leg := observation.LegOf(page)
	return slices.ContainsFunc(v.Legs, func(l observation.Leg) bool { return l.ID == leg })
}

var opWords = map[observation.Op]string{
	observation.OpSet:     "set",
	observation.OpChange:  "written again",
	observation.OpDelete:  "deleted",
	observation.OpRefused: "refused by the browser",
}

func (e *explainer) write(w observation.Write) entry {
	what := strings.TrimSpace(cmp.Or(opWords[w.Op], string(w.Op)) + " " + causeWords[w.Cause])
	if w.Fast {
		what += " (in fast time)"
	}
	if n := w.Times(); n > 1 {
		what += fmt.Sprintf(" (the last of %d alike)", n)
	}
	what += e.since(w)
	by, _ := setter(&w)
	if w.By.Column > 0 {
		by += fmt.Sprintf(" column %d", w.By.Column)
	}
	more := append(nonEmpty(e.step(w.Page, w.Seq)), "by "+by+e.vendor(w.By))
	if page, ok := e.pages[w.Page]; ok && w.Frame != "" && w.Frame != page.Final && w.Frame != page.URL {
		more = append(more, "in the frame "+w.Frame)
	}
	if w.Inferred != "" {
		more = append(more, "concluded: "+w.Inferred)
	}
	var chain []string
	for _, c := range w.Chain {
		if c != w.By {
			chain = append(chain, source(c)+e.vendor(c))
		}
	}
	more = append(more, nonEmpty(calls(w.Stack), chainWords(chain))...)
	if w.Op == observation.OpRefused {
		more = append(more, "because: "+strings.Join(w.Refused, ", "))
	}
	if w.Given != "" {
		more = append(more, "as it was written: "+w.Given)
	}
	if w.Op != observation.OpDelete {
		more = append(more, strings.Join(nonEmpty(
			"lifetime "+lifetime(w.Item.Kind, w.Lifetime), attrs(w), value(w.Value)), "; "))
	}
	return entry{seq: w.Seq, leg: observation.LegOf(w.Page), page: w.Page, at: w.At, what: what, more: more}
}

// step says during which step of a journey a record was made, "" for none.
func (e *explainer) step(page string, seq int) string {
	for _, v := range e.o.Visits {
		for _, a := range v.Acts {
			if a.Leg == observation.LegOf(page) && a.Begun < seq && seq <= a.Seq {
				return fmt.Sprintf("in step %d of the journey %s (%s)", a.Nr, a.Journey, a.What)
			}
		}
	}
	return ""
}

// vendor names whose script a place is in, in brackets.
func (e *explainer) vendor(s observation.Source) string {
	if v := e.a.Scripts[s.URL]; v != "" {
		return " (" + v + ")"
	}
	return ""
}

// since says how long after the page was opened and after the visitor's click
// something was written.
func (e *explainer) since(w observation.Write) string {
	var out string
	if p, ok := e.pages[w.Page]; ok && w.At >= p.Opened {
		out = ", " + exact(w.At-p.Opened) + " after the page opened"
	}
	click := int64(0)
	for _, v := range e.o.Visits {
		for _, c := range v.Consents {
			if c.Leg == observation.LegOf(w.Page) && c.At > click && c.At <= w.At && pressed(c) {
				click = c.At
			}
		}
	}
	if click > 0 {
		out += ", " + exact(w.At-click) + " after the choice"
	}
	return out
}

// pressed reports whether an attempt made a choice, or may have.
func pressed(c observation.Consent) bool {
	switch c.Choice {
	case observation.None, observation.GPC, observation.Settings:
		return false
	}
	switch c.Outcome {
	case observation.NoDialog, observation.NoControl, observation.Failed:
		return false
	}
	return true
}

// exact is a span to the millisecond.
func exact(ms int64) string { return fmt.Sprintf("%.3f s", float64(ms)/1000) }

// calls tells the script's calls that led to a write, the innermost first; "" where
// the setter says it all.
func calls(stack []observation.Source) string {
	if len(stack) < 2 {
		return ""
	}
	var out []string
	for _, s := range stack {
		call := fmt.Sprintf("%s:%d:%d", s.URL, s.Line, s.Column)
		if s.Function != "" {
			call = s.Function + " at " + call
		}
		if s.After != "" {
			call = "[" + s.After + "] " + call
		}
		out = append(out, call)
	}
	return "called from " + strings.Join(out, " < ")
}

func attrs(w observation.Write) string {
	if w.Item.Kind != observation.Cookie {
		return ""
	}
	var parts []string
	if w.Attrs.HTTPOnly {
		parts = append(parts, "HttpOnly")
	}
	if w.Attrs.Secure {
		parts = append(parts, "Secure")
	}
	if w.Attrs.SameSite != "" {
		parts = append(parts, "SameSite="+w.Attrs.SameSite)
	}
	if w.Attrs.Partitioned {
		parts = append(parts, "Partitioned")
	}
	return strings.Join(parts, " ")
}

// value describes a value that was never kept. Equal marks mean equal values.
func value(v observation.Value) string {
	if v.Shape.Length == 0 {
		return "empty value"
	}
	what := v.Shape.Alphabet
	if len(v.Shape.Is) > 0 {
		what = strings.Join(v.Shape.Is, ", ")
	}
	s := fmt.Sprintf("value of %s (%s)", plural(v.Shape.Length, "byte"), what)
	if v.Digest != "" {
		s += ", mark " + v.Digest[:min(8, len(v.Digest))]
	}
	return s
}

// shownRequests is how many requests of a phase are listed one by one, where not all
// are asked for.
const shownRequests = 5

// sentWords says how a request took an item's value along.
func sentWords(r observation.Request, k observation.Key) string {
	if !slices.Contains(r.Sent, k) {
		return "sent with"
	}
	var ways []string
	for _, t := range r.Taken {
		if t.Item == k {
			way := "in the " + map[string]string{"url": "address", "body": "body", "referer": "Referer", "header": "headers"}[t.In]
			if t.As != "plain" {
				way += " as " + t.As
			}
			ways = append(ways, way)
		}
	}
	slices.Sort(ways)
	if len(ways) == 0 {
		return "value taken along by"
	}
	return "value taken along " + strings.Join(slices.Compact(ways), " and ") + " of"
}

func (e *explainer) carried(k observation.Key, v observation.Visit, phase observation.Phase) []entry {
	var out []entry
	left := 0
	for _, r := range e.o.Requests {
		sent := slices.Contains(r.Sent, k)
		if r.Phase != phase || !sent && !slices.Contains(r.Carried, k) || !in(v, r.Page) {
			continue
		}
		if len(out) == shownRequests && !e.every {
			left++
			continue
		}
		out = append(out, entry{
			seq: r.Seq, leg: observation.LegOf(r.Page), page: r.Page, at: r.At,
			what: fmt.Sprintf("%s %s %s (%s, %s)", sentWords(r, k), r.Method, r.URL, r.Type, r.Embed),
			more: nonEmpty(e.step(r.Page, r.Seq)),
		})
	}
	if left > 0 {
		out[len(out)-1].what += ", and with " + plural(left, "more request") + " of this phase"
	}
	return out
}

func (e *explainer) atEnd(k observation.Key, v observation.Visit, phase observation.Phase) string {
	for _, s := range e.a.Sightings {
		if s.Item == k && s.Sighting.Service == v.Service && s.Choice == v.Choice && s.Phase == phase {
			return strings.TrimSuffix(fate(s), " at the end")
		}
	}
	return ""
}

// under names the choice of a finding that has one.
func under(c observation.Choice) string {
	if c == "" {
		return ""
	}
	return ", " + choiceWords(c)
}

func (e *explainer) findings(k observation.Key) {
	e.blank()
	found := 0
	for _, f := range e.a.Findings {
		if !concerns(e.a, f, k) {
			continue
		}
		found++
		e.item(2, severityStyle[f.Severity], "["+string(f.Severity)+"]",
			f.Rule+under(f.Choice)+": "+f.Message)
	}
	if found == 0 {
		e.text(2, "No finding about it.")
	}
}
