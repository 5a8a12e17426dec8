package audit

import (
	"fmt"
	"slices"
	"time"

	"cookieaudit/policies"
	"cookieaudit/scanner/observation"
)

// ground is whether an item is exempt, why, and how certain that is.
type ground struct {
	exempt    bool
	why       string
	certainty Evidence
}

func yes(why string) ground           { return ground{true, why, DerivedEvidence} }
func no(why string) ground            { return ground{false, why, DerivedEvidence} }
func (g ground) unsure() ground       { g.certainty = HeuristicEvidence; return g }
func notKnown(why string) ground      { return no(why).unsure() }
func tracks(c policies.Category) bool { return c == policies.Analytics || c == policies.Marketing }

// UnknownUse says that nobody has told what an item is for. That is not the
// same as being a tracker.
const UnknownUse = "Kind of use unknown: no policy entry, not in the catalogue. A person must decide."

// UnsaidUse is the same of an item that the policy names without saying what it
// is for.
const UnsaidUse = "Kind of use unknown: the policy does not say, not in the catalogue. A person must decide."

// measurementMaxAge is the longest life of an exempt audience measurement item
// (CNIL, audience measurement exemption; AEPD, guide of January 2024).
const measurementMaxAge = 396 * 24 * time.Hour // 13 months

// exempt decides whether an item may be stored without consent under a profile.
// The basis decides if the document gives one that speaks of storing, else the
// category. Where policy and catalogue contradict each other the stricter
// counts.
func exempt(s Sighting, known Known, isKnown, hasPolicy bool, profile policies.Profile) ground {
	switch {
	case profile == policies.USCA:
		return yes("no prior consent is asked for under us-ca, where the visitor opts out")
	case s.Record:
		return yes("stores the choice itself")
	}
	category, basis, declared := declaredUse(s.Match)
	switch {
	case !declared && hasPolicy:
		return undeclaredUse(known, isKnown)
	case !declared:
		return catalogueUse(known, isKnown, UnknownUse)
	case category == policies.UnknownCategory && !decides(basis):
		return catalogueUse(known, isKnown, UnsaidUse)
	}
	g := byBasis(s, category, basis, profile)
	if g.exempt && contradicts(category, basis, known, isKnown) {
		return no(fmt.Sprintf("the policy says %s, the catalogue %s; the stricter counts", saidAs(category, basis), known.Category))
	}
	if !g.exempt && askedFor(s.Match, category, basis) {
		return notKnown("declared as functional and to come with a step of the visitor's own; exempt only where that step asks for it. A person must decide.")
	}
	if s.Match.Step == policies.MatchedDescribed || s.Match.Entry != nil && s.Match.Entry.Unreviewed {
		return g.unsure()
	}
	return g
}

// askedFor: what a visitor's own step brings about may be needed for what it asks
// for (PECR Schedule A1 paragraph 4; WP29 Opinion 04/2012, section 3.1), whatever
// category it bears, as long as the document rests it on nothing else.
func askedFor(m policies.Match, category policies.Category, basis policies.Basis) bool {
	return m.Entry != nil && category == policies.Functional && !decides(basis) &&
		slices.ContainsFunc(m.Entry.When, func(c policies.Condition) bool { return c.Step != "" })
}

// declaredUse is what the policy says an item is for.
func declaredUse(m policies.Match) (category policies.Category, basis policies.Basis, declared bool) {
	switch {
	case m.Entry != nil:
		category, basis = m.Entry.Category, m.Entry.Basis
	case m.Vendor != nil:
		category, basis = m.Vendor.Category, m.Vendor.Basis
	default:
		return "", "", false
	}
	if category == "" {
		category = policies.UnknownCategory
	}
	return category, basis, true
}

// undeclaredUse: a policy that does not name an item cannot exempt it. What the
// catalogue takes for necessary is left to a person, since the law looks at the
// use and not at the document.
func undeclaredUse(known Known, isKnown bool) ground {
	switch {
	case isKnown && tracks(known.Category):
		return no("not declared; " + byCatalogue(known))
	case isKnown && known.Category != "" && known.Category != policies.UnknownCategory:
		return notKnown("not declared; " + byCatalogue(known) + ". A person must decide.")
	}
	return notKnown(UnknownUse)
}

