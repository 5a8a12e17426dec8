package report

import (
	"bytes"
	"encoding/json"
	"io"
	"time"
	"unicode/utf16"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(Format{
	Name:   "json",
	Doc:    "everything, for other programs (schema: report/schema/audit.v1.json)",
	Ext:    ".json",
	Render: renderJSON,
})

// jsonSchema is the version of the wire format below. Fields are added within a
// version, never renamed or given another meaning.
const jsonSchema = 1

// The wire types. Slices must not be nil: a reader should never have to tell
// null from empty. What is unknown or not given is an empty string or null, as
// the schema says for each field.
type (
	wireAudit struct {
		Schema    int            `json:"schema"`
		Generator wireGenerator  `json:"generator"`
		Banner    string         `json:"banner"`
		Site      string         `json:"site"`
		Verdict   wireVerdict    `json:"verdict"`
		Profile   wireProfile    `json:"profile"`
		AsOf      string         `json:"as_of"`
		Stable    bool           `json:"stable"`
		Evidence  wireEvidence   `json:"evidence"`
		Policy    *wirePolicy    `json:"policy"`
		Coverage  []wireCoverage `json:"coverage"`
		Visits    []wireVisit    `json:"visits"`
		Findings  []wireFinding  `json:"findings"`
		Excepted  []wireExcepted `json:"excepted"`
		Results   []wireResult   `json:"results"`
		Sightings []wireSighting `json:"sightings"`
		Unknowns  []wireUnknown  `json:"unknowns"`
		Notes     []string       `json:"notes"`
	}
	wireGenerator struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	wireVerdict struct {
		Verdict string    `json:"verdict"`
		Words   string    `json:"words"`
		Exit    int       `json:"exit"`
		FailOn  string    `json:"fail_on"`
		Count   wireCount `json:"count"`
	}
	wireCount struct {
		Critical int `json:"critical"`
		High     int `json:"high"`
		Medium   int `json:"medium"`
		Low      int `json:"low"`
		Info     int `json:"info"`
	}
	wireProfile struct {
		Name    string `json:"name"`
		Default bool   `json:"default"`
	}
	wireEvidence struct {
		SHA256      string      `json:"sha256"`
		Started     string      `json:"started"`
		Ended       string      `json:"ended"`
		Interrupted bool        `json:"interrupted"`
		Tool        string      `json:"tool"`
		Browser     wireBrowser `json:"browser"`
		Vantage     wireVantage `json:"vantage"`
		Job         wireJob     `json:"job"`
		Runs        int         `json:"runs"`
	}
	wireBrowser struct {
		Product           string   `json:"product"`
		UserAgent         string   `json:"user_agent"`
		Flags             []string `json:"flags"`
		ThirdPartyCookies bool     `json:"third_party_cookies"`
		Sandbox           bool     `json:"sandbox"`
		Differs           []string `json:"differs"`
	}
	wireVantage struct {
		CountryTold    string        `json:"country_told"`
		CountrySeen    string        `json:"country_seen"`
		TimeZone       string        `json:"time_zone"`
		Locale         string        `json:"locale"`
		AcceptLanguage string        `json:"accept_language"`
		Countries      []wireCountry `json:"countries"`
	}
	wireCountry struct {
		Code  string   `json:"code"`
		Pages int      `json:"pages"`
		By    []string `json:"by"`
	}
	wireJob struct {
		URLs      []string      `json:"urls"`
		Choices   []string      `json:"choices"`
		MaxPages  int           `json:"max_pages"`
		MaxDepth  int           `json:"max_depth"`
		As        string        `json:"as"`
		Device    string        `json:"device"`
		ConnectTo []string      `json:"connect_to"`
		Insecure  bool          `json:"insecure"`
		Services  []wireService `json:"services"`
		Journeys  []string      `json:"journeys"`
		RealTime  bool          `json:"real_time"`
		Repeat    int           `json:"repeat"`
	}
	wirePolicy struct {
		File     string `json:"file"`
		SHA256   string `json:"sha256"`
		Site     string `json:"site"`
		Title    string `json:"title"`
		Source   string `json:"source"`
		Updated  string `json:"updated"`
		Complete bool   `json:"complete"`
		Entries  int    `json:"entries"`
	}
	wireVisit struct {
		Service  string        `json:"service"`
		Choice   string        `json:"choice"`
		Outcome  string        `json:"outcome"`
		Why      string        `json:"why"`
		Proof    []string      `json:"proof"`
		Consents []wireConsent `json:"consents"`
		Pages    []wirePage    `json:"pages"`
		Gaps     []wireGap     `json:"gaps"`
		Acts     []wireAct     `json:"acts"`
		Signals  []wireSignal  `json:"signals"`
	}
	wireSignal struct {
		Page   string       `json:"page"`
		Phase  string       `json:"phase"`
		AtMS   int64        `json:"at_ms"`
		Kind   string       `json:"kind"`
		Source string       `json:"source"`
		Name   string       `json:"name"`
		Raw    string       `json:"raw"`
		Says   []wireSaying `json:"says"`
		TCF    *wireTCF     `json:"tcf"`
		Error  string       `json:"error"`
	}
	wireSaying struct {
		Of       string `json:"of"`
		Category string `json:"category"`
		Value    string `json:"value"`
	}
	wireTCF struct {
		Version       int    `json:"version"`
		PolicyVersion int    `json:"policy_version"`
		Created       string `json:"created"`
		Updated       string `json:"updated"`
		CMP           int    `json:"cmp"`
		VendorList    int    `json:"vendor_list"`
		Language      string `json:"language"`
		Vendors       []int  `json:"vendors"`
		Interests     []int  `json:"interests"`
		Disclosing    bool   `json:"disclosing"`
		Disclosed     []int  `json:"disclosed"`
		Event         string `json:"event"`
		Status        string `json:"status"`
	}
	wireAct struct {
		Journey    string   `json:"journey"`
		Nr         int      `json:"nr"`
		Verb       string   `json:"verb"`
		What       string   `json:"what"`
		Names      []string `json:"names"`
		Page       string   `json:"page"`
		AtMS       int64    `json:"at_ms"`
		IdleMS     int64    `json:"idle_ms"`
		Real       bool     `json:"real"`
		Already    bool     `json:"already"`
		Unsearched string   `json:"unsearched"`
		Failed     string   `json:"failed"`
	}
	wireCoverage struct {
		Service  string   `json:"service"`
		Hosts    []string `json:"hosts"`
		Tested   string   `json:"tested"`
		Pages    int      `json:"pages"`
		Choices  int      `json:"choices"`
		Of       int      `json:"of"`
		Declared int      `json:"declared"`
		Observed int      `json:"observed"`
		Findings int      `json:"findings"`
		Why      []string `json:"why"`
		Needed   []string `json:"needed"`
	}
	wireService struct {
		Name  string   `json:"name"`
		URLs  []string `json:"urls"`
		Hosts []string `json:"hosts"`
	}
	wireConsent struct {
		Page     string      `json:"page"`
		Choice   string      `json:"choice"`
		Found    bool        `json:"found"`
		LookedMS int64       `json:"looked_ms"`
		Dialog   *wireDialog `json:"dialog"`
		Manager  string      `json:"manager"`
		Scripts  []string    `json:"scripts"`
		Method   string      `json:"method"`
		Steps    []string    `json:"steps"`
		Layers   int         `json:"layers"`
		Outcome  string      `json:"outcome"`
		Why      string      `json:"why"`
		Proof    []string    `json:"proof"`
		Record   []wireItem  `json:"record"`
		AtMS     int64       `json:"at_ms"`

		Further      []wireDialog `json:"further"`
		Offers       []string     `json:"offers"`
		Held         []string     `json:"held"`
		Contradicted []string     `json:"contradicted"`
		ByAPI        bool         `json:"by_api"`
		ByScript     bool         `json:"by_script,omitempty"`
		Rule         string       `json:"rule,omitempty"`
	}
	wireDialog struct {
		Frame    string        `json:"frame"`
		Text     string        `json:"text"`
		Layer    int           `json:"layer"`
		Why      []string      `json:"why"`
		Controls []wireControl `json:"controls"`

		Picture  string  `json:"picture"`
		Measured bool    `json:"measured"`
		Named    bool    `json:"named"`
		Covers   float64 `json:"covers"`
		Locked   bool    `json:"locked"`
		Policy   string  `json:"policy_link"`
	}
	wireControl struct {
		Text string `json:"text"`
		Role string `json:"role"`
		As   string `json:"as"`

		Name     string     `json:"name"`
		Category string     `json:"category"`
		Fixed    bool       `json:"fixed"`
		Interest bool       `json:"interest"`
		Looks    *wireLooks `json:"looks"`
	}
	wireLooks struct {
		Width    int     `json:"width"`
		Height   int     `json:"height"`
		Font     float64 `json:"font"`
		Weight   int     `json:"weight"`
		Contrast float64 `json:"contrast"`
		Standout float64 `json:"standout"`
		Link     bool    `json:"link"`
		Tab      int     `json:"tab"`
	}
	wirePage struct {
		ID            string   `json:"id"`
		URL           string   `json:"url"`
		Final         string   `json:"final"`
		Purpose       string   `json:"purpose"`
		Named         bool     `json:"named"`
		State         string   `json:"state"`
		Status        int      `json:"status"`
		Title         string   `json:"title"`
		Reasons       []string `json:"reasons"`
		OpenedMS      int64    `json:"opened_ms"`
		SettledMS     int64    `json:"settled_ms"`
		FastMS        int64    `json:"fast_ms"`
		CountrySeen   string   `json:"country_seen"`
		SeenBy        string   `json:"seen_by"`
		WayBack       string   `json:"way_back"`
		WayBackSought bool     `json:"way_back_sought"`
	}
	wireGap struct {
		Page  string `json:"page"`
		Kind  string `json:"kind"`
		Why   string `json:"why"`
		Blind bool   `json:"blind"`
		N     int    `json:"n"`
	}
	wireItem struct {
		Kind      string `json:"kind"`
		Name      string `json:"name"`
		Host      string `json:"host"`
		HostOnly  bool   `json:"host_only"`
		Path      string `json:"path"`
		Origin    string `json:"origin"`
		Partition string `json:"partition"`
	}
	wireFinding struct {
		Service     string        `json:"service"`
		Rule        string        `json:"rule"`
		Title       string        `json:"title"`
		Severity    string        `json:"severity"`
		Certainty   string        `json:"certainty"`
		Law         string        `json:"law"`
		Legal       []string      `json:"legal"`
		Fails       bool          `json:"fails"`
		Message     string        `json:"message"`
		Item        *wireItem     `json:"item"`
		Name        string        `json:"name"`
		Choice      string        `json:"choice"`
		Phase       string        `json:"phase"`
		Page        string        `json:"page"`
		Position    *wirePosition `json:"position"`
		Cause       string        `json:"cause"`
		Fix         string        `json:"fix"`
		Sightings   []int         `json:"sightings"`
		Fingerprint string        `json:"fingerprint"`
	}
	wirePosition struct {
		File string `json:"file"`
		Line int    `json:"line"`
	}
	wireExcepted struct {
		Finding   wireFinding   `json:"finding"`
		Exception wireException `json:"exception"`
	}
	wireException struct {
		Reason   string       `json:"reason"`
		Owner    string       `json:"owner"`
		Expires  string       `json:"expires"`
		Position wirePosition `json:"position"`
	}
	wireResult struct {
		Rule   string `json:"rule"`
		Choice string `json:"choice"`
		Status string `json:"status"`
		Why    string `json:"why"`
		Next   string `json:"next"`
	}
	wireSighting struct {
		Service     string       `json:"service"`
		Item        wireItem     `json:"item"`
		Choice      string       `json:"choice"`
		Phase       string       `json:"phase"`
		Party       string       `json:"party"`
		SetterParty string       `json:"setter_party"`
		Category    string       `json:"category"`
		Catalogue   string       `json:"catalogue"`
		Vendor      string       `json:"vendor"`
		Purpose     string       `json:"purpose"`
		Declared    string       `json:"declared"`
		Exempt      bool         `json:"exempt"`
		ExemptWhy   string       `json:"exempt_why"`
		Certainty   string       `json:"certainty"`
		Record      bool         `json:"record"`
		Probe       bool         `json:"probe"`
		Scaffold    bool         `json:"scaffold"`
		Lifetime    wireLifetime `json:"lifetime"`
		HTTPOnly    bool         `json:"http_only"`
		Secure      bool         `json:"secure"`
		SameSite    string       `json:"same_site"`
		AtEnd       bool         `json:"at_end"`
		Deleted     bool         `json:"deleted"`
		Value       wireValue    `json:"value"`
		SeenMS      int64        `json:"seen_ms"`
		Writes      int          `json:"writes"`
		FastOnly    bool         `json:"fast_only"`
		Runs        int          `json:"runs"`
		Unstable    bool         `json:"unstable"`
		First       *wireWrite   `json:"first"`
		Setters     []wireSource `json:"setters"`
		Page        string       `json:"page"`
		Pages       []string     `json:"pages"`
	}
	wireLifetime struct {
		Persistence string `json:"persistence"`
		Seconds     int64  `json:"seconds"`
	}
	// wireValue stands for a value that was never kept.
	wireValue struct {
		Digest   string   `json:"digest"`
		Length   int      `json:"length"`
		Alphabet string   `json:"alphabet"`
		Bits     int      `json:"bits"`
		Is       []string `json:"is"`
		Keys     []string `json:"keys"`
	}
	wireWrite struct {
		Page  string       `json:"page"`
		Frame string       `json:"frame"`
		Cause string       `json:"cause"`
		AtMS  int64        `json:"at_ms"`
		Fast  bool         `json:"fast"`
		Via   string       `json:"via"`
		By    wireSource   `json:"by"`
		Chain []wireSource `json:"chain"`
	}
	wireSource struct {
		URL      string `json:"url"`
		Line     int    `json:"line"`
		Column   int    `json:"column"`
		Function string `json:"function"`
	}
	wireUnknown struct {
		What    string `json:"what"`
		Next    string `json:"next"`
		Decides bool   `json:"decides"`
		Service string `json:"service"`
		Choice  string `json:"choice"`
		Page    string `json:"page"`
	}
)

func renderJSON(w io.Writer, a *audit.Audit, o Options) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(wireOf(a, o)); err != nil {
		return err
	}
	_, err := w.Write(escapeHidden(b.Bytes()))
	return err
}

