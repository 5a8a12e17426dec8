package collector

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/network"
)

const (
	// minTyped is the length from which a typed value is looked for in requests:
	// shorter ones turn up by chance.
	minTyped = 6
	// minSent and sentBits are the like for a stored value; one without a digit
	// is a word, and must be longer to tell anything.
	minSent  = 8
	minWords = 24
	sentBits = 32
	// maxSent and maxItems bound the work of a page that stores very much.
	maxSent  = 2048
	maxItems = 500
	// maxHay is how many bytes of a request's part are looked through, also of
	// one that was compressed.
	maxHay = 1 << 20
)

// The places of a request in which something leaves, see observation.Taken.
const (
	inURL     = "url"
	inBody    = "body"
	inReferer = "referer"
	inHeader  = "header"
)

// form is one way in which a value can travel. One of letters, digits, - and _
// alone is looked up among the words of a request, since it must stand by itself;
// the others are searched for.
type form struct {
	text string
	as   string // see observation.Taken
	word bool
}

// needle is a value in all its forms, the plainest first.
type needle []form

var wordForm = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

func newNeedle(values ...string) needle {
	var n needle
	add := func(as, text string) {
		if text != "" && !slices.ContainsFunc(n, func(f form) bool { return f.text == text }) {
			n = append(n, form{text, as, wordForm.MatchString(text)})
		}
	}
	for _, v := range values {
		add("plain", v)
	}
	for _, v := range values {
		raw := []byte(v)
		md, s1, s2 := md5.Sum(raw), sha1.Sum(raw), sha256.Sum256(raw)
		add("base64", strings.TrimRight(base64.StdEncoding.EncodeToString(raw), "="))
		add("base64", strings.TrimRight(base64.URLEncoding.EncodeToString(raw), "="))
		for _, sum := range []struct {
			as string
			of []byte
		}{{"md5", md[:]}, {"sha1", s1[:]}, {"sha256", s2[:]}} {
			add(sum.as, hex.EncodeToString(sum.of))
			add(sum.as, strings.ToUpper(hex.EncodeToString(sum.of)))
		}
	}
	return n
}

// haystack is a part of a request, as it is and decoded.
type haystack struct {
	text  string
	words map[string]bool
}

func newHaystack(part string) haystack {
	var b strings.Builder
	part = part[:min(len(part), maxHay)]
	b.WriteString(part + "\n")
	if plain, err := url.QueryUnescape(part); err == nil && plain != part {
		b.WriteString(plain + "\n")
	}
	if strings.Contains(part, `\"`) {
		b.WriteString(strings.ReplaceAll(part, `\"`, `"`) + "\n")
	}
	h := haystack{text: b.String(), words: map[string]bool{}}
	for w := range strings.FieldsFuncSeq(h.text, func(r rune) bool { return r != '-' && r != '_' && (r > 0x7f || !alnum(byte(r))) }) {
		h.words[w] = true
	}
	return h
}

// has tells in what form a value is in there, "" if it is not.
func (h haystack) has(n needle) (as string) {
	for _, f := range n {
		if f.word && h.words[f.text] || !f.word && h.hasText(f.text) {
			return f.as
		}
	}
	return ""
}

// hasText looks for a form that stands by itself: not as a part of a longer word.
func (h haystack) hasText(form string) bool {
	for from := 0; ; {
		i := strings.Index(h.text[from:], form)
		if i < 0 {
			return false
		}
		begin, end := from+i, from+i+len(form)
		if !joins(h.text, begin-1, form[0]) && !joins(h.text, end, form[len(form)-1]) {
			return true
		}
		from = begin + 1
	}
}

// joins reports whether the character at i continues a word that edge is part of.
func joins(s string, i int, edge byte) bool {
	return i >= 0 && i < len(s) && alnum(s[i]) && alnum(edge)
}

func alnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// leaving is what a request takes along: values of items that are stored, values
// that were typed, and to other sites what looks like an identifier.
type leaving struct {
	site  string // that it goes to
	cross bool   // it leaves the site of the page
	taken map[observation.Taken]bool
	typed map[string]bool // by field
	ids   map[observation.Param]bool
	// unread: there was a body, or a part of one, that nobody could read.
	unread bool
	// asked: the browser was asked for the body and has not answered yet. present
	// is what was stored when the request was sent, kept until then.
	asked   bool
	present map[observation.Key]string
	held    []held // see Log.keep
}

// leaves makes what a request to an address takes along from the page at top,
// with nothing looked through yet.
func (l *Log) leaves(to, top string) *leaving {
	site := observation.Site(observation.HostOf(to))
	v := &leaving{
		site: site, cross: site != observation.Site(observation.HostOf(top)),
		taken: map[observation.Taken]bool{}, typed: map[string]bool{}, ids: map[observation.Param]bool{},
	}
	if len(l.present) > maxItems {
		l.Gap("too-many-items", fmt.Sprintf("more than %d items are stored: whether requests take their values along was not looked for", maxItems), false)
		v.unread = true
	}
	return v
}

// leaving looks through a request to be sent from the page at top. What the
// browser must be asked for follows by readBody.
func (l *Log) leaving(r *network.Request, top string) *leaving {
	v := l.leaves(r.URL, top)
	l.readURL(v, r.URL)
	l.readHeaders(v, r.Headers)
	switch {
	case bodyUntold(r):
		v.asked, v.unread, v.present = true, true, maps.Clone(l.present)
	case len(r.PostDataEntries) > 0:
		l.readBody(v, joined(r.PostDataEntries), header(r.Headers, "Content-Encoding"))
	}
	return v
}

