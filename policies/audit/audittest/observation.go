// Package audittest writes observations for tests in a short form. Each line is
// one thing that happened:
//
//	header country=GB device=desktop as=https://www.example.com/ seen=US choices=none,accept kinds=cookie,request
//	visit accept [retry] [journey=NAME] [service=NAME] [site=ORIGIN] [run=2]
//	                                    a leg of a choice; its pages follow. A site holds for
//	                                    all later legs of the service
//	page /path [named] [state=failed] [status=403] [final=URL] [tab=2] [lost] [seen=GB] [by=URL]
//	    [back=words] [noback]           a way back to the settings was sought there
//	    [optout=words] [honoured]       what visitors of the United States are offered
//	                                    lost: its own record is never written; seen: where the
//	                                    visitor was taken to be, and what said so
//	dialog accept="Accept all" reject="Reject all" [layer=2]   seen, not touched
//	    [offers=analytics,marketing]    of a settings visit
//	measured [covers=0.9] [locked] [named] [policy=URL] [text=words]       of the layer at hand
//	control accept text=Yes [size=200x40] [font=16] [contrast=7] [standout=5] [link] [tab=0] [name=words]
//	control on text=Ads category=marketing [fixed] [interest]              a switch
//	further                             the layer behind it is at hand
//	nodialog [script=URL] [manager=name]    looked for 9 s, none seen
//	choose accept [presses=2] [method=autoconsent] [by=api] [outcome=no-control]
//	    [proof=gone,stays-gone,recorded] [held=words] [record=name:digest] [word=granted]
//	phase after                         what follows happens in this phase
//	set cookie _ga [host=h] [life=2y|session|indefinite] [by=URL:line] [via=response] [at=ms] [origin=O] [digest=d] [path=/]
//	    [fast]                          in fast time
//	change ...                          the same of an item that is there
//	refuse cookie _ga [host=h] [why=R]  a response's attempt that the browser refused
//	delete cookie _ga [at=ms]           by whoever set it
//	rest [without=localStorage|ORIGIN]  a checkpoint with everything that is now stored, of each
//	                                    area in which the leg ever stored; without names a kind or
//	                                    an origin that was not looked at
//	request URL [method=POST] [type=Image] [carries=name] [sends=kind:name[,...]] [typed=label] [unread]
//	    [in=url|body|referer|header] [as=plain|base64|md5|sha1|sha256]     of what it sends; host=h or
//	                                    origin=O where the item is not the site's
//	    [ids=name:digest[:bits],...]    what looks like an identifier; 80 bits
//	    [value=d]                       digest of what it sends from inside a database or cache
//	    [revalidates=etag:address:digest[,...]]    marks of the browser's copy that came back; 110 bits
//	    [by=URL:line]                   what started it
//	access canvas [api=toDataURL] [by=URL:line] [at=ms]                    a script's reading of what tells devices apart
//	link URL param=_gl [what=words] [digest=d] [item=kind:name]            a link that marks the visitor
//	alias host [name...] [error=why]    what the name service says
//	act log-in[,NAME] [journey=J] [nr=3] [what=words] [idle=30m] [real] [already] [failed=why] [unsearched=why]
//	    [begun=-1]                      a step of a journey: a checkpoint of what is now stored;
//	                                    what follows happens after its input was sent (begun=-1
//	                                    moves that back by a record). restart also ends what
//	                                    lives as long as the session
//	done [without=...]                  the checkpoint after it, and the record of the act; the
//	                                    next act, visit or end of the text implies it
//	signal tcf [source=__tcfapi] [name=usnat] [raw=G100] [says="purpose 1:marketing=granted,sale=denied"] [error=why]
//	    [event=useractioncomplete] [policy=5] [updated=2026-11-20] [vendors=1,2] [interests=1,2] [undisclosed] [inapplicable]
//	                                    what the site says of the choice now; policy and what
//	                                    follows it are a TC string's
//	gap [blind] words that say why
//	later /path ; left /path            pages not visited
//	end [interrupted]                   else the scan did not come to its end
//
// A line that begins with { is a record as it stands. What comes out is JSON
// lines, read by observation.Load like any evidence.
package audittest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"cookieaudit/policies"
	"cookieaudit/scanner/observation"
)

