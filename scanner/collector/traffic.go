package collector

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
)

func now() time.Time { return time.Now() }

// traffic follows the requests of a leg: their redirect hops, who started them,
// and which cookies they carried and set. Requests are keyed by ID over all
// sessions, since a cross-site frame's or worker's request is told on two.
type traffic struct {
	log      *Log
	requests map[network.RequestID]*request
	// early keeps extra events that come before the request they belong to.
	early map[network.RequestID][]answer
	sent  map[network.RequestID][]network.EventRequestWillBeSentExtraInfo
	// strays are those whose extra events came, and no beginning so far.
	strays []stray
	// byURL is the newest request that loaded a script or document.
	byURL   map[string]*request
	sockets sockets
	// starters are the places that started the workers, by the address of their
	// script, which the browser does not tell.
	starters map[string]observation.Source
	// silent are requests of whose answers the browser tells no cookies, up to the
	// first reading of the jar after their page was left.
	silent []*request
	// beacons are those of this page as scripts sent them.
	beacons []*request
	order   []*request // of this page
}

type request struct {
	id        network.RequestID
	hops      []*hop
	typ       network.ResourceType
	initiator *network.Initiator
	from      observation.Source // in place of the initiator, where a script told
	document  string
	main      bool // the page's own document
	moment    moment
	late      bool // its record was put off once already
	stray     bool // its beginning was not told
	paired    bool // with the beacon that a script was seen to send
	failed    string
	sents     int // request extra events joined so far
	extras    int // response extra events joined so far
}

// hop is one address of a redirect chain.
type hop struct {
	seq      int // its place among the records, from when it was asked for
	url      string
	pathless bool // only the origin of its address is known
	method   string
	at       int64  // when it was sent, on the visit's clock
	top      string // address of the tab it belongs to; its own for a tab's document
	status   int
	noExtra  bool // the browser says that no extra event will come
	sets     []observation.Key
	carried  []observation.Key
	leaving  *leaving
	// validators are those that it was sent with, revalidates those that are told.
	validators  []validator
	revalidates []observation.Validator
}

func (r *request) last() *hop { return r.hops[len(r.hops)-1] }

func newTraffic(l *Log) *traffic {
	t := &traffic{
		log:      l,
		requests: map[network.RequestID]*request{},
		early:    map[network.RequestID][]answer{},
		sent:     map[network.RequestID][]network.EventRequestWillBeSentExtraInfo{},
		byURL:    map[string]*request{},
		starters: map[string]observation.Source{},
	}
	t.sockets = sockets{t, map[network.RequestID]*socket{}}
	return t
}

func (t *traffic) on(e chrome.Event) {
	t.sockets.on(e)
	t.log.country.on(e, t.requests)
	switch e.Method {
	case "Network.requestWillBeSent":
		var p network.EventRequestWillBeSent
		if e.Decode(&p) == nil && p.Request != nil {
			t.begin(e, p)
		}
	case "Network.requestWillBeSentExtraInfo":
		var p network.EventRequestWillBeSentExtraInfo
		if e.Decode(&p) == nil {
			t.wait(e, p.RequestID)
			t.carried(p)
		}
	case "Network.responseReceivedExtraInfo":
		var p network.EventResponseReceivedExtraInfo
		if e.Decode(&p) == nil {
			t.extra(answer{p, t.log.clock.Now(), t.log.fast})
		}
	case "Network.responseReceived":
		var p network.EventResponseReceived
		if e.Decode(&p) == nil && p.Response != nil {
			if r := t.requests[p.RequestID]; r != nil {
				r.last().status = int(p.Response.Status)
			}
		}
	case "Network.loadingFailed":
		var p network.EventLoadingFailed
		if e.Decode(&p) == nil {
			if r := t.requests[p.RequestID]; r != nil {
				r.failed = p.ErrorText
			}
		}
	}
}