func (l *Log) readURL(v *leaving, to string) {
	l.seek(v, inURL, to)
	if v.cross {
		_, query, _ := strings.Cut(to, "?")
		l.identify(v, queryFields(query))
	}
}

// bodyUntold: too long, or of a blob.
func bodyUntold(r *network.Request) bool {
	return r.HasPostData && (len(r.PostDataEntries) == 0 ||
		slices.ContainsFunc(r.PostDataEntries, func(e *network.PostDataEntry) bool { return len(e.Bytes) == 0 }))
}

func joined(entries []*network.PostDataEntry) []byte {
	var out []byte
	for _, e := range entries {
		out = append(out, e.Bytes...)
	}
	return out
}

// readBody looks through a request's body. encoding is its Content-Encoding.
func (l *Log) readBody(v *leaving, raw []byte, encoding string) {
	text, whole := unpack(raw, encoding)
	l.seek(v, inBody, string(text))
	if v.cross {
		l.identify(v, bodyFields(text))
	}
	v.unread = !whole || len(text) > maxHay || !textual(text) || len(l.present) > maxItems
	v.asked, v.present = false, nil
}

// seek looks for what is known in one part of a request. Cookies that travel to
// their own site do so by themselves and count only elsewhere.
func (l *Log) seek(v *leaving, in, part string) {
	present := v.present
	if present == nil {
		present = l.present
	}
	if len(part) < minTyped || len(present) == 0 && len(l.typed) == 0 {
		return
	}
	hay := newHaystack(part)
	if len(present) <= maxItems {
		through := held{in: in, part: part}
		for k, value := range present {
			if keeper(k.Kind) {
				through.keepers = append(through.keepers, k)
			}
			if k.Kind == observation.Cookie && observation.Site(k.Hostname()) == v.site {
				continue
			}
			if n := l.needleOf(value); n != nil {
				if as := hay.has(*n); as != "" {
					v.taken[observation.Taken{Item: k, In: in, As: as}] = true
				}
			}
		}
		if len(through.keepers) > 0 {
			l.seekKept(v, through, hay, l.kept)
			l.hold(v, through)
		}
	}
	for field, n := range l.typed {
		if hay.has(n) != "" {
			v.typed[field] = true
		}
	}
}

// ordinary are headers, beside those of the prefixes, that the browser fills in
// itself or that say how a body is packed.
var (
	ordinary = []string{
		"cache-control", "connection", "cookie", "date", "dnt", "expect", "host", "keep-alive", "origin", "ping-from", "ping-to", "pragma",
		"priority", "purpose", "range", "referer", "te", "transfer-encoding", "upgrade", "upgrade-insecure-requests", "user-agent",
	}
	ordinaryPrefixes = []string{":", "accept", "access-control-", "content-", "if-", "proxy-", "sec-"}
)

// readHeaders looks through the Referer, where it tells another site more than an
// origin, and through the headers that a script added.
func (l *Log) readHeaders(v *leaving, headers network.Headers) {
	for name, value := range headers {
		text, name := fmt.Sprint(value), strings.ToLower(name)
		switch {
		case name == "referer" && v.cross && text != observation.OriginOf(text)+"/":
			l.seek(v, inReferer, text)
		case !slices.Contains(ordinary, name) && !slices.ContainsFunc(ordinaryPrefixes, func(p string) bool { return strings.HasPrefix(name, p) }):
			l.seek(v, inHeader, text)
		}
	}
}

// header is the value of a header, a line for each time that it came. Names keep their
// case where HTTP/1.1 spoke them, so that one header may have several.
func header(headers network.Headers, name string) string {
	var lines []string
	for _, n := range slices.Sorted(maps.Keys(headers)) {
		if strings.EqualFold(n, name) {
			lines = append(lines, fmt.Sprint(headers[n]))
		}
	}
	return strings.Join(lines, "\n")
}

// empty reports whether nothing is known to leave.
func (v *leaving) empty() bool { return len(v.taken)+len(v.typed)+len(v.ids) == 0 }

// tell writes into a request's record what it takes along.
func (v *leaving) tell(r *observation.Request) {
	r.Taken = slices.SortedFunc(maps.Keys(v.taken), compareTaken)
	for _, t := range r.Taken {
		r.Sent = append(r.Sent, t.Item)
	}
	r.Sent = slices.Compact(r.Sent)
	r.Typed = slices.Sorted(maps.Keys(v.typed))
	r.IDs = slices.SortedFunc(maps.Keys(v.ids), compareParams)
	r.IDs = r.IDs[:min(len(r.IDs), maxIDs)]
	r.Unread = v.unread
}

// needleOf is what to look for of a stored value, nil for one that tells nothing:
// short ones, words, and addresses, which requests have for reasons of their own.
func (l *Log) needleOf(v string) *needle {
	if len(v) < minSent || len(v) > maxSent {
		return nil
	}
	if n, ok := l.needles[v]; ok {
		return n
	}
	var n *needle
	tells := !strings.HasPrefix(v, "/") && !strings.Contains(v, "://") &&
		(strings.ContainsAny(v, "0123456789") || len(v) >= minWords) && observation.ShapeOf(v).Bits >= sentBits
	if tells {
		made := newNeedle(v)
		n = &made
	}
	if len(l.needles) > 4*maxItems {
		clear(l.needles)
	}
	l.needles[v] = n
	return n
}

// typedNeedle looks for a typed value as it is, in lower case and without blanks,
// as forms and trackers normalise it.
func typedNeedle(v string) needle {
	lower := strings.ToLower(strings.TrimSpace(v))
	bare := strings.Join(strings.Fields(v), "")
	return newNeedle(v, lower, bare, strings.ToUpper(bare), strings.ToLower(bare))
}
