package observation

import (
	"slices"
	"time"
)

// Schema is the version of the record format that this package writes.
const Schema = 1

// Record is one line of an observation. Exactly one field is set.
type Record struct {
	Header     *Header     `json:"header,omitempty"`
	Leg        *Leg        `json:"leg,omitempty"`
	Page       *Page       `json:"page,omitempty"`
	Write      *Write      `json:"write,omitempty"`
	Checkpoint *Checkpoint `json:"checkpoint,omitempty"`
	Request    *Request    `json:"request,omitempty"`
	Access     *Access     `json:"access,omitempty"`
	Link       *Link       `json:"link,omitempty"`
	Alias      *Alias      `json:"alias,omitempty"`
	Consent    *Consent    `json:"consent,omitempty"`
	Signal     *Signal     `json:"signal,omitempty"`
	Act        *Act        `json:"act,omitempty"`
	Gap        *Gap        `json:"gap,omitempty"`
	Seal       *Seal       `json:"seal,omitempty"`
	End        *End        `json:"end,omitempty"`
}

// Header is the first record: who looked, with what, from where, at what.
type Header struct {
	Schema int    `json:"schema"`
	Tool   string `json:"tool"` // name and version
	// Autoconsent is the version of the second engine for consent dialogs, "" where
	// there was none.
	Autoconsent string    `json:"autoconsent,omitempty"`
	Started     time.Time `json:"started"`
	Browser     Browser   `json:"browser"`
	// Kinds are the kinds of storage that were looked at; empty in evidence that
	// does not say, which is taken for all.
	Kinds   []Kind  `json:"kinds,omitempty"`
	Job     Job     `json:"job"`
	Vantage Vantage `json:"vantage"`
}

// Browser is what the scan looked through.
type Browser struct {
	Product           string   `json:"product"`
	UserAgent         string   `json:"user_agent"`
	Flags             []string `json:"flags"`
	ThirdPartyCookies bool     `json:"third_party_cookies"` // proven by the self-test of this scan
	Sandbox           bool     `json:"sandbox"`
	// Differs lists in plain words how this browser differs from a visitor's.
	Differs []string `json:"differs"`
}

// Job is what was asked for. It holds names of secrets, never secrets.
type Job struct {
	URLs     []string `json:"urls"`
	Choices  []Choice `json:"choices"`
	MaxPages int      `json:"max_pages"`
	MaxDepth int      `json:"max_depth"` // link steps from a given URL
	// As is the site in whose place the scanned host is judged, "" for itself.
	As       string            `json:"as,omitempty"`
	Controls map[string][]Step `json:"controls,omitempty"`
	// Services are the systems to visit one by one; empty for one site, which
	// is URLs. URLs then lists their pages too, in the same order.
	Services []Service `json:"services,omitempty"`
	// Journeys are run under every choice, after its pages.
	Journeys []Journey `json:"journeys,omitempty"`
	// RealTime: idle steps wait by the clock on the wall, and what was seen only
	// in fast time is looked at again by it.
	RealTime bool `json:"real_time,omitempty"`
	// NoReturn: the visits end without a later session on the first page.
	NoReturn bool `json:"no_return,omitempty"`
	// Repeat is how often all visits are made; 0 for once.
	Repeat int    `json:"repeat,omitempty"`
	Device string `json:"device"`
	// Notice is a warning that every report must carry, such as that the site
	// is a replica.
	Notice    string   `json:"notice,omitempty"`
	ConnectTo []string `json:"connect_to,omitempty"`
	Insecure  bool     `json:"insecure,omitempty"`
	// Headers are HOST=NAME:ENVVAR as given, Logins HOST=ENVVAR.
	Headers []string `json:"headers,omitempty"`
	Logins  []string `json:"logins,omitempty"`
	// Recorded: what sites answered was kept on a tape. Replay is the tape that
	// answered in their place, nil for none.
	Recorded bool    `json:"recorded,omitempty"`
	Replay   *Replay `json:"replay,omitempty"`
}

// Replay names the tape of a scan that reached no site.
type Replay struct {
	Recorded time.Time `json:"recorded"` // when the sites gave these answers
	SHA256   string    `json:"sha256"`   // of the tape
}