// escapeHidden writes characters that act instead of showing as JSON escapes.
// Outside of strings JSON has none of them, so no parsing is needed.
func escapeHidden(data []byte) []byte {
	var b bytes.Buffer
	for _, r := range string(data) {
		switch {
		case r == '\n' || !hidden(r):
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			b.WriteString(escaped(high) + escaped(low))
		default:
			b.WriteString(escaped(r))
		}
	}
	return b.Bytes()
}

// each maps a slice and never gives nil.
func each[T, U any](in []T, f func(T) U) []U {
	out := make([]U, 0, len(in))
	for _, v := range in {
		out = append(out, f(v))
	}
	return out
}

func texts[T ~string](in []T) []string { return each(in, func(v T) string { return string(v) }) }

func same[T any](v T) T { return v }

// instant is RFC 3339 in UTC, "" for none.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func wireOf(a *audit.Audit, o Options) wireAudit {
	return wireAudit{
		Schema:    jsonSchema,
		Generator: wireGenerator{Name: "cookieaudit", Version: o.Version},
		Banner:    o.Banner,
		Site:      a.Site,
		Verdict:   wireVerdictOf(a),
		Profile:   wireProfile{Name: string(a.Profile), Default: a.ProfileDefault},
		AsOf:      date(a.AsOf),
		Stable:    a.Stable,
		Evidence:  wireEvidenceOf(a.Evidence),
		Policy:    wirePolicyOf(a.Policy),
		Coverage:  each(a.Coverage, wireCoverageOf),
		Visits:    each(a.Visits, wireVisitOf),
		Findings:  each(a.Findings, func(f audit.Finding) wireFinding { return wireFindingOf(f, a.FailOn) }),
		Excepted:  each(a.Excepted, wireExceptedOf),
		Results:   each(a.Results, wireResultOf),
		Sightings: each(a.Sightings, wireSightingOf),
		Unknowns:  each(a.Unknowns, wireUnknownOf),
		Notes:     texts(a.Notes),
	}
}

