package tape

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// exact is what a request and an entry have alike; similar is what is left of it
// where parts of the address vary by themselves (random numbers, times).
type exact struct{ method, url, digest, part string }
type similar struct{ method, place, names string }

func similarTo(method, raw string) similar {
	path, query, _ := strings.Cut(raw, "?")
	var names []string
	for _, pair := range strings.Split(query, "&") {
		name, _, _ := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(name); err == nil {
			name = plain
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return similar{method, path, strings.Join(slices.Compact(names), "\x00")}
}

func digest(body []byte) string {
	if len(body) == 0 {
		return ""
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// matcher finds the entries for the requests of one visit.
type matcher struct {
	entries []Entry
	exact   map[exact][]int // entries of this visit's track, then those of others
	similar map[similar][]int
	own     map[int]bool

	mu     sync.Mutex
	served map[int]bool
}

func newMatcher(entries []Entry, track string) *matcher {
	m := &matcher{entries: entries, exact: map[exact][]int{}, similar: map[similar][]int{}, own: map[int]bool{}, served: map[int]bool{}}
	for i, e := range entries {
		if e.Method == methodConnect {
			continue
		}
		k, s := exact{e.Method, string(e.URL), e.Digest, e.Range}, similarTo(e.Method, string(e.URL))
		m.exact[k], m.similar[s] = append(m.exact[k], i), append(m.similar[s], i)
		m.own[i] = e.Track == track
	}
	return m
}

// find is the next entry for a request: of those that fit exactly one of this
// visit, then of another; then of those that differ in values of the query only.
// Entries come in the order in which they were recorded, the last one again and
// again.
func (m *matcher) find(q *request) (Entry, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, list := range [][]int{
		m.exact[exact{q.method, q.url(), digest(q.body), q.fields.get("Range")}],
		m.similar[similarTo(q.method, q.url())],
	} {
		for _, own := range []bool{true, false} {
			if i, ok := m.next(list, own, q.conditional()); ok {
				m.served[i] = true
				return m.entries[i], true
			}
		}
	}
	return Entry{}, false
}

func (m *matcher) next(list []int, own, conditional bool) (last int, ok bool) {
	for _, i := range list {
		// "Not modified" is no answer for who has nothing yet.
		if m.own[i] != own || m.entries[i].Status == 304 && !conditional {
			continue
		}
		if !m.served[i] {
			return i, true
		}
		last, ok = i, true
	}
	return last, ok
}

// connection is what is known of connections to host:port, of this visit first.
// Where requests went through, connecting cannot have failed for good.
func (m *matcher) connection(address, track string) (untrusted bool, fault Fault) {
	for _, own := range []bool{true, false} {
		known := false
		for _, e := range m.entries {
			if (e.Track == track) != own {
				continue
			}
			if e.Method == methodConnect {
				if string(e.URL) != address {
					continue
				}
				if e.Error == FaultCertificate {
					untrusted, known = true, true
				} else if !known {
					fault = e.Error
				}
				continue
			}
			if scheme, host, _, ok := split(string(e.URL)); ok && addressOf(scheme, host) == address {
				known = true
			}
		}
		if known {
			return untrusted, ""
		}
		if fault != "" {
			return false, fault
		}
	}
	return false, ""
}
