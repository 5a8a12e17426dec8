package declared

import (
	"slices"
	"strings"
	"testing"
	"time"

	"cookieaudit/policies"
	"cookieaudit/policies/catalog"
	"cookieaudit/scanner/observation"
)

func TestEveryPolicyIsValid(t *testing.T) {
	if len(Names()) == 0 {
		t.Fatal("no policies")
	}
	for _, name := range Names() {
		p, data, err := Load(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(data) == 0 || p.File != name+".yaml" {
			t.Errorf("%s: File %q, %d bytes", name, p.File, len(data))
		}
		for _, e := range p.Entries() {
			if e.SourceLine == 0 {
				t.Errorf("%s: %s%s has no line of the document", e.Position, e.Name, e.Described)
			}
		}
		for _, v := range vendorsOf(p) {
			known, ok := catalog.Default().Vendor(v)
			if !ok || len(known.Items) == 0 {
				t.Errorf("%s: the catalogue has no items of a vendor %q", name, v)
			}
		}
	}
}

func vendorsOf(p *policies.Policy) []string {
	var all []string
	for _, v := range p.Vendors {
		all = append(all, v.Vendor)
	}
	for _, s := range p.Services {
		for _, v := range s.Vendors {
			all = append(all, v.Vendor)
		}
	}
	for _, e := range p.Entries() {
		if e.Vendor != "" {
			all = append(all, e.Vendor)
		}
	}
	return all
}

func TestLoadUnknown(t *testing.T) {
	_, _, err := Load("nobody")
	if err == nil || !strings.Contains(err.Error(), `no declared policy "nobody": use one of `) || !strings.Contains(err.Error(), "ons") {
		t.Errorf("Load: %v", err)
	}
}

func ons(t *testing.T) *policies.Policy {
	t.Helper()
	p, _, err := Load("ons")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestONS(t *testing.T) {
	p := ons(t)
	if p.Profile != policies.UK || p.Complete || p.CompleteAt.Line == 0 {
		t.Errorf("Profile %q, Complete %v at %v", p.Profile, p.Complete, p.CompleteAt)
	}
	if want := time.Date(2019, 6, 14, 0, 0, 0, 0, time.UTC); !p.Updated.Equal(want) {
		t.Errorf("Updated %v, want %v", p.Updated, want)
	}
	lines := map[string]int{"incap_ses_*_*": 37, "visid_incap_*_*": 38, "session_*_*": 39, "_ga": 45, "_gat": 46}
	for _, e := range p.Entries() {
		if want := lines[e.Name.Text]; e.SourceLine != want {
			t.Errorf("%s: line %d, want %d", e.Name, e.SourceLine, want)
		}
		if !e.Lifetime.Unknown || e.Party != policies.UnknownParty {
			t.Errorf("%s: the document gives neither lifetime nor party", e.Name)
		}
		delete(lines, e.Name.Text)
	}
	if len(lines) > 0 {
		t.Errorf("missing: %v", lines)
	}
}

func TestONSMatches(t *testing.T) {
	tests := []struct {
		kind observation.Kind
		name string
		host string
		step policies.Step
		want string // entry or vendor
	}{
		{observation.Cookie, "incap_ses_485_1234567", "ons.gov.uk", policies.MatchedEntry, "incap_ses_*_*"},
		{observation.Cookie, "visid_incap_1234567", "ons.gov.uk", policies.MatchedEntry, "visid_incap_*_*"},
		{observation.Cookie, "session_1_2", "www.ons.gov.uk", policies.MatchedEntry, "session_*_*"},
		{observation.Cookie, "_ga", "ons.gov.uk", policies.MatchedEntry, "_ga"},
		{observation.Cookie, "_gat", "ons.gov.uk", policies.MatchedEntry, "_gat"},
		{observation.Cookie, "_hjid", "ons.gov.uk", policies.MatchedVendor, "hotjar"},
		{observation.SessionStorage, "hjViewportId", "www.ons.gov.uk", policies.MatchedVendor, "hotjar"},
		{observation.Cookie, "_gid", "ons.gov.uk", policies.Unmatched, ""},
		{observation.Cookie, "nlbi_1234567", "ons.gov.uk", policies.Unmatched, ""},
		{observation.LocalStorage, "theme", "www.ons.gov.uk", policies.Unmatched, ""},
	}
	p := ons(t)
	for _, test := range tests {
		s := policies.Subject{Item: observation.Key{Kind: test.kind, Name: test.name, Host: test.host}, Party: policies.FirstParty}
		m := p.Match(s, catalog.Default().Vendors)
		got := ""
		switch {
		case m.Entry != nil:
			got = m.Entry.Name.Text
		case m.Vendor != nil:
			got = m.Vendor.Vendor
		}
		if m.Step != test.step || got != test.want || m.WrongHost || m.WrongParty {
			t.Errorf("%s %s: %q by %q, want %q by %q", test.kind, test.name, got, m.Step, test.want, test.step)
		}
	}
}

func TestONSClaims(t *testing.T) {
	var got []string
	for _, c := range ons(t).Claims {
		got = append(got, c.Name)
	}
	for _, want := range []string{policies.Anonymous, policies.OptOutLinks} {
		if !slices.Contains(got, want) {
			t.Errorf("claims %v without %s", got, want)
		}
	}
}
