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
	early map[network.RequestID][]network.EventResponseReceivedExtraInfo
	sent  map[network.RequestID][]observation.Key
	// byURL is the newest request that loaded a script or document.
	byURL map[string]*request
	order []*request // of this page
}

type request struct {
	id        network.RequestID
	hops      []*hop
	typ       network.ResourceType
	method    string
	initiator *network.Initiator
	document  string
	frame     string
	sameSite  bool
	moment    moment
	status    int
	failed    string
	extras    int // response extra events joined so far
}

// hop is one address of a redirect chain.
type hop struct {
	url     string
	noExtra bool // the browser says that no extra event will come
	sets    []observation.Key
	carried []observation.Key
}

func (r *request) last() *hop { return r.hops[len(r.hops)-1] }

func newTraffic(l *Log) *traffic {
	return &traffic{
		log:      l,
		requests: map[network.RequestID]*request{},
		early:    map[network.RequestID][]network.EventResponseReceivedExtraInfo{},
		sent:     map[network.RequestID][]observation.Key{},
		byURL:    map[string]*request{},
	}
}

func (t *traffic) on(e chrome.Event) {
	switch e.Method {
	case "Network.requestWillBeSent":
		var p network.EventRequestWillBeSent
		if e.Decode(&p) == nil && p.Request != nil {
			t.begin(p)
		}
	case "Network.requestWillBeSentExtraInfo":
		var p network.EventRequestWillBeSentExtraInfo
		if e.Decode(&p) == nil {
			t.carried(p)
		}
	case "Network.responseReceivedExtraInfo":
		var p network.EventResponseReceivedExtraInfo
		if e.Decode(&p) == nil {
			t.extra(p)
		}
	case "Network.responseReceived":
		var p network.EventResponseReceived
		if e.Decode(&p) == nil && p.Response != nil {
			if r := t.requests[p.RequestID]; r != nil {
				r.status = int(p.Response.Status)
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

func (t *traffic) begin(p network.EventRequestWillBeSent) {
	r := t.requests[p.RequestID]
	if r != nil && p.RedirectResponse != nil {
		r.last().noExtra = !p.RedirectHasExtraInfo
		r.hops = append(r.hops, &hop{url: p.Request.URL})
	} else {
		r = &request{
			id: p.RequestID, hops: []*hop{{url: p.Request.URL}}, typ: p.Type, method: p.Request.Method,
			initiator: p.Initiator, document: p.DocumentURL, sameSite: p.Request.IsSameSite,
			moment: t.log.moment(sentAt(p)),
		}
		t.requests[p.RequestID] = r
		t.order = append(t.order, r)
	}
	t.byURL[p.Request.URL] = r
	if keys := t.sent[p.RequestID]; keys != nil {
		r.last().carried = append(r.last().carried, keys...)
		delete(t.sent, p.RequestID)
	}
	for _, x := range t.early[p.RequestID] {
		t.join(r, x)
	}
	delete(t.early, p.RequestID)
}

// sentAt is when the request was sent, by the machine's clock.
func sentAt(p network.EventRequestWillBeSent) time.Time {
	if p.WallTime == 0 {
		return now()
	}
	return time.UnixMicro(int64(float64(p.WallTime) * 1e6))
}

func (t *traffic) carried(p network.EventRequestWillBeSentExtraInfo) {
	var keys []observation.Key
	for _, a := range p.AssociatedCookies {
		if a.Cookie != nil && len(a.BlockedReasons) == 0 {
			keys = append(keys, jarKey(a.Cookie))
		}
	}
	if r := t.requests[p.RequestID]; r != nil {
		r.last().carried = append(r.last().carried, keys...)
		return
	}
	t.sent[p.RequestID] = keys
}

func (t *traffic) extra(p network.EventResponseReceivedExtraInfo) {
	if r := t.requests[p.RequestID]; r != nil {
		t.join(r, p)
		return
	}
	t.early[p.RequestID] = append(t.early[p.RequestID], p)
}

// join pairs an extra event with its hop: the n-th extra belongs to the n-th hop
// that has one.
func (t *traffic) join(r *request, p network.EventResponseReceivedExtraInfo) {
	n := 0
	for _, h := range r.hops {
		if h.noExtra {
			continue
		}
		if n == r.extras {
			r.extras++
			h.sets = append(h.sets, t.log.setCookies(r, h, p)...)
			return
		}
		n++
	}
	t.early[r.id] = append(t.early[r.id], p)
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
	return append(out, t.ancestry(r, 16)...)
}

// ancestry is the chain above a request, at most depth long.
func (t *traffic) ancestry(r *request, depth int) []observation.Source {
	if depth == 0 || r == nil {
		return nil
	}
	from := initiatorOf(r)
	if from.URL == "" || from.URL == r.hops[0].url {
		return nil
	}
	out := []observation.Source{from}
	if up := t.byURL[from.URL]; up != nil && up != r {
		out = append(out, t.ancestry(up, depth-1)...)
	}
	return out
}

// loaders is the chain above a script that wrote something: who loaded it.
func (t *traffic) loaders(by observation.Source) []observation.Source {
	return t.ancestry(t.byURL[by.URL], 16)
}

// initiatorOf is the place that started a request: the innermost script frame
// with an address, over asynchronous hops, else the markup that names it.
func initiatorOf(r *request) observation.Source {
	i := r.initiator
	if i == nil {
		return observation.Source{}
	}
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

// flush records the page's requests: in full those that set or carry something,
// cross a site, or send something; the others as a count per host.
func (t *traffic) flush() {
	plain := map[string]*observation.Request{}
	for _, r := range t.order {
		rec := t.record(r)
		if notable(r, rec) {
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
	hosts := make([]*observation.Request, 0, len(plain))
	for _, r := range plain {
		hosts = append(hosts, r)
	}
	slices.SortFunc(hosts, func(a, b *observation.Request) int { return cmp.Compare(a.URL, b.URL) })
	for _, r := range hosts {
		t.log.add(observation.Record{Request: r})
	}
	t.order = nil
}

func (t *traffic) record(r *request) *observation.Request {
	rec := &observation.Request{
		Page: r.moment.page, Phase: r.moment.phase, URL: t.log.redact.URL(r.last().url), Method: r.method,
		Type: string(r.typ), Status: r.status, Embed: observation.SameSite, At: r.moment.at, Fast: r.moment.fast,
		Chain: t.log.sources(t.chain(r, r.last())), Error: r.failed,
	}
	if observation.Site(observation.HostOf(r.last().url)) != observation.Site(observation.HostOf(r.moment.top)) {
		rec.Embed = observation.CrossSite
	}
	for _, h := range r.hops {
		rec.Sets = append(rec.Sets, h.sets...)
		rec.Carried = append(rec.Carried, h.carried...)
	}
	slices.SortFunc(rec.Carried, observation.Key.Compare)
	rec.Carried = slices.Compact(rec.Carried)
	return rec
}

func notable(r *request, rec *observation.Request) bool {
	if len(rec.Sets) > 0 || len(rec.Carried) > 0 || rec.Embed == observation.CrossSite || rec.Method != "GET" {
		return true
	}
	switch r.typ {
	case network.ResourceTypeStylesheet, network.ResourceTypeFont, network.ResourceTypeScript, network.ResourceTypeDocument:
		return false
	}
	return strings.Contains(r.last().url, "?")
}
