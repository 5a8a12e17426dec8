package signal

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"cookieaudit/scanner/observation"
)

// maxSections bounds the sections of a GPP string: two dozen exist.
const maxSections = 64

// sectionNames are the sections of the IAB's Global Privacy Platform by id.
var sectionNames = map[int]string{
	1: "tcfeuv1", 2: "tcfeuv2", 5: "tcfcav1", 6: "uspv1", 7: "usnat", 8: "usca", 9: "usva", 10: "usco", 11: "usut", 12: "usct",
	13: "usfl", 14: "usmt", 15: "usor", 16: "ustx", 17: "usde", 18: "usia", 19: "usne", 20: "usnh", 21: "usnj", 22: "ustn",
	23: "usmn", 24: "usmd", 25: "usin", 26: "usky", 27: "usri",
}

// Section is the name of a section of a GPP string by its id.
func Section(id int) string {
	if name := sectionNames[id]; name != "" {
		return name
	}
	return fmt.Sprintf("section %d", id)
}

// layout is how a section for the United States begins. What follows the opt-outs,
// on sensitive data, children and the trade's own agreement, is left out.
type layout struct {
	latest  int64    // the latest version published; none moved what is read here
	ahead   int      // two-bit fields between the version and the opt-outs
	optOuts []string // in their order, two bits each
	control bool     // a segment beside the core may pass on the Global Privacy Control
	// headed: a segment ahead of the core has the section's id and version, and the
	// core begins with the version of the trade's agreement.
	headed bool
}

// states are the sections for the United States, as the IAB Tech Lab specifies them.
var states = map[string]layout{
	"usnat": {latest: 2, ahead: 6, optOuts: []string{sale, sharing, targeting}, control: true},
	"usca":  {latest: 1, ahead: 3, optOuts: []string{sale, sharing}, control: true},
	"usva":  {latest: 1, ahead: 3, optOuts: saleAndTargeting},
	"usco":  {latest: 1, ahead: 3, optOuts: saleAndTargeting, control: true},
	"usut":  {latest: 1, ahead: 4, optOuts: saleAndTargeting},
	"usct":  {latest: 1, ahead: 3, optOuts: saleAndTargeting, control: true},
	"usfl":  {latest: 1, ahead: 3, optOuts: saleAndTargeting},
	"usmt":  {latest: 1, ahead: 3, optOuts: saleAndTargeting, control: true},
	"usor":  {latest: 1, ahead: 3, optOuts: saleAndTargeting, control: true},
	"ustx":  {latest: 1, ahead: 3, optOuts: saleAndTargeting, control: true},
	"usde":  {latest: 1, ahead: 3, optOuts: saleAndTargeting, control: true},
	"usia":  {latest: 1, ahead: 4, optOuts: saleAndTargeting, control: true},
	"usne":  {latest: 1, ahead: 3, optOuts: saleAndTargeting, control: true},
	"usnh":  {latest: 1, ahead: 3, optOuts: saleAndTargeting, control: true},
	"usnj":  {latest: 1, ahead: 3, optOuts: saleAndTargeting, control: true},
	"ustn":  {latest: 1, ahead: 3, optOuts: saleAndTargeting, control: true},
	"usmn":  {latest: 1, ahead: 3, optOuts: saleAndTargeting, control: true},
	"usmd":  {latest: 1, ahead: 5, optOuts: saleAndTargeting, control: true, headed: true},
	"usin":  {latest: 1, ahead: 5, optOuts: saleAndTargeting, headed: true},
	"usky":  {latest: 1, ahead: 5, optOuts: saleAndTargeting, headed: true},
	"usri":  {latest: 1, ahead: 5, optOuts: saleAndTargeting, headed: true},
}

// What a visitor can opt out of in the United States.
const (
	sale      = "sale"
	sharing   = "sharing"
	targeting = "targeted advertising"
	// control is the browser's Global Privacy Control as the string passes it on.
	control = "global privacy control"
)

// saleAndTargeting are the opt-outs of most states.
var saleAndTargeting = []string{sale, targeting}

// GPP decodes a GPP string, a signal for each section. A section that is not read
// here, or cannot be, is a signal with an Error; an error is returned only where
// the header cannot be read, so that nobody knows what the sections are.
func GPP(text string) ([]observation.Signal, error) {
	if len(text) > maxText {
		return nil, fmt.Errorf("read GPP string: %w", errTooLong)
	}
	head, rest, _ := strings.Cut(text, "~")
	ids, err := gppHeader(head)
	if err != nil {
		return nil, fmt.Errorf("read GPP string: %w", err)
	}
	var parts []string
	if rest != "" {
		parts = strings.SplitN(rest, "~", maxSections+1)
	}
	if len(parts) != len(ids) {
		return nil, fmt.Errorf("read GPP string: its header names %d sections, and %d follow", len(ids), len(parts))
	}
	var out []observation.Signal
	for i, id := range ids {
		s, err := section(id, parts[i])
		if err != nil {
			s = observation.Signal{Error: fmt.Sprintf("section %d cannot be read: %v", id, err)}
		}
		s.Kind, s.Name = observation.SignalGPP, Section(id)
		out = append(out, s)
	}
	return out, nil
}