// Started is when every observation of this package began.
var Started = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

const site = "https://www.example.com"

// Observation reads the short form. Every line that cannot be read fails the
// test.
func Observation(t testing.TB, text string) *observation.Observation {
	t.Helper()
	o, err := observation.Load(bytes.NewReader(Log(t, text)))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// Log is the short form as JSON lines.
func Log(t testing.TB, text string) []byte {
	t.Helper()
	w := &writer{t: t, site: site}
	w.header = observation.Header{
		Schema: observation.Schema, Tool: "cookieaudit test", Started: Started,
		Browser: observation.Browser{Product: "Chromium/156", ThirdPartyCookies: true, Sandbox: true},
		Job:     observation.Job{URLs: []string{site + "/"}, Device: "desktop", MaxPages: 10},
		Vantage: observation.Vantage{CountryTold: "GB"},
	}
	for n, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := w.line(line); err != nil {
			t.Fatalf("observation line %d: %s: %v", n+1, line, err)
		}
	}
	w.done("")
	w.leave()
	return w.bytes()
}

type writer struct {
	t       testing.TB
	site    string
	header  observation.Header
	records []observation.Record
	end     *observation.End

	leg    observation.Leg
	legs   map[string]int    // by service and choice
	sites  map[string]string // by service
	page   *observation.Page
	pages  int
	phase  observation.Phase
	clock  int64
	seq    int
	stored []observation.Stored
	areas  []observation.Area // in which the leg ever stored, empty
	lost   bool               // the page's record is not to be written
	setter map[observation.Key]observation.Source
	act    *observation.Act // begun and not yet done
	acts   int              // of this leg
}

func (w *writer) bytes() []byte {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	all := append([]observation.Record{{Header: &w.header}}, w.records...)
	if w.end != nil {
		all = append(all, observation.Record{End: w.end})
	}
	for _, r := range all {
		if err := enc.Encode(r); err != nil {
			w.t.Fatal(err)
		}
	}
	return out.Bytes()
}

func (w *writer) add(r observation.Record) { w.records = append(w.records, r) }

func (w *writer) line(line string) error {
	if line[0] == '{' {
		var r observation.Record
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			return err
		}
		w.add(r)
		return nil
	}
	words, opts, err := split(line)
	if err != nil {
		return err
	}
	verb, args := words[0], words[1:]
	switch verb {
	case "header":
		return w.readHeader(opts)
	case "visit":
		return w.visit(observation.Choice(args[0]), has(args, "retry"), opts)
	case "page":
		return w.open(args, opts)
	case "dialog", "nodialog":
		return w.dialog(verb == "dialog", opts)
	case "measured":
		return w.measured(args, opts)
	case "further":
		return w.further()
	case "control":
		return w.control(args, opts)
	case "choose":
		return w.choose(observation.Choice(args[0]), opts)
	case "phase":
		w.phase = observation.Phase(args[0])
	case "set":
		return w.set(observation.OpSet, observation.Kind(args[0]), args[1], has(args, "fast"), opts)
	case "change":
		return w.set(observation.OpChange, observation.Kind(args[0]), args[1], has(args, "fast"), opts)
	case "refuse":
		w.add(observation.Record{Write: &observation.Write{
			Seq: w.next(), Page: w.pageID(), Phase: w.phase, Cause: observation.CauseLoad, Item: w.key(observation.Kind(args[0]), args[1], opts), Op: observation.OpRefused,
			At: 1200, Via: observation.ViaResponse, By: w.source(opts["by"]), Refused: []string{opts["why"]},
		}})
	case "delete":
		return w.delete(observation.Kind(args[0]), args[1], opts)
	case "rest":
		w.rest(opts["without"])
	case "request":
		return w.request(args[0], has(args, "unread"), opts)
	case "access":
		return w.access(args[0], opts)
	case "link":
		w.link(args[0], opts)
	case "signal":
		return w.signal(args, opts)
	case "alias":
		w.add(observation.Record{Alias: &observation.Alias{Host: args[0], Names: args[1:], Resolver: "system", At: Started, Error: opts["error"]}})
	case "act":
		return w.begin(args, opts)
	case "done":
		w.done(opts["without"])
	case "gap":
		blind := has(args, "blind")
		why := strings.TrimPrefix(strings.TrimSpace(strings.TrimPrefix(line, "gap")), "blind ")
		w.add(observation.Record{Gap: &observation.Gap{Leg: w.leg.ID, Page: w.pageID(), Kind: "test", Why: why, Blind: blind}})
	case "end":
		w.finish().Interrupted = has(args, "interrupted")
	case "later":
		w.finish().Later = append(w.finish().Later, w.url(args[0]))
	case "left":
		w.finish().Left = append(w.finish().Left, w.url(args[0]))
	default:
		return fmt.Errorf("unknown word %q", verb)
	}
	return nil
}