func (t *traffic) begin(e chrome.Event, p network.EventRequestWillBeSent) {
	main := p.Type == network.ResourceTypeDocument && string(p.FrameID) == string(e.Session.Root().TargetID)
	sent := t.log.moment(sentAt(p))
	h := &hop{seq: t.log.next(), url: p.Request.URL, method: p.Request.Method, at: sent.at, top: t.log.topOf(e.Session)}
	// What a document takes along leaves the one before it.
	h.leaving = t.log.leaving(p.Request, h.top)
	if main {
		h.top = h.url
	}
	if h.leaving.asked {
		t.ask(e.Session, p.RequestID, h, header(p.Request.Headers, "Content-Encoding"))
	}
	r := t.requests[p.RequestID]
	switch {
	case r != nil && r.stray:
		// It was given up for lost, and is not.
		first := r.hops[0]
		first.url, first.pathless, first.method, first.top, first.leaving = h.url, false, h.method, h.top, h.leaving
		r.typ, r.initiator, r.document, r.main, r.stray = p.Type, p.Initiator, p.DocumentURL, main, false
	case r != nil && p.RedirectResponse != nil:
		r.last().noExtra = !p.RedirectHasExtraInfo
		r.last().status = int(p.RedirectResponse.Status)
		r.hops = append(r.hops, h)
	default:
		r = &request{
			id: p.RequestID, hops: []*hop{h}, typ: p.Type,
			initiator: p.Initiator, document: p.DocumentURL,
			moment: sent, main: main,
		}
		t.requests[p.RequestID] = r
		t.order = append(t.order, r)
		if e.Session.Type == chrome.SharedWorkerTarget {
			t.silent = append(t.silent, r)
		}
	}
	t.byURL[p.Request.URL] = r
	t.log.requested(p.Request.URL, r.moment)
	t.join(p.RequestID)
}

// join takes in the extra events that came ahead of their request.
func (t *traffic) join(id network.RequestID) {
	extras, early := t.sent[id], t.early[id]
	delete(t.sent, id)
	delete(t.early, id)
	// Those that still lack their hop put themselves back.
	for _, x := range extras {
		t.carried(x)
	}
	for _, x := range early {
		t.extra(x)
	}
}

// sentAt is when the request was sent, by the machine's clock.
func sentAt(p network.EventRequestWillBeSent) time.Time {
	if p.WallTime == 0 {
		return now()
	}
	return time.UnixMicro(int64(float64(p.WallTime) * 1e6))
}

// carried notes the cookies that a hop was sent with.
func (t *traffic) carried(p network.EventRequestWillBeSentExtraInfo) {
	r := t.requests[p.RequestID]
	h := r.hop(func(r *request) int { return r.sents })
	if h == nil {
		t.sent[p.RequestID] = append(t.sent[p.RequestID], p)
		return
	}
	r.sents++
	for _, a := range p.AssociatedCookies {
		if a.Cookie != nil && len(a.BlockedReasons) == 0 {
			h.carried = append(h.carried, jarKey(a.Cookie))
		}
	}
	t.log.readHeaders(h.leaving, p.Headers)
	t.log.revalidates(h, p.Headers)
}

// ask asks the browser for a body that it did not tell with the request.
func (t *traffic) ask(s *chrome.Session, id network.RequestID, h *hop, encoding string) {
	if t.log.context == nil {
		return
	}
	t.log.context.Ask(s, "Network.getRequestPostData", network.GetRequestPostDataParams{RequestID: id}, func(r chrome.Reply) {
		var body network.GetRequestPostDataResult
		if err := r.Decode(&body); err != nil || len(body.PostData) == 0 {
			h.leaving.asked, h.leaving.present = false, nil
			return
		}
		t.log.readBody(h.leaving, body.PostData, encoding)
	})
}

// answer is a response extra event, and when it came.
type answer struct {
	network.EventResponseReceivedExtraInfo
	at   int64 // on the visit's clock
	fast bool
}

// extra records the cookies that a hop's response set.
func (t *traffic) extra(p answer) {
	r := t.requests[p.RequestID]
	h := r.hop(func(r *request) int { return r.extras })
	if h == nil {
		t.early[p.RequestID] = append(t.early[p.RequestID], p)
		return
	}
	r.extras++
	if r.stray {
		h.status = int(p.StatusCode) // which nothing else will tell
	}
	t.log.country.headers(h, p.Headers)
	t.log.revalidated(h, r.moment.phase, p.StatusCode, p.Headers)
	h.sets = append(h.sets, t.log.setCookies(r, h, p)...)
}

// hop pairs an extra event with its hop: the n-th extra belongs to the n-th hop
// that has one. It is nil where that hop was not told yet.
func (r *request) hop(joined func(*request) int) *hop {
	if r == nil {
		return nil
	}
	n := joined(r)
	for _, h := range r.hops {
		if h.noExtra {
			continue
		}
		if n == 0 {
			return h
		}
		n--
	}
	return nil
}

// chain leads from a request to the page's HTML: its earlier hops, what started
// it, what loaded that, and so on.
func (t *traffic) chain(r *request, upTo *hop) []observation.Source {
	var out []observation.Source
	for _, h := range r.hops {
		if h == upTo {
			break
		}
		out = append([]observation.Source{{URL: h.url}}, out...)
	}
	return append(out, t.ancestry(r)...)
}

