package signal

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"cookieaudit/scanner/observation"
)

// TCF decodes a TC string of version 2, of the policies 2.0 to 2.3: the core, and
// the segments of disclosed vendors, allowed vendors and the publisher's own
// purposes, as the IAB's "Transparency and Consent String" format has them.
// Segments of other types are passed over.
func TCF(text string) (observation.Signal, error) {
	s := observation.Signal{Kind: observation.SignalTCF}
	tc, said, err := tcString(text)
	if err != nil {
		return s, fmt.Errorf("read TC string: %w", err)
	}
	s.TCF, s.Says = tc, said
	return s, nil
}

func tcString(text string) (*observation.TCString, []observation.Saying, error) {
	if len(text) > maxText {
		return nil, nil, errTooLong
	}
	if strings.Count(text, ".") > maxSegments {
		return nil, nil, fmt.Errorf("it has more than %d segments beside the core", maxSegments)
	}
	core, rest, more := strings.Cut(text, ".")
	b := read(core)
	tc, said := b.core()
	if b.err != nil {
		return nil, nil, b.err
	}
	budget := b.budget
	for more {
		var part string
		part, rest, more = strings.Cut(rest, ".")
		seg := read(part)
		seg.budget = budget
		said = append(said, seg.segment(tc)...)
		if seg.err != nil {
			return nil, nil, fmt.Errorf("a segment beside the core: %w", seg.err)
		}
		budget = seg.budget
	}
	return tc, said, nil
}

// core reads the core of a TC string.
func (b *bits) core() (*observation.TCString, []observation.Saying) {
	tc := &observation.TCString{Version: int(b.number(6))}
	if b.err == nil && tc.Version != 2 {
		b.fail(fmt.Errorf("it is of version %d, not 2", tc.Version))
	}
	tc.Created, tc.Updated = b.day(), b.day()
	tc.CMP = int(b.number(12))
	b.number(12) // version of the CMP
	b.number(6)  // screen
	tc.Language = b.letters(2)
	tc.VendorList = int(b.number(12))
	tc.PolicyVersion = int(b.number(6))
	b.flag() // service-specific
	b.flag() // texts of the CMP's own
	features := b.set(12)
	consents := b.set(24)
	interests := b.set(24)
	b.flag()     // purpose 1 is not asked for
	b.letters(2) // country of the publisher
	tc.Vendors = b.vendors()
	tc.Interests = b.vendors()
	for n := b.number(12); n > 0 && b.err == nil; n-- {
		r := observation.Restriction{Purpose: int(b.number(6)), Kind: restrictionKind(b.number(2))}
		r.Vendors = b.ranges()
		tc.Restrictions = append(tc.Restrictions, r)
	}
	return tc, slices.Concat(
		says("purpose", tcfPurposes, consents, tcfCategory),
		says("legitimate interest", tcfInterests, interests, tcfCategory),
		says("special feature", tcfFeatures, features, nil),
	)
}

func restrictionKind(n int64) string {
	return [...]string{"not-allowed", "require-consent", "require-interest", "undefined"}[n&3]
}

// day reads a time in tenths of a second and keeps its day only.
func (b *bits) day() string {
	t := b.number(36)
	if b.err != nil {
		return ""
	}
	return time.Unix(t/10, 0).UTC().Format(time.DateOnly)
}

// vendors reads a list of ids, kept as a bit for each or as ranges.
func (b *bits) vendors() []int {
	last := int(b.number(16))
	if b.flag() {
		return b.ranges()
	}
	if !b.spend(last) {
		return nil
	}
	return b.set(last)
}

// ranges reads single ids and ranges of ids, sorts them and takes each once.
func (b *bits) ranges() []int {
	var out []int
	for n := b.number(12); n > 0 && b.err == nil; n-- {
		many := b.flag()
		from := int(b.number(16))
		to := from
		if many {
			to = int(b.number(16))
		}
		if b.err == nil && (to < from || from == 0) {
			b.fail(errFormat)
		}
		if !b.spend(to - from + 1) {
			return nil
		}
		for id := from; id <= to; id++ {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// maxSegments bounds the segments beside the core: there are three types.
const maxSegments = 4

// The types of segments.
const (
	disclosedSegment = 1
	allowedSegment   = 2
	publisherSegment = 3
)

// segment reads one beside the core, and returns what it says of purposes.
func (b *bits) segment(tc *observation.TCString) []observation.Saying {
	switch b.number(3) {
	case disclosedSegment:
		tc.Disclosing, tc.Disclosed = true, b.vendors()
	case allowedSegment:
		tc.Allowed = b.vendors()
	case publisherSegment:
		consents, interests := b.set(24), b.set(24)
		custom := int(b.number(6))
		own, ownInterests := b.set(custom), b.set(custom)
		return slices.Concat(
			says("publisher purpose", nil, consents, tcfCategory),
			says("publisher legitimate interest", nil, interests, tcfCategory),
			says("publisher custom purpose", nil, own, nil),
			says("publisher custom legitimate interest", nil, ownInterests, nil),
		)
	}
	return nil
}

// says tells of the numbers in told whether they are granted, and of all others
// that are.
func says(of string, told, granted []int, category func(int) string) []observation.Saying {
	all := slices.Concat(told, granted)
	slices.Sort(all)
	var out []observation.Saying
	for _, n := range slices.Compact(all) {
		s := observation.Saying{Of: fmt.Sprintf("%s %d", of, n), Value: observation.StanceDenied}
		if slices.Contains(granted, n) {
			s.Value = observation.StanceGranted
		}
		if category != nil {
			s.Category = category(n)
		}
		out = append(out, s)
	}
	return out
}

// The numbers that the policies define: purposes, those of them that may rest on
// a legitimate interest, and special features.
var (
	tcfPurposes  = []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}
	tcfInterests = []int{2, 7, 8, 9, 10, 11}
	tcfFeatures  = []int{1, 2}
)

// tcfCategory is the policy's word for a purpose of the TCF. Storing and reading
// (1) is needed for all of them and belongs to none.
func tcfCategory(purpose int) string {
	switch purpose {
	case 2, 3, 4, 7:
		return "marketing"
	case 5, 6, 11:
		return "functional"
	case 8, 9, 10:
		return "analytics"
	}
	return ""
}
