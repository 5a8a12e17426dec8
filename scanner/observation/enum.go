package observation

import (
	"fmt"
	"strings"
)

// Term is one value of an enum with its meaning, as printed in the README and
// by `cookieaudit rules`.
type Term struct {
	Name string
	Doc  string
}

// Choice is what the visitor does with the consent dialog in one visit. Beside
// the constants there is only:<category> for each category a dialog offers.
type Choice string

const (
	None     Choice = "none"
	Accept   Choice = "accept"
	Reject   Choice = "reject"
	Withdraw Choice = "withdraw"
	Close    Choice = "close"
	GPC      Choice = "gpc"
	// Settings opens what lies behind the dialog's first layer, to read it.
	Settings Choice = "settings"
	// Only stands for one visit for each category that the dialog offers.
	Only Choice = "only"
)

const onlyPrefix = "only:"

// Choices lists the choices with what each proves.
func Choices() []Term {
	return []Term{
		{string(None), "the dialog is never touched, but the page is used (scroll, mouse, Tab): shows what comes before any consent"},
		{string(Accept), "everything is accepted: shows the full set of items, to compare with the policy"},
		{string(Reject), "everything is refused: shows what comes against the visitor's will"},
		{string(Withdraw), "accepted, then taken back: shows what stays or comes again"},
		{onlyPrefix + "<category>", "one category is allowed: shows what belongs to another"},
		{string(Only), "one visit for each category that the dialog offers"},
		{string(Close), "the dialog is closed without a choice"},
		{string(GPC), "nothing is clicked, Global Privacy Control is on"},
		{string(Settings), "the dialog's other layers are opened and read, and nothing is chosen"},
	}
}

// ParseChoice reads a choice as a user writes it.
func ParseChoice(s string) (Choice, error) {
	c := Choice(s)
	switch c {
	case None, Accept, Reject, Withdraw, Close, GPC, Settings, Only:
		return c, nil
	}
	if category, ok := strings.CutPrefix(s, onlyPrefix); ok && category != "" {
		return c, nil
	}
	return "", fmt.Errorf("unknown choice %q: use one of none, accept, reject, withdraw, close, gpc, settings, only or only:<category>", s)
}

// Category is what an only:<category> choice allows, "" for another choice.
func (c Choice) Category() string {
	category, _ := strings.CutPrefix(string(c), onlyPrefix)
	if category == string(c) {
		return ""
	}
	return category
}

// OnlyCategory is the choice that allows one category.
func OnlyCategory(category string) Choice { return Choice(onlyPrefix + category) }

// Phase is where a moment lies relative to the visitor's choice. The phase of
// a write is that in which its cause began: the request was sent, the script
// ran.
type Phase string

const (
	Before  Phase = "before"
	Granted Phase = "granted"
	After   Phase = "after"
	Return  Phase = "return"
)

// Unchosen reports whether the visitor had made no choice yet: ahead of it, and all
// through a visit without one, also when coming back. Where such a visit has a phase
// after a choice all the same, a press may have made one that was to make none.
func (p Phase) Unchosen(c Choice) bool {
	return p == Before || p != After && (c == None || c == Settings || c == GPC)
}

// Phases lists the phases in the order in which a visit passes them.
func Phases() []Term {
	return []Term{
		{string(Before), "before any choice"},
		{string(Granted), "between accepting and withdrawing"},
		{string(After), "after the choice; begins at the input event that commits it, or that may have"},
		{string(Return), "a later session, with the stored choice if there is one"},
	}
}

// Cause is what made a write happen.
type Cause string

const (
	CauseLoad       Cause = "load"
	CauseTimer      Cause = "timer"
	CauseScroll     Cause = "scroll"
	CausePointer    Cause = "pointer"
	CauseKey        Cause = "key"
	CauseClick      Cause = "click"
	CauseNavigation Cause = "navigation"
	CauseRestart    Cause = "restart"
)

// Causes lists the causes.
func Causes() []Term {
	return []Term{
		{string(CauseLoad), "the page loaded and settled"},
		{string(CauseTimer), "time passed"},
		{string(CauseScroll), "the visitor scrolled"},
		{string(CausePointer), "the visitor moved the mouse"},
		{string(CauseKey), "the visitor pressed a key"},
		{string(CauseClick), "the visitor clicked"},
		{string(CauseNavigation), "the page was left or another one opened"},
		{string(CauseRestart), "the browser was closed: session cookies end"},
	}
}

