package main

import (
	"cmp"
	"regexp"
	"strings"

	"cookieaudit/policies"
	"cookieaudit/scanner/observation"
)

// visitor is what a visitor of a profile's area brings along: languages, the best
// first, as Chrome sends them there by default, and the time zone.
type visitor struct{ locale, zone string }

// visitors are by profile. Under eu no member state's language is put before
// another's; English is one of the Union's. en-US stands in most lists since a
// browser adds the language of its own menus, which would else depend on the packs
// that the machine has.
var visitors = map[policies.Profile]visitor{
	policies.EU:   {"en", "Europe/Brussels"},
	policies.UK:   {"en-GB,en-US,en", "Europe/London"},
	policies.FR:   {"fr-FR,fr,en-US,en", "Europe/Paris"},
	policies.DE:   {"de-DE,de,en-US,en", "Europe/Berlin"},
	policies.ES:   {"es-ES,es,en-US,en", "Europe/Madrid"},
	policies.IT:   {"it-IT,it,en-US,en", "Europe/Rome"},
	policies.IE:   {"en-IE,en-US,en", "Europe/Dublin"},
	policies.USCA: {"en-US,en", "America/Los_Angeles"},
}

var (
	countryCode = regexp.MustCompile(`^[A-Z]{2}$`)
	languages   = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*(,[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*)*$`)
	zoneName    = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$`) // also UTC
)

// profile is that of --profile or else of the policy, "" for none.
func (o scanOptions) profile(p *policies.Policy) policies.Profile {
	if o.judge.profile == "" && p != nil {
		return p.Profile
	}
	return policies.Profile(o.judge.profile)
}

// visitor is the one that the flags or else the profile describe, eu where nothing
// names one.
func (o scanOptions) visitor(p *policies.Policy) (visitor, error) {
	v, ok := visitors[o.profile(p)]
	if !ok {
		v = visitors[policies.EU]
	}
	v.locale, v.zone = cmp.Or(o.locale, v.locale), cmp.Or(o.zone, v.zone)
	if !languages.MatchString(v.locale) {
		return v, usagef("--locale %s: want languages, the best first, such as de-DE,de,en", v.locale)
	}
	if !zoneName.MatchString(v.zone) {
		return v, usagef("--time-zone %s: want an IANA name such as Europe/London", v.zone)
	}
	return v, nil
}

// vantage is where the user says that the scan looks from.
func (o scanOptions) vantage() (observation.Vantage, error) {
	from := strings.ToUpper(strings.TrimSpace(o.from))
	switch {
	case from == "UK":
		return observation.Vantage{}, usagef("--from %s: the ISO code of the United Kingdom is GB", o.from)
	case from != "" && !countryCode.MatchString(from):
		return observation.Vantage{}, usagef("--from %s: want the ISO code of a country, such as GB", o.from)
	}
	return observation.Vantage{CountryTold: from}, nil
}