func (w *writer) finish() *observation.End {
	if w.end == nil {
		w.end = &observation.End{At: Started.Add(10 * time.Minute)}
	}
	return w.end
}

func (w *writer) readHeader(opts map[string]string) error {
	for k, v := range opts {
		switch k {
		case "country":
			w.header.Vantage.CountryTold = v
		case "seen":
			w.header.Vantage.CountrySeen = v
		case "device":
			w.header.Job.Device = v
		case "as":
			w.header.Job.As = v
		case "url":
			w.header.Job.URLs = []string{v}
			w.site = observation.OriginOf(v)
		case "kinds":
			for k := range strings.SplitSeq(v, ",") {
				w.header.Kinds = append(w.header.Kinds, observation.Kind(k))
			}
		case "choices":
			for c := range strings.SplitSeq(v, ",") {
				w.header.Job.Choices = append(w.header.Job.Choices, observation.Choice(c))
			}
		default:
			return fmt.Errorf("unknown header %q", k)
		}
	}
	return nil
}

func (w *writer) visit(c observation.Choice, retry bool, opts map[string]string) error {
	w.done("")
	w.leave()
	for k := range opts {
		if k != "journey" && k != "service" && k != "site" && k != "run" {
			return fmt.Errorf("unknown option %q", k)
		}
	}
	if known := w.sites[opts["service"]]; known != "" {
		w.site = known
	}
	if opts["site"] != "" {
		w.site = strings.TrimSuffix(opts["site"], "/")
	}
	if w.sites == nil {
		w.sites = map[string]string{}
	}
	w.sites[opts["service"]] = w.site
	prefix, run := w.service(opts["service"]), 0
	if opts["run"] != "" {
		var err error
		if run, err = strconv.Atoi(opts["run"]); err != nil {
			return err
		}
		prefix = fmt.Sprintf("r%d/%s", run, prefix)
		w.header.Job.Repeat = max(w.header.Job.Repeat, run)
	}
	id := prefix + string(c)
	if w.legs == nil {
		w.legs = map[string]int{}
	}
	w.legs[id]++
	if !hasChoice(w.header.Job.Choices, c) {
		w.header.Job.Choices = append(w.header.Job.Choices, c)
	}
	previous := w.leg.ID
	w.leg = observation.Leg{ID: fmt.Sprintf("%s/%d", id, w.legs[id]), Choice: c, Service: opts["service"], Journey: opts["journey"], Run: run, Plan: []string{w.site + "/"}}
	if j := opts["journey"]; j != "" {
		w.leg.ID = fmt.Sprintf("%s/journey-%s", id, j)
	}
	if retry {
		w.leg.Retry = previous
		if w.leg.ID == previous {
			w.leg.ID += "-again"
		}
	}
	leg := w.leg
	w.add(observation.Record{Leg: &leg})
	w.pages, w.clock, w.stored, w.areas, w.phase, w.acts = 0, 0, nil, nil, observation.Before, 0
	w.setter = map[observation.Key]observation.Source{}
	return nil
}