// catalogueUse decides where only the catalogue can.
func catalogueUse(known Known, isKnown bool, otherwise string) ground {
	switch {
	case isKnown && tracks(known.Category):
		return no(byCatalogue(known))
	case isKnown && known.Category == policies.Necessary && !known.NeedsConsent:
		return yes(byCatalogue(known))
	case isKnown && known.Category != "" && known.Category != policies.UnknownCategory:
		return notKnown(byCatalogue(known) + "; exempt only where the visitor asked for it. A person must decide.")
	}
	return notKnown(otherwise)
}

func byCatalogue(known Known) string {
	return fmt.Sprintf("the catalogue says %s (%s)", known.Category, known.Vendor)
}

// decides reports whether a basis speaks of storing on a device. A contract,
// browser settings or the words "none" say nothing about necessity, so the
// category decides there.
func decides(b policies.Basis) bool {
	switch b {
	case policies.NoBasis, policies.BasisContract, policies.BasisBrowserSettings, policies.BasisNone:
		return false
	}
	return true
}

func byBasis(s Sighting, category policies.Category, basis policies.Basis, profile policies.Profile) ground {
	if !decides(basis) {
		if category == policies.Necessary {
			return yes("declared as necessary")
		}
		return no(fmt.Sprintf("declared as %s", category))
	}
	switch basis {
	case policies.BasisNecessary, policies.BasisTransmission:
		return yes(fmt.Sprintf("declared on the basis %s", basis))
	case policies.BasisStatistical:
		return statistical(s, profile)
	case policies.BasisAppearance:
		return appearance(s, profile)
	case policies.BasisEmergency:
		if profile == policies.UK { // PECR Schedule A1 paragraph 7
			return yes("declared for emergency help")
		}
	}
	return no(fmt.Sprintf("declared on the basis %s", basis))
}

// statistical: PECR Schedule A1 paragraph 5 in the United Kingdom; audience
// measurement for own use and at most 13 months in France and Spain; first-party
// measurement in Italy. The Directive itself knows no such exemption.
func statistical(s Sighting, profile policies.Profile) ground {
	switch profile {
	case policies.UK:
		return yes("declared for statistics with a right to object")
	case policies.FR, policies.ES:
		switch {
		case s.Party != policies.FirstParty:
			return no("declared for statistics, but of a third party")
		case s.Lifetime.Duration() > measurementMaxAge:
			return no("declared for statistics, but kept longer than 13 months")
		}
		return yes("declared for audience measurement of its own")
	case policies.IT:
		if s.Party == policies.FirstParty {
			return yes("declared for statistics of the first party")
		}
	}
	return no(fmt.Sprintf("statistics are not exempt under the profile %s", profile))
}

// appearance: PECR Schedule A1 paragraph 6 in the United Kingdom; preferences
// chosen by the visitor in Spain; elsewhere only what customises the display
// for the session (WP29 Opinion 04/2012, section 3.6).
func appearance(s Sighting, profile policies.Profile) ground {
	switch {
	case profile == policies.UK, profile == policies.ES:
		return yes("declared as a preference of the visitor")
	case s.Lifetime.Persistence == observation.Session:
		return yes("declared as a preference for the session")
	}
	return no(fmt.Sprintf("a lasting preference is not exempt under the profile %s", profile))
}

// contradicts: the policy exempts what the catalogue knows as tracking. A claim
// to the statistical exemption is no contradiction to analytics.
func contradicts(category policies.Category, basis policies.Basis, known Known, isKnown bool) bool {
	switch {
	case !isKnown || !tracks(known.Category):
		return false
	case basis == policies.BasisStatistical:
		return known.Category == policies.Marketing
	}
	return true
}

func saidAs(category policies.Category, basis policies.Basis) string {
	if decides(basis) {
		return string(basis)
	}
	return string(category)
}

// stricter is the category that asks for more; an unknown one yields to any.
func stricter(a, b policies.Category) policies.Category {
	order := map[policies.Category]int{policies.Necessary: 1, policies.Functional: 2, policies.Analytics: 3, policies.Marketing: 4}
	if order[b] > order[a] {
		return b
	}
	if order[a] == 0 {
		return policies.UnknownCategory
	}
	return a
}
