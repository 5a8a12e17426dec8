package policies

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPartyOf(t *testing.T) {
	p := minimal(t, `owned: [shop.example.net, images.example.co.uk]
services:
  - {name: Maps, hosts: ["*.maps.example.com"]}
  - {name: Pay, hosts: [pay.example.edu]}
`)
	tests := []struct {
		host, site string
		want       Party
	}{
		{"www.example.org", "example.org", FirstParty},
		{".example.org", "example.org", FirstParty},
		{"API.example.org", "example.org", FirstParty},
		{"www.example.org", "", FirstParty},
		{"shop.example.net", "example.org", FirstParty},
		{"a.shop.example.net", "example.org", FirstParty},
		{"www.example.net", "example.org", FirstParty}, // same site as an owned one
		{"www.example.co.uk", "example.org", FirstParty},
		{"www.other.co.uk", "example.org", ThirdParty},
		{"maps.example.com", "example.org", FirstParty},
		{"a.b.maps.example.com", "example.org", FirstParty},
		{"example.com", "example.org", ThirdParty},
		{"pay.example.edu", "example.org", FirstParty},
		{"a.pay.example.edu", "example.org", ThirdParty},
		{"www.example.org", "staging.example", ThirdParty},
		{"tracker.example", "example.org", ThirdParty},
		{"badexample.org", "example.org", ThirdParty},
		{"", "example.org", UnknownParty},
	}
	for _, test := range tests {
		if got := p.PartyOf(test.host, test.site); got != test.want {
			t.Errorf("PartyOf(%q, %q) = %q, want %q", test.host, test.site, got, test.want)
		}
	}
}

// On a shared platform each customer is a site of their own.
func TestPartyOfPrivateSuffix(t *testing.T) {
	p := minimal(t, "owned: [one.github.io]")
	for host, want := range map[string]Party{"one.github.io": FirstParty, "a.one.github.io": FirstParty, "two.github.io": ThirdParty} {
		if got := p.PartyOf(host, "example.org"); got != want {
			t.Errorf("PartyOf(%q) = %q, want %q", host, got, want)
		}
	}
}

func TestServiceOf(t *testing.T) {
	p := minimal(t, `services:
  - {name: All, hosts: ["*.example.org"]}
  - {name: Forms, hosts: [forms.example.org]}
  - {name: Nowhere, hosts: unknown}
`)
	tests := map[string]string{
		"forms.example.org": "Forms", "a.forms.example.org": "All", "example.org": "All", ".EXAMPLE.org": "All", "example.net": "", "": "",
	}
	for host, want := range tests {
		if got := p.ServiceOf(host); got != want {
			t.Errorf("ServiceOf(%q) = %q, want %q", host, got, want)
		}
	}
}

func TestEntries(t *testing.T) {
	p := minimal(t, portfolio)
	var got []string
	for _, e := range p.Entries() {
		got = append(got, e.Service+"/"+e.Name.Text+e.Described)
	}
	want := []string{"/id", "/everywhere", "Forms/id", "Forms/a form's state", "Maps/tile", "Archive/shelf"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Entries (-want +got):\n%s", diff)
	}
	if p.Entries()[0] != &p.Items[0] {
		t.Error("entries are copies")
	}
}

func TestParseHost(t *testing.T) {
	tests := []struct {
		text     string
		wildcard bool
		want     string
		err      string
	}{
		{"www.Example.org", false, "www.example.org", ""},
		{"*.example.org", true, "*.example.org", ""},
		{"localhost", false, "localhost", ""},
		{"127.0.0.1", false, "127.0.0.1", ""},
		{"[::1]", false, "::1", ""},
		{"a_b.example.org", false, "a_b.example.org", ""},
		{"example.org.", false, "example.org", ""},
		{"bücher.example", false, "xn--bcher-kva.example", ""},
		{"example.org:443", false, "", `"example.org:443" is no host: write the name alone, without port or path`},
		{"https://example.org/x", true, "", `"https://example.org/x" is a URL, not a host: write example.org`},
		{".example.org", true, "", `".example.org" begins with a dot: write example.org, or *.example.org for subdomains too`},
		{"*.example.org", false, "", `"*.example.org" needs no *: write example.org, its subdomains are meant too`},
		{"a*.example.org", true, "", `"a*.example.org" has a * in the wrong place: write example.org, or *.example.org for subdomains too`},
		{"a..b", false, "", `"a..b" is no host: write a name such as www.example.org`},
		{"*.", true, "", `"*." is no host: write a name such as www.example.org`},
	}
	for _, test := range tests {
		got, err := ParseHost(test.text, test.wildcard)
		text := ""
		if err != nil {
			text = err.Error()
		}
		if got != test.want || text != test.err {
			t.Errorf("ParseHost(%q, %v) = %q, %q, want %q, %q", test.text, test.wildcard, got, text, test.want, test.err)
		}
	}
}
