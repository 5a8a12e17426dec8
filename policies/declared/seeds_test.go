package declared

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cookieaudit/policies"
	"cookieaudit/policies/catalog"
	"cookieaudit/scanner/observation"
)

func load(t *testing.T, name string) *policies.Policy {
	t.Helper()
	p, _, err := Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestHeads(t *testing.T) {
	tests := []struct {
		name, site, banner, updated string
		services                    int
	}{
		{"planx", "https://planx.uk/", "required", "2019-12-31", 2},
		{"chelmsford", "https://www.chelmsford.gov.uk/", "", "2016-04-19", 19},
		{"planning-guard", "https://planningguard.co.uk/", "required", "2026-07-01", 0},
	}
	for _, test := range tests {
		p := load(t, test.name)
		if p.Profile != policies.UK || p.Site != test.site || p.Consent.Banner != test.banner || len(p.Services) != test.services {
			t.Errorf("%s: profile %q, site %s, banner %q, %d services", test.name, p.Profile, p.Site, p.Consent.Banner, len(p.Services))
		}
		if got := p.Updated.Format(time.DateOnly); got != test.updated {
			t.Errorf("%s: updated %s, want %s", test.name, got, test.updated)
		}
	}
}

// Every row of the documents, in the order of the files: what declares it, of
// which service, by which line of the document, with what is open left out. A row
// that is both described and named by its vendor has two lines.
var rows = map[string][]struct{ row, want string }{
	"planx": {
		{"P-2", "13 localStorage (progress of an enquiry) @*.planx.uk | necessary, by necessary | when begin-enquiry"},
		{"P-1", "11 vendor cloudflare | necessary, by necessary"},
		{"P-3", "21 vendor google-analytics | analytics, by consent | optional"},
		{"P-4", "Council One: 23 vendor hotjar | analytics, by consent | optional"},
		{"P-4", "Council Two: 23 vendor hotjar | analytics, by consent | optional"},
	},
	"chelmsford": {
		{"C-1", "Objective: 9 cookie (session identifier of the consultation portal) | necessary | session, listed persistent | first | until restart"},
		{"C-2", "Objective: 9 vendor google-analytics | analytics | 24 months, listed persistent"},
		{"C-3", "Objective: 9 vendor youtube | optional"},
		{"C-3", "Objective: 9 vendor x | optional"},
		{"C-4", "Pinpoint: 14 cookie (mark of an earlier visit) | analytics | 90 days, listed persistent"},
		{"C-5", "Pinpoint: 18 cookie (saved searches) | functional | indefinite, listed persistent | when search"},
		{"C-6", "Northgate Paris: 19 cookie (shopping basket) | necessary, by necessary | listed persistent"},
		{"C-7", "Worldpay: 20 cookie (shopping basket) @secure.worldpay.com | necessary, by necessary | listed both | of worldpay"},
		{"C-8", "Worldpay: 21 cookie (cookies of the sites and apps of the Worldpay group) | by implied | of worldpay"},
		{"C-7", "Worldpay: 20 vendor worldpay | necessary, by necessary | listed both"},
		{"C-9", "Salesforce Waste Portal: 24 cookie (session cookies of Salesforce) | necessary, by browser-settings | session, listed session | of salesforce | until restart"},
		{"C-10", "Salesforce Waste Portal: 24 cookie (persistent cookies of Salesforce) | by browser-settings | persistent, listed persistent | of salesforce"},
		{"C-9, C-10", "Salesforce Waste Portal: 24 vendor salesforce | by browser-settings | session, persistent, listed both"},
		{"C-11", "CCC Venues: 25 cookie utma (__utma) | analytics | listed both | first | of google-analytics"},
		{"C-11", "CCC Venues: 25 cookie utmb (__utmb) | analytics | listed both | first | of google-analytics"},
		{"C-11", "CCC Venues: 25 cookie utmc (__utmc) | analytics | listed both | first | of google-analytics"},
		{"C-11", "CCC Venues: 25 cookie utmz (__utmz) | analytics | listed both | first | of google-analytics"},
		{"C-11", "CCC Venues: 25 cookie utmt (__utmt, __utmt_*) | analytics | listed both | first | of google-analytics"},
		{"C-12", "CCC Venues: 25 cookie has_js | session, listed session | first | of drupal"},
		{"C-13", "CCC Venues: 25 cookie AWSELB | session, listed session | first | of drupal"},
		{"C-14", "Capita Connect: 32 cookie (session identifier) | necessary, by necessary | session, listed session | first | until log-out, restart"},
		{"C-15", "My Service Planning: 33 cookie (state and log-on of a session) | necessary | session, listed session | when log-in | until restart"},
		{"C-16", "Scuba bookings: 34 cookie (PHP session) | necessary | session, listed session | of php | until restart"},
		{"C-17", "Scuba bookings: 34 cookie (card number of the visitor) | functional | listed session | when remember-me"},
		{"C-18", "Public Access: 39 cookie JSESSIONID | necessary | session, idle 30m, until log-out, listed session | of java | until log-out, idle, restart"},
		{"C-19", "BECS: 40 cookie (HTTP session) | necessary | session, listed session"},
		{"C-20", "PAE Portal: 41 cookie (encrypted session identifier) | necessary | session, listed session"},
		{"C-21", "PAE Portal: 41 cookie (user name) | functional | persistent, listed session | when remember-me"},
		{"C-22", "PAE Portal: 41 cookie (encrypted security string) | functional | persistent, listed session | when remember-me"},
		{"C-23", "PAE Portal: 41 vendor google-analytics | analytics | listed session"},
		{"C-24", "SEPP Parking: 42 cookie (log-in session) | necessary | session, listed session | when log-in"},
		{"C-25", "Pay By Phone: 44 cookie (analytical cookies) | analytics | listed session"},
		{"C-26", "Pay By Phone: 44 cookie (cookies of the registration) | necessary, by implied | listed session | when register"},
		{"C-28", "Dash book of remembrance: 51 cookie (cookies that follow traffic) | analytics, by implied | listed session"},
		{"C-27", "Dash book of remembrance: 49 vendor google-analytics | analytics, by implied | listed session"},
		{"C-29", "MiPermit: 64 cookie ASPSESSIONID (ASPSESSIONID*) | necessary | session, listed session | first | of Classic ASP | when log-in"},
		{"C-30", "MiPermit: 54 cookie (traffic log) | analytics, by browser-settings | listed session"},
		{"C-30", "MiPermit: 64 vendor google-analytics | analytics, by browser-settings | listed session"},
		{"C-31", "MiPermit: 64 vendor x"},
		{"C-32", "Hylands Weddings: 66 vendor siteimprove | analytics | listed session"},
		{"C-33", "Hylands Weddings: 66 vendor google-analytics | analytics | listed session"},
		{"C-34", "Womentime: 67 cookie (its own cookies) | session, listed session | first"},
		{"C-35", "Visit Chelmsford: 73 cookie ASP.NET_SessionId | necessary, by necessary | session, listed session | first | of aspnet | until restart"},
		{"C-36", "Visit Chelmsford: 74 cookie butma (__utma, _utma) | analytics, by consent | listed session | first | of google-analytics | when accept-analytics"},
		{"C-36", "Visit Chelmsford: 74 cookie _utmb (__utmb) | analytics, by consent | listed session | first | of google-analytics | when accept-analytics"},
		{"C-36", "Visit Chelmsford: 74 cookie _utmc (__utmc) | analytics, by consent | listed session | first | of google-analytics | when accept-analytics"},
		{"C-36", "Visit Chelmsford: 74 cookie _utmz (__utmz) | analytics, by consent | listed session | first | of google-analytics | when accept-analytics"},
		{"C-37", "Visit Chelmsford: 79 cookie dmsTPC | necessary | session, listed session | first | until restart | stores the choice"},
	},
	"planning-guard": {
		{"G-1", "13 cookie (session and security data of an account) @planningguard.co.uk | necessary, by contract | first | when log-in, sign-up"},
		{"G-2", "21 localStorage pg_guest_scan | functional | until sign-up | first | when guest-scan | until sign-up"},
		{"G-3", "24 localStorage pg_anon_id | analytics, by legitimate-interests | indefinite | first"},
		{"G-4", "25 localStorage pg_ab_cohort | analytics, by legitimate-interests | indefinite | first"},
		{"G-5", "26 request (funnel events with the identifier and the group) @planningguard.co.uk | analytics, by consent | first"},
		{"G-7", "32 cookie (analytics or marketing cookies) @planningguard.co.uk | by consent"},
		{"G-6", "29 vendor stripe | by contract | when pay"},
	},
}

func TestRows(t *testing.T) {
	for name, want := range rows {
		var lines []string
		for _, r := range want {
			lines = append(lines, r.want)
		}
		if diff := cmp.Diff(lines, declarations(load(t, name))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// The numbers that rows must have, so that none is lost.
func TestNoRowIsMissing(t *testing.T) {
	for name, count := range map[string]int{"planx": 4, "chelmsford": 37, "planning-guard": 7} {
		prefix := map[string]string{"planx": "P", "chelmsford": "C", "planning-guard": "G"}[name]
		for i := 1; i <= count; i++ {
			id := fmt.Sprintf("%s-%d", prefix, i)
			if !slices.ContainsFunc(rows[name], func(r struct{ row, want string }) bool {
				return slices.Contains(strings.Split(r.row, ", "), id)
			}) {
				t.Errorf("%s: no row %s", name, id)
			}
		}
	}
}

// declarations are all entries and vendors in the order of the file, those of the
// site first, each with what is not open.
func declarations(p *policies.Policy) []string {
	var out []string
	add := func(service string, items []policies.Entry, vendors []policies.VendorEntry) {
		for _, e := range items {
			out = append(out, service+entryLine(e))
		}
		for _, v := range vendors {
			out = append(out, service+vendorLine(v))
		}
	}
	add("", p.Items, p.Vendors)
	for _, s := range p.Services {
		add(s.Name+": ", s.Items, s.Vendors)
	}
	return out
}

func entryLine(e policies.Entry) string {
	head := fmt.Sprintf("%d %s %s", e.SourceLine, e.Kind, e.Name)
	if e.Described != "" {
		head = fmt.Sprintf("%d %s (%s)", e.SourceLine, e.Kind, e.Described)
	}
	if len(e.Aliases) > 0 {
		head += " (" + joined(e.Aliases, func(p policies.Pattern) string { return p.Text }) + ")"
	}
	if e.Host != "" {
		head += " @" + e.Host
	}
	parts := []string{head, use(e.Category, e.Basis), lasting(e.Lifetime, e.Listed)}
	if e.Party != policies.UnknownParty {
		parts = append(parts, string(e.Party))
	}
	if e.Vendor != "" {
		parts = append(parts, "of "+e.Vendor)
	}
	parts = append(parts, conditions("when ", e.When), conditions("until ", e.DeletedWhen))
	if e.Record {
		parts = append(parts, "stores the choice")
	}
	return told(parts)
}

func vendorLine(v policies.VendorEntry) string {
	parts := []string{fmt.Sprintf("%d vendor %s", v.SourceLine, v.Vendor), use(v.Category, v.Basis), lasting(v.Lifetime, v.Listed), conditions("when ", v.When)}
	if v.Optional {
		parts = append(parts, "optional")
	}
	return told(parts)
}

func use(c policies.Category, b policies.Basis) string {
	var parts []string
	if c != policies.UnknownCategory {
		parts = append(parts, string(c))
	}
	if b != policies.NoBasis {
		parts = append(parts, "by "+string(b))
	}
	return strings.Join(parts, ", ")
}

func lasting(l policies.Lifetime, listed policies.Listing) string {
	var parts []string
	if l.Printed != "" && l.Printed != "unknown" {
		parts = append(parts, l.Printed)
	}
	if listed != policies.NotListed {
		parts = append(parts, "listed "+string(listed))
	}
	return strings.Join(parts, ", ")
}

func conditions(word string, all []policies.Condition) string {
	if len(all) == 0 {
		return ""
	}
	return word + joined(all, func(c policies.Condition) string { return c.Step + c.Page })
}

func joined[T any](all []T, text func(T) string) string {
	var parts []string
	for _, one := range all {
		parts = append(parts, text(one))
	}
	return strings.Join(parts, ", ")
}

func told(parts []string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), " | ")
}

func TestClaims(t *testing.T) {
	want := map[string][]string{
		"planx": {"only-third-party-services", "consent-first", "withdrawal-planned", "no-user-ids", "no-personal-data", "no-ad-sharing",
			"typed-data-masked", "anonymous", "server-side"},
		"planning-guard": {"stays-on-device", "random-identifier", "anonymous", "consent-first", "own-servers-only", "withdrawal-offered", "server-side"},
		"chelmsford": {
			"Objective: no-personal-data", "Objective: anonymous", "Objective: no-data-to-embeds", "Objective: server-side",
			"Pinpoint: exhaustive", "Pinpoint: anonymous", "Pinpoint: works-without",
			"Northgate Paris: essential-to-work", "Northgate Paris: browser-settings",
			"Worldpay: essential-to-work", "Worldpay: implied-consent", "Worldpay: browser-settings",
			"Salesforce Waste Portal: browser-settings",
			"CCC Venues: no-personal-data",
			"Capita Connect: exhaustive", "Capita Connect: session-only", "Capita Connect: first-party-only", "Capita Connect: no-personal-data",
			"My Service Planning: exhaustive", "My Service Planning: session-only", "My Service Planning: no-personal-data",
			"Scuba bookings: exhaustive", "Scuba bookings: unticked-by-default",
			"Public Access: exhaustive",
			"BECS: exhaustive", "BECS: no-tracking",
			"SEPP Parking: no-tracking",
			"Pay By Phone: implied-consent", "Pay By Phone: no-card-data",
			"Dash book of remembrance: anonymous", "Dash book of remembrance: no-personal-data", "Dash book of remembrance: implied-consent",
			"Dash book of remembrance: safe-harbor", "Dash book of remembrance: server-side",
			"MiPermit: consent-first", "MiPermit: browser-settings", "MiPermit: works-without", "MiPermit: server-side",
			"Womentime: first-party-only",
			"Visit Chelmsford: exhaustive", "Visit Chelmsford: anonymous", "Visit Chelmsford: no-personal-data", "Visit Chelmsford: opt-out-links",
		},
	}
	for name, want := range want {
		p := load(t, name)
		var got []string
		for _, c := range p.Claims {
			got = append(got, c.Name)
		}
		for _, s := range p.Services {
			if s.Exhaustive {
				got = append(got, s.Name+": exhaustive")
			}
			for _, c := range s.Claims {
				got = append(got, s.Name+": "+c.Name)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// item is an observed item as the tests write it: name@host, with the kind before
// it where it is no cookie, and behind it how many days it lives (0d for the
// session) and "early" where no step came before it.
func item(t *testing.T, p *policies.Policy, service, text string) policies.Subject {
	t.Helper()
	words := strings.Fields(text)
	kind := observation.Cookie
	if !strings.Contains(words[0], "@") {
		kind, words = observation.Kind(words[0]), words[1:]
	}
	name, host, _ := strings.Cut(words[0], "@")
	k := observation.Key{Kind: kind, Name: name, Host: host, Path: "/"}
	if kind != observation.Cookie {
		k = observation.Key{Kind: kind, Name: name, Origin: "https://" + host}
	}
	s := policies.Subject{Item: k, Service: service, Party: p.PartyOf(host, siteOf(p, service))}
	for _, w := range words[1:] {
		var days int64
		switch _, err := fmt.Sscanf(w, "%dd", &days); {
		case w == "early":
			s.Early = true
		case err != nil:
			t.Fatalf("%s: what is %q?", text, w)
		case days == 0:
			s.Lifetime.Persistence = observation.Session
		default:
			s.Lifetime = observation.Lifetime{Persistence: observation.Persistent, Seconds: days * 24 * 60 * 60}
		}
	}
	if known := catalog.Default().Lookup(s); len(known) > 0 {
		s.Use = known[0].Category
	}
	return s
}

// siteOf is the site of a service, as which its pages are judged.
func siteOf(p *policies.Policy, service string) string {
	for _, s := range p.Services {
		if s.Name == service {
			return observation.Site(s.Hosts[0])
		}
	}
	return ""
}

func matched(m policies.Match) string {
	parts := []string{string(m.Step)}
	switch {
	case m.Step == policies.Unmatched:
		parts[0] = "unmatched"
	case m.Entry != nil:
		parts = append(parts, m.Entry.Name.Text+m.Entry.Described)
	case m.Vendor != nil:
		parts = append(parts, m.Vendor.Vendor)
	}
	for _, rival := range m.Rivals {
		parts = append(parts, "or "+rival.Described)
	}
	for word, wrong := range map[string]bool{"wrong host": m.WrongHost, "wrong party": m.WrongParty, "wrong path": m.WrongPath} {
		if wrong {
			parts = append(parts, word)
		}
	}
	return strings.Join(parts, " ")
}

func TestMatches(t *testing.T) {
	tests := map[string][]struct{ service, item, want string }{
		"planx": {
			{"", "__cf_bm@planx.uk", "vendor cloudflare"},
			{"Council One", "__cf_bm@planx.uk", "vendor cloudflare"},
			{"Council One", "_ga@planx.uk", "vendor google-analytics"},
			{"Council Two", "_gid@planx.uk", "vendor google-analytics"},
			{"Council Two", "_hjSession_1@planx.uk", "vendor hotjar"},
			{"Council Two", "sessionStorage hjViewportId@two.planx.uk", "vendor hotjar"},
			{"", "_hjSession_1@planx.uk", "unmatched"}, // only councils have it
			{"Council Two", "localStorage progress@two.planx.uk", "described progress of an enquiry"},
			{"Council Two", "choice@planx.uk 365d", "unmatched"}, // an own cookie, against line 9
			{"Council Two", "_fbp@planx.uk", "unmatched"},
			{"Council Two", "IDE@doubleclick.net", "unmatched"},
		},
		"planning-guard": {
			{"", "localStorage pg_guest_scan@planningguard.co.uk", "entry pg_guest_scan"},
			{"", "localStorage pg_anon_id@planningguard.co.uk", "entry pg_anon_id"},
			{"", "localStorage pg_ab_cohort@planningguard.co.uk", "entry pg_ab_cohort"},
			{"", "pg_anon_id@planningguard.co.uk 365d early", "described analytics or marketing cookies"},
			{"", "account@planningguard.co.uk 0d", "described session and security data of an account or analytics or marketing cookies"},
			{"", "campaign@planningguard.co.uk 30d early", "described analytics or marketing cookies"},
			{"", "localStorage draft@planningguard.co.uk", "unmatched"},
			{"", "__stripe_mid@planningguard.co.uk", "vendor stripe"},
			{"", "m@m.stripe.com", "vendor stripe"},
			{"", "_ga@planningguard.co.uk 730d early", "described analytics or marketing cookies"},
			{"", "IDE@doubleclick.net", "unmatched"},
		},
		"chelmsford": {
			{"Objective", "session@consult.chelmsford.gov.uk 0d", "described session identifier of the consultation portal"},
			{"Objective", "_ga@chelmsford.gov.uk", "vendor google-analytics"},
			{"Objective", "_ga@consult.chelmsford.gov.uk", "vendor google-analytics"},
			{"Objective", "YSC@youtube.com", "vendor youtube"},
			{"Objective", "localStorage yt-remote-device-id@www.youtube-nocookie.com", "vendor youtube"},
			{"Objective", "guest_id@twitter.com", "vendor x"},
			{"Objective", "IDE@doubleclick.net", "unmatched"},
			{"Objective", "NID@google.com", "unmatched"},
			{"Pinpoint", "YSC@youtube.com", "unmatched"}, // of Objective only

			{"Pinpoint", "visited@maps.chelmsford.gov.uk 90d early", "described mark of an earlier visit"},
			{"Pinpoint", "searches@maps.chelmsford.gov.uk 3650d", "described saved searches"},
			{"Pinpoint", "_ga@maps.chelmsford.gov.uk 730d", "described mark of an earlier visit"}, // it counts visitors too
			{"Pinpoint", "theme@maps.chelmsford.gov.uk 0d", "unmatched"},                          // both outlive the session
			{"Pinpoint", "localStorage searches@maps.chelmsford.gov.uk", "unmatched"},

			{"Northgate Paris", "basket@payments.chelmsford.gov.uk", "described shopping basket"},
			{"Northgate Paris", "machine@worldpay.com", "unmatched"},

			{"Worldpay", "basket@secure.worldpay.com", "described shopping basket or cookies of the sites and apps of the Worldpay group"},
			{"Worldpay", "JSESSIONID@secure.worldpay.com", "vendor worldpay"},
			{"Worldpay", "machine@worldpay.com", "vendor worldpay"},
			{"Worldpay", "news@www.worldpay.com", "described cookies of the sites and apps of the Worldpay group"},
			{"Worldpay", "IDE@doubleclick.net", "unmatched"},

			{"Salesforce Waste Portal", "BrowserId@waste.chelmsford.gov.uk", "vendor salesforce"},
			{"Salesforce Waste Portal", "CookieConsentPolicy@waste.chelmsford.gov.uk", "vendor salesforce"},
			{"Salesforce Waste Portal", "portal@waste.chelmsford.gov.uk 0d", "described session cookies of Salesforce"},
			{"Salesforce Waste Portal", "portal@waste.chelmsford.gov.uk 365d", "described persistent cookies of Salesforce"},

			{"CCC Venues", "__utma@venues.chelmsford.gov.uk", "entry utma"},
			{"CCC Venues", "__utmb@chelmsford.gov.uk", "entry utmb"},
			{"CCC Venues", "__utmc@chelmsford.gov.uk", "entry utmc"},
			{"CCC Venues", "__utmz@chelmsford.gov.uk", "entry utmz"},
			{"CCC Venues", "__utmt@chelmsford.gov.uk", "entry utmt"},
			{"CCC Venues", "utma@venues.chelmsford.gov.uk", "entry utma"},
			{"CCC Venues", "has_js@venues.chelmsford.gov.uk", "entry has_js"},
			{"CCC Venues", "AWSELB@venues.chelmsford.gov.uk", "entry AWSELB"},
			{"CCC Venues", "AWSELBCORS@venues.chelmsford.gov.uk", "unmatched"},
			{"CCC Venues", "_ga@chelmsford.gov.uk", "unmatched"}, // names are listed, not the vendor
			{"Hylands Weddings", "has_js@weddings.chelmsford.gov.uk", "unmatched"},

			{"Capita Connect", "ConnectSession@connect.chelmsford.gov.uk 0d", "described session identifier"},
			{"Capita Connect", "remember@connect.chelmsford.gov.uk 365d", "unmatched"},
			{"Capita Connect", "_ga@chelmsford.gov.uk 730d", "unmatched"},
			{"Capita Connect", "YSC@youtube.com 0d", "unmatched"},
			{"Capita Connect", "localStorage state@connect.chelmsford.gov.uk", "unmatched"},

			{"My Service Planning", "state@myservice.chelmsford.gov.uk 0d", "described state and log-on of a session"},
			{"My Service Planning", "state@myservice.chelmsford.gov.uk 1d", "unmatched"},

			{"Scuba bookings", "PHPSESSID@bookings.chelmsford.gov.uk 0d early", "described PHP session"},
			{"Scuba bookings", "card@bookings.chelmsford.gov.uk 365d", "described card number of the visitor"},
			{"Scuba bookings", "card@bookings.chelmsford.gov.uk 365d early", "described card number of the visitor"},
			{"Scuba bookings", "uid@tracker.example 365d", "unmatched"},

			{"Public Access", "JSESSIONID@publicaccess.chelmsford.gov.uk 0d", "entry JSESSIONID"},
			{"Public Access", "LastSearch@publicaccess.chelmsford.gov.uk 0d", "unmatched"},
			{"BECS", "JSESSIONID@benefits.chelmsford.gov.uk 0d", "described HTTP session"},
			{"BECS", "_ga@chelmsford.gov.uk 730d", "unmatched"},

			{"PAE Portal", "sid@www.delta-esourcing.com 0d", "described encrypted session identifier"},
			{"PAE Portal", "name@delta-esourcing.com 30d", "described user name or encrypted security string"},
			{"PAE Portal", "_ga@delta-esourcing.com", "vendor google-analytics"},

			{"SEPP Parking", "pcn@pcn.chelmsford.gov.uk 0d", "described log-in session"},
			{"SEPP Parking", "_ga@chelmsford.gov.uk 730d", "unmatched"}, // known to track
			{"SEPP Parking", "IDE@doubleclick.net 365d", "unmatched"},

			{"Pay By Phone", "stats@paybyphone.co.uk 365d early", "described analytical cookies"},
			{"Pay By Phone", "reg@www.paybyphone.co.uk 0d", "described analytical cookies or cookies of the registration"},

			{"Dash book of remembrance", "_ga@bookofremembrance.eu", "vendor google-analytics"},
			{"Dash book of remembrance", "visits@www.bookofremembrance.eu 365d", "described cookies that follow traffic"},
			{"Dash book of remembrance", "counter@stats.example", "unmatched"},

			{"MiPermit", "ASPSESSIONIDQABCDEFG@www.mipermit.com", "entry ASPSESSIONID"},
			{"MiPermit", "_ga@mipermit.com", "vendor google-analytics"},
			{"MiPermit", "guest_id@twitter.com", "vendor x"},
			{"MiPermit", "log@www.mipermit.com", "described traffic log"},

			{"Hylands Weddings", "nmstat@chelmsford.gov.uk", "vendor siteimprove"},
			{"Hylands Weddings", "siteimproveses@chelmsford.gov.uk", "vendor siteimprove"},
			{"Hylands Weddings", "_ga@chelmsford.gov.uk", "vendor google-analytics"},
			{"Hylands Weddings", "rsvp@weddings.chelmsford.gov.uk", "unmatched"},

			{"Womentime", "news@womentime.chelmsford.gov.uk 0d", "described its own cookies"},
			{"Womentime", "guest_id@twitter.com", "unmatched"},

			{"Visit Chelmsford", "ASP.NET_SessionId@www.visitchelmsford.co.uk", "entry ASP.NET_SessionId"},
			{"Visit Chelmsford", "__utma@visitchelmsford.co.uk", "entry butma"},
			{"Visit Chelmsford", "__utmb@visitchelmsford.co.uk", "entry _utmb"},
			{"Visit Chelmsford", "__utmz@visitchelmsford.co.uk", "entry _utmz"},
			{"Visit Chelmsford", "__utmt@visitchelmsford.co.uk", "unmatched"},
			{"Visit Chelmsford", "dmsTPC@www.visitchelmsford.co.uk", "entry dmsTPC"},
			{"Visit Chelmsford", "_ga@visitchelmsford.co.uk", "unmatched"},
			{"Visit Chelmsford", "JSESSIONID@publicaccess.chelmsford.gov.uk", "unmatched"}, // declared for another service
			{"", "JSESSIONID@publicaccess.chelmsford.gov.uk", "entry JSESSIONID"},
		},
	}
	for name, tests := range tests {
		p := load(t, name)
		for _, test := range tests {
			p := p
			if test.service != "" {
				p = p.View(test.service) // as the judge does
			}
			s := item(t, p, test.service, test.item)
			if got := matched(p.Match(s, catalog.Default().Vendors)); got != test.want {
				t.Errorf("%s, %s, %s: %s, want %s", name, test.service, test.item, got, test.want)
			}
		}
	}
}

// The record of the choice is one wherever it is declared.
func TestRecords(t *testing.T) {
	p := load(t, "chelmsford")
	if m := p.Match(item(t, p, "Visit Chelmsford", "dmsTPC@www.visitchelmsford.co.uk"), nil); !m.Record {
		t.Errorf("dmsTPC: %+v", m)
	}
}

// A council's services answer under their own names, on the hosts that the
// document gives and on ours.
func TestServices(t *testing.T) {
	p := load(t, "chelmsford")
	hosts := map[string]string{
		"consult.chelmsford.gov.uk": "Objective", "maps.chelmsford.gov.uk": "Pinpoint", "payments.chelmsford.gov.uk": "Northgate Paris",
		"secure.worldpay.com": "Worldpay", "www.worldpay.com": "Worldpay", "waste.chelmsford.gov.uk": "Salesforce Waste Portal",
		"venues.chelmsford.gov.uk": "CCC Venues", "connect.chelmsford.gov.uk": "Capita Connect", "myservice.chelmsford.gov.uk": "My Service Planning",
		"bookings.chelmsford.gov.uk": "Scuba bookings", "publicaccess.chelmsford.gov.uk": "Public Access", "benefits.chelmsford.gov.uk": "BECS",
		"www.delta-esourcing.com": "PAE Portal", "pcn.chelmsford.gov.uk": "SEPP Parking", "paybyphone.co.uk": "Pay By Phone",
		"www.bookofremembrance.eu": "Dash book of remembrance", "www.mipermit.com": "MiPermit", "weddings.chelmsford.gov.uk": "Hylands Weddings",
		"womentime.chelmsford.gov.uk": "Womentime", "www.visitchelmsford.co.uk": "Visit Chelmsford", "www.chelmsford.gov.uk": "",
	}
	for host, want := range hosts {
		if got := p.ServiceOf(host); got != want {
			t.Errorf("%s belongs to %q, want %q", host, got, want)
		}
	}
	if len(p.Items)+len(p.Vendors) > 0 {
		t.Error("the council's own site declares nothing here")
	}
}
