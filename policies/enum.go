package policies

import "cookieaudit/scanner/observation"

// Category is the standard category of an item. Printed words of documents map
// to these four by one alias table.
type Category string

const (
	Necessary       Category = "necessary"
	Functional      Category = "functional"
	Analytics       Category = "analytics"
	Marketing       Category = "marketing"
	UnknownCategory Category = "unknown"
)

// Categories lists the categories.
func Categories() []observation.Term {
	return []observation.Term{
		{Name: string(Necessary), Doc: "strictly necessary for a service the user asked for, and records of the choice itself"},
		{Name: string(Functional), Doc: "preferences and comfort"},
		{Name: string(Analytics), Doc: "measuring how the site is used"},
		{Name: string(Marketing), Doc: "advertising and tracking across sites"},
		{Name: string(UnknownCategory), Doc: "the document does not say"},
	}
}

// Party is whose site an item's host belongs to.
type Party string

const (
	FirstParty   Party = "first"
	ThirdParty   Party = "third"
	UnknownParty Party = "unknown"
)

// Parties lists the parties.
func Parties() []observation.Term {
	return []observation.Term{
		{Name: string(FirstParty), Doc: "the audited site, a site it owns, or a host of the service"},
		{Name: string(ThirdParty), Doc: "any other site"},
		{Name: string(UnknownParty), Doc: "the document does not say"},
	}
}

// Basis is the reason why an item may be stored, as the document gives it.
type Basis string

const (
	NoBasis              Basis = "" // not given
	BasisConsent         Basis = "consent"
	BasisNecessary       Basis = "necessary"
	BasisTransmission    Basis = "transmission"
	BasisStatistical     Basis = "statistical"
	BasisAppearance      Basis = "appearance"
	BasisEmergency       Basis = "emergency"
	LegitimateInterests  Basis = "legitimate-interests"
	BasisContract        Basis = "contract"
	BasisImplied         Basis = "implied"
	BasisBrowserSettings Basis = "browser-settings"
	BasisNone            Basis = "none"
)

// Bases lists the bases.
func Bases() []observation.Term {
	return []observation.Term{
		{Name: string(BasisConsent), Doc: "the visitor agreed"},
		{Name: string(BasisNecessary), Doc: "strictly necessary (PECR Schedule A1 paragraph 4; ePrivacy Directive article 5(3))"},
		{Name: string(BasisTransmission), Doc: "sole purpose is carrying a communication"},
		{Name: string(BasisStatistical), Doc: "statistics for the site's own improvement, with a right to object (uk; with conditions fr, es)"},
		{Name: string(BasisAppearance), Doc: "adapts how the site looks or works, with a right to object (uk)"},
		{Name: string(BasisEmergency), Doc: "locates the device for emergency help"},
		{Name: string(LegitimateInterests), Doc: "as written; no ground for storing on a device"},
		{Name: string(BasisContract), Doc: "as written"},
		{Name: string(BasisImplied), Doc: "as written: consent by using the site"},
		{Name: string(BasisBrowserSettings), Doc: "as written: the visitor may change the browser's settings"},
		{Name: string(BasisNone), Doc: "as written: none"},
	}
}

// Listing is the type of cookie under which a document lists an item, as a
// heading or a column of a table, beside what its text says of the item.
type Listing string

const (
	NotListed        Listing = "" // not given
	ListedSession    Listing = "session"
	ListedPersistent Listing = "persistent"
	ListedBoth       Listing = "both"
)

// Listings lists the listings.
func Listings() []observation.Term {
	return []observation.Term{
		{Name: string(ListedSession), Doc: "listed among items that end with the browser session"},
		{Name: string(ListedPersistent), Doc: "listed among items that outlive the browser session, such as tracking cookies"},
		{Name: string(ListedBoth), Doc: "listed under both types at once"},
	}
}

// Profile is the law that an audit applies.
type Profile string

const (
	UK   Profile = "uk"
	EU   Profile = "eu"
	FR   Profile = "fr"
	DE   Profile = "de"
	ES   Profile = "es"
	IT   Profile = "it"
	IE   Profile = "ie"
	USCA Profile = "us-ca"
)

// Profiles lists the profiles.
func Profiles() []observation.Term {
	return []observation.Term{
		{Name: string(EU), Doc: "ePrivacy Directive article 5(3), GDPR, EDPB guidelines"},
		{Name: string(UK), Doc: "PECR regulation 6 and Schedule A1 as amended in 2025"},
		{Name: string(FR), Doc: "article 82 Loi Informatique et Libertés, CNIL"},
		{Name: string(DE), Doc: "§ 25 TDDDG, DSK"},
		{Name: string(ES), Doc: "LSSI article 22(2), AEPD"},
		{Name: string(IT), Doc: "article 122 Codice Privacy, Garante"},
		{Name: string(IE), Doc: "S.I. 336/2011 regulation 5, DPC"},
		{Name: string(USCA), Doc: "CCPA and its regulations: opt-out, Global Privacy Control"},
	}
}
