package observation

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// Observation is a log folded into what rules and reports iterate. It is built
// by Load and never changed afterwards.
type Observation struct {
	Header Header
	// End is nil where the scan did not come to its end.
	End    *End
	SHA256 string // of the uncompressed log
	// Broken tells why the log could not be read to its end, "" if it was.
	Broken string

	Visits    []Visit    // in the order of the job's choices
	Sightings []Sighting // sorted by item, choice, phase
	Requests  []Request
	Writes    []Write // every write, also deletions and refusals
	Accesses  []Access
	Links     []Link
	Aliases   []Alias // of the whole scan, by host
	Gaps      []Gap

	// Runs is how often all visits were made, 1 for a job that is not repeated; 0
	// where none was.
	Runs int
	// Countries are where sites took the visitor to be, the most frequent first;
	// empty where nobody said. CountrySeen is the first of them.
	Countries   []Country
	CountrySeen string
}

// Country is a country in which the visitor was taken to be.
type Country struct {
	Code  string   // ISO 3166-1
	Pages int      // on how many openings of pages; 0 where the header says it
	By    []string // the addresses that said so, without query, sorted
}

// Visit is everything seen under one choice in one service.
type Visit struct {
	Service  string // "" where the job has one site
	Choice   Choice
	Legs     []Leg
	Pages    []Page
	Consents []Consent
	Signals  []Signal // in the order of each leg
	Acts     []Done
}

// Done is an act with what was at rest before and after it.
type Done struct {
	Act
	Before, After []Stored
	ops           []keyOp
	looked        []area // after it
	sameTab       bool   // before and after it
}

type keyOp struct {
	item Key
	op   Op
}

// Ops are the operations on an item between the act's beginning and its end, in
// order; refused ones are left out.
func (d Done) Ops(k Key) []Op {
	var out []Op
	for _, o := range d.ops {
		if o.item == k {
			out = append(out, o.op)
		}
	}
	return out
}

// Looked reports whether the area of an item was looked at after the act: else
// nobody can say that it is gone. sessionStorage must be that of the same tab.
func (d Done) Looked(k Key) bool {
	if k.Kind == SessionStorage && !d.sameTab {
		return false
	}
	return slices.ContainsFunc(d.looked, func(a area) bool {
		return a.kind == k.Kind && (k.Kind == Cookie || a.origin == k.Origin && a.partition == k.Partition)
	})
}

// Of is the part of an observation that belongs to one service. Header and End
// are those of the whole.
func (o *Observation) Of(service string) *Observation {
	part := *o
	part.Visits, part.Sightings, part.Requests, part.Writes, part.Accesses, part.Links, part.Gaps = nil, nil, nil, nil, nil, nil, nil
	legs := map[string]bool{}
	for _, v := range o.Visits {
		if v.Service != service {
			continue
		}
		part.Visits = append(part.Visits, v)
		for _, l := range v.Legs {
			legs[l.ID] = true
		}
	}
	for _, s := range o.Sightings {
		if s.Service == service {
			part.Sightings = append(part.Sightings, s)
		}
	}
	for _, r := range o.Requests {
		if legs[LegOf(r.Page)] {
			part.Requests = append(part.Requests, r)
		}
	}
	for _, w := range o.Writes {
		if legs[LegOf(w.Page)] {
			part.Writes = append(part.Writes, w)
		}
	}
	for _, a := range o.Accesses {
		if legs[LegOf(a.Page)] {
			part.Accesses = append(part.Accesses, a)
		}
	}
	for _, l := range o.Links {
		if legs[LegOf(l.Page)] {
			part.Links = append(part.Links, l)
		}
	}
	for _, g := range o.Gaps {
		if leg := cmp.Or(g.Leg, LegOf(g.Page)); leg == "" || legs[leg] {
			part.Gaps = append(part.Gaps, g)
		}
	}
	return &part
}

// Page finds a page by its ID, nil if there is none.
func (o *Observation) Page(id string) *Page {
	for i := range o.Visits {
		for j := range o.Visits[i].Pages {
			if o.Visits[i].Pages[j].ID == id {
				return &o.Visits[i].Pages[j]
			}
		}
	}
	return nil
}