func wireVerdictOf(a *audit.Audit) wireVerdict {
	n := a.Summary.Count
	return wireVerdict{
		Verdict: string(a.Summary.Verdict), Words: a.Summary.Words, Exit: a.Summary.Exit, FailOn: string(a.FailOn),
		Count: wireCount{n[audit.Critical], n[audit.High], n[audit.Medium], n[audit.Low], n[audit.Info]},
	}
}

func wireEvidenceOf(e audit.EvidenceRef) wireEvidence {
	b, v, j := e.Browser, e.Vantage, e.Job
	return wireEvidence{
		SHA256: e.SHA256, Started: instant(e.Started), Ended: instant(e.Ended), Interrupted: e.Interrupted, Tool: e.Tool,
		Browser: wireBrowser{
			Product: b.Product, UserAgent: b.UserAgent, Flags: texts(b.Flags), ThirdPartyCookies: b.ThirdPartyCookies,
			Sandbox: b.Sandbox, Differs: texts(b.Differs),
		},
		Vantage: wireVantage{
			CountryTold: v.CountryTold, CountrySeen: v.CountrySeen, TimeZone: v.TimeZone, Locale: v.Locale, AcceptLanguage: v.AcceptLanguage,
			Countries: each(e.Countries, func(c observation.Country) wireCountry { return wireCountry{c.Code, c.Pages, texts(c.By)} }),
		},
		Runs: e.Runs,
		Job: wireJob{
			URLs: texts(j.URLs), Choices: texts(j.Choices), MaxPages: j.MaxPages, MaxDepth: j.MaxDepth, As: j.As,
			Device: j.Device, ConnectTo: texts(j.ConnectTo), Insecure: j.Insecure, RealTime: j.RealTime, Repeat: j.Repeat,
			Services: each(j.Services, func(s observation.Service) wireService { return wireService{s.Name, texts(s.URLs), texts(s.Hosts)} }),
			Journeys: each(j.Journeys, func(j observation.Journey) string { return j.Name }),
		},
	}
}

