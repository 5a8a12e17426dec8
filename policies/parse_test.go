package policies

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"cookieaudit/scanner/observation"
)

var update = flag.Bool("update", false, "rewrite golden files")

func testdata(name string) string { return filepath.Join("..", "testdata", "policies", name) }

func TestParseComplete(t *testing.T) {
	p, err := Load(testdata("complete.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	at := func(line int) Position { return Position{File: "complete.yaml", Line: line} }
	want := &Policy{
		File:       "complete.yaml",
		Site:       "https://www.ons.gov.uk/",
		Title:      "Cookies and privacy",
		Profile:    UK,
		Updated:    time.Date(2019, 6, 14, 0, 0, 0, 0, time.UTC),
		Source:     "https://www.ons.gov.uk/help/cookiesandprivacy",
		Owned:      []string{"ons.gov.uk"},
		CompleteAt: at(9),
		ConsentAt:  at(11),
		Consent: Consent{
			Banner: "required",
			Record: []Record{
				{observation.Cookie, Pattern{Text: "cookies_policy"}, at(12)},
				{observation.LocalStorage, Pattern{Text: "consent"}, at(12)},
			},
			Lifetime: Lifetime{Position: at(13), Max: 12 * month, Printed: "12 months"},
			Controls: map[string][]observation.Step{
				"accept":         {{Click: "#accept"}},
				"reject":         {{Click: "text=Cookie settings"}, {Clear: "label=Advertising"}, {Click: "#save"}},
				"settings":       {{Click: "text=Cookie settings"}, {Wait: "#settings"}},
				"save":           {{Click: "#save"}},
				"close":          {{Press: "Escape"}},
				"reopen":         {{Click: "text=Privacy"}, {Click: "role=button[name=Cookie settings]"}},
				"only.analytics": {{Check: "#analytics"}, {Click: "text=Save"}},
			},
		},
		Items: []Entry{
			{
				Position: at(25), Name: Pattern{Text: "incap_ses_*_*"}, Aliases: []Pattern{{Text: "incap_ses"}},
				Kind: observation.Cookie, Host: "www.ons.gov.uk", Path: "/", Category: Necessary, Printed: "security",
				Basis: BasisConsent, Lifetime: Lifetime{Position: at(32), Session: true, Printed: "session"}, Party: FirstParty,
				Vendor: "imperva", Purpose: []string{"keeps the site secure"},
				When:        []Condition{{Position: at(36), Page: "/search"}, {Position: at(36), Step: "log-in"}},
				DeletedWhen: []Condition{{Position: at(37), Step: "sign-up"}},
				Optional:    true, Unreviewed: true, SourceLine: 37,
			},
			{
				Position: at(41), Name: Pattern{Text: "basket"}, Kind: observation.LocalStorage, Category: Functional, Party: UnknownParty,
				Lifetime: Lifetime{Position: at(44), Max: 24 * month, Idle: 30 * time.Minute, Until: []string{"log-out"},
					Printed: "24 months, idle 30m, until log-out"},
				Purpose: []string{"keeps what was chosen", "shows it again"},
			},
			{
				Position: at(46), Name: Pattern{Text: "/user-[0-9]+/"}, Kind: observation.IndexedDB, Category: UnknownCategory,
				Party: UnknownParty, Lifetime: Lifetime{Position: at(50), Unknown: true, Printed: "unknown"},
			},
			{
				Position: at(54), Described: "basket cookie", Kind: observation.Cookie, Host: "*.pay.example.org",
				Category: Necessary, Printed: "strictly necessary", Party: UnknownParty,
				Lifetime: Lifetime{Position: at(57), Indefinite: true, Printed: "indefinite"},
			},
			{
				Position: at(58), Name: Pattern{Text: "choice"}, Kind: observation.Cookie, Category: Necessary, Printed: "consent",
				Record: true, Party: UnknownParty, Lifetime: Lifetime{Position: at(60), Max: 12 * month, Printed: "1 year"},
			},
		},
		Vendors: []VendorEntry{{
			Position: at(62), Vendor: "hotjar", Category: Analytics, Printed: "statistics", Basis: BasisImplied,
			Lifetime: Lifetime{Unknown: true}, Purpose: []string{"shows how people use the site"}, Optional: true, SourceLine: 50,
		}},
		Services: []Service{{
			Position: at(69), Name: "Capita Connect", Hosts: []string{"connect.chelmsford.gov.uk", "*.capita.example"}, Exhaustive: true,
			Claims: []Claim{{SessionOnly, at(72)}, {FirstPartyOnly, at(72)}},
			Items: []Entry{{
				Position: at(74), Name: Pattern{Text: "ASP.NET_SessionId"}, Kind: observation.Cookie, Category: Necessary, Party: FirstParty,
				Lifetime: Lifetime{Position: at(74), Session: true, Printed: "session"}, Service: "Capita Connect",
			}, {
				Position: at(75), Described: "cookie of the remember-me box", Kind: observation.Cookie, Category: UnknownCategory, Party: UnknownParty,
				Lifetime: Lifetime{Position: at(75), Unknown: true, Persistent: true, Printed: "persistent"}, Listed: ListedSession,
				Service: "Capita Connect",
			}},
			Vendors: []VendorEntry{{
				Position: at(77), Vendor: "google-analytics", Category: Analytics,
				Lifetime: Lifetime{Position: at(77), Max: 24 * month, Printed: "24 months"}, Listed: ListedBoth,
				When: []Condition{{Position: at(77), Page: "/search"}}, Service: "Capita Connect",
			}},
		}},
		Claims:   []Claim{{NoThirdParty, at(78)}},
		Scaffold: []string{"__preview_bypass"},
		Journeys: map[string][]observation.Step{"sign-up": {
			{Goto: "/join"}, {Fill: "#mail", Value: "someone@example.org"}, {Select: "#country", Value: "UK"},
			{Check: "label=Terms"}, {Press: "Enter", Name: "terms-sent"}, {Wait: "storage=localStorage:member*"}, {Expect: "url=/welcome*"},
			{Gone: "text=Please wait"}, {Idle: "31m0s"}, {Restart: "browser"}, {Click: "text=Join"},
		}},
		Exceptions: []Exception{{
			Position: at(94), Rule: "undeclared", Name: "_hj*", Host: "*.ons.gov.uk", Reason: "removal planned", Owner: "web team",
			Expires: time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC),
		}},
	}
	if diff := cmp.Diff(want, p, cmpopts.IgnoreFields(Policy{}, "SHA256")); diff != "" {
		t.Errorf("Load (-want +got):\n%s", diff)
	}
	if len(p.SHA256) != 64 {
		t.Errorf("SHA256 %q", p.SHA256)
	}
}

func TestParseWrong(t *testing.T) {
	_, err := Load(testdata("wrong.yaml"))
	var all Errors
	if !errors.As(err, &all) || len(all) == 0 {
		t.Fatalf("Load: %v, want Errors", err)
	}
	golden := testdata("wrong.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(err.Error()+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, readErr := os.ReadFile(golden)
	if readErr != nil {
		t.Fatal(readErr)
	}
	if diff := cmp.Diff(string(want), err.Error()+"\n"); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
	var one Error
	if !errors.As(err, &one) || one.Position != (Position{File: "wrong.yaml", Line: 2}) {
		t.Errorf("first error %+v", one)
	}
}

func TestParseWhole(t *testing.T) {
	const quoting = `: put a value in quotes that begins with * or / or holds ": " or " #"`
	tests := []struct{ name, yaml, want string }{
		{"empty", "", "p.yaml:1: the file is empty"},
		{"comment", "# nothing\n", "p.yaml:1: the file is empty"},
		{"list", "- a", "p.yaml:1: this is no policy: begin the file with version: 1 and site:"},
		{"text", "\nfoo", "p.yaml:2: this is no policy: begin the file with version: 1 and site:"},
		{"no version", "site: https://a.org/", "p.yaml:1: the version is missing: begin the file with version: 1"},
		{"version 2", "version: 2\nmode: new", "p.yaml:1: this program reads version 1 of the policy format only: write version: 1"},
		{"no site", "version: 1", "p.yaml:1: the site is missing: add site: with the URL that is audited"},
		{"two documents", "version: 1\nsite: https://a.org/\n---\na: b", "p.yaml:3: a second document begins here: keep one document in one file"},
		{"unquoted star", "version: 1\nsite: https://a.org/\nitems:\n  - name: *_id", "p.yaml:4: not valid YAML: *_id is read as a reference" + quoting},
		{"anchor and alias", "version: 1\nsite: &a https://a.org/\ntitle: *a",
			"p.yaml:2: &a names a place to refer to: remove it, or put the value in quotes\n" +
				"p.yaml:3: *a refers to another place: write it out, or in quotes if it is a name"},
		{"tag", "version: 1\nsite: !!str https://a.org/", "p.yaml:2: the tag !!str is not part of the format: remove it"},
		{"open flow", "version: 1\nsite: https://a.org/\nitems:\n  - {name: a: b}", "p.yaml:4: not valid YAML: did not find expected ',' or '}'" + quoting},
		{"tab", "version: 1\n\tsite: x", "p.yaml:2: not valid YAML: found a tab character that violates indentation" + quoting},
	}
	for _, test := range tests {
		_, err := Parse("dir/p.yaml", []byte(test.yaml))
		if err == nil || err.Error() != test.want {
			t.Errorf("%s:\n got %v\nwant %s", test.name, err, test.want)
		}
	}
}

func TestLoadMissing(t *testing.T) {
	if _, err := Load("no-such.yaml"); !errors.Is(err, os.ErrNotExist) || !strings.HasPrefix(err.Error(), "load policy: ") {
		t.Errorf("Load: %v", err)
	}
}

// minimal is a policy with one more line.
func minimal(t *testing.T, more string) *Policy {
	t.Helper()
	p, err := Parse("p.yaml", []byte("version: 1\nsite: https://www.example.org/\n"+more))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestNotGivenAndUnknown(t *testing.T) {
	none := minimal(t, "items: [{name: a}]")
	if !none.Complete || none.CompleteAt.Line != 0 || none.Profile != "" || !none.Updated.IsZero() || !none.Consent.Lifetime.Unknown {
		t.Errorf("not given: %+v", none)
	}
	unknowns := minimal(t, `profile: unknown
updated: unknown
source: unknown
owned: unknown
complete: unknown
consent: {banner: unknown, record: unknown, lifetime: unknown, controls: unknown}
vendors: unknown
services: unknown
claims: unknown
environment: unknown
exceptions: unknown
items:
  - name: a
    aliases: unknown
    kind: unknown
    host: unknown
    path: unknown
    category: unknown
    basis: unknown
    lifetime: unknown
    listed: unknown
    party: unknown
    vendor: unknown
    purpose: unknown
    when: unknown
    deleted_when: unknown
    optional: unknown
    source_line: unknown
`)
	ignore := cmp.Options{
		cmpopts.IgnoreFields(Policy{}, "SHA256"),
		cmpopts.IgnoreFields(Lifetime{}, "Printed"),
		cmpopts.IgnoreTypes(Position{}),
	}
	if diff := cmp.Diff(none, unknowns, ignore); diff != "" {
		t.Errorf("not given (-) differs from unknown (+):\n%s", diff)
	}
}

func TestIDNHosts(t *testing.T) {
	p, err := Parse("p.yaml", []byte("version: 1\nsite: https://www.BÜCHER.example/\nowned: [bücher-zwei.example]\n"))
	if err != nil {
		t.Fatal(err)
	}
	if p.Site != "https://www.xn--bcher-kva.example/" || p.Owned[0] != "xn--bcher-zwei-9db.example" {
		t.Errorf("Site %s, Owned %s", p.Site, p.Owned)
	}
}