// Vantage is where the scan looked from.
type Vantage struct {
	CountryTold string `json:"country_told,omitempty"` // ISO 3166-1, as the user said
	CountrySeen string `json:"country_seen,omitempty"` // as the site said
	TimeZone    string `json:"time_zone,omitempty"`    // of the browser, such as Europe/London
	Locale      string `json:"locale,omitempty"`       // of the browser, such as en-GB
	// AcceptLanguage is the request header.
	AcceptLanguage string `json:"accept_language,omitempty"`
}

// Service is one of several systems that a job looks at one by one: each has its
// own pages, its own dialog and its own visits.
type Service struct {
	Name string   `json:"name"`
	URLs []string `json:"urls"`
	// Hosts are the hosts whose pages belong to it; links to others are not
	// followed.
	Hosts []string `json:"hosts"`
}

// Journey is a way through a service that a visitor takes: a form, a log-in.
type Journey struct {
	Name    string `json:"name"`
	Service string `json:"service,omitempty"` // in which it begins, "" for the job's one site
	Steps   []Step `json:"steps"`
}

// Step is one action of the step language that controls and journeys share. One
// of the verbs is set; a plain string in a policy is a click. Wait, Gone and
// Expect take a target, or quiet, url=GLOB, storage=KIND:GLOB.
type Step struct {
	Goto    string `json:"goto,omitempty" yaml:"goto"`
	Click   string `json:"click,omitempty" yaml:"click"`
	Wait    string `json:"wait,omitempty" yaml:"wait"`       // until it is there
	Gone    string `json:"gone,omitempty" yaml:"gone"`       // until it is no longer there
	Expect  string `json:"expect,omitempty" yaml:"expect"`   // it must be there now
	Check   string `json:"check,omitempty" yaml:"check"`     // tick a box or switch
	Clear   string `json:"clear,omitempty" yaml:"clear"`     // untick it
	Press   string `json:"press,omitempty" yaml:"press"`     // a key by name
	Fill    string `json:"fill,omitempty" yaml:"fill"`       // a field's target
	Select  string `json:"select,omitempty" yaml:"select"`   // a list's target; Value is the option
	Value   string `json:"value,omitempty" yaml:"value"`     // what Fill types; ${NAME} is taken from the environment
	Scroll  string `json:"scroll,omitempty" yaml:"scroll"`   // "end", or a target to bring into view
	Restart string `json:"restart,omitempty" yaml:"restart"` // "browser": it is closed and opened again
	Idle    string `json:"idle,omitempty" yaml:"idle"`       // a duration without any input
	// Name is what conditions of a policy call the moment at which this step
	// begins: when: [step: NAME].
	Name string `json:"step,omitempty" yaml:"step"`
}

// Verb is what the step does, as the policy writes it; "" for nothing.
func (s Step) Verb() string {
	for verb, target := range map[string]string{
		"goto": s.Goto, "click": s.Click, "wait": s.Wait, "gone": s.Gone, "expect": s.Expect, "check": s.Check, "clear": s.Clear,
		"press": s.Press, "fill": s.Fill, "select": s.Select, "scroll": s.Scroll, "restart": s.Restart, "idle": s.Idle,
	} {
		if target != "" {
			return verb
		}
	}
	return ""
}

// String is the step in words, as reports tell it. It holds no value.
func (s Step) String() string {
	switch {
	case s.Goto != "":
		return "goto " + s.Goto
	case s.Click != "":
		return "click " + s.Click
	case s.Wait != "":
		return "wait for " + s.Wait
	case s.Gone != "":
		return "wait until gone " + s.Gone
	case s.Expect != "":
		return "expect " + s.Expect
	case s.Check != "":
		return "check " + s.Check
	case s.Clear != "":
		return "clear " + s.Clear
	case s.Press != "":
		return "press " + s.Press
	case s.Fill != "":
		return "fill " + s.Fill
	case s.Select != "":
		return "select in " + s.Select
	case s.Scroll != "":
		return "scroll to " + s.Scroll
	case s.Restart != "":
		return "restart the browser"
	case s.Idle != "":
		return "idle for " + s.Idle
	}
	return "empty step"
}

// Presses reports whether the step is an input event that can commit something.
func (s Step) Presses() bool {
	return s.Click != "" || s.Press != "" || s.Check != "" || s.Clear != ""
}

// The names of steps that every journey has for its verbs.
const (
	StepRestart = "restart"
	StepIdle    = "idle"
)

