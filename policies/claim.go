package policies

import "cookieaudit/scanner/observation"

// The claims: general promises of a document that more than one entry is about.
const (
	NoThirdParty           = "no-third-party"
	FirstPartyOnly         = "first-party-only"
	SessionOnly            = "session-only"
	OnlyThirdPartyServices = "only-third-party-services"
	NoPersonalData         = "no-personal-data"
	NoCardData             = "no-card-data"
	Anonymous              = "anonymous"
	NoUserIDs              = "no-user-ids"
	RandomIdentifier       = "random-identifier"
	TypedDataMasked        = "typed-data-masked"
	NoAdSharing            = "no-ad-sharing"
	StaysOnDevice          = "stays-on-device"
	ConsentFirst           = "consent-first"
	ImpliedConsent         = "implied-consent"
	WithdrawalOffered      = "withdrawal-offered"
	WithdrawalPlanned      = "withdrawal-planned"
	OptOutLinks            = "opt-out-links"
	WorksWithout           = "works-without"
	UntickedByDefault      = "unticked-by-default"
	EssentialToWork        = "essential-to-work"
	NoTracking             = "no-tracking"
	NoDataToEmbeds         = "no-data-to-embeds"
	OwnServersOnly         = "own-servers-only"
	BrowserSettings        = "browser-settings"
	SafeHarbor             = "safe-harbor"
	ServerSide             = "server-side"
)

// Claims lists the claims with what each promises.
func Claims() []observation.Term {
	return []observation.Term{
		{Name: NoThirdParty, Doc: "no third party stores, reads or receives anything"},
		{Name: FirstPartyOnly, Doc: "every item belongs to a first-party host"},
		{Name: SessionOnly, Doc: "every item ends with the browser session"},
		{Name: OnlyThirdPartyServices, Doc: "every item comes from a third-party service, none from the site's own code"},
		{Name: NoPersonalData, Doc: "items hold no personal data"},
		{Name: NoCardData, Doc: "items hold no payment card data"},
		{Name: Anonymous, Doc: "what is gathered does not identify a visitor"},
		{Name: NoUserIDs, Doc: "no identifier of a signed-in user is given to analytics"},
		{Name: RandomIdentifier, Doc: "identifiers are random and not linked to a name, an address or a device"},
		{Name: TypedDataMasked, Doc: "what a visitor types is not sent to recording services"},
		{Name: NoAdSharing, Doc: "analytics data is not used or shared for advertising"},
		{Name: StaysOnDevice, Doc: "what is stored is not sent to a server"},
		{Name: ConsentFirst, Doc: "what is not essential comes only after consent"},
		{Name: ImpliedConsent, Doc: "using the site is taken as consent: a promise the law does not accept"},
		{Name: WithdrawalOffered, Doc: "the choice can be changed at any time"},
		{Name: WithdrawalPlanned, Doc: "a way to change the choice is announced but not there"},
		{Name: OptOutLinks, Doc: "links lead to ways to opt out of the named services"},
		{Name: WorksWithout, Doc: "the site works without what is not essential"},
		{Name: UntickedByDefault, Doc: "a box that leads to storage is unticked until the visitor ticks it"},
		{Name: EssentialToWork, Doc: "the site does not work without the items"},
		{Name: NoTracking, Doc: "nothing serves analytics or advertising"},
		{Name: NoDataToEmbeds, Doc: "others whose content is embedded get no personal data of the visitor"},
		{Name: OwnServersOnly, Doc: "what visitors enter or upload, and events about them, go to the site's own hosts only"},
		{Name: BrowserSettings, Doc: "the browser's settings are offered as the way to refuse: no substitute for a choice on the site"},
		{Name: SafeHarbor, Doc: "transfers rest on Safe Harbor or the Privacy Shield, which are no longer valid"},
		{Name: ServerSide, Doc: "something is promised about servers (logs, retention): listed, cannot be seen from outside"},
	}
}
