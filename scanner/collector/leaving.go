package collector

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
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
	// maxHay is how much of a request is looked through.
	maxHay = 256 << 10
)

// needle is a value in all forms in which it can travel. A form of letters,
// digits, - and _ alone is looked up among the words of a request, since it must
// stand by itself; the others are searched for.
type needle struct {
	words, texts []string
}

var wordForm = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

func newNeedle(values ...string) needle {
	var n needle
	add := func(form string) {
		list := &n.texts
		if wordForm.MatchString(form) {
			list = &n.words
		}
		if form != "" && !slices.Contains(*list, form) {
			*list = append(*list, form)
		}
	}
	for _, v := range values {
		raw := []byte(v)
		md, s1, s2 := md5.Sum(raw), sha1.Sum(raw), sha256.Sum256(raw)
		add(v)
		add(strings.TrimRight(base64.StdEncoding.EncodeToString(raw), "="))
		add(strings.TrimRight(base64.URLEncoding.EncodeToString(raw), "="))
		add(hex.EncodeToString(md[:]))
		add(hex.EncodeToString(s1[:]))
		add(hex.EncodeToString(s2[:]))
	}
	return n
}

// haystack is a request's address and body, as they are and decoded.
type haystack struct {
	text  string
	words map[string]bool
}

var words = regexp.MustCompile(`[A-Za-z0-9_-]+`)

func newHaystack(r *network.Request) haystack {
	var b strings.Builder
	add := func(s string) {
		s = s[:min(len(s), maxHay)]
		b.WriteString(s + "\n")
		if plain, err := url.QueryUnescape(s); err == nil && plain != s {
			b.WriteString(plain + "\n")
		}
		if strings.Contains(s, `\"`) {
			b.WriteString(strings.ReplaceAll(s, `\"`, `"`) + "\n")
		}
	}
	add(r.URL)
	for _, e := range r.PostDataEntries {
		add(string(e.Bytes))
	}
	h := haystack{text: b.String(), words: map[string]bool{}}
	for _, w := range words.FindAllString(h.text, -1) {
		h.words[w] = true
	}
	return h
}

func (h haystack) has(n needle) bool {
	return slices.ContainsFunc(n.words, func(w string) bool { return h.words[w] }) ||
		slices.ContainsFunc(n.texts, h.hasText)
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

// leaving finds what a request takes along in its address or body: values of
// items that are stored, and values that were typed. Cookies that travel to
// their own site do so by themselves and count only elsewhere. unread: there was
// a body that the browser did not tell.
func (l *Log) leaving(r *network.Request) (sent []observation.Key, typed []string, unread bool) {
	unread = bodyUntold(r)
	if len(l.present) == 0 && len(l.typed) == 0 {
		return nil, nil, unread
	}
	hay := newHaystack(r)
	site := observation.Site(observation.HostOf(r.URL))
	if len(l.present) > maxItems {
		l.Gap("too-many-items", fmt.Sprintf("more than %d items are stored: whether requests take their values along was not looked for", maxItems), false)
		unread = true
	} else {
		for k, v := range l.present {
			if k.Kind == observation.Cookie && observation.Site(k.Hostname()) == site {
				continue
			}
			if n := l.needleOf(v); n != nil && hay.has(*n) {
				sent = append(sent, k)
			}
		}
	}
	for field, n := range l.typed {
		if hay.has(n) {
			typed = append(typed, field)
		}
	}
	slices.SortFunc(sent, observation.Key.Compare)
	slices.Sort(typed)
	return sent, typed, unread
}

// bodyUntold: too long, of a blob or file, or compressed.
func bodyUntold(r *network.Request) bool {
	for name := range r.Headers {
		if strings.EqualFold(name, "Content-Encoding") {
			return true
		}
	}
	return r.HasPostData && (len(r.PostDataEntries) == 0 ||
		slices.ContainsFunc(r.PostDataEntries, func(e *network.PostDataEntry) bool { return len(e.Bytes) == 0 }))
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
