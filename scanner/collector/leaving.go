package collector

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/network"
)

const (
	// minTyped is the length from which a typed value is looked for in requests:
	// shorter ones turn up by chance.
	minTyped = 6
	// minSent and sentBits are the like for a stored value.
	minSent  = 8
	sentBits = 32
	// maxSent and maxItems bound the work of a page that stores very much.
	maxSent  = 2048
	maxItems = 500
)

// leaving finds what a request takes along in its address or body: values of
// items that are stored, and values that were typed. Cookies that travel to
// their own site do so by themselves and count only elsewhere.
func (l *Log) leaving(r *network.Request) (sent []observation.Key, typed []string) {
	if len(l.present) == 0 && len(l.typed) == 0 {
		return nil, nil
	}
	hay := haystack(r)
	site := observation.Site(observation.HostOf(r.URL))
	if len(l.present) > maxItems {
		l.Gap("too-many-items", fmt.Sprintf("more than %d items are stored: whether requests take their values along was not looked for", maxItems), false)
	}
	for k, v := range l.present {
		if len(l.present) > maxItems {
			break
		}
		if len(v) < minSent || len(v) > maxSent || k.Kind == observation.Cookie && observation.Site(k.Hostname()) == site {
			continue
		}
		if observation.ShapeOf(v).Bits >= sentBits && carries(hay, v) {
			sent = append(sent, k)
		}
	}
	for field, v := range l.typed {
		if carries(hay, v) {
			typed = append(typed, field)
		}
	}
	slices.SortFunc(sent, observation.Key.Compare)
	slices.Sort(typed)
	return sent, typed
}

// haystack is a request's address and body, as they are and decoded.
func haystack(r *network.Request) string {
	var b strings.Builder
	add := func(s string) {
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
	return b.String()
}

// carries reports whether a value is in the haystack: as it is, in base64, or as
// the digest of it or of its lower case.
func carries(hay, value string) bool {
	if strings.Contains(hay, value) {
		return true
	}
	for _, v := range slices.Compact([]string{value, strings.ToLower(strings.TrimSpace(value))}) {
		raw := []byte(v)
		md, s1, s2 := md5.Sum(raw), sha1.Sum(raw), sha256.Sum256(raw)
		for _, form := range []string{
			base64.RawStdEncoding.EncodeToString(raw), base64.RawURLEncoding.EncodeToString(raw),
			hex.EncodeToString(md[:]), hex.EncodeToString(s1[:]), hex.EncodeToString(s2[:]),
		} {
			if strings.Contains(hay, form) {
				return true
			}
		}
	}
	return false
}
