package audit

import (
	"fmt"
	"net/url"
	"strings"

	"cookieaudit/policies"
	"cookieaudit/scanner/observation"
)

// OtherSiteError says that a policy is not that of the observed site: a usage
// error, since judging would only produce hundreds of meaningless findings.
type OtherSiteError struct {
	Policy   string // file
	Declared string // the policy's site
	Observed string // the host that was scanned
}

// Error says what to try.
func (e *OtherSiteError) Error() string {
	return fmt.Sprintf("%s declares the policy of %s, but %s was looked at: name it under owned or services, or judge it with --as https://%s/",
		e.Policy, e.Declared, e.Observed, e.Declared)
}

// place knows which host counts as which when one site is judged in place of
// another (a preview in place of the real site).
type place struct {
	site    string            // first party
	stands  map[string]string // scanned host -> host as which it is judged
	scanned string            // site of the scanned host
	as      string            // site as which it is judged
}

// newPlace reads the scanned URLs and the site to judge them as, "" for
// themselves.
func newPlace(urls []string, as string) (place, error) {
	if len(urls) == 0 {
		return place{}, fmt.Errorf("the observation names no URL that was asked for")
	}
	host := observation.HostOf(urls[0])
	pl := place{site: observation.Site(host), stands: map[string]string{}}
	if as == "" {
		return pl, nil
	}
	target := hostIn(as)
	if target == "" {
		return place{}, fmt.Errorf("%q is no site: give a URL such as https://www.example.com/", as)
	}
	pl.scanned, pl.as = pl.site, observation.Site(target)
	pl.site = pl.as
	for _, u := range urls {
		if h := observation.HostOf(u); observation.Site(h) == pl.scanned {
			pl.stands[h] = target
		}
	}
	return pl, nil
}

// hostIn is the host of a URL or of a bare host name.
func hostIn(raw string) string {
	if !strings.Contains(raw, "://") {
		raw = "https://" + raw
	}
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

// host is the host as which one is judged.
func (pl place) host(h string) string {
	if as, ok := pl.stands[h]; ok {
		return as
	}
	if pl.as == "" || pl.scanned == pl.as || observation.Site(h) != pl.scanned {
		return h
	}
	return strings.TrimSuffix(h, pl.scanned) + pl.as
}

// party is whose site a host is.
func (pl place) party(h string, p *policies.Policy) policies.Party {
	h = pl.host(h)
	switch {
	case h == "":
		return policies.UnknownParty
	case p != nil:
		return p.PartyOf(h, pl.site)
	case observation.Site(h) == pl.site:
		return policies.FirstParty
	}
	return policies.ThirdParty
}

// covers checks that the policy is that of every URL that was asked for.
func (pl place) covers(p *policies.Policy, urls []string) error {
	if p == nil {
		return nil
	}
	declared := observation.HostOf(p.Site)
	site := observation.Site(declared)
	for _, u := range urls {
		h := pl.host(observation.HostOf(u))
		if observation.Site(h) != site && p.PartyOf(h, site) != policies.FirstParty {
			return &OtherSiteError{Policy: p.File, Declared: declared, Observed: h}
		}
	}
	return nil
}