// ancestry is the chain above a request, up to the page's own HTML. What made
// the page itself (a script that reloaded it) is no part of it.
func (t *traffic) ancestry(r *request) []observation.Source {
	var out []observation.Source
	seen := map[string]bool{}
	for r != nil && !r.main && len(out) < 16 {
		seen[r.hops[0].url] = true
		from := t.starter(r)
		if from.URL == "" || seen[from.URL] {
			break
		}
		seen[from.URL] = true
		if lasting(from.URL) {
			out = append(out, from)
		}
		r = t.loaded(from.URL)
	}
	return out
}

// loaded is the newest request of a script or document. That of a worker's script need
// not be told; what stands for it says who started the worker.
func (t *traffic) loaded(url string) *request {
	r := t.byURL[url]
	if _, ok := t.starters[url]; r == nil && ok {
		r = &request{hops: []*hop{{url: url}}}
	}
	return r
}

// starter is the place that a request comes from; the page itself where nobody
// tells.
func (t *traffic) starter(r *request) observation.Source {
	if from, ok := t.starters[r.hops[0].url]; ok {
		return from
	}
	if r.from.URL != "" {
		return r.from
	}
	from := initiatorOf(r)
	if from.URL == "" && r.last().top != r.hops[0].url {
		from.URL = r.last().top
	}
	return from
}

// started notes who started the worker of a script.
func (t *traffic) started(script string, c scriptCall) {
	t.starters[script] = t.setter(c)
}

// beacon notes a beacon. The browser tells of it too, unless the page goes at once.
func (t *traffic) beacon(c scriptCall) {
	sent := t.log.moment(c.time())
	h := &hop{seq: t.log.next(), url: c.Name, method: "POST", at: sent.at, top: t.log.topOf(c.session)}
	h.leaving = t.log.leaves(h.url, h.top)
	t.log.readURL(h.leaving, h.url)
	if c.Value != "" {
		t.log.readBody(h.leaving, []byte(c.Value), "")
	}
	h.leaving.unread = h.leaving.unread || c.Unread
	b := &request{
		hops: []*hop{h}, from: t.setter(c), typ: network.ResourceTypePing, document: c.URL, moment: sent,
	}
	if i := slices.IndexFunc(t.order, func(r *request) bool { return r.mayBe(b) }); i >= 0 {
		t.order[i].known(b)
		return
	}
	t.beacons = append(t.beacons, b)
}

// tell takes the beacons that the browser told of out of those that wait for it to, and
// gives the bodies that it could not to those that scripts sent.
func (t *traffic) tell() {
	for _, r := range t.order {
		if r.typ != network.ResourceTypePing || r.stray || r.paired {
			continue
		}
		h := r.hops[0]
		i := slices.IndexFunc(t.beacons, func(b *request) bool { return b.hops[0].url == h.url })
		if i < 0 {
			continue
		}
		if sent := t.beacons[i].hops[0]; h.leaving.unread && !sent.leaving.unread {
			h.leaving = sent.leaving
		}
		r.paired = true
		t.beacons = slices.Delete(t.beacons, i, i+1)
	}
}

// untold adds the beacons that the browser did not tell of to the requests.
func (t *traffic) untold() {
	t.tell()
	t.order = append(t.order, t.beacons...)
	t.beacons = nil
}

// fetched notes a request that the browser made without telling. It is recorded as any
// other, and what its answer set looked for in the jar.
func (t *traffic) fetched(url string) {
	sent := t.log.moment(now())
	r := &request{
		hops: []*hop{{seq: t.log.next(), url: url, method: "GET", at: sent.at, top: t.log.top, leaving: &leaving{}}},
		typ:  network.ResourceTypeScript, moment: sent,
	}
	t.silent, t.order = append(t.silent, r), append(t.order, r)
	if t.byURL[url] == nil {
		t.byURL[url] = r
	}
}

// answeredWith is the one silent request whose answer can have set a cookie that
// was found in the jar; nil where there is none, or more than one.
func (t *traffic) answeredWith(k observation.Key) *request {
	var found *request
	for _, r := range t.silent {
		_, host, path := split(r.last().url)
		if host != k.Host && (k.HostOnly || !strings.HasSuffix(host, "."+k.Host)) || !r.last().pathless && !covers(k.Path, path) {
			continue
		}
		if found != nil && found.last().url != r.last().url {
			return nil
		}
		found = r
	}
	return found
}

