package policies

import (
	"fmt"
	"strings"
	"testing"

	"cookieaudit/scanner/observation"
)

// seen is a cookie as a test writes it: name@host.
func seen(text string, party Party) Subject {
	name, host, _ := strings.Cut(text, "@")
	return Subject{Item: observation.Key{Kind: observation.Cookie, Name: name, Host: host, Path: "/"}, Party: party}
}

// told is a match in one line: step, entry line or vendor, and what disagrees.
func told(m Match) string {
	var parts []string
	add := func(s string, ok bool) {
		if ok {
			parts = append(parts, s)
		}
	}
	add(string(m.Step), m.Step != Unmatched)
	if m.Entry != nil {
		parts = append(parts, fmt.Sprintf("line %d", m.Entry.Position.Line))
	}
	if m.Vendor != nil {
		parts = append(parts, m.Vendor.Vendor)
	}
	add("wrong host", m.WrongHost)
	add("wrong path", m.WrongPath)
	add("wrong party", m.WrongParty)
	add("stores the choice", m.Record)
	return strings.Join(parts, ", ")
}

func TestMatch(t *testing.T) {
	// Entries begin in line 4, one a line.
	tests := []struct {
		name  string
		items string
		item  string
		party Party
		want  string
	}{
		{"by name", "- name: a", "a@www.example.org", FirstParty, "entry, line 4"},
		{"by alias", "- {name: a, aliases: [b, c]}", "c@www.example.org", FirstParty, "entry, line 4"},
		{"kind does not fit", "- {name: a, kind: localStorage}", "a@www.example.org", FirstParty, ""},

		{"the one that agrees in host comes first", "- {name: a, host: other.example.org}\n- {name: a*}",
			"a@www.example.org", FirstParty, "entry, line 5"},
		{"the one that agrees in party comes first", "- {name: a, party: third}\n- {name: /a/}",
			"a@www.example.org", FirstParty, "entry, line 5"},
		{"the one that agrees in path comes first", "- {name: a, path: /shop}\n- {name: a*}",
			"a@www.example.org", FirstParty, "entry, line 5"},
		{"exact before glob", "- name: _ga*\n- name: _ga_X", "_ga_X@www.example.org", FirstParty, "entry, line 5"},
		{"glob with more literal characters first", "- name: _*\n- name: _ga_*\n- name: _ga*", "_ga_X@www.example.org", FirstParty, "entry, line 5"},
		{"glob before expression", "- name: /_ga_X+/\n- name: _*", "_ga_X@www.example.org", FirstParty, "entry, line 5"},
		{"an alias counts as much as a name", "- name: _ga_*\n- {name: x, aliases: [_ga_X]}", "_ga_X@www.example.org", FirstParty, "entry, line 5"},
		{"specific name before host", "- {name: _g*, host: www.example.org}\n- name: _ga", "_ga@www.example.org", FirstParty, "entry, line 5"},
		{"with a host before without", "- name: a\n- {name: a, host: www.example.org}", "a@www.example.org", FirstParty, "entry, line 5"},
		{"then the first in the file", "- {name: /a+/}\n- {name: /a/}", "a@www.example.org", FirstParty, "entry, line 4"},

		{"another host is declared", "- {name: a, host: other.example.org}", "a@www.example.org", FirstParty, "entry, line 4, wrong host"},
		{"another party is declared", "- {name: a, party: first}", "a@tracker.example.net", ThirdParty, "entry, line 4, wrong party"},
		{"third declared, first seen", "- {name: a, party: third}", "a@www.example.org", FirstParty, "entry, line 4, wrong party"},
		{"both are told", "- {name: a, host: a.example.org, party: first}", "a@b.example.net", ThirdParty, "entry, line 4, wrong host, wrong party"},
		{"another path is declared", "- {name: a, path: /shop}", "a@www.example.org", FirstParty, "entry, line 4, wrong path"},
		{"of those that disagree the more specific", "- {name: a*, host: x.example.org}\n- {name: a, host: y.example.org}",
			"a@www.example.org", FirstParty, "entry, line 5, wrong host"},
		{"unknown party agrees", "- {name: a, party: unknown}", "a@tracker.example.net", ThirdParty, "entry, line 4"},
		{"a party that nobody knows agrees", "- {name: a, party: first}", "a@tracker.example.net", UnknownParty, "entry, line 4"},

		{"host is the host alone", "- {name: a, host: example.org}", "a@www.example.org", FirstParty, "entry, line 4, wrong host"},
		{"host as a domain with a dot", "- {name: a, host: example.org}", "a@.example.org", FirstParty, "entry, line 4"},
		{"subdomains by *.", `- {name: a, host: "*.example.org"}`, "a@deep.www.example.org", FirstParty, "entry, line 4"},
		{"*. also means the host itself", `- {name: a, host: "*.example.org"}`, "a@example.org", FirstParty, "entry, line 4"},
		{"*. ends at a label", `- {name: a, host: "*.example.org"}`, "a@badexample.org", ThirdParty, "entry, line 4, wrong host"},

		{"entry printed as consent", "- {name: choice, category: consent}", "choice@www.example.org", FirstParty, "entry, line 4, stores the choice"},
		{"consent.record", "- name: a", "cookies_policy@www.example.org", FirstParty, "record, stores the choice"},
		{"consent.record with an entry", "- {name: cookies_policy, category: necessary}", "cookies_policy@www.example.org", FirstParty,
			"entry, line 4, stores the choice"},
		{"scaffold", "- name: a", "__preview_1@www.example.org", FirstParty, "scaffold"},
		{"an entry before the scaffold", "- name: __preview_1", "__preview_1@www.example.org", FirstParty, "entry, line 4"},

		{"described on its host", "- {described: basket, host: pay.example.org}", "b@pay.example.org", FirstParty, "described, line 4"},
		{"described on another host", "- {described: basket, host: pay.example.org}", "b@www.example.org", FirstParty, ""},
		{"described, kind does not fit", "- {described: x, host: pay.example.org, kind: localStorage}", "b@pay.example.org", FirstParty, ""},
		{"described without a host", "- {described: basket, host: unknown}", "b@www.example.org", FirstParty, ""},
		{"described by another party", "- {described: basket, host: pay.example.org, party: third}\n- {described: token, host: pay.example.org}",
			"b@pay.example.org", FirstParty, "described, line 5"},
		{"named before described", "- {described: basket, host: pay.example.org}\n- name: b", "b@pay.example.org", FirstParty, "entry, line 5"},
		{"vendor before described", "- {described: basket, host: pay.example.org}", "_hjid@pay.example.org", FirstParty, "vendor, Hotjar"},

		{"vendor by the catalogue", "- name: a", "_hjid@www.example.org", FirstParty, "vendor, Hotjar"},
		{"vendor by an alias", "- name: a", "ab_test@www.example.org", FirstParty, "vendor, Split Testing, Inc."},
		{"entry before vendor, though it disagrees", "- {name: _hj*, party: third}", "_hjid@www.example.org", FirstParty, "entry, line 4, wrong party"},
		{"vendor not declared", "- name: a", "_fbp@www.example.org", FirstParty, ""},
		{"nothing fits", "- name: a", "b@www.example.org", FirstParty, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := minimal(t, "items:\n"+test.items+`
consent: {record: [cookies_policy, "localStorage:choice"]}
environment: {scaffold: [__preview_*]}
vendors: [{vendor: Hotjar}, {vendor: "Split Testing, Inc."}]
`)
			if got := told(p.Match(seen(test.item, test.party), fewVendors)); got != test.want {
				t.Errorf("%s: got %q, want %q", test.item, got, test.want)
			}
		})
	}
}