// service is how the IDs of a service's legs begin. A new one is added to the
// job.
func (w *writer) service(name string) string {
	if name == "" {
		return ""
	}
	job := &w.header.Job
	i := slices.IndexFunc(job.Services, func(s observation.Service) bool { return s.Name == name })
	if i < 0 {
		i = len(job.Services)
		start := w.site + "/"
		job.Services = append(job.Services, observation.Service{Name: name, URLs: []string{start}, Hosts: []string{observation.HostOf(start)}})
		if i == 0 {
			job.URLs = nil
		}
		job.URLs = append(job.URLs, start)
	}
	return fmt.Sprintf("%d/", i+1)
}

func (w *writer) url(path string) string {
	if strings.Contains(path, "://") {
		return path
	}
	return w.site + path
}

func (w *writer) pageID() string {
	if w.page == nil {
		return ""
	}
	return w.page.ID
}

func (w *writer) leave() {
	if w.page != nil && !w.lost {
		w.add(observation.Record{Page: w.page})
	}
	w.page = nil
}

func (w *writer) open(args []string, opts map[string]string) error {
	w.leave()
	w.pages++
	w.clock += 10_000
	w.page = &observation.Page{
		ID: fmt.Sprintf("%s/p%d", w.leg.ID, w.pages), Leg: w.leg.ID, URL: w.url(args[0]), Final: w.url(args[0]),
		Purpose: observation.PurposeVisit, Named: has(args, "named"), State: observation.PageOK, Status: 200, Opened: w.clock,
	}
	w.lost = has(args, "lost")
	w.page.OptOutShown = has(args, "honoured")
	w.page.WayBackSought = opts["back"] != "" || has(args, "noback")
	for k, v := range opts {
		switch k {
		case "tab":
			n, err := strconv.Atoi(v)
			if err != nil {
				return err
			}
			w.page.Tab = n
		case "state":
			w.page.State = observation.PageState(v)
		case "status":
			n, err := strconv.Atoi(v)
			if err != nil {
				return err
			}
			w.page.Status = n
		case "final":
			w.page.Final = v
		case "back":
			w.page.WayBack = v
		case "optout":
			w.page.OptOut = v
		case "seen":
			w.page.CountrySeen = v
		case "by":
			w.page.SeenBy = v
		case "reason":
			w.page.Reasons = []string{v}
		default:
			return fmt.Errorf("unknown option %q", k)
		}
	}
	return nil
}

func (w *writer) dialog(found bool, opts map[string]string) error {
	c := &observation.Consent{Leg: w.leg.ID, Page: w.pageID(), Choice: observation.None, Found: found, Looked: 9000, Outcome: observation.NoDialog, At: w.clock}
	if script := opts["script"]; script != "" {
		c.Scripts = []string{script}
	}
	c.Manager, c.Unread = opts["manager"], opts["unread"]
	if found {
		c.Outcome = ""
		c.Dialog = &observation.Dialog{Layer: 1}
		if w.leg.Choice == observation.Settings {
			c.Choice = observation.Settings
			if v := opts["offers"]; v != "" {
				c.Offers = strings.Split(v, ",")
			}
		}
		for _, as := range []string{"accept", "reject", "settings", "save", "close", "hide", "pay", "unclear"} {
			if text, ok := opts[as]; ok {
				c.Dialog.Controls = append(c.Dialog.Controls, observation.Control{Text: text, Role: "button", As: strings.TrimPrefix(as, "unclear")})
			}
		}
	}
	w.add(observation.Record{Consent: c})
	return nil
}