func wirePolicyOf(p *audit.PolicyRef) *wirePolicy {
	if p == nil {
		return nil
	}
	return &wirePolicy{
		File: p.File, SHA256: p.SHA256, Site: p.Site, Title: p.Title, Source: p.Source, Updated: date(p.Updated),
		Complete: p.Complete, Entries: p.Entries,
	}
}

func wireVisitOf(v audit.VisitSummary) wireVisit {
	return wireVisit{
		Service: v.Service, Choice: string(v.Choice), Outcome: string(v.Outcome), Why: v.Why, Proof: texts(v.Proof),
		Consents: each(v.Consents, wireConsentOf), Pages: each(v.Pages, wirePageOf), Gaps: each(v.Gaps, wireGapOf),
		Acts: each(v.Acts, wireActOf), Signals: each(v.Signals, wireSignalOf),
	}
}

func wireSignalOf(s observation.Signal) wireSignal {
	out := wireSignal{
		Page: s.Page, Phase: string(s.Phase), AtMS: s.At, Kind: string(s.Kind), Source: s.Source, Name: s.Name, Raw: s.Raw, Error: s.Error,
		Says: each(s.Says, func(y observation.Saying) wireSaying { return wireSaying{y.Of, y.Category, string(y.Value)} }),
	}
	if t := s.TCF; t != nil {
		out.TCF = &wireTCF{
			Version: t.Version, PolicyVersion: t.PolicyVersion, Created: t.Created, Updated: t.Updated, CMP: t.CMP, VendorList: t.VendorList,
			Language: t.Language, Vendors: numbers(t.Vendors), Interests: numbers(t.Interests), Disclosing: t.Disclosing, Disclosed: numbers(t.Disclosed),
			Event: t.Event, Status: t.Status,
		}
	}
	return out
}

