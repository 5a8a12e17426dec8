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

// countryTold is where the user said that the scan looks from, countrySeen where
// most pages took the visitor to be; "" where nobody said.
func (j *judge) countryTold() string { return strings.ToUpper(j.o.Header.Vantage.CountryTold) }
func (j *judge) countrySeen() string { return strings.ToUpper(j.o.CountrySeen) }

// outside names the country outside of the profile's area that the scan looked
// from, "" where it looked from within, or nobody knows. What the site saw decides
// what it shows; what the user told may be what the site did not see.
func (j *judge) outside() string {
	inside := area(j.audit.Profile)
	switch {
	case j.countrySeen() != "" && !slices.Contains(inside, j.countrySeen()):
		return j.countrySeen() + " (as the site saw it)"
	case j.countryTold() != "" && !slices.Contains(inside, j.countryTold()):
		return j.countryTold()
	}
	return ""
}

// outOfArea: the scan looked from where the site need not ask, and was not
// asked. A visitor in the area may well be.
func (j *judge) outOfArea() bool { return j.outside() != "" && !j.dialog.found }