func fewVendors(s Subject) []string {
	return map[string][]string{
		"_hjid":   {"hotjar"},
		"ab_test": {"optimise", "split-testing-inc"},
		"_fbp":    {"meta"},
	}[s.Item.Name]
}

func TestMatchRecordKind(t *testing.T) {
	p := minimal(t, `consent: {record: ["localStorage:choice"]}`)
	local := Subject{Item: observation.Key{Kind: observation.LocalStorage, Name: "choice", Origin: "https://www.example.org"}}
	if m := p.Match(local, nil); m.Step != MatchedRecord || !m.Record {
		t.Errorf("localStorage: %+v", m)
	}
	if m := p.Match(seen("choice@www.example.org", FirstParty), nil); m.Step != Unmatched || m.Record {
		t.Errorf("cookie: %+v", m)
	}
}

func TestMatchStorageHost(t *testing.T) {
	p := minimal(t, "items: [{name: k, kind: localStorage, host: www.example.org}]")
	for origin, wrong := range map[string]bool{"https://www.example.org:8443": false, "https://example.org": true} {
		m := p.Match(Subject{Item: observation.Key{Kind: observation.LocalStorage, Name: "k", Origin: origin}}, nil)
		if m.Step != MatchedEntry || m.WrongHost != wrong {
			t.Errorf("%s: %s", origin, told(m))
		}
	}
}