// numbers is never nil, which would be null.
func numbers(all []int) []int { return append([]int{}, all...) }

func wireActOf(a observation.Done) wireAct {
	return wireAct{
		Journey: a.Journey, Nr: a.Nr, Verb: a.Verb, What: a.What, Names: texts(a.Names), Page: a.Page, AtMS: a.At, IdleMS: a.Idle, Real: a.Real,
		Already: a.Already, Unsearched: a.Unsearched, Failed: a.Failed,
	}
}

func wireCoverageOf(c audit.Coverage) wireCoverage {
	return wireCoverage{
		Service: c.Service, Hosts: texts(c.Hosts), Tested: string(c.Tested), Pages: c.Pages, Choices: c.Choices, Of: c.Of,
		Declared: c.Declared, Observed: c.Observed, Findings: c.Findings, Why: texts(c.Why), Needed: texts(c.Needed),
	}
}

func wireConsentOf(c observation.Consent) wireConsent {
	return wireConsent{
		Page: c.Page, Choice: string(c.Choice), Found: c.Found, LookedMS: c.Looked, Dialog: wireDialogOf(c.Dialog),
		Manager: c.Manager, Scripts: texts(c.Scripts), Method: c.Method, Steps: texts(c.Steps), Layers: c.Layers,
		Outcome: string(c.Outcome), Why: c.Why, Proof: texts(c.Proof), AtMS: c.At,
		Further: each(c.Further, func(d observation.Dialog) wireDialog { return *wireDialogOf(&d) }), Offers: texts(c.Offers),
		Held: texts(c.Held), Contradicted: texts(c.Contradicted), ByAPI: c.ByAPI, ByScript: c.ByScript, Rule: c.Rule,
		Record: each(c.Record, func(s observation.Stored) wireItem { return wireItemOf(s.Item) }),
	}
}