// choose is a successful attempt unless its options say otherwise, and begins
// the phase that follows it.
func (w *writer) choose(choice observation.Choice, opts map[string]string) error {
	c := &observation.Consent{
		Leg: w.leg.ID, Page: w.pageID(), Choice: choice, Found: true, Looked: 500, Outcome: observation.Unproven, At: w.clock,
		Proof: []observation.ProofFact{observation.ProofGone, observation.ProofStaysGone, observation.ProofDecoded},
	}
	if v, ok := opts["outcome"]; ok {
		c.Outcome = observation.Outcome(v)
		c.Found = c.Outcome != observation.NoDialog
		c.Looked = 9000
		c.Proof = nil
	}
	if v, ok := opts["script"]; ok {
		c.Scripts = []string{v}
	}
	c.Why, c.ByAPI, c.ByScript = opts["why"], opts["by"] == "api", opts["by"] == "script"
	if v, ok := opts["presses"]; ok {
		n, err := strconv.Atoi(v)
		if err != nil {
			return err
		}
		for range n {
			c.Steps = append(c.Steps, "pressed")
		}
		c.Method = cmp.Or(opts["method"], "finder")
	}
	if v, ok := opts["held"]; ok {
		c.Held = []string{v}
	}
	if v, ok := opts["proof"]; ok {
		c.Proof = nil
		for f := range strings.SplitSeq(v, ",") {
			c.Proof = append(c.Proof, observation.ProofFact(f))
		}
	}
	if v, ok := opts["record"]; ok {
		name, digest, _ := strings.Cut(v, ":")
		c.Record = []observation.Stored{{Item: w.key(observation.Cookie, name, opts), Value: value(digest), Word: observation.Stance(opts["word"])}}
	}
	w.add(observation.Record{Consent: c})
	w.phase = observation.After
	if w.leg.Choice == observation.Withdraw && choice == observation.Accept {
		w.phase = observation.Granted
	}
	return nil
}

func value(digest string) observation.Value {
	return observation.Value{Digest: digest, Shape: observation.ShapeOf(digest)}
}

func (w *writer) key(kind observation.Kind, name string, opts map[string]string) observation.Key {
	k := observation.Key{Kind: kind, Name: name}
	if kind == observation.Cookie {
		k.Host, k.Path = observation.HostOf(w.site), "/"
		if h := opts["host"]; h != "" {
			k.Host = h
		}
		if p := opts["path"]; p != "" {
			k.Path = p
		}
		return k
	}
	k.Origin = w.site
	if o := opts["origin"]; o != "" {
		k.Origin = o
	}
	return k
}

func (w *writer) at(opts map[string]string, after int64) (int64, error) {
	v, ok := opts["at"]
	if !ok {
		return w.clock + after, nil
	}
	n, err := strconv.ParseInt(v, 10, 64)
	return w.clock + n, err
}

func (w *writer) set(op observation.Op, kind observation.Kind, name string, fast bool, opts map[string]string) error {
	k := w.key(kind, name, opts)
	life, err := lifetime(kind, opts["life"])
	if err != nil {
		return err
	}
	at, err := w.at(opts, 1200)
	if err != nil {
		return err
	}
	write := &observation.Write{
		Seq: w.next(), Page: w.pageID(), Frame: w.page.URL, Phase: w.phase, Cause: observation.CauseLoad, Item: k, Op: op,
		At: at, Via: observation.ViaScript, By: w.source(opts["by"]), Lifetime: life, Value: value(opts["digest"]),
	}
	if fast {
		write.Fast, write.Cause = true, observation.CauseTimer
	}
	if opts["via"] != "" {
		write.Via = observation.Via(opts["via"])
	}
	if write.By.URL != w.page.URL && write.Via == observation.ViaScript {
		write.Chain = []observation.Source{{URL: w.page.URL, Line: 12}}
	}
	w.setter[k] = write.By
	w.forget(k)
	w.area(k)
	w.stored = append(w.stored, observation.Stored{Item: k, Expires: life.Seconds, Value: write.Value})
	w.add(observation.Record{Write: write})
	return nil
}

func (w *writer) source(by string) observation.Source {
	if by == "" {
		return observation.Source{URL: w.page.URL, Line: 7}
	}
	s := observation.Source{URL: by}
	if i := strings.LastIndexByte(by, ':'); i > 6 {
		if n, err := strconv.Atoi(by[i+1:]); err == nil {
			s.URL, s.Line = by[:i], n
		}
	}
	s.URL = w.url(s.URL)
	return s
}