// jarRead forgets the silent requests of pages that were left before this reading of
// the jar: what their answers set was in it.
func (t *traffic) jarRead() {
	t.silent = slices.DeleteFunc(t.silent, func(r *request) bool { return r.moment.page != t.log.pageID })
}

// loaders is the chain above a script that wrote something: who loaded it.
func (t *traffic) loaders(by observation.Source) []observation.Source {
	return t.ancestry(t.loaded(by.URL))
}

// initiatorOf is the place that started a request: the innermost script frame
// with an address, over asynchronous hops, else the markup that names it.
func initiatorOf(r *request) observation.Source {
	if r == nil || r.initiator == nil {
		return observation.Source{}
	}
	i := r.initiator
	for s := i.Stack; s != nil; s = s.Parent {
		if f := topFrame(s); f.URL != "" {
			return f
		}
	}
	if i.URL != "" {
		return observation.Source{URL: i.URL, Line: int(i.LineNumber) + 1}
	}
	if r.typ != network.ResourceTypeDocument {
		return observation.Source{URL: r.document}
	}
	return observation.Source{}
}

func topFrame(s *runtime.StackTrace) observation.Source {
	for _, f := range s.CallFrames {
		if f.URL != "" {
			return observation.Source{URL: f.URL, Line: int(f.LineNumber) + 1, Column: int(f.ColumnNumber) + 1, Function: f.FunctionName}
		}
	}
	return observation.Source{}
}

// flush records the page's requests, each redirect hop as one of its own: in full
// those that set or carry something, cross a site, or send something; the others
// as a count per host. One whose body is still to come is put off, once: the page
// may be left by the very click that sent it.
func (t *traffic) flush() {
	t.gather()
	t.untold()
	plain := map[string]*observation.Request{}
	var late []*request
	for _, r := range t.order {
		if !r.late && slices.ContainsFunc(r.hops, func(h *hop) bool { return h.leaving.asked }) {
			r.late = true
			late = append(late, r)
			continue
		}
		if r.extras == 0 && r.failed == "" && !r.last().noExtra && r.last().status == 0 {
			t.silent = append(t.silent, r) // its answer comes when nobody can tell it
		}
		for _, h := range r.hops {
			rec := t.record(r, h)
			h.leaving.held = nil // nothing more is looked for in it
			if notable(r, h, rec) {
				t.log.add(observation.Record{Request: rec})
				continue
			}
			host := observation.HostOf(rec.URL)
			if first := plain[host]; first != nil {
				first.Count++
				continue
			}
			plain[host] = rec
		}
	}
	hosts := make([]*observation.Request, 0, len(plain))
	for _, r := range plain {
		hosts = append(hosts, r)
	}
	slices.SortFunc(hosts, func(a, b *observation.Request) int { return cmp.Compare(a.URL, b.URL) })
	for _, r := range hosts {
		t.log.add(observation.Record{Request: r})
	}
	t.order = late
}

// end records what is left when no body can come any more.
func (t *traffic) end() {
	for _, r := range t.order {
		r.late = true
	}
	t.flush()
}

func (t *traffic) record(r *request, h *hop) *observation.Request {
	rec := &observation.Request{
		Seq: h.seq, Page: r.moment.page, Phase: r.moment.phase, URL: t.log.redact.URL(h.url), Method: h.method,
		Type: string(r.typ), Status: h.status, Embed: observation.SameSite, At: h.at, Fast: r.moment.fast,
		Chain: t.log.sources(t.chain(r, h)), Sets: h.sets, Carried: h.carried,
		Revalidates: h.revalidates,
	}
	h.leaving.tell(rec)
	if h == r.last() {
		rec.Error = r.failed
	}
	if observation.Site(observation.HostOf(h.url)) != observation.Site(observation.HostOf(h.top)) {
		rec.Embed = observation.CrossSite
	}
	slices.SortFunc(rec.Carried, observation.Key.Compare)
	rec.Carried = slices.Compact(rec.Carried)
	return rec
}

func notable(r *request, h *hop, rec *observation.Request) bool {
	if len(rec.Sets) > 0 || len(rec.Carried) > 0 || len(rec.Sent) > 0 || len(rec.Typed) > 0 || len(rec.IDs) > 0 || len(rec.Revalidates) > 0 || rec.Unread || rec.Embed == observation.CrossSite || rec.Method != "GET" {
		return true
	}
	switch r.typ {
	case network.ResourceTypeStylesheet, network.ResourceTypeFont, network.ResourceTypeScript, network.ResourceTypeDocument:
		return false
	}
	return strings.Contains(h.url, "?")
}