func wireDialogOf(d *observation.Dialog) *wireDialog {
	if d == nil {
		return nil
	}
	return &wireDialog{
		Frame: d.Frame, Text: d.Text, Layer: d.Layer, Why: texts(d.Why),
		Controls: each(d.Controls, wireControlOf),
		Picture:  d.Picture, Measured: d.Looked, Named: d.Named, Covers: d.Covers, Locked: d.Locked, Policy: d.Policy,
	}
}

func wireControlOf(c observation.Control) wireControl {
	out := wireControl{Text: c.Text, Role: c.Role, As: c.As, Name: c.Name, Category: c.Category, Fixed: c.Fixed, Interest: c.Interest}
	if l := c.Looks; l != nil {
		looks := wireLooks(*l)
		out.Looks = &looks
	}
	return out
}

func wirePageOf(p observation.Page) wirePage {
	return wirePage{
		ID: p.ID, URL: p.URL, Final: p.Final, Purpose: string(p.Purpose), Named: p.Named, State: string(p.State),
		Status: p.Status, Title: p.Title, Reasons: texts(p.Reasons), OpenedMS: p.Opened, SettledMS: p.Settled, FastMS: p.Fast,
		CountrySeen: p.CountrySeen, SeenBy: p.SeenBy,
		WayBack: p.WayBack, WayBackSought: p.WayBackSought,
	}
}

func wireGapOf(g observation.Gap) wireGap {
	return wireGap{Page: g.Page, Kind: g.Kind, Why: g.Why, Blind: g.Blind, N: g.N}
}

func wireItemOf(k observation.Key) wireItem {
	return wireItem{
		Kind: string(k.Kind), Name: k.Name, Host: k.Hostname(), HostOnly: k.HostOnly, Path: k.Path, Origin: k.Origin,
		Partition: k.Partition,
	}
}

