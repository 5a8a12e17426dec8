package collector

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/url"
	"strings"
	"testing"

	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/network"
	"github.com/google/go-cmp/cmp"
)

const (
	testID   = "0b9f3c1e-77aa-4c1d-9c1e-2f5d8a6b4c3d"
	testUID  = "cookie-value-4711-xyz"
	testMail = "Pat.Walker@example.org"
	testTop  = "https://www.a.test/"
)

var (
	anon = observation.Key{Kind: observation.LocalStorage, Name: "anon", Origin: "https://www.a.test"}
	uid  = observation.Key{Kind: observation.Cookie, Name: "uid", Host: "a.test"}
)

// storing is a log of a leg that has stored something and typed something.
func storing() *Log {
	l := NewLog("none/1", observation.NewRedactor([]byte("k")), nil)
	l.present[anon], l.present[uid] = testID, testUID
	l.present[observation.Key{Kind: observation.LocalStorage, Name: "cohort", Origin: "https://www.a.test"}] = "variant"
	l.present[observation.Key{Kind: observation.LocalStorage, Name: "back", Origin: "https://www.a.test"}] = "/planning/apply/4711"
	l.Typed("label=E-mail", testMail)
	return l
}

func sending(to, body string, headers network.Headers) *network.Request {
	r := &network.Request{URL: to, Headers: headers}
	if body != "" {
		r.HasPostData, r.PostDataEntries = true, []*network.PostDataEntry{{Bytes: []byte(body)}}
	}
	return r
}

func digest(sum []byte) string { return hex.EncodeToString(sum) }

// A value is found in whatever way it travels; nothing else is taken for it.
func TestLeaving(t *testing.T) {
	sumID, sumMail := sha256.Sum256([]byte(testID)), sha256.Sum256([]byte(strings.ToLower(testMail)))
	md, s1 := md5.Sum([]byte(testID)), sha1.Sum([]byte(testID))
	took := func(k observation.Key, in, as string) observation.Taken {
		return observation.Taken{Item: k, In: in, As: as}
	}
	for _, tt := range []struct {
		name, url, body string
		headers         network.Headers
		taken           []observation.Taken
		typed           []string
	}{
		{name: "nothing", url: "https://www.a.test/?q=lamps"},
		{name: "in the address", url: "https://t.test/p?id=" + testID, taken: []observation.Taken{took(anon, "url", "plain")}},
		{name: "as MD5", url: "https://t.test/p?id=" + digest(md[:]), taken: []observation.Taken{took(anon, "url", "md5")}},
		{name: "as SHA-1 in capitals", url: "https://t.test/p?id=" + strings.ToUpper(digest(s1[:])), taken: []observation.Taken{took(anon, "url", "sha1")}},
		{name: "as SHA-256 in a body", url: "https://t.test/p", body: `{"h":"` + digest(sumID[:]) + `"}`, taken: []observation.Taken{took(anon, "body", "sha256")}},
		{name: "in base64", url: "https://t.test/p?b=" + url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(testID))), taken: []observation.Taken{took(anon, "url", "base64")}},
		{name: "twice", url: "https://t.test/p?id=" + testID, body: "id=" + testID, taken: []observation.Taken{took(anon, "body", "plain"), took(anon, "url", "plain")}},
		{name: "cookie of its own site", url: "https://www.a.test/p?u=" + testUID},
		{name: "cookie elsewhere", url: "https://t.test/p?u=" + testUID, taken: []observation.Taken{took(uid, "url", "plain")}},
		{name: "in the Referer to another site", url: "https://t.test/p", headers: network.Headers{"Referer": "https://www.a.test/?u=" + testUID},
			taken: []observation.Taken{took(uid, "referer", "plain")}},
		{name: "in the Referer to its own site", url: "https://www.a.test/p", headers: network.Headers{"Referer": "https://www.a.test/?id=" + testID}},
		{name: "in a header of its own", url: "https://t.test/p", headers: network.Headers{"X-Visitor": testID}, taken: []observation.Taken{took(anon, "header", "plain")}},
		{name: "in the cookies", url: "https://t.test/p", headers: network.Headers{"Cookie": "a=" + testID, "User-Agent": testID}},
		{name: "encoded", url: "https://t.test/p?m=Pat.Walker%40example.org", typed: []string{"label=E-mail"}},
		{name: "in a body", url: "https://t.test/in", body: `{"v":"Pat.Walker@example.org","a":"` + testID + `"}`,
			taken: []observation.Taken{took(anon, "body", "plain")}, typed: []string{"label=E-mail"}},
		{name: "what was typed in base64", url: "https://t.test/in", body: base64.StdEncoding.EncodeToString([]byte(testMail)), typed: []string{"label=E-mail"}},
		{name: "as a digest of its lower case", url: "https://t.test/?h=" + digest(sumMail[:]), typed: []string{"label=E-mail"}},
		{name: "in other letters", url: "https://t.test/?m=PAT.WALKER@EXAMPLE.ORG", typed: []string{"label=E-mail"}},
		{name: "a part of a longer word", url: "https://t.test/p?id=x" + testID + "y"},
		{name: "an address that is stored", url: "https://t.test/planning/apply/4711"},
		{name: "a short word", url: "https://t.test/?c=variant"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var rec observation.Request
			storing().leaving(sending(tt.url, tt.body, tt.headers), testTop).tell(&rec)
			if rec.Unread {
				t.Error("the body was told")
			}
			if diff := cmp.Diff(tt.taken, rec.Taken); diff != "" {
				t.Errorf("taken (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.typed, rec.Typed); diff != "" {
				t.Errorf("typed (-want +got):\n%s", diff)
			}
			for _, took := range tt.taken {
				if len(rec.Sent) != 1 || rec.Sent[0] != took.Item {
					t.Errorf("sent %v", rec.Sent)
				}
			}
		})
	}
}

