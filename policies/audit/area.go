package audit

import (
	"slices"
	"strings"

	"cookieaudit/policies"
)

// europe are the states of the European Economic Area, the United Kingdom and
// Switzerland. Sites that show a dialog only to some visitors decide by this
// area as a whole, and not by the law of each state.
var europe = strings.Fields("AT BE BG CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK")

// area is where the visitors are to whom a site under a profile shows its dialog.
func area(p policies.Profile) []string {
	if p == policies.USCA {
		return []string{"US"}
	}
	return europe
}

func areaWords(p policies.Profile) string {
	if p == policies.USCA {
		return "the United States"
	}
	return "Europe"
}

// country is where the scan looked from, "" if nobody knows. What the site said
// it saw counts before what the user told.
func (j *judge) country() string {
	v := j.o.Header.Vantage
	if v.CountrySeen != "" {
		return strings.ToUpper(v.CountrySeen)
	}
	return strings.ToUpper(v.CountryTold)
}

// outOfArea: the scan looked from where the site need not ask, and was not
// asked. A visitor in the area may well be.
func (j *judge) outOfArea() bool {
	c := j.country()
	return c != "" && !j.dialog.found && !slices.Contains(area(j.audit.Profile), c)
}