func wireFindingOf(f audit.Finding, failOn audit.Severity) wireFinding {
	out := wireFinding{
		Service: f.Service, Rule: f.Rule, Title: f.Title, Severity: string(f.Severity), Certainty: string(f.Evidence), Law: string(f.Law),
		Legal: texts(f.Legal), Fails: f.Fails(failOn), Message: f.Message, Name: f.Name, Choice: string(f.Choice),
		Phase: string(f.Phase), Page: f.Page, Position: wirePositionOf(f.Position), Cause: f.Cause, Fix: f.Fix,
		Sightings: each(f.Sightings, same[int]), Fingerprint: f.Fingerprint,
	}
	if f.Item != (observation.Key{}) {
		item := wireItemOf(f.Item)
		out.Item = &item
	}
	return out
}

func wirePositionOf(p *policies.Position) *wirePosition {
	if p == nil {
		return nil
	}
	return &wirePosition{File: p.File, Line: p.Line}
}

func wireExceptedOf(e audit.Excepted) wireExcepted {
	x := e.Exception
	return wireExcepted{
		// An accepted finding fails no run.
		Finding: wireFindingOf(e.Finding, ""),
		Exception: wireException{
			Reason: x.Reason, Owner: x.Owner, Expires: date(x.Expires), Position: *wirePositionOf(&x.Position),
		},
	}
}

func wireResultOf(r audit.Result) wireResult {
	return wireResult{Rule: r.Rule, Choice: string(r.Choice), Status: string(r.Status), Why: r.Why, Next: r.Next}
}

func wireSightingOf(s audit.Sighting) wireSighting {
	return wireSighting{
		Service: s.Sighting.Service, Item: wireItemOf(s.Item), Choice: string(s.Choice), Phase: string(s.Phase), Party: string(s.Party),
		SetterParty: string(s.SetterParty), Category: string(s.Category), Catalogue: string(s.Catalogue), Vendor: s.Vendor,
		Purpose: s.Purpose, Declared: s.Declared, Exempt: s.Exempt, ExemptWhy: s.ExemptWhy, Certainty: string(s.Certainty),
		Record: s.Record, Probe: s.Probe, Scaffold: s.Scaffold,
		Lifetime: wireLifetime{Persistence: string(s.Lifetime.Persistence), Seconds: s.Lifetime.Seconds},
		HTTPOnly: s.Attrs.HTTPOnly, Secure: s.Attrs.Secure, SameSite: s.Attrs.SameSite, AtEnd: s.AtEnd, Deleted: s.Deleted,
		Value: wireValueOf(s.Value), SeenMS: s.Seen, Writes: s.Writes, FastOnly: s.FastOnly, Runs: s.Runs, Unstable: s.Unstable, First: wireWriteOf(s.First),
		Setters: each(s.Setters, wireSourceOf), Page: s.Page, Pages: texts(s.Pages),
	}
}

func wireValueOf(v observation.Value) wireValue {
	return wireValue{
		Digest: v.Digest, Length: v.Shape.Length, Alphabet: v.Shape.Alphabet, Bits: v.Shape.Bits, Is: texts(v.Shape.Is),
		Keys: texts(v.Shape.Keys),
	}
}

func wireWriteOf(w *observation.Write) *wireWrite {
	if w == nil {
		return nil
	}
	return &wireWrite{
		Page: w.Page, Frame: w.Frame, Cause: string(w.Cause), AtMS: w.At, Fast: w.Fast, Via: string(w.Via),
		By: wireSourceOf(w.By), Chain: each(w.Chain, wireSourceOf),
	}
}

func wireSourceOf(s observation.Source) wireSource {
	return wireSource{URL: s.URL, Line: s.Line, Column: s.Column, Function: s.Function}
}

func wireUnknownOf(u audit.Unknown) wireUnknown {
	return wireUnknown{What: u.What, Next: u.Next, Decides: u.Decides, Service: u.Service, Choice: string(u.Choice), Page: u.Page}
}
