package observation

import (
	"cmp"
	"slices"
	"strings"
)

// seeCountries gathers from all pages, and from a header that says so, where the
// visitor was taken to be. Ties go to the country whose code comes first.
func (o *Observation) seeCountries() {
	add := func(code, by string, pages int) {
		code = strings.ToUpper(code)
		if code == "" {
			return
		}
		i := slices.IndexFunc(o.Countries, func(c Country) bool { return c.Code == code })
		if i < 0 {
			i = len(o.Countries)
			o.Countries = append(o.Countries, Country{Code: code, By: []string{}})
		}
		c := &o.Countries[i]
		c.Pages += pages
		if by, _, _ = strings.Cut(by, "?"); by != "" && !slices.Contains(c.By, by) {
			c.By = append(c.By, by)
		}
	}
	add(o.Header.Vantage.CountrySeen, "", 0)
	for _, v := range o.Visits {
		for _, p := range v.Pages {
			add(p.CountrySeen, p.SeenBy, 1)
		}
	}
	for i := range o.Countries {
		slices.Sort(o.Countries[i].By)
	}
	slices.SortFunc(o.Countries, func(a, b Country) int { return cmp.Or(cmp.Compare(b.Pages, a.Pages), cmp.Compare(a.Code, b.Code)) })
	if len(o.Countries) > 0 {
		o.CountrySeen = o.Countries[0].Code
	}
}