// Kind is a place where a site can store something on the device, or a request
// that reads something from it. All kinds of the web platform are listed, also
// those that no collector looks at yet.
type Kind string

const (
	Cookie         Kind = "cookie"
	LocalStorage   Kind = "localStorage"
	SessionStorage Kind = "sessionStorage"
	IndexedDB      Kind = "indexedDB"
	CacheStorage   Kind = "cacheStorage"
	ServiceWorker  Kind = "serviceWorker"
	OPFS           Kind = "opfs"
	StorageBucket  Kind = "storageBucket"
	RequestKind    Kind = "request"
	AccessKind     Kind = "access"
)

// Kinds lists the kinds.
func Kinds() []Term {
	return []Term{
		{string(Cookie), "HTTP or script cookie"},
		{string(LocalStorage), "localStorage key"},
		{string(SessionStorage), "sessionStorage key"},
		{string(IndexedDB), "IndexedDB database"},
		{string(CacheStorage), "Cache Storage cache"},
		{string(ServiceWorker), "service worker registration"},
		{string(OPFS), "file of the origin private file system"},
		{string(StorageBucket), "storage bucket"},
		{string(RequestKind), "network request"},
		{string(AccessKind), "script's reading of what tells devices apart"},
	}
}

// Op is what a write did to its item.
type Op string

const (
	OpSet     Op = "set"
	OpChange  Op = "change"
	OpDelete  Op = "delete"
	OpRefused Op = "refused"
)

// Ops lists the operations.
func Ops() []Term {
	return []Term{
		{string(OpSet), "the item was not there and is now"},
		{string(OpChange), "the item was there and was written again"},
		{string(OpDelete), "the item was removed"},
		{string(OpRefused), "the browser refused the write"},
	}
}

// Via is the way a write took.
type Via string

const (
	ViaResponse Via = "response"
	ViaScript   Via = "script"
	ViaUnknown  Via = "unknown"
)

// PageState is how the visit of a page ended.
type PageState string

const (
	PageOK       PageState = "ok"
	PageFailed   PageState = "failed"
	PageCrashed  PageState = "crashed"
	PageHung     PageState = "hung"
	PageDownload PageState = "download"
	PageBlocked  PageState = "blocked"
)

// PageStates lists the page states.
func PageStates() []Term {
	return []Term{
		{string(PageOK), "loaded and looked at"},
		{string(PageFailed), "did not load (network, TLS, redirect loop)"},
		{string(PageCrashed), "its renderer crashed"},
		{string(PageHung), "stopped answering"},
		{string(PageDownload), "is a download, not a page"},
		{string(PageBlocked), "answered with an error or a wall in place of the site"},
	}
}

// Outcome is what became of an attempt to make a choice in a dialog.
type Outcome string

const (
	Proven    Outcome = "proven"
	Unproven  Outcome = "unproven"
	NoDialog  Outcome = "no-dialog"
	NoControl Outcome = "no-control"
	Failed    Outcome = "failed"
	NotKept   Outcome = "not-kept"
)

// Outcomes lists the outcomes.
func Outcomes() []Term {
	return []Term{
		{string(Proven), "the dialog went, stayed away after a reload, and a record of the choice shows it"},
		{string(Unproven), "the control was pressed, but nothing proves that it took effect"},
		{string(NoDialog), "no consent dialog was seen"},
		{string(NoControl), "the dialog has no control for this choice"},
		{string(Failed), "the control could not be operated"},
		{string(NotKept), "the dialog came back after a reload or on the next page"},
	}
}

// ProofFact is one fact that supports a choice having taken effect.
type ProofFact string

const (
	ProofGone      ProofFact = "gone"
	ProofStaysGone ProofFact = "stays-gone"
	ProofRecorded  ProofFact = "recorded"
	ProofDistinct  ProofFact = "distinct"
	ProofDecoded   ProofFact = "decoded"
)

// ProofFacts lists the facts of a proof. Distinct is found by comparing two
// visits and so is added by the judge.
func ProofFacts() []Term {
	return []Term{
		{string(ProofGone), "the dialog disappeared"},
		{string(ProofStaysGone), "it did not come back after a reload"},
		{string(ProofRecorded), "an item changed at the click"},
		{string(ProofDistinct), "that item differs between accepting and refusing"},
		{string(ProofDecoded), "the decoded record says so"},
	}
}
