package audit_test

import (
	"strings"
	"testing"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
)

func TestExempt(t *testing.T) {
	const entry = "items:\n  - {name: ITEM, kind: cookie, party: first, purpose: p, lifetime: 2y, "
	for _, tt := range []struct {
		name      string
		item      string // cookie name and options
		policy    string
		profile   policies.Profile
		exempt    bool
		certainty audit.Evidence
		why       string // part of
	}{
		{"necessary", "x", entry + "category: necessary}", "uk", true, audit.DerivedEvidence, "declared as necessary"},
		{"functional", "x", entry + "category: functional}", "uk", false, audit.DerivedEvidence, "declared as functional"},
		{"functional, with the visitor's own step", "x", entry + "category: functional, when: [step: scan]}", "uk", false, audit.HeuristicEvidence, "A person must decide"},
		{"basis before category", "x", entry + "category: necessary, basis: consent}", "uk", false, audit.DerivedEvidence, "basis consent"},
		{"legitimate interests are no ground", "x", entry + "category: necessary, basis: legitimate-interests}", "uk", false, audit.DerivedEvidence, "legitimate-interests"},
		{"a contract says nothing of storing", "x", entry + "category: necessary, basis: contract}", "uk", true, audit.DerivedEvidence, "necessary"},
		{"transmission", "x", entry + "category: functional, basis: transmission}", "de", true, audit.DerivedEvidence, "transmission"},
		{"statistical uk", "x life=2y", entry + "category: analytics, basis: statistical}", "uk", true, audit.DerivedEvidence, ""},
		{"statistical eu", "x life=2y", entry + "category: analytics, basis: statistical}", "eu", false, audit.DerivedEvidence, "not exempt under the profile eu"},
		{"statistical fr, too long", "x life=2y", entry + "category: analytics, basis: statistical}", "fr", false, audit.DerivedEvidence, "longer than 13 months"},
		{"statistical fr", "x life=13mo", entry + "category: analytics, basis: statistical}", "fr", true, audit.DerivedEvidence, ""},
		{"statistical es", "x life=13mo", entry + "category: analytics, basis: statistical}", "es", true, audit.DerivedEvidence, ""},
		{"statistical it", "x life=2y", entry + "category: analytics, basis: statistical}", "it", true, audit.DerivedEvidence, ""},
		{"appearance uk", "x life=1y", entry + "category: functional, basis: appearance}", "uk", true, audit.DerivedEvidence, ""},
		{"appearance de, lasting", "x life=1y", entry + "category: functional, basis: appearance}", "de", false, audit.DerivedEvidence, "lasting preference"},
		{"appearance de, session", "x", entry + "category: functional, basis: appearance}", "de", true, audit.DerivedEvidence, ""},
		{"emergency uk", "x", entry + "category: necessary, basis: emergency}", "uk", true, audit.DerivedEvidence, ""},
		{"emergency eu", "x", entry + "category: necessary, basis: emergency}", "eu", false, audit.DerivedEvidence, ""},
		{"contradiction", "_ga", strings.Replace(entry, "ITEM", "_ga", 1) + "category: necessary}", "uk", false, audit.DerivedEvidence, "the policy says necessary, the catalogue analytics"},
		{"statistical and analytics agree", "_ga", strings.Replace(entry, "ITEM", "_ga", 1) + "category: analytics, basis: statistical}", "uk", true, audit.DerivedEvidence, ""},
		{"statistical and marketing do not", "_fbp", strings.Replace(entry, "ITEM", "_fbp", 1) + "category: analytics, basis: statistical}", "uk", false, audit.DerivedEvidence, "the catalogue marketing"},
		{"category unknown, catalogue knows", "_ga", strings.Replace(entry, "ITEM", "_ga", 1) + "category: unknown}", "uk", false, audit.DerivedEvidence, "the catalogue says analytics"},
		{"category unknown to all", "x", entry + "category: unknown}", "uk", false, audit.HeuristicEvidence, "Kind of use unknown"},
		{"draft", "x", entry + "category: necessary, reviewed: false}", "uk", true, audit.HeuristicEvidence, ""},
		{"undeclared analytics", "_ga", "items: []", "uk", false, audit.DerivedEvidence, "not declared; the catalogue says analytics"},
		{"undeclared session name", "PHPSESSID", "items: []", "uk", false, audit.HeuristicEvidence, "A person must decide"},
		{"undeclared unknown", "x", "items: []", "uk", false, audit.HeuristicEvidence, audit.UnknownUse},
		{"record", "choice", "consent: {record: [choice]}", "uk", true, audit.DerivedEvidence, "stores the choice"},
		{"opt-out law", "_ga", "items: []", "us-ca", true, audit.DerivedEvidence, "opts out"},
		{"no policy, necessary", "PHPSESSID", "", "eu", true, audit.DerivedEvidence, "the catalogue says necessary"},
		{"no policy, marketing", "_fbp", "", "eu", false, audit.DerivedEvidence, "the catalogue says marketing"},
		{"no policy, unknown", "x", "", "eu", false, audit.HeuristicEvidence, audit.UnknownUse},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := judge(t, untouched+"set cookie "+tt.item+"\nrest\nend\n", strings.Replace(tt.policy, "ITEM", "x", 1), audit.Options{Profile: tt.profile})
			if len(a.Sightings) != 1 {
				t.Fatalf("%d sightings", len(a.Sightings))
			}
			s := a.Sightings[0]
			if s.Exempt != tt.exempt || s.Certainty != tt.certainty || !strings.Contains(s.ExemptWhy, tt.why) {
				t.Errorf("exempt %v, %s: %s; want %v, %s: %s", s.Exempt, s.Certainty, s.ExemptWhy, tt.exempt, tt.certainty, tt.why)
			}
		})
	}
}

func TestStricterCategory(t *testing.T) {
	a := judge(t, untouched+"set cookie _ga\nset cookie PHPSESSID\nset cookie x\nrest\nend\n",
		"items:\n  - {name: _ga, category: functional}\n  - {name: PHPSESSID, category: analytics}\n", audit.Options{})
	want := map[string]policies.Category{"_ga": policies.Analytics, "PHPSESSID": policies.Analytics, "x": policies.UnknownCategory}
	for _, s := range a.Sightings {
		if s.Category != want[s.Item.Name] {
			t.Errorf("%s is %s, want %s", s.Item.Name, s.Category, want[s.Item.Name])
		}
	}
}