// Names are the names by which conditions can call the i-th step of a journey.
// The journey's own name is that of its last input event, unless a step bears it.
func (j Journey) Names(i int) []string {
	s := j.Steps[i]
	var out []string
	add := func(name string) {
		if name != "" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	add(s.Name)
	switch {
	case s.Restart != "":
		add(StepRestart)
	case s.Idle != "":
		add(StepIdle)
	}
	named := slices.ContainsFunc(j.Steps, func(s Step) bool { return s.Name == j.Name })
	last := -1
	for k, s := range j.Steps {
		if s.Presses() {
			last = k
		}
	}
	if !named && i == last {
		add(j.Name)
	}
	return out
}

// Act is one step of a journey as it was done.
type Act struct {
	Leg     string `json:"leg"`
	Page    string `json:"page"` // on which it began
	Journey string `json:"journey"`
	Nr      int    `json:"nr"`   // of the step in its journey, from 1
	Verb    string `json:"verb"` // goto, click, wait, gone, expect, check, clear, press, fill, select, scroll, restart, idle
	What    string `json:"what"`
	// Names are what conditions call it, see Journey.Names.
	Names []string `json:"names,omitempty"`
	// Begun is the number of the last record before its input was sent; Seq is
	// its own, when all it caused had settled. A named act lies between two
	// checkpoints: the one before Begun and the one before Seq.
	Begun int   `json:"begun"`
	Seq   int   `json:"seq"`
	At    int64 `json:"at"` // when its input was sent, on the visit's clock
	// Idle is how long nothing was done, in milliseconds; Real tells that it
	// was waited by the clock on the wall, not in the page's fast time.
	Idle int64 `json:"idle,omitempty"`
	Real bool  `json:"real,omitempty"`
	// Already: the box was ticked before the visitor touched it.
	Already bool `json:"already,omitempty"`
	// Unsearched is why what was typed is not looked for in requests.
	Unsearched string `json:"unsearched,omitempty"`
	Failed     string `json:"failed,omitempty"` // why it could not be done; the journey ends with it
}

// Leg is one fresh, isolated browser context with the choice made in it.
type Leg struct {
	ID     string `json:"id"` // [service number/]choice/number, or choice/journey-name
	Choice Choice `json:"choice"`
	// Service is the service whose pages it visits, "" where the job has one
	// site; Journey the journey that it runs, "" for visiting pages.
	Service string   `json:"service,omitempty"`
	Journey string   `json:"journey,omitempty"`
	Plan    []string `json:"plan"` // URLs in the order in which they are to be visited
	// Run counts the runs of a job that is repeated, from 1; 0 where it is not.
	Run int `json:"run,omitempty"`
	// Retry is the ID of the leg that this one repeats, "" for a first try.
	Retry string `json:"retry,omitempty"`
}

// Purpose is why a page was opened.
type Purpose string

const (
	PurposeOpen   Purpose = "open"   // first look, search for the dialog
	PurposeReload Purpose = "reload" // proof that the choice is kept
	PurposeVisit  Purpose = "visit"  // a page of the plan
	PurposeReopen Purpose = "reopen" // to withdraw the choice
	PurposeAct    Purpose = "act"    // a journey came here
	PurposeReturn Purpose = "return" // a later session
)

// Page is one opening of one URL. It is written when the page is left.
type Page struct {
	ID      string  `json:"id"` // leg ID/p and number
	Leg     string  `json:"leg"`
	Tab     int     `json:"tab"` // pages of one tab share sessionStorage
	URL     string  `json:"url"`
	Final   string  `json:"final"` // after redirects
	Purpose Purpose `json:"purpose"`
	// Nr is the page's place in the list of pages, from 1: two addresses that
	// differ in what is redacted stay two pages. 0 in hand-made observations.
	Nr int `json:"nr,omitempty"`
	// Named: the user asked for this page, so its loss is a loss of the audit.
	Named   bool      `json:"named,omitempty"`
	State   PageState `json:"state"`
	Status  int       `json:"status,omitempty"` // HTTP status of the document
	Reasons []string  `json:"reasons,omitempty"`
	Opened  int64     `json:"opened"`         // milliseconds on the visit's clock, see Write.At
	Settled int64     `json:"settled"`        // milliseconds from Opened to quiet
	Fast    int64     `json:"fast,omitempty"` // milliseconds of fast time granted
	Title   string    `json:"title,omitempty"`
	// Links are the same-site links found, kept on the none visit only.
	Links []string `json:"links,omitempty"`
	// CountrySeen is where the site took the visitor to be (ISO 3166-1), SeenBy
	// the address that said so.
	CountrySeen string `json:"country_seen,omitempty"`
	SeenBy      string `json:"seen_by,omitempty"`
	// Picture is the name of a screenshot in the evidence folder.
	Picture string `json:"picture,omitempty"`
	// WayBack are the words of the control that leads back to the consent settings,
	// WayBackSought that one was looked for: on the pages of visitors who agreed.
	WayBack       string `json:"way_back,omitempty"`
	WayBackSought bool   `json:"way_back_sought,omitempty"`
	// OptOut are the words of the link or button by which visitors of the United
	// States opt out of the sale of their data, OptOutShown that the page says it has
	// honoured their browser's signal.
	OptOut      string `json:"opt_out,omitempty"`
	OptOutShown bool   `json:"opt_out_shown,omitempty"`
}

// Source is a place in code or markup. Line and Column count from 1; 0 is
// unknown.
type Source struct {
	URL      string `json:"url"`
	Line     int    `json:"line,omitempty"`
	Column   int    `json:"column,omitempty"`
	Function string `json:"function,omitempty"`
	// After names the asynchronous step between this place and the one before it
	// in a stack, such as setTimeout or Promise.then.
	After string `json:"after,omitempty"`
}

// Attrs are a cookie's attributes as they were asked for.
type Attrs struct {
	HTTPOnly    bool   `json:"http_only,omitempty"`
	Secure      bool   `json:"secure,omitempty"`
	SameSite    string `json:"same_site,omitempty"` // Strict, Lax, None or "" when not given
	Partitioned bool   `json:"partitioned,omitempty"`
	Priority    string `json:"priority,omitempty"`
}

// Write is one change of one item, or an attempt at one.
type Write struct {
	Seq   int    `json:"seq"` // order in the transport, within a leg
	Page  string `json:"page"`
	Frame string `json:"frame,omitempty"` // URL of the frame
	Phase Phase  `json:"phase"`
	Cause Cause  `json:"cause"`
	Item  Key    `json:"item"`
	Op    Op     `json:"op"`
	// At is on the visitor's clock: milliseconds from the visit's first
	// navigation, real and fast time added.
	At   int64 `json:"at"`
	Fast bool  `json:"fast,omitempty"` // happened in fast time
	// Turn is when the run of script that made the write made its first: equal for
	// writes with nothing of the page between them. 0 where it is not known.
	Turn int64 `json:"turn,omitempty"`
	Via  Via   `json:"via"`
	// By is the innermost stack frame with a URL, or the response that carried
	// Set-Cookie.
	By Source `json:"by"`
	// Inferred is how By was concluded where nobody told it, "" where it was told.
	Inferred string `json:"inferred,omitempty"`
	// Stack are the script's calls that led to it, innermost first, over
	// asynchronous steps too.
	Stack []Source `json:"stack,omitempty"`
	// Chain leads from By to the page's own HTML: who loaded it, and who that.
	Chain    []Source `json:"chain,omitempty"`
	Lifetime Lifetime `json:"lifetime"`
	Attrs    Attrs    `json:"attrs"`
	// Given are the attributes of a Set-Cookie line or an assignment as they were
	// written, in their order.
	Given   string   `json:"given,omitempty"`
	Value   Value    `json:"value"`
	Refused []string `json:"refused,omitempty"` // the browser's reasons
	// N is how many writes alike the record stands for, of which it tells the
	// last; 0 for one. An item's first FullWrites writes of a phase are told one
	// by one.
	N int `json:"n,omitempty"`
}

// FullWrites is how many writes of an item are told one by one in each phase.
const FullWrites = 16

// Times is how many writes the record stands for.
func (w Write) Times() int { return max(1, w.N) }

// Area is one storage area as it was at a checkpoint. An area that is not
// listed in a checkpoint was not looked at.
type Area struct {
	Kind      Kind     `json:"kind"`
	Origin    string   `json:"origin,omitempty"` // "" for the cookie jar, which is one area
	Partition string   `json:"partition,omitempty"`
	Items     []Stored `json:"items"`
}

// Stored is an item at rest.
type Stored struct {
	Item  Key   `json:"item"`
	Attrs Attrs `json:"attrs"`
	// Expires is seconds from the checkpoint to the end that the browser keeps
	// for a cookie, 0 for none. The browser caps it; see Write.Lifetime.
	Expires int64 `json:"expires,omitempty"`
	Value   Value `json:"value"`
	// Parts are what it consists of: a database's object stores, a cache's
	// addresses, the storages of a bucket, a service worker's script.
	Parts []string `json:"parts,omitempty"`
	// Word is what the value says of a choice where it is a plain word, and the name
	// one of consent: told of what changed at a choice.
	Word Stance `json:"word,omitempty"`
}

// Checkpoint is the whole content of every storage area that could be read.
type Checkpoint struct {
	Seq   int    `json:"seq"`
	Page  string `json:"page"`
	Phase Phase  `json:"phase"`
	At    int64  `json:"at"`
	Areas []Area `json:"areas"`
}

// Request is one network request, or, with Count, several alike.
type Request struct {
	Seq   int    `json:"seq"`
	Page  string `json:"page"`
	Phase Phase  `json:"phase"`
	// URL has shapes for query values, see Redactor.URL. It is an origin alone, and
	// Method "", where the document that sent the request went at once, and the browser
	// told no more.
	URL    string `json:"url"`
	Method string `json:"method"`
	Type   string `json:"type"` // CDP resource type
	Status int    `json:"status,omitempty"`
	// Embed is same-site or cross-site, relative to the top-level page.
	Embed   string   `json:"embed"`
	At      int64    `json:"at"`
	Fast    bool     `json:"fast,omitempty"`
	Chain   []Source `json:"chain,omitempty"`
	Sets    []Key    `json:"sets,omitempty"`    // items its response set or tried to set
	Carried []Key    `json:"carried,omitempty"` // cookies it sent
	// Sent are items whose value left in the address or body: plainly, encoded
	// or as a digest. Typed are the targets of fields whose typed value did.
	Sent  []Key    `json:"sent,omitempty"`
	Typed []string `json:"typed,omitempty"`
	// Taken tells of each item of Sent where its value stood and in what form.
	Taken []Taken `json:"taken,omitempty"`
	// IDs are values that look like identifiers, in the address and body of a
	// request to another site: equal digests are equal values.
	IDs []Param `json:"ids,omitempty"`
	// Revalidates are the marks of the browser's own copy of the answer that look
	// like identifiers, and that the server let stand when the browser sent them
	// back: once for each in a leg and phase.
	Revalidates []Validator `json:"revalidates,omitempty"`
	// Unread: it had a body that nobody could read, so that Sent and Typed tell
	// of its address only.
	Unread bool   `json:"unread,omitempty"`
	Error  string `json:"error,omitempty"`
	Count  int    `json:"count,omitempty"` // further requests to the same host that are not listed
}

// Taken is a stored value that a request takes along.
type Taken struct {
	Item Key    `json:"item"`
	In   string `json:"in"` // url, body, referer or header
	As   string `json:"as"` // plain, base64, md5, sha1, sha256
	// Digest tells which of the values inside a database or cache it was, see
	// Value.Digest; "" where the item is one value.
	Digest string `json:"digest,omitempty"`
}

// Param is a named value of a request that looks like an identifier.
type Param struct {
	Name   string `json:"name"`
	Digest string `json:"digest"` // see Value.Digest
	Bits   int    `json:"bits"`   // see Shape.Bits
}

// Validator is an ETag, or a Last-Modified that is no date, that came back. The same
// address with the same validator in several legs is content that is the same for
// everybody.
type Validator struct {
	Header  string `json:"header"`  // etag or last-modified
	Address string `json:"address"` // digest of the whole URL, see Value.Digest
	Digest  string `json:"digest"`  // see Value.Digest
	Bits    int    `json:"bits"`    // see Shape.Bits
}

// Access is a script's reading of what tells devices apart, without storing.
type Access struct {
	Seq   int    `json:"seq"`
	Page  string `json:"page"`
	Frame string `json:"frame,omitempty"`
	Phase Phase  `json:"phase"`
	Cause Cause  `json:"cause"`
	At    int64  `json:"at"`
	Fast  bool   `json:"fast,omitempty"`
	// What is read: canvas, webgl, audio, fonts, client-hints; API the call that
	// read it.
	What  string   `json:"what"`
	API   string   `json:"api"`
	By    Source   `json:"by"`
	Stack []Source `json:"stack,omitempty"`
	Chain []Source `json:"chain,omitempty"`
	N     int      `json:"n,omitempty"` // calls alike on this page; 0 for one
}

// Link is a link to another site that carries a value which marks the visitor.
type Link struct {
	Page  string `json:"page"`
	Phase Phase  `json:"phase"`
	At    int64  `json:"at"`
	URL   string `json:"url"` // query values are shapes
	Param string `json:"param"`
	// What the parameter is known to be, "" where it is not known by its name.
	What string `json:"what,omitempty"`
	// Digest is that of the value: one that is the same in several visits was
	// written into the page, and marks nobody.
	Digest string `json:"digest,omitempty"`
	// Items are stored items whose value the link carries; none where the
	// parameter is known by its name alone.
	Items []Key `json:"items,omitempty"`
}

// Alias is what the name service says of a host that was requested.
type Alias struct {
	Host string `json:"host"`
	// Names leads from the host to the name that has an address; empty where the
	// host has one itself.
	Names    []string  `json:"names,omitempty"`
	Resolver string    `json:"resolver"` // system, or host:port as asked for
	At       time.Time `json:"at"`
	Error    string    `json:"error,omitempty"` // why nobody could tell
}

// The values of Request.Embed.
const (
	SameSite  = "same-site"
	CrossSite = "cross-site"
)

// Control is a control of a consent dialog and what it was taken for.
type Control struct {
	Text string `json:"text"`
	Role string `json:"role"`
	As   string `json:"as"` // accept, reject, settings, save, close, hide, pay, reopen; on or off of a switch; "" for a button that nobody understood
	// Why is by which of its words, in which language, it was taken for As; "" for a
	// switch.
	Why string `json:"why,omitempty"`
	// Name is the accessible name where it differs from Text.
	Name string `json:"name,omitempty"`
	// Category is what a switch decides on, in the policy's words; "" where its own
	// words name none. Fixed: it cannot be turned.
	Category string `json:"category,omitempty"`
	Fixed    bool   `json:"fixed,omitempty"`
	// Interest: a switch for legitimate interest, not for consent.
	Interest bool   `json:"interest,omitempty"`
	Looks    *Looks `json:"looks,omitempty"`
}

// Looks is how a control looks and is reached.
type Looks struct {
	Width  int `json:"width"` // in CSS pixels
	Height int `json:"height"`
	// Font is in CSS pixels, Weight as CSS has it.
	Font   float64 `json:"font"`
	Weight int     `json:"weight"`
	// Contrast is the WCAG ratio of the text to its background, Standout that of
	// the control's background to what lies around it; 0 where a picture or
	// gradient keeps it from being told.
	Contrast float64 `json:"contrast,omitempty"`
	Standout float64 `json:"standout,omitempty"`
	// Link: it is, or looks like, text to follow and no button.
	Link bool `json:"link,omitempty"`
	// Tab is the number of Tab presses to it, as the document orders what can have
	// the focus; 0 where the keyboard does not reach it.
	Tab int `json:"tab,omitempty"`
}

// Dialog is one layer of a consent dialog as it was found.
type Dialog struct {
	Frame    string    `json:"frame,omitempty"` // URL of the frame it lives in
	Text     string    `json:"text,omitempty"`  // its first 4,000 characters; ends with … where there is more
	Controls []Control `json:"controls"`
	Why      []string  `json:"why,omitempty"` // what made it a consent dialog
	Layer    int       `json:"layer"`         // 1 is what comes by itself
	Picture  string    `json:"picture,omitempty"`
	// Named: it has a dialog's role and an accessible name.
	Named bool `json:"named,omitempty"`
	// Covers is the share of the window that answers to the dialog or to what lies
	// behind it and above the page; Locked: the page cannot be scrolled.
	Covers float64 `json:"covers,omitempty"`
	Locked bool    `json:"locked,omitempty"`
	// Policy is its link to the cookie policy.
	Policy string `json:"policy,omitempty"`
	// Looked tells that Looks, Covers and Locked were measured.
	Looked bool `json:"looked,omitempty"`
}

// Control is the layer's first control of a class, nil where it has none.
func (d *Dialog) Control(as string) *Control {
	for i := range d.Controls {
		if d.Controls[i].As == as {
			return &d.Controls[i]
		}
	}
	return nil
}

// Consent is one attempt to make one choice on one page.
type Consent struct {
	Leg    string `json:"leg"`
	Page   string `json:"page"`
	Choice Choice `json:"choice"` // what was attempted; none and settings: only looked at
	// Found tells whether a consent dialog was seen, Looked for how long it was
	// looked for, in milliseconds.
	Found  bool    `json:"found"`
	Looked int64   `json:"looked"`
	Dialog *Dialog `json:"dialog,omitempty"`
	// Unread is the text of a box over the page that may be a consent dialog, where none
	// was found: it speaks of cookies, and nobody understood its buttons.
	Unread string `json:"unread,omitempty"`
	// Further are the layers behind it that were opened, in order.
	Further []Dialog `json:"further,omitempty"`
	// Offers are the categories that the dialog lets a visitor allow one by one, in
	// the policy's words, sorted; told by the settings visit.
	Offers []string `json:"offers,omitempty"`
	// Controls are steps of a policy's controls that make the choices which the
	// dialog offers, by their key; Beyond says of other keys why none are known. Both
	// are told by the settings visit.
	Controls map[string][]Step `json:"controls,omitempty"`
	Beyond   map[string]string `json:"beyond,omitempty"`
	// Manager names the consent manager, Scripts are those of its scripts that
	// were requested.
	Manager string   `json:"manager,omitempty"`
	Scripts []string `json:"scripts,omitempty"`
	// Rule is the rule of autoconsent that fits the dialog, "" where none does or it was
	// not asked. Rules are named after managers and fit others too: a hint at the
	// manager, and no proof.
	Rule string `json:"rule,omitempty"`
	// Method is how the control was found: policy, finder, autoconsent, manager (by
	// what the catalogue knows of it), person.
	Method  string      `json:"method,omitempty"`
	Steps   []string    `json:"steps,omitempty"` // what was pressed, in words
	Layers  int         `json:"layers,omitempty"`
	Outcome Outcome     `json:"outcome"`
	Why     string      `json:"why,omitempty"`
	Proof   []ProofFact `json:"proof,omitempty"`
	// Held is what the page holds of the choice and that agrees with it, in words;
	// Contradicted what says otherwise.
	Held         []string `json:"held,omitempty"`
	Contradicted []string `json:"contradicted,omitempty"`
	// ByAPI: no visible way led back to the settings, and the consent manager's API
	// opened them.
	ByAPI bool `json:"by_api,omitempty"`
	// ByScript: something lay over a control and stayed there, and a script pressed
	// it in the visitor's place. That proves nothing of what a visitor can do.
	ByScript bool `json:"by_script,omitempty"`
	// Record are the items that changed at the click, with their values then.
	Record []Stored `json:"record,omitempty"`
	At     int64    `json:"at"` // dispatch of the committing input event, on the visit's clock
	// Proved is when all that proves it had been gathered, on the same clock; 0 where
	// nothing was chosen.
	Proved  int64  `json:"proved,omitempty"`
	Picture string `json:"picture,omitempty"`
}

// Gap is something that could not be seen. Blind: writes may be missing. Else
// it is a note.
type Gap struct {
	Leg     string `json:"leg,omitempty"` // "" concerns the whole scan
	Page    string `json:"page,omitempty"`
	Session string `json:"session,omitempty"`
	Kind    string `json:"kind"` // stable, kebab-case
	Why     string `json:"why"`
	Blind   bool   `json:"blind,omitempty"`
	N       int    `json:"n,omitempty"`
}

// Seal closes a page: the SHA-256 of every byte of the log before it.
type Seal struct {
	Page   string `json:"page"`
	SHA256 string `json:"sha256"`
}

// End is the last record. Without it the scan did not come to its end.
type End struct {
	At          time.Time `json:"at"`
	Interrupted bool      `json:"interrupted,omitempty"`
	// Later are same-site pages found after the page list was frozen.
	Later []string `json:"later,omitempty"`
	// Left are pages left out because of a budget.
	Left []string `json:"left,omitempty"`
}
