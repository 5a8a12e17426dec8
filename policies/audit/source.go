package audit

import (
	"slices"
	"strings"

	"cookieaudit/policies"
)

var (
	inUnion  = []policies.Profile{policies.EU, policies.FR, policies.DE, policies.ES, policies.IT, policies.IE}
	inEurope = append([]policies.Profile{policies.UK}, inUnion...)
)

type source struct {
	begins string
	under  []policies.Profile // nil: all
}

// sources tell under which profiles a legal reference counts, by how it begins; the
// first that fits decides. What one member state's authority says is read all over
// the Union by the profile eu alone. The United Kingdom kept what the Court of
// Justice had ruled until 2020, and reads what WP29 and the EDPB say, though it
// binds nobody there.
var sources = []source{
	{"PECR 2003", []policies.Profile{policies.UK}},
	{"ICO,", []policies.Profile{policies.UK}},
	{"Public Sector Bodies Accessibility Regulations 2018", []policies.Profile{policies.UK}},
	{"CNIL", []policies.Profile{policies.EU, policies.FR}},
	{"AEPD", []policies.Profile{policies.EU, policies.ES}},
	{"DPC", []policies.Profile{policies.EU, policies.IE}},
	{"Garante", []policies.Profile{policies.EU, policies.IT}},
	{"Directive ", inUnion},
	{"CJEU C-252/21", inUnion},
	{"CJEU ", inEurope},
	{"WP29", inEurope},
	{"EDPB", inEurope},
	{"GDPR", inEurope},
	{"California ", []policies.Profile{policies.USCA}},
	{"11 CCR", []policies.Profile{policies.USCA}},
	{"FTC Act", []policies.Profile{policies.USCA}},
	{"IAB Europe", nil},
	{"RFC", nil},
	{"WCAG", nil},
}

func sourceOf(reference string) (source, bool) {
	i := slices.IndexFunc(sources, func(s source) bool { return strings.HasPrefix(reference, s.begins) })
	if i < 0 {
		return source{}, false
	}
	return sources[i], true
}

// Under are the references that count under a profile, in their order. The GDPR as
// the United Kingdom kept it goes by a name of its own.
func (r *Rule) Under(profile policies.Profile) []string {
	out := []string{}
	for _, reference := range r.Legal {
		s, known := sourceOf(reference)
		if !known || s.under != nil && !slices.Contains(s.under, profile) {
			continue
		}
		if profile == policies.UK && s.begins == "GDPR" {
			reference = "UK " + reference
		}
		out = append(out, reference)
	}
	return out
}
