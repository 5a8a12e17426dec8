package collector

import (
	"cmp"
	"slices"
	"strings"

	"cookieaudit/scanner/chrome"

	"github.com/chromedp/cdproto/network"
)

// stray is a request of which the browser has told only what its network tells: where
// it went, its cookies and its answer. A document that goes as it sends a request takes
// the beginning of that along, as one does whose dialog reloads it.
type stray struct {
	id     network.RequestID
	top    string // of its tab, when it was sent
	moment moment
}

// wait notes that an extra event came ahead of the beginning of its request.
func (t *traffic) wait(e chrome.Event, id network.RequestID) {
	if t.requests[id] != nil || !e.Session.Type.Document() || slices.ContainsFunc(t.strays, func(s stray) bool { return s.id == id }) {
		return
	}
	t.strays = append(t.strays, stray{id, t.log.topOf(e.Session), t.log.moment(now())})
}

// gather makes requests of those whose beginning did not come, in the order in which
// they were heard of. It is called when it would have: as a document is replaced, and
// as a page comes to rest.
func (t *traffic) gather() {
	strays := t.strays
	t.strays = nil
	t.tell() // so that no stray is taken for a beacon that was told
	for _, s := range strays {
		// What it was sent with says where it went.
		sent := t.sent[s.id]
		if len(sent) != 1 || t.requests[s.id] != nil {
			continue
		}
		url, whole := addressed(sent[0].Headers)
		if url == "" {
			continue
		}
		h := &hop{
			seq: t.log.next(), url: url, pathless: !whole, method: header(sent[0].Headers, ":method"), at: s.moment.at, top: s.top, leaving: t.log.leaves(url, s.top),
		}
		t.log.readURL(h.leaving, url)
		r := &request{
			id: s.id, hops: []*hop{h}, typ: fetchedAs[header(sent[0].Headers, "sec-fetch-dest")], document: header(sent[0].Headers, "referer"), moment: s.moment, stray: true,
		}
		r.typ = cmp.Or(r.typ, network.ResourceTypeOther)
		if i := slices.IndexFunc(t.beacons, r.mayBe); i >= 0 {
			r.known(t.beacons[i])
			t.beacons = slices.Delete(t.beacons, i, i+1)
		}
		t.requests[s.id] = r
		t.order = append(t.order, r)
		t.join(s.id)
	}
}

// mayBe reports whether a stray may be the beacon that a script was seen to send.
func (r *request) mayBe(beacon *request) bool {
	h, sent := r.hops[0], beacon.hops[0]
	if !r.stray || r.typ != network.ResourceTypeFetch {
		return false
	}
	return h.url == sent.url || h.pathless && strings.HasPrefix(sent.url, h.url+"/")
}

// known takes over what a script was seen to send.
func (r *request) known(beacon *request) {
	h, sent := r.hops[0], beacon.hops[0]
	h.url, h.pathless, h.method, h.leaving = sent.url, false, sent.method, sent.leaving
	r.typ, r.from, r.document, r.paired = beacon.typ, beacon.from, beacon.document, true
}

// addressed is the address that a request was sent to; its origin only, and whole is
// false, where the headers do not tell more, as in HTTP/1.
func addressed(h network.Headers) (url string, whole bool) {
	if host := header(h, ":authority"); host != "" {
		return header(h, ":scheme") + "://" + host + header(h, ":path"), true
	}
	host := header(h, "host")
	switch {
	case host == "":
		return "", false
	case header(h, "sec-fetch-mode") != "": // which only goes to where it is safe
		return "https://" + host, false
	}
	return "http://" + host, false
}

// fetchedAs are resource types by Sec-Fetch-Dest.
var fetchedAs = map[string]network.ResourceType{
	"audio": network.ResourceTypeMedia, "empty": network.ResourceTypeFetch, "font": network.ResourceTypeFont,
	"iframe": network.ResourceTypeDocument, "image": network.ResourceTypeImage, "script": network.ResourceTypeScript,
	"style": network.ResourceTypeStylesheet, "video": network.ResourceTypeMedia,
}
