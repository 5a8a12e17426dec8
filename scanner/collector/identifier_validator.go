package collector

import (
	"cmp"
	"slices"
	"strings"

	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/network"
)

// A server that gives each visitor's copy of an answer an ETag of its own knows
// the visitor again when the browser asks whether the copy still holds: nothing
// is stored but what the browser's HTTP cache keeps, and deleting cookies does not
// end it. What one visit can tell is told here. Only others tell the mark of a
// visitor from that of the content, which is the same for everybody.

// validators are the response headers that the browser sends back, with the
// request headers in which it does.
var validators = []struct{ given, back string }{{"etag", "if-none-match"}, {"last-modified", "if-modified-since"}}

const (
	// ownSiteBits is the information from which a validator of the page's own site
	// is told: those of its files are made from their time and size.
	ownSiteBits = 64
	// maxValidators is how many are known of a leg.
	maxValidators = 2000
)

// validator is one that an address gave.
type validator struct{ header, url, value string }

// given is what is known of a leg's validators.
type given struct {
	known map[validator]bool
	told  map[confirmed]bool
}

// confirmed is a validator that a server let stand, which is told once a phase.
type confirmed struct {
	validator
	phase observation.Phase
}

// opaque is a validator without its quotes and the mark of a weak one.
func opaque(value string) string {
	return strings.Trim(strings.TrimPrefix(strings.TrimSpace(value), "W/"), `"`)
}

// validatorIn is a hop's validator in one of its headers, and whether that may be
// an identifier. A date may not: pages made for each visit have one each.
func validatorIn(h *hop, header, value string) (validator, bool) {
	v := validator{header, h.url, opaque(value)}
	if v.value == "" || !identifies(v.value) {
		return v, false
	}
	cross := observation.Site(observation.HostOf(h.url)) != observation.Site(observation.HostOf(h.top))
	return v, cross || observation.ShapeOf(v.value).Bits >= ownSiteBits
}

// revalidates notes which of its address's validators a hop was sent with. A script can
// send such a header too, with what nobody gave: that is none.
func (l *Log) revalidates(h *hop, headers network.Headers) {
	for _, kind := range validators {
		if v, ok := validatorIn(h, kind.given, header(headers, kind.back)); ok && l.given.known[v] {
			h.validators = append(h.validators, v)
		}
	}
}

// revalidated notes the validators that a hop's response gave, and tells those that
// it let stand: it said that the copy still holds, or bore the same again. One
// that is replaced may be that of content which changed.
func (l *Log) revalidated(h *hop, phase observation.Phase, status int64, headers network.Headers) {
	for _, kind := range validators {
		v, ok := validatorIn(h, kind.given, header(headers, kind.given))
		if ok && len(l.given.known) < maxValidators {
			l.given.known[v] = true
		}
		for _, asked := range h.validators {
			c := confirmed{asked, phase}
			if asked.header != kind.given || asked != v && (status != 304 || ok) || l.given.told[c] {
				continue
			}
			l.given.told[c] = true
			value := l.redact.Value(asked.value)
			h.revalidates = append(h.revalidates, observation.Validator{
				Header: asked.header, Address: l.redact.Value(asked.url).Digest, Digest: value.Digest, Bits: value.Shape.Bits,
			})
		}
	}
	slices.SortFunc(h.revalidates, func(a, b observation.Validator) int {
		return cmp.Or(cmp.Compare(a.Header, b.Header), cmp.Compare(a.Digest, b.Digest))
	})
}
