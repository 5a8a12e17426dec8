package policies

import (
	"fmt"
	"testing"
	"time"

	"cookieaudit/scanner/observation"
)

// lasts is a lifetime of so many days, 0 for the session.
func lasts(days int) observation.Lifetime {
	if days == 0 {
		return observation.Lifetime{Persistence: observation.Session}
	}
	return observation.Lifetime{Persistence: observation.Persistent, Seconds: int64(days) * int64(24*time.Hour/time.Second)}
}

// toldOf is a match in one line, with its rivals.
func toldOf(m Match) string {
	text := told(m)
	for _, rival := range m.Rivals {
		text += fmt.Sprintf(", or line %d", rival.Position.Line)
	}
	return text
}

// The services are alike but for the promise to list everything.
const descriptions = `services:
  - name: Open
    hosts: [open.example.net]
    items:
      - {described: session, lifetime: session, party: first}
      - {described: welcome, lifetime: 90 days}
      - {described: searches, lifetime: indefinite, when: [step: search]}
      - {described: box, lifetime: persistent, when: [step: tick, page: /box]}
  - name: Closed
    hosts: [closed.example.net]
    exhaustive: true
    items:
      - {described: session, lifetime: session, party: first}
  - name: Media
    hosts: [media.example.net]
    items:
      - {described: players of others, party: third}
      - {described: player, host: "*.player.example"}
  - name: Empty
    hosts: [empty.example.net]
`

func TestMatchDescribed(t *testing.T) {
	none := observation.Lifetime{}
	tests := []struct {
		name, item, service string
		party               Party
		lifetime            observation.Lifetime
		early               bool
		want                string
	}{
		{"nothing known", "a@open.example.net", "Open", FirstParty, none, false, "described, line 7, or line 8, or line 9, or line 10"},
		{"nothing known, by the host alone", "a@open.example.net", "", UnknownParty, none, false, "described, line 7, or line 8, or line 9, or line 10"},
		{"of the session", "a@open.example.net", "Open", FirstParty, lasts(0), false, "described, line 7"},
		{"short", "a@open.example.net", "Open", FirstParty, lasts(90), true, "described, line 8, or line 10"},
		{"too long for the first, before any step", "a@open.example.net", "Open", FirstParty, lasts(400), true, "described, line 10"},
		{"too long for the first, after a step", "a@open.example.net", "Open", FirstParty, lasts(400), false, "described, line 9, or line 10"},
		{"set for the domain above the host", "a@.example.net", "Open", FirstParty, lasts(0), false, "described, line 7"},

		{"others are not described", "a@tracker.example", "Open", ThirdParty, lasts(0), false, ""},
		{"nor by a service without descriptions", "a@empty.example.net", "Empty", FirstParty, none, false, ""},
		{"nor on another service", "a@open.example.net", "Empty", FirstParty, lasts(0), false, "described, line 7"},
		{"others are described as such", "a@tracker.example", "Media", ThirdParty, none, false, "described, line 19"},
		{"others are described on their hosts", "a@www.player.example", "Media", ThirdParty, none, false, "described, line 19, or line 20"},
		{"but on the pages of the service only", "a@www.player.example", "Open", ThirdParty, none, false, ""},

		{"closed, of the session", "a@closed.example.net", "Closed", FirstParty, lasts(0), false, "described, line 15"},
		{"closed, nothing known", "a@closed.example.net", "Closed", FirstParty, none, false, "described, line 15"},
		{"closed, outlives the session", "a@closed.example.net", "Closed", FirstParty, lasts(1), false, ""},
		{"closed, of others", "a@tracker.example", "Closed", ThirdParty, lasts(0), false, ""},
	}
	p := minimal(t, descriptions)
	for _, test := range tests {
		s := seen(test.item, test.party)
		s.Service, s.Lifetime, s.Early = test.service, test.lifetime, test.early
		if got := toldOf(p.Match(s, nil)); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

// In an open list, an item that ends otherwise than described may be the
// described one with a wrong lifetime.
func TestMatchDescribedWrongly(t *testing.T) {
	p := minimal(t, "services: [{name: Log-in, hosts: [in.example.net], items: [{described: session, lifetime: session}]}]")
	s := seen("a@in.example.net", FirstParty)
	s.Lifetime = lasts(30)
	if got := toldOf(p.Match(s, nil)); got != "described, line 3" {
		t.Errorf("got %q", got)
	}
}

// A log-in is no description of what is known to measure visitors.
func TestMatchDescribedOtherUse(t *testing.T) {
	p := minimal(t, `services:
  - name: Log-in
    hosts: [in.example.net]
    items:
      - {described: session, category: necessary}
      - {described: language, category: functional}
  - {name: Counter, hosts: [count.example.net], items: [{described: visits, category: analytics}]}
  - {name: Other, hosts: [other.example.net], items: [{described: its cookies}]}
`)
	tests := []struct {
		host string
		use  Category
		want string
	}{
		{"in.example.net", Analytics, ""},
		{"in.example.net", Marketing, ""},
		{"in.example.net", Necessary, "described, line 7, or line 8"},
		{"in.example.net", UnknownCategory, "described, line 7, or line 8"},
		{"count.example.net", Marketing, "described, line 9"},
		{"other.example.net", Analytics, "described, line 10"},
	}
	for _, test := range tests {
		s := seen("a@"+test.host, FirstParty)
		s.Use = test.use
		if got := toldOf(p.Match(s, nil)); got != test.want {
			t.Errorf("%s on %s: got %q, want %q", test.use, test.host, got, test.want)
		}
	}
}

// What a third party stores on the pages of a service is looked up among the
// entries and vendors of that service.
func TestMatchThirdPartyOnService(t *testing.T) {
	p := minimal(t, `services:
  - name: Portal
    hosts: [portal.example.org]
    items: [{name: widget, party: third}, {described: session}]
    vendors: [{vendor: Hotjar}]
  - name: Maps
    hosts: [maps.example.org]
    exhaustive: true
    items: [{name: tile}]
`)
	tests := []struct{ item, service, want string }{
		{"_hjid@insights.example.net", "Portal", "vendor, Hotjar"},
		{"_hjid@example.org", "Portal", "vendor, Hotjar"},
		{"_hjid@insights.example.net", "Maps", ""},
		{"_hjid@insights.example.net", "", ""},
		{"widget@cdn.example.net", "Portal", "entry, line 6"},
		{"widget@cdn.example.net", "Maps", ""},
		{"tile@portal.example.org", "Maps", "entry, line 11"},
		{"other@maps.example.org", "Maps", ""},
	}
	for _, test := range tests {
		s := seen(test.item, ThirdParty)
		if s.Item.Host == "example.org" || s.Item.Host == "portal.example.org" || s.Item.Host == "maps.example.org" {
			s.Party = FirstParty
		}
		s.Service = test.service
		if got := toldOf(p.Match(s, fewVendors)); got != test.want {
			t.Errorf("%s on %q: got %q, want %q", test.item, test.service, got, test.want)
		}
	}
}