// Visit finds the first visit of a choice, nil if it was not made.
func (o *Observation) Visit(c Choice) *Visit {
	for i := range o.Visits {
		if o.Visits[i].Choice == c {
			return &o.Visits[i]
		}
	}
	return nil
}

// ErrNotEvidence is returned for a file that holds no observation.
var ErrNotEvidence = errors.New("not an observation")

// maxLine bounds one record: a site can store megabytes of items.
const maxLine = 256 << 20

// Load reads a log, gzipped or plain, as JSON lines or as one JSON array of
// records. A log cut off in the middle (the machine died) loads as far as it
// goes, with Broken saying so.
func Load(r io.Reader) (*Observation, error) {
	br := bufio.NewReader(r)
	if magic, _ := br.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		gz, err := gzip.NewReader(br)
		if err != nil {
			return nil, fmt.Errorf("read observation: %w", err)
		}
		br = bufio.NewReader(gz)
	}
	sum := sha256.New()
	records, broken, err := decode(io.TeeReader(br, sum))
	if err != nil {
		return nil, fmt.Errorf("read observation: %w", err)
	}
	if len(records) == 0 || records[0].Header == nil {
		return nil, fmt.Errorf("read observation: %w: the first record must be a header", ErrNotEvidence)
	}
	if s := records[0].Header.Schema; s < 1 || s > Schema {
		return nil, fmt.Errorf("read observation: schema %d is newer than this program's %d: use a newer cookieaudit", s, Schema)
	}
	o := fold(inOrder(records))
	o.SHA256 = hex.EncodeToString(sum.Sum(nil))
	o.Broken = broken
	return o, nil
}

// decode reads all records. A log that stops in the middle is no error: broken
// says where it stopped.
func decode(r io.Reader) (records []Record, broken string, err error) {
	br := bufio.NewReader(r)
	first, err := firstByte(br)
	if err != nil {
		if errors.Is(err, io.EOF) {
			return nil, "", ErrNotEvidence
		}
		return nil, "", err
	}
	if first == '[' {
		data, err := io.ReadAll(br)
		if err != nil {
			return nil, "", err
		}
		dec := json.NewDecoder(bytes.NewReader(data))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&records); err != nil {
			return nil, "", fmt.Errorf("%w: %w", ErrNotEvidence, err)
		}
		return records, "", nil
	}
	lines := bufio.NewScanner(br)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	n := 0
	sum := sha256.New()
	for lines.Scan() {
		n++
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var rec Record
		if err := json.Unmarshal(lines.Bytes(), &rec); err != nil {
			if n == 1 {
				return nil, "", fmt.Errorf("%w: %w", ErrNotEvidence, err)
			}
			broken = fmt.Sprintf("record %d cannot be read", n)
			break
		}
		if rec.Seal != nil && rec.Seal.SHA256 != hex.EncodeToString(sum.Sum(nil)) {
			broken = fmt.Sprintf("the seal of page %s does not fit what stands before it: the log was changed after the scan", rec.Seal.Page)
			break
		}
		sum.Write(lines.Bytes())
		sum.Write([]byte{'\n'})
		records = append(records, rec)
	}
	if err := lines.Err(); err != nil && broken == "" {
		if n == 0 {
			return nil, "", err
		}
		broken = fmt.Sprintf("the log ends after record %d: %v", n, err)
	}
	// The digest is over the whole file, also over what could not be read.
	_, _ = io.Copy(io.Discard, br)
	return records, broken, nil
}

func firstByte(br *bufio.Reader) (byte, error) {
	for {
		b, err := br.Peek(1)
		if err != nil {
			return 0, err
		}
		if !bytes.ContainsAny(b, " \t\r\n") {
			return b[0], nil
		}
		if _, err := br.Discard(1); err != nil {
			return 0, err
		}
	}
}

