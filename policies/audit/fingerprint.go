package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"

	"cookieaudit/policies"
	"cookieaudit/scanner/observation"
)

var (
	uuidRun  = regexp.MustCompile(`(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	hexRun   = regexp.MustCompile(`(?i)[0-9a-f]{8,}`)
	tokenRun = regexp.MustCompile(`[0-9A-Za-z]{10,}`)
	inside   = regexp.MustCompile(`[0-9][A-Za-z]`)
	digitRun = regexp.MustCompile(`[0-9]+`)
)

// Generalise takes the parts out of a name that differ from visitor to
// visitor: uuids, hex runs of eight and more with a digit in them (a word like
// "feedbacc" is none), tokens of ten and more with a digit among their letters,
// and runs of digits become *.
func Generalise(name string) string {
	name = uuidRun.ReplaceAllString(name, "*")
	name = hexRun.ReplaceAllStringFunc(name, func(run string) string {
		if strings.ContainsAny(run, "0123456789") {
			return "*"
		}
		return run
	})
	name = tokenRun.ReplaceAllStringFunc(name, func(run string) string {
		if inside.MatchString(run) {
			return "*"
		}
		return run
	})
	return digitRun.ReplaceAllString(name, "*")
}

// GeneralName is the name under which a sighting is known from one scan to the
// next: the pattern that declares it, else its generalised name.
func (s Sighting) GeneralName() string {
	if s.Match.Entry != nil && s.Match.Step == policies.MatchedEntry {
		return s.Match.Entry.Name.Text
	}
	return Generalise(s.Item.Name)
}

// fingerprint identifies a finding over scans, machines and versions. It holds
// nothing that changes while the defect stays: no page, value or setter.
func fingerprint(rule string, kind observation.Kind, name, site string, c observation.Choice) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{rule, string(kind), name, site, string(c)}, "\x00")))
	return hex.EncodeToString(sum[:8])
}
