package audit_test

import (
	"testing"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"

	"github.com/google/go-cmp/cmp"
)

// A report names no law and no authority that has no say where the profile is.
func TestReferencesFollowTheProfile(t *testing.T) {
	r := &audit.Rule{Legal: []string{
		"Directive 2002/58/EC, article 5(3)", "PECR 2003, regulation 6", "CNIL SAN-2025-005", "CJEU C-673/17 Planet49", "GDPR, article 7(3)",
		"California Civil Code, section 1798.120", "RFC 6265bis", "nobody's book",
	}}
	for profile, want := range map[policies.Profile][]string{
		policies.UK:   {"PECR 2003, regulation 6", "CJEU C-673/17 Planet49", "UK GDPR, article 7(3)", "RFC 6265bis"},
		policies.EU:   {"Directive 2002/58/EC, article 5(3)", "CNIL SAN-2025-005", "CJEU C-673/17 Planet49", "GDPR, article 7(3)", "RFC 6265bis"},
		policies.DE:   {"Directive 2002/58/EC, article 5(3)", "CJEU C-673/17 Planet49", "GDPR, article 7(3)", "RFC 6265bis"},
		policies.USCA: {"California Civil Code, section 1798.120", "RFC 6265bis"},
	} {
		if diff := cmp.Diff(want, r.Under(profile)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", profile, diff)
		}
	}
}

// Whoever adds a rule is told where its references are missing.
func TestValidateReferences(t *testing.T) {
	rule := func(legal ...string) *audit.Rule {
		return &audit.Rule{
			ID: "a", Title: "t", Doc: "d", Help: "h", Severity: audit.Low, Evidence: audit.ProvenEvidence, Law: audit.SettledLaw,
			Document: true, Legal: legal, Run: func(*audit.Pass) {},
		}
	}
	if err := audit.Validate([]*audit.Rule{rule("GDPR, article 7", "FTC Act, section 5")}); err != nil {
		t.Error(err)
	}
	for _, legal := range [][]string{nil, {""}, {"GDPR, article 7"}, {"RFC 1", "nobody's book"}} {
		if audit.Validate([]*audit.Rule{rule(legal...)}) == nil {
			t.Errorf("%q passes", legal)
		}
	}
}
