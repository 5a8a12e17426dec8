package observation

import "strings"

// SignalKind is who states a choice in a signal.
type SignalKind string

const (
	SignalTCF         SignalKind = "tcf"          // IAB Transparency and Consent Framework, __tcfapi or its string
	SignalGPP         SignalKind = "gpp"          // IAB Global Privacy Platform, __gpp or its string
	SignalUSPrivacy   SignalKind = "us-privacy"   // IAB US privacy string, __uspapi or its cookie
	SignalConsentMode SignalKind = "consent-mode" // Google Consent Mode: dataLayer, gcs and gcd of requests
	SignalManager     SignalKind = "manager"      // the consent manager's own record, as the catalogue reads it
)

// SignalKinds lists the kinds of signals.
func SignalKinds() []Term {
	return []Term{
		{string(SignalTCF), "IAB TCF: the page's __tcfapi, with the TC string decoded"},
		{string(SignalGPP), "IAB GPP: the page's __gpp, with the sections of the string decoded"},
		{string(SignalUSPrivacy), "IAB US privacy string"},
		{string(SignalConsentMode), "Google Consent Mode: defaults and updates on the page, gcs and gcd in requests"},
		{string(SignalManager), "the consent manager's own record"},
	}
}

// Stance is what a signal says of one purpose.
type Stance string

const (
	StanceGranted Stance = "granted"
	StanceDenied  Stance = "denied"
	StanceUnset   Stance = "unset" // nobody has chosen, or it does not apply
)

// Saying is what a signal says of one purpose. Of is the purpose in the signal's
// own words (analytics_storage, purpose 1, legitimate interest 7, sale, or a
// manager's name of a category); Category is the policy's word for it, "" where
// it has none.
type Saying struct {
	Of       string `json:"of"`
	Category string `json:"category,omitempty"` // necessary, functional, analytics, marketing
	Value    Stance `json:"value"`
}

// Signal is what the site itself says of the visitor's choice at one moment.
// One that says the same as the one before it in the same leg and phase, from the
// same source, is not recorded again; that of a request is, where the page has said
// something new in between.
type Signal struct {
	Seq    int        `json:"seq"`
	Leg    string     `json:"leg,omitempty"`
	Page   string     `json:"page,omitempty"`
	Phase  Phase      `json:"phase,omitempty"`
	At     int64      `json:"at"` // see Write.At
	Kind   SignalKind `json:"kind"`
	Source string     `json:"source"` // __tcfapi, "cookie OptanonConsent", "request www.google-analytics.com", dataLayer
	// Name is that of the consent manager or of the section, where there is one.
	Name string `json:"name,omitempty"`
	// Raw is the signal as it stands where it tells no visitor from another: gcs,
	// gcd, the US privacy string. TC and GPP strings hold a moment and are left out.
	Raw  string   `json:"raw,omitempty"`
	Says []Saying `json:"says,omitempty"`
	// TCF holds what only a TC string has.
	TCF *TCString `json:"tcf,omitempty"`
	// Inapplicable: the site says in the same breath that this does not apply to the
	// visitor, such as a TC string where the GDPR does not.
	Inapplicable bool `json:"inapplicable,omitempty"`
	// Error tells why there is a source that could not be read: only a stub, no
	// answer in time, or not decodable.
	Error string `json:"error,omitempty"`
}

// Interest reports whether it is of what the visitor was told and not asked: a
// legitimate interest of the TCF, or its Canadian implied consent.
func (s Saying) Interest() bool {
	return strings.Contains(s.Of, "legitimate interest") || strings.HasPrefix(s.Of, "implied consent")
}

// asks reports whether a saying is of something that a consent dialog must ask
// for. What is necessary is not; nor is what Consent Mode calls functional and
// personal storage of the site, which sites grant with or without a choice.
func (s Signal) asks(y Saying) bool {
	return y.Category != "necessary" && !(s.Kind == SignalConsentMode && y.Category == "functional")
}

// Granted are the consents that a signal says were given, without what is
// necessary and without legitimate interests.
func (s Signal) Granted() []Saying { return s.consents(StanceGranted) }

// Denied are the consents that it says were not given, see Granted.
func (s Signal) Denied() []Saying { return s.consents(StanceDenied) }

func (s Signal) consents(v Stance) []Saying {
	var out []Saying
	for _, y := range s.Says {
		if y.Value == v && !y.Interest() && s.asks(y) {
			out = append(out, y)
		}
	}
	return out
}

// Interests are the legitimate interests that it says are claimed and not
// objected to.
func (s Signal) Interests() []Saying {
	var out []Saying
	for _, y := range s.Says {
		if y.Value == StanceGranted && y.Interest() {
			out = append(out, y)
		}
	}
	return out
}

// OptsOut reports whether the signal belongs to an opt-out law, as those of the
// United States: that nothing was opted out of is no consent.
func (s Signal) OptsOut() bool {
	return s.Kind == SignalUSPrivacy || s.Kind == SignalGPP && strings.HasPrefix(s.Name, "us")
}

// Speaks reports whether the signal says anything of a consent that applies.
func (s Signal) Speaks() bool {
	return s.Error == "" && !s.Inapplicable && len(s.Granted())+len(s.Denied()) > 0
}

// TCString is what a decoded TC string says beside its purposes. One that a request
// carried is told without its lists of vendors.
type TCString struct {
	Version       int    `json:"version"`        // of the string, 2; 0 where the page's API gives none yet
	PolicyVersion int    `json:"policy_version"` // of the TCF policies: 2 to 5
	Created       string `json:"created"`        // day, 2006-01-02
	Updated       string `json:"updated"`
	CMP           int    `json:"cmp"`
	VendorList    int    `json:"vendor_list"`
	Language      string `json:"language,omitempty"`
	// Vendors with consent and with legitimate interest, and those disclosed
	// (TCF 2.3), by id; Disclosing tells whether that segment is there.
	Vendors    []int `json:"vendors,omitempty"`
	Interests  []int `json:"interests,omitempty"`
	Disclosing bool  `json:"disclosing,omitempty"`
	Disclosed  []int `json:"disclosed,omitempty"`
	// Allowed are the vendors of that segment, Restrictions what the publisher
	// allows vendors to rest on.
	Allowed      []int         `json:"allowed,omitempty"`
	Restrictions []Restriction `json:"restrictions,omitempty"`
	// Event and Status are what the page's API tells beside the string.
	Event  string `json:"event,omitempty"`
	Status string `json:"status,omitempty"`
}

// Restriction is what a publisher's TC string says of one purpose of some vendors.
type Restriction struct {
	Purpose int    `json:"purpose"`
	Kind    string `json:"kind"` // not-allowed, require-consent, require-interest, undefined
	Vendors []int  `json:"vendors,omitempty"`
}
