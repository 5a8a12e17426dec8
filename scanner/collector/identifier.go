package collector

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"cookieaudit/scanner/observation"
)

const (
	// maxIDs is how many identifiers are told of a request.
	maxIDs = 20
	// idBits is the information from which a value can tell visitors apart: more
	// of them than there are people.
	idBits = 48
	maxID  = 512 // bytes
)

// consentFields carry the visitor's choice, which many parties may be told.
var consentFields = []string{
	"addtl_consent", "consent", "euconsent", "euconsent-v2", "gcd", "gcs", "gdpr", "gdpr_consent", "gpp", "gpp_sid", "gpp_string", "npa", "pscdl",
	"tc_string", "tcf", "tcfd", "tcstring", "us_privacy", "usprivacy",
}

var (
	idForm = regexp.MustCompile(`^[A-Za-z0-9._~:|@+/=%$-]+$`)
	// Random numbers that keep an answer out of the cache, measured times and
	// places on earth are fractions; the client identifier of Google Analytics is
	// two whole numbers.
	fraction = regexp.MustCompile(`^-?\d{0,3}\.\d+$`)
	date     = regexp.MustCompile(`^\d{4}-\d\d-\d\d([T_ :.\dZ+-]*)$|^1[5-9]\d{8}(\d{3}){0,2}(\.\d{1,3})?$`)
	hostForm = regexp.MustCompile(`(?i)^([a-z0-9-]+\.)+[a-z]{2,}(:\d+)?(/.*)?$`)
	release  = regexp.MustCompile(`^v?\d+\.\d+\.\d+([.+-]|$)`)
	nameForm = regexp.MustCompile(`^[A-Za-z_$][\w.$:\[\]-]{0,39}$`)
)

// identifies reports whether a value may be one visitor's and nobody else's, by
// its looks. That it is the same for everybody only other visits can show.
func identifies(value string) bool {
	if len(value) > maxID || !strings.ContainsAny(value, "0123456789") || !idForm.MatchString(value) {
		return false
	}
	if strings.HasPrefix(value, "/") || strings.Contains(value, "://") || fraction.MatchString(value) || date.MatchString(value) ||
		hostForm.MatchString(value) || release.MatchString(value) {
		return false
	}
	shape := observation.ShapeOf(value)
	return shape.Bits >= idBits && !slices.ContainsFunc(shape.Is, func(is string) bool {
		return is == "time" || is == "tc-string" || is == "ip" || is == "json"
	})
}

// identify notes what looks like an identifier among the fields of a request.
func (l *Log) identify(v *leaving, fields []field) {
	for _, f := range fields[:min(len(fields), maxFields)] {
		if slices.Contains(consentFields, strings.ToLower(f.name)) || !identifies(f.value) {
			continue
		}
		v.ids[l.param(f)] = true
	}
}

func (l *Log) param(f field) observation.Param {
	value := l.redact.Value(f.value)
	return observation.Param{Name: l.paramName(f.name), Digest: value.Digest, Bits: value.Shape.Bits}
}

// paramName keeps a name from carrying a value: sites make names, too.
func (l *Log) paramName(name string) string {
	if !nameForm.MatchString(name) || identifies(name) || l.redact.URL("?"+url.QueryEscape(name)+"=") != "?"+url.QueryEscape(name)+"=" {
		return observation.ShapeOf(name).String()
	}
	return name
}

func compareTaken(a, b observation.Taken) int {
	return cmp.Or(a.Item.Compare(b.Item), cmp.Compare(a.In, b.In), cmp.Compare(a.As, b.As), cmp.Compare(a.Digest, b.Digest))
}

func compareParams(a, b observation.Param) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Digest, b.Digest))
}