// What looks like an identifier is told by name and digest; consent, times, places
// and addresses are none.
func TestIdentifiers(t *testing.T) {
	const id = "k3J9x-Qm27Lp_80Zs4"
	for _, tt := range []struct {
		name, url, body string
		want            []string
	}{
		{"in the address", "https://t.test/p?uid=" + id + "&page=2", "", []string{"uid"}},
		{"to its own site", "https://www.a.test/p?uid=" + id, "", nil},
		{"in a form", "https://t.test/p", "uid=" + id + "&ev=PageView", []string{"uid"}},
		{"in a form of several lines", "https://t.test/p", "en=view&cid=123456789.1700000001\nen=scroll&uid=" + id, []string{"cid", "uid"}},
		{"in JSON", "https://t.test/p", `{"a":"` + id + `","user":{"id":"` + id + `","deep":{"id":"` + id + `"}},"n":12345678901234567}`, []string{"a", "deep.id", "user.id"}},
		{"in a form of parts", "https://t.test/p", "--x\r\nContent-Disposition: form-data; name=\"uid\"\r\n\r\n" + id + "\r\n--x--\r\n", []string{"uid"}},
		{"consent", "https://t.test/p?gcd=13l3l3l3l1l1&gdpr_consent=" + id + "&x=CPokAsAPokAsABEACBENC7CgAP_AAH_AAAwIJNNf_X__b3_j-_5_f_t0eY1P9_7__-0zjhfdl-8N3f_X", "", nil},
		{"times", "https://t.test/p?t=1763802784123&u=1763802784123456&d=2026-11-22T09:13:04.123Z", "", nil},
		{"chance against caches", "https://t.test/p?r=0.8726341927364511", "", nil},
		{"addresses and hosts", "https://t.test/p?dl=https%3A%2F%2Fwww.a.test%2Fa1b2c3d4e5f6&h=www.shop-1.a2b3c4d5.test&p=%2Fa1b2c3d4e5f6g7", "", nil},
		{"sentences", "https://t.test/p?title=Ten%20lamps%20for%2020%20pounds%20and%20more", "", nil},
		{"releases", "https://t.test/p?v=3.14.159-rc.20261122", "", nil},
		{"a name that is an identifier", "https://t.test/p?" + testID + "=" + id, "", []string{"{36 uuid}"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var rec observation.Request
			storing().leaving(sending(tt.url, tt.body, nil), testTop).tell(&rec)
			var got []string
			for _, id := range rec.IDs {
				got = append(got, id.Name)
				if id.Digest == "" || id.Bits < idBits {
					t.Errorf("%+v", id)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestManyIdentifiersAreBounded(t *testing.T) {
	var query strings.Builder
	for range 100 {
		query.WriteString("&" + rand.Text()[:5] + "=1" + rand.Text())
	}
	var rec observation.Request
	storing().leaving(sending("https://t.test/?"+query.String(), "", nil), testTop).tell(&rec)
	if len(rec.IDs) != maxIDs {
		t.Errorf("%d identifiers", len(rec.IDs))
	}
}

func packed(t *testing.T, text string, pack func(io.Writer) io.WriteCloser) string {
	t.Helper()
	var b bytes.Buffer
	w := pack(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func gzipped(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }
func zlibbed(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }
func deflated(w io.Writer) io.WriteCloser {
	f, err := flate.NewWriter(w, 9)
	if err != nil {
		panic(err)
	}
	return f
}

// Packed bodies are unpacked; what cannot be read is said to be unread.
func TestBodies(t *testing.T) {
	const text = `{"visitor":"` + testID + `"}`
	noise := make([]byte, 4096)
	if _, err := rand.Read(noise); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, body, encoding string
		found, unread        bool
	}{
		{"as it is", text, "", true, false},
		{"gzip, as said", packed(t, text, gzipped), "gzip", true, false},
		{"gzip, not said", packed(t, text, gzipped), "", true, false},
		{"zlib, as said", packed(t, text, zlibbed), "deflate", true, false},
		{"zlib, not said", packed(t, text, zlibbed), "", true, false},
		{"bare deflate", packed(t, text, deflated), "deflate", true, false},
		{"text that begins like zlib", "x^y=" + testID, "", true, false},
		{"gzip that is cut off", packed(t, text, gzipped)[:20], "gzip", false, true},
		{"gzip of too much", packed(t, strings.Repeat(" ", maxHay)+text, gzipped), "gzip", false, true},
		{"too much", text + strings.Repeat(" ", maxHay), "", true, true},
		{"brotli", string(noise), "br", false, true},
		{"encrypted", string(noise), "", false, true},
		{"a few bytes", "\x01\x02\x03", "", false, true},
		{"binary with text", "\x00\x01\x0a\x24" + testID + "\x10\x96\x01", "", true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var rec observation.Request
			headers := network.Headers{}
			if tt.encoding != "" {
				headers["Content-Encoding"] = tt.encoding
			}
			storing().leaving(sending("https://t.test/", tt.body, headers), testTop).tell(&rec)
			if (len(rec.Taken) > 0) != tt.found || rec.Unread != tt.unread {
				t.Errorf("taken %v, unread %v", rec.Taken, rec.Unread)
			}
		})
	}
}

func TestUnread(t *testing.T) {
	l := NewLog("none/1", observation.NewRedactor([]byte("k")), nil)
	for name, r := range map[string]*network.Request{
		"too long": {URL: "https://t.test/", HasPostData: true},
		"a blob":   {URL: "https://t.test/", HasPostData: true, PostDataEntries: []*network.PostDataEntry{{}}},
	} {
		if v := l.leaving(r, testTop); !v.unread || !v.asked {
			t.Errorf("%s: taken as read", name)
		}
	}
	if why := l.Typed("label=Town", "Ely"); why == "" {
		t.Error("a value of three letters cannot be looked for")
	}
}

// What is stored when the body comes is not what was stored when it was sent.
func TestBodyThatComesLate(t *testing.T) {
	l := storing()
	v := l.leaving(&network.Request{URL: "https://t.test/", HasPostData: true}, testTop)
	delete(l.present, anon)
	l.readBody(v, []byte(testID), "")
	if v.unread || !v.taken[observation.Taken{Item: anon, In: inBody, As: "plain"}] {
		t.Errorf("%+v", v)
	}
}

// A request whose body is still to come when its page is left is put off; it is
// not lost where the visit ends, and says what nobody could read.
func TestBodyThatNeverComes(t *testing.T) {
	for name, leave := range map[string]func(*traffic){"page left": (*traffic).flush, "visit cut short": func(*traffic) {}} {
		l := storing()
		r := &request{hops: []*hop{{url: "https://t.test/", top: testTop, leaving: l.leaving(&network.Request{URL: "https://t.test/", HasPostData: true}, testTop)}}}
		l.traffic.order = append(l.traffic.order, r)
		leave(l.traffic)
		if len(l.records) != 0 {
			t.Errorf("%s: %d records too early", name, len(l.records))
		}
		l.traffic.end()
		if len(l.records) != 1 || !l.records[0].Request.Unread {
			t.Errorf("%s: %+v", name, l.records)
		}
	}
}

func FuzzBody(f *testing.F) {
	f.Add([]byte(`{"a":{"b":"c"}}`), "gzip")
	f.Add([]byte("--x\r\nname=\"a\"\r\n\r\nb\r\n"), "")
	f.Add([]byte{0x78, 0x9c, 0}, "deflate")
	f.Fuzz(func(t *testing.T, body []byte, encoding string) {
		l := storing()
		v := l.leaves("https://t.test/", testTop)
		l.readBody(v, body, encoding)
		var rec observation.Request
		v.tell(&rec)
		if len(rec.IDs) > maxIDs {
			t.Error("too many identifiers")
		}
	})
}

// What is inside a database is found in requests to come, and in those of the page
// that were sent when the database was there already.
func TestKept(t *testing.T) {
	visitors := observation.Key{Kind: observation.IndexedDB, Name: "visitors", Origin: "https://www.a.test"}
	l := storing()
	send := func() *hop {
		h := &hop{url: "https://t.test/p", top: testTop, leaving: l.leaving(sending("https://t.test/p?id=k3J9x-Qm27Lp_80Zs4", `{"v":"9c1e-2f5d8a6b4c3d"}`, nil), testTop)}
		l.traffic.order = append(l.traffic.order, &request{hops: []*hop{h}})
		return h
	}
	ahead := send()
	l.present[visitors] = ""
	before := send()
	if len(before.leaving.taken) > 0 {
		t.Errorf("taken before anybody knows: %+v", before.leaving.taken)
	}
	l.keep(map[observation.Key][]string{visitors: identifiersIn([]string{"k3J9x-Qm27Lp_80Zs4", `{"a":{"b":"9c1e-2f5d8a6b4c3d"}}`})})
	after := send()
	delete(l.present, visitors)
	gone := send()
	for name, tt := range map[string]struct {
		h    *hop
		want []string
	}{
		"ahead of the database": {ahead, nil},
		"before it is read":     {before, []string{"body", "url"}},
		"after":                 {after, []string{"body", "url"}},
		"deleted":               {gone, nil},
	} {
		var rec observation.Request
		tt.h.leaving.tell(&rec)
		var got []string
		for _, taken := range rec.Taken {
			got = append(got, taken.In)
			if taken.Item != visitors || taken.As != "plain" || taken.Digest == "" {
				t.Errorf("%s: %+v", name, taken)
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// A page that keeps very much costs no more than the bounds.
func TestKeptIsBounded(t *testing.T) {
	l := storing()
	found := map[observation.Key][]string{}
	for i := range 100 {
		var texts []string
		for range 100 {
			texts = append(texts, "v7"+rand.Text())
		}
		k := observation.Key{Kind: observation.IndexedDB, Name: strings.Repeat("x", i), Origin: "https://www.a.test"}
		l.present[k], found[k] = "", identifiersIn(texts)
	}
	l.keep(found)
	total := 0
	for _, values := range l.kept {
		total += len(values)
	}
	if total != maxItems {
		t.Errorf("%d identifiers are looked for", total)
	}
	one := func(body string) (size int) {
		for _, p := range l.leaving(sending("https://t.test/p", body, nil), testTop).held {
			size += len(p.part)
		}
		return size
	}
	if size := one(strings.Repeat("word ", maxHeld)); size == 0 || size > maxHeld {
		t.Errorf("%d bytes of a request are held", size)
	}
	for range 2 * maxHeldPage / maxHeld {
		one(strings.Repeat("word", maxHeld/4-100))
	}
	if l.held == 0 || l.held > maxHeldPage {
		t.Errorf("%d bytes of a page are held", l.held)
	}
}

func TestIdentifiersInside(t *testing.T) {
	got := identifiersIn([]string{
		" k3J9x-Qm27Lp_80Zs4\n", `{"id":"9c1e-2f5d8a6b4c3d","consent":"k3J9x-Qm27Lp_80Zs5","deep":{"at":"2026-11-22T09:13:04Z"}}`, "https://www.a.test/k3J9x-Qm27Lp_80Zs6",
		"uid=k3J9x-Qm27Lp_80Zs7&n=1", "Ten lamps for 20 pounds and more", "k3J9x-Qm27Lp_80Zs4",
	})
	if diff := cmp.Diff([]string{"k3J9x-Qm27Lp_80Zs4", "9c1e-2f5d8a6b4c3d", "k3J9x-Qm27Lp_80Zs7"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