// A preview host is judged as the host that it stands for.
func TestMatchAs(t *testing.T) {
	p := minimal(t, "items: [{name: a, host: www.example.org}]")
	s := seen("a@preview-7.hosting.example", FirstParty)
	if m := p.Match(s, nil); !m.WrongHost {
		t.Errorf("preview host: %s", told(m))
	}
	s.Host = "www.example.org"
	if m := p.Match(s, nil); m.WrongHost {
		t.Errorf("judged as www.example.org: %s", told(m))
	}
}

const portfolio = `items:
  - name: id
  - name: everywhere
services:
  - name: Forms
    hosts: [forms.example.org]
    items:
      - name: id
      - {described: a form's state}
    vendors: [{vendor: hotjar, category: analytics}]
  - name: Maps
    hosts: ["*.maps.example.net"]
    items: [{name: tile}]
  - {name: Archive, hosts: [forms.example.org], items: [{name: shelf}]}
`

func TestMatchServices(t *testing.T) {
	tests := []struct{ item, service, want string }{
		{"id@forms.example.org", "", "entry, line 10"},
		{"id@www.example.org", "", "entry, line 4"},
		{"id@tracker.example", "Forms", "entry, line 10"},
		{"everywhere@forms.example.org", "", "entry, line 5"},
		{"shelf@forms.example.org", "", "entry, line 16"},
		{"tile@a.maps.example.net", "", "entry, line 15"},
		{"tile@www.example.org", "", ""},
		{"_hjid@forms.example.org", "", "vendor, hotjar"},
		{"_hjid@www.example.org", "", ""},
		{"x1@forms.example.org", "", "described, line 11"},
		{"x1@a.maps.example.net", "", ""},
	}
	p := minimal(t, portfolio)
	for _, test := range tests {
		s := seen(test.item, UnknownParty)
		s.Service = test.service
		if got := told(p.Match(s, fewVendors)); got != test.want {
			t.Errorf("%s: got %q, want %q", test.item, got, test.want)
		}
	}
}

func TestHints(t *testing.T) {
	p := minimal(t, `items:
  - {name: theme, kind: localStorage}
  - name: _gat
  - name: _ga
  - name: ASPSESSIONID
  - name: butma
  - name: incap_ses_*_*
  - name: session_id
services: [{name: Forms, hosts: [forms.example.org], items: [{name: step}]}]
`)
	tests := map[string]string{
		"theme@www.example.org":               "theme is declared as localStorage, not as cookie (p.yaml:4)",
		"step@www.example.org":                "step is declared for the service Forms only (p.yaml:11)",
		"_gat_UA-12@www.example.org":          "_gat is declared (p.yaml:5): was _gat* meant?",
		"ASPSESSIONIDQAB@www.example.org":     "ASPSESSIONID is declared (p.yaml:7): was ASPSESSIONID* meant?",
		"butmo@www.example.org":               "butma is declared (p.yaml:8): is that this item, misspelt?",
		"sesion_id@www.example.org":           "session_id is declared (p.yaml:10): is that this item, misspelt?",
		"incap_sess_485_12@www.example.org":   "incap_ses_*_* is declared (p.yaml:9): is that this item, misspelt?",
		"_gali@www.example.org":               "",
		"_gid@www.example.org":                "",
		"something_else@www.example.org":      "",
		"x@www.example.org":                   "",
		"incap_bad_485_12345@www.example.org": "",
	}
	for item, want := range tests {
		if got := p.Match(seen(item, FirstParty), nil).Hint; got != want {
			t.Errorf("%s: hint %q, want %q", item, got, want)
		}
	}
	if got := p.Match(seen("_ga@www.example.org", FirstParty), nil).Hint; got != "" {
		t.Errorf("a declared item has the hint %q", got)
	}
}

func TestVendorID(t *testing.T) {
	tests := map[string]string{
		"Google Analytics": "google-analytics", "google-analytics": "google-analytics", "Imperva (Incapsula)": "imperva-incapsula",
		"ASP.NET": "asp-net", "  Hotjar ": "hotjar", "AT&T": "at-t",
	}
	for name, want := range tests {
		if got := VendorID(name); got != want {
			t.Errorf("VendorID(%q) = %q, want %q", name, got, want)
		}
	}
}