func (w *writer) delete(kind observation.Kind, name string, opts map[string]string) error {
	k := w.key(kind, name, opts)
	at, err := w.at(opts, 1210)
	if err != nil {
		return err
	}
	w.forget(k)
	w.add(observation.Record{Write: &observation.Write{
		Seq: w.next(), Page: w.pageID(), Phase: w.phase, Cause: observation.CauseLoad, Item: k, Op: observation.OpDelete,
		At: at, Via: observation.ViaScript, By: w.setter[k],
	}})
	return nil
}

func (w *writer) forget(k observation.Key) {
	var left []observation.Stored
	for _, s := range w.stored {
		if s.Item != k {
			left = append(left, s)
		}
	}
	w.stored = left
}

// area is the place in w.areas of the one in which an item lies.
func (w *writer) area(k observation.Key) int {
	for i, a := range w.areas {
		if a.Kind == k.Kind && a.Origin == k.Origin {
			return i
		}
	}
	w.areas = append(w.areas, observation.Area{Kind: k.Kind, Origin: k.Origin})
	return len(w.areas) - 1
}

func (w *writer) rest(without string) {
	c := &observation.Checkpoint{Seq: w.next(), Page: w.pageID(), Phase: w.phase, At: w.clock + 5000}
	for i, a := range w.areas {
		if without != "" && (without == string(a.Kind) || without == a.Origin) {
			continue
		}
		a.Items = []observation.Stored{}
		for _, s := range w.stored {
			if w.area(s.Item) == i {
				a.Items = append(a.Items, s)
			}
		}
		c.Areas = append(c.Areas, a)
	}
	w.add(observation.Record{Checkpoint: c})
}

func (w *writer) request(raw string, unread bool, opts map[string]string) error {
	r := &observation.Request{
		Seq: w.next(), Page: w.pageID(), Phase: w.phase, URL: raw, Method: "GET", Type: "Image", Status: 200,
		Embed: observation.CrossSite, At: w.clock + 1500, Unread: unread,
	}
	if m := opts["method"]; m != "" {
		r.Method = m
	}
	if m := opts["type"]; m != "" {
		r.Type = m
	}
	if name := opts["carries"]; name != "" {
		r.Carried = []observation.Key{w.key(observation.Cookie, name, opts)}
	}
	for item := range listed(opts["sends"]) {
		kind, name, _ := strings.Cut(item, ":")
		k := w.key(observation.Kind(kind), name, opts)
		r.Sent = append(r.Sent, k)
		if opts["in"] != "" {
			r.Taken = append(r.Taken, observation.Taken{Item: k, In: opts["in"], As: cmp.Or(opts["as"], "plain"), Digest: opts["value"]})
		}
	}
	for id := range listed(opts["ids"]) {
		parts := strings.Split(id, ":")
		p := observation.Param{Name: parts[0], Bits: 80}
		if len(parts) < 2 || len(parts) > 3 {
			return fmt.Errorf("ids: want name:digest or name:digest:bits")
		}
		p.Digest = parts[1]
		if len(parts) == 3 {
			n, err := strconv.Atoi(parts[2])
			if err != nil {
				return err
			}
			p.Bits = n
		}
		r.IDs = append(r.IDs, p)
	}
	for mark := range listed(opts["revalidates"]) {
		parts := strings.Split(mark, ":")
		if len(parts) != 3 {
			return fmt.Errorf("revalidates: want header:address:digest")
		}
		r.Revalidates = append(r.Revalidates, observation.Validator{Header: parts[0], Address: parts[1], Digest: parts[2], Bits: 110})
	}
	if opts["by"] != "" {
		r.Chain = []observation.Source{w.source(opts["by"])}
	}
	if label := opts["typed"]; label != "" {
		r.Typed = []string{label}
	}
	w.add(observation.Record{Request: r})
	return nil
}

// listed are the parts of a list with commas; none of an empty one.
func listed(list string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for part := range strings.SplitSeq(list, ",") {
			if part != "" && !yield(part) {
				return
			}
		}
	}
}

func (w *writer) access(what string, opts map[string]string) error {
	at, err := w.at(opts, 1300)
	if err != nil {
		return err
	}
	w.add(observation.Record{Access: &observation.Access{
		Seq: w.next(), Page: w.pageID(), Frame: w.page.URL, Phase: w.phase, Cause: observation.CauseLoad, At: at,
		What: what, API: cmp.Or(opts["api"], what), By: w.source(opts["by"]),
	}})
	return nil
}