// inOrder brings the records of legs that ran side by side into one order: by
// service and choice as the job lists them, then by run and leg. Within a leg the log's order is the
// order of things. Without it the same scan would fold differently each time.
func inOrder(records []Record) []Record {
	job := records[0].Header.Job
	rank := map[string]int{"": -1}
	run := map[string]int{}
	for _, r := range records {
		if r.Leg != nil {
			service := slices.IndexFunc(job.Services, func(s Service) bool { return s.Name == r.Leg.Service })
			rank[r.Leg.ID] = max(0, service)*(len(job.Choices)+1) + slices.Index(job.Choices, r.Leg.Choice)
			run[r.Leg.ID] = r.Leg.Run
			if run[r.Leg.ID] == 0 {
				// What belongs to no run came after all of them.
				run[r.Leg.ID] = math.MaxInt
			}
		}
	}
	out := slices.Clone(records)
	slices.SortStableFunc(out, func(a, b Record) int {
		la, lb := a.leg(), b.leg()
		return cmp.Or(cmp.Compare(rank[la], rank[lb]), cmp.Compare(run[la], run[lb]), cmp.Compare(len(la), len(lb)), cmp.Compare(la, lb))
	})
	return out
}

// leg is the ID of the leg that a record belongs to, "" for the whole scan.
func (r Record) leg() string {
	switch {
	case r.Leg != nil:
		return r.Leg.ID
	case r.Page != nil:
		return r.Page.Leg
	case r.Consent != nil:
		return r.Consent.Leg
	case r.Signal != nil:
		return r.Signal.Leg
	case r.Act != nil:
		return r.Act.Leg
	case r.Gap != nil:
		return r.Gap.Leg
	case r.Write != nil:
		return LegOf(r.Write.Page)
	case r.Checkpoint != nil:
		return LegOf(r.Checkpoint.Page)
	case r.Request != nil:
		return LegOf(r.Request.Page)
	case r.Access != nil:
		return LegOf(r.Access.Page)
	case r.Link != nil:
		return LegOf(r.Link.Page)
	case r.Seal != nil:
		return LegOf(r.Seal.Page)
	}
	return ""
}

// LegOf is the leg's ID in a page's ID.
func LegOf(page string) string {
	if i := strings.LastIndex(page, "/p"); i >= 0 {
		return page[:i]
	}
	return ""
}

// gather sorts records into visits.
func gather(records []Record) *Observation {
	o := &Observation{}
	legs := map[string]Leg{}
	visit := func(leg string) *Visit {
		l, ok := legs[leg]
		if !ok {
			return nil
		}
		for i := range o.Visits {
			if o.Visits[i].Choice == l.Choice && o.Visits[i].Service == l.Service {
				return &o.Visits[i]
			}
		}
		o.Visits = append(o.Visits, Visit{Service: l.Service, Choice: l.Choice})
		return &o.Visits[len(o.Visits)-1]
	}
	for _, r := range records {
		switch {
		case r.Header != nil:
			o.Header = *r.Header
		case r.Leg != nil:
			legs[r.Leg.ID] = *r.Leg
			v := visit(r.Leg.ID)
			v.Legs = append(v.Legs, *r.Leg)
		case r.Page != nil:
			if v := visit(r.Page.Leg); v != nil {
				v.Pages = append(v.Pages, *r.Page)
			}
		case r.Consent != nil:
			if v := visit(r.Consent.Leg); v != nil {
				v.Consents = append(v.Consents, *r.Consent)
			}
		case r.Signal != nil:
			if v := visit(r.Signal.Leg); v != nil {
				v.Signals = append(v.Signals, *r.Signal)
			}
		case r.Write != nil:
			o.Writes = append(o.Writes, *r.Write)
		case r.Request != nil:
			o.Requests = append(o.Requests, *r.Request)
		case r.Access != nil:
			o.Accesses = append(o.Accesses, *r.Access)
		case r.Link != nil:
			o.Links = append(o.Links, *r.Link)
		case r.Alias != nil:
			o.Aliases = append(o.Aliases, *r.Alias)
		case r.Gap != nil:
			o.Gaps = append(o.Gaps, *r.Gap)
		case r.End != nil:
			o.End = r.End
		}
	}
	return o
}