// gppHeader reads which sections follow, in their order.
func gppHeader(text string) ([]int, error) {
	b := read(text)
	if kind := b.number(6); b.err == nil && kind != 3 {
		return nil, errors.New("it does not begin with a header")
	}
	if version := b.number(6); b.err == nil && version != 1 {
		return nil, fmt.Errorf("its header is of version %d, not 1", version)
	}
	var ids []int
	last := 0
	for n := b.number(12); n > 0 && b.err == nil; n-- {
		many := b.flag()
		from := last + b.fibonacci()
		to := from
		if many {
			to = from + b.fibonacci()
		}
		last = to
		if b.err != nil {
			break
		}
		if len(ids)+to-from+1 > maxSections {
			return nil, fmt.Errorf("it has more than %d sections", maxSections)
		}
		for id := from; id <= to; id++ {
			ids = append(ids, id)
		}
	}
	return ids, b.err
}

func section(id int, text string) (observation.Signal, error) {
	name := sectionNames[id]
	switch _, state := states[name]; {
	case name == "tcfeuv2":
		return TCF(text)
	case name == "tcfcav1":
		return canada(text)
	case name == "uspv1":
		return USPrivacy(text)
	case state:
		return stateSection(id, text)
	}
	return observation.Signal{}, errors.New("this version does not know its format")
}

// canada reads the purposes of the Canadian section. Its lists of vendors are
// left out.
func canada(text string) (observation.Signal, error) {
	core, _, _ := strings.Cut(text, ".")
	b := read(core)
	if version := b.number(6); b.err == nil && version != 1 {
		return observation.Signal{}, fmt.Errorf("it is of version %d, not 1", version)
	}
	b.number(36) // created
	b.number(36) // updated
	b.number(12 + 12 + 6)
	b.number(12)    // language
	b.number(12)    // list of vendors
	b.number(6 + 1) // policy, stacks of the CMP's own
	features, express, implied := b.set(12), b.set(24), b.set(24)
	if b.err != nil {
		return observation.Signal{}, b.err
	}
	return observation.Signal{Says: slices.Concat(
		says("purpose", tcfPurposes, express, tcfCategory),
		says("implied consent", nil, implied, tcfCategory),
		says("special feature", tcfFeatures, features, nil),
	)}, nil
}

// stateSection reads the opt-outs of a section for the United States, and the
// Global Privacy Control of a segment beside the core.
func stateSection(id int, text string) (observation.Signal, error) {
	state := states[sectionNames[id]]
	core, rest, more := strings.Cut(text, ".")
	b := read(core)
	version := b.number(6)
	switch {
	case !state.headed:
	case version == int64(id):
		version = b.number(6)
		if b.err == nil {
			core, rest, more = strings.Cut(rest, ".")
			b = read(core)
			b.number(6) // version of the agreement
		}
	case version == 0:
		// The IAB's own encoder leaves the header out. What comes first is then the
		// version of the agreement, 1 or, outside it, 0: no headed section's id.
		version = 1
	}
	if b.err == nil && (version < 1 || version > state.latest) {
		return observation.Signal{}, fmt.Errorf("it is of version %d", version)
	}
	b.number(2 * state.ahead)
	var s observation.Signal
	for _, of := range state.optOuts {
		s.Says = append(s.Says, observation.Saying{Of: of, Category: "marketing", Value: optOut(b.number(2))})
	}
	if b.err != nil {
		return observation.Signal{}, b.err
	}
	for state.control && more {
		var part string
		part, rest, more = strings.Cut(rest, ".")
		seg := read(part)
		if seg.number(2) == 1 && seg.flag() && seg.err == nil {
			s.Says = append(s.Says, observation.Saying{Of: control, Category: "marketing", Value: observation.StanceDenied})
			break
		}
	}
	return s, nil
}

// optOut reads a field in which 1 is to have opted out, and 2 not to have.
func optOut(n int64) observation.Stance {
	switch n {
	case 1:
		return observation.StanceDenied
	case 2:
		return observation.StanceGranted
	}
	return observation.StanceUnset
}

// USPrivacy decodes a US privacy string: version 1, whether notice was given,
// whether the visitor opted out of sale, and whether the LSPA covers it.
func USPrivacy(text string) (observation.Signal, error) {
	s := observation.Signal{Kind: observation.SignalUSPrivacy}
	text = strings.ToUpper(text)
	if len(text) != 4 || text[0] != '1' || strings.Trim(text[1:], "YN-") != "" {
		return s, errors.New("read US privacy string: it is not 1 with three of Y, N and -")
	}
	value := map[byte]observation.Stance{'Y': observation.StanceDenied, 'N': observation.StanceGranted, '-': observation.StanceUnset}[text[2]]
	s.Raw, s.Says = text, []observation.Saying{{Of: sale, Category: "marketing", Value: value}}
	return s, nil
}