func (w *writer) signal(args []string, opts map[string]string) error {
	s := &observation.Signal{
		Seq: w.next(), Leg: w.leg.ID, Page: w.pageID(), Phase: w.phase, At: w.clock + 2000, Kind: observation.SignalKind(args[0]),
		Source: opts["source"], Name: opts["name"], Raw: opts["raw"], Error: opts["error"], Inapplicable: has(args, "inapplicable"),
	}
	for part := range listed(opts["says"]) {
		of, value, ok := strings.Cut(part, "=")
		if !ok {
			return fmt.Errorf("says: want of[:category]=stance")
		}
		of, category, _ := strings.Cut(of, ":")
		s.Says = append(s.Says, observation.Saying{Of: of, Category: category, Value: observation.Stance(value)})
	}
	if event := opts["event"]; event != "" {
		s.TCF = &observation.TCString{Event: event}
	}
	if opts["policy"] != "" {
		var err error
		s.TCF = &observation.TCString{Version: 2, Created: cmp.Or(opts["updated"], "2026-11-22"), Updated: cmp.Or(opts["updated"], "2026-11-22"), CMP: 300, Disclosing: !has(args, "undisclosed"), Event: opts["event"]}
		if s.TCF.PolicyVersion, err = strconv.Atoi(opts["policy"]); err != nil {
			return err
		}
		for into, list := range map[*[]int]string{&s.TCF.Vendors: opts["vendors"], &s.TCF.Interests: opts["interests"]} {
			for id := range listed(list) {
				n, err := strconv.Atoi(id)
				if err != nil {
					return err
				}
				*into = append(*into, n)
			}
		}
	}
	w.add(observation.Record{Signal: s})
	return nil
}

func (w *writer) link(to string, opts map[string]string) {
	l := &observation.Link{Page: w.pageID(), Phase: w.phase, At: w.clock + 4000, URL: to, Param: opts["param"], What: opts["what"], Digest: opts["digest"]}
	if kind, name, ok := strings.Cut(opts["item"], ":"); ok {
		l.Items = []observation.Key{w.key(observation.Kind(kind), name, opts)}
	}
	w.add(observation.Record{Link: l})
}

func (w *writer) next() int {
	w.seq++
	return w.seq
}

func lifetime(kind observation.Kind, text string) (observation.Lifetime, error) {
	switch {
	case text == "session", text == "" && (kind == observation.Cookie || kind == observation.SessionStorage):
		return observation.Lifetime{Persistence: observation.Session}, nil
	case text == "indefinite", text == "":
		return observation.Lifetime{Persistence: observation.Persistent}, nil
	}
	d, err := policies.ParseDuration(text)
	return observation.Lifetime{Persistence: observation.Persistent, Seconds: int64(d / time.Second)}, err
}

func has(words []string, word string) bool {
	for _, w := range words {
		if w == word {
			return true
		}
	}
	return false
}

func hasChoice(all []observation.Choice, c observation.Choice) bool {
	for _, a := range all {
		if a == c {
			return true
		}
	}
	return false
}

// split takes a line apart into words and key=value options; a value may stand
// in double quotes. A word with a slash or colon before its = is no option.
func split(line string) (words []string, opts map[string]string, err error) {
	opts = map[string]string{}
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
		end := strings.IndexAny(line, " =")
		if end > 0 && line[end] == '=' && !strings.ContainsAny(line[:end], "/:") {
			key := line[:end]
			line = line[end+1:]
			if strings.HasPrefix(line, `"`) {
				text, rest, ok := strings.Cut(line[1:], `"`)
				if !ok {
					return nil, nil, fmt.Errorf("a quotation mark is missing")
				}
				opts[key], line = text, rest
				continue
			}
			opts[key], line, _ = strings.Cut(line, " ")
			continue
		}
		word, rest, _ := strings.Cut(line, " ")
		words, line = append(words, word), rest
	}
	return words, opts, nil
}
