package rules_test

import (
	"strings"
	"testing"

	"cookieaudit/policies/audit"
	"cookieaudit/policies/audit/audittest"
	"cookieaudit/policies/catalog"
	"cookieaudit/policies/rules"
)

// ordinary is what every other site does, and what must not look like a breach:
// loaders that collect nothing, storage probes, session names with random parts,
// a consent record before the choice.
const ordinary = `page / named
dialog accept="Accept all" reject="Reject all"
request https://www.googletagmanager.com/gtm.js?id={11} type=Script
request https://cdn.cookielaw.org/otSDKStub.js type=Script
request https://fonts.gstatic.com/s/a.woff2 type=Font
request https://cdn.jsdelivr.net/npm/x.js type=Script
request https://www.google.com/recaptcha/api.js type=Script
request https://browser.sentry-cdn.com/7.0.0/bundle.min.js type=Script
set localStorage __storage_test__ at=1000
delete localStorage __storage_test__ at=1001
set cookie dmn_chk_0c5fb1a2 at=1000
delete cookie dmn_chk_0c5fb1a2 at=1003
set cookie AWSALB life=7d via=response by=https://www.example.com/
set cookie BIGipServerpool_web_443 via=response by=https://www.example.com/
set cookie csrftoken life=1y via=response by=https://www.example.com/
set cookie ASPSESSIONIDQQABCDEF via=response by=https://www.example.com/
set cookie OptanonConsent life=1y by=https://cdn.cookielaw.org/otBannerSdk.js:1
request https://geolocation.onetrust.com/cookieconsentpub/v1/receipt method=POST sends=cookie:OptanonConsent in=body
request https://privacy.example-consent.test/receipt method=POST sends=cookie:OptanonConsent in=body
request https://o1.ingest.sentry.io/api/1/envelope/?sentry_key={32 hex} method=POST ids=sentry_key:key-of-the-site,release:build-of-the-site
request https://cdn.jsdelivr.net/npm/y.js?h={32 hex} type=Script ids=h:build-of-the-site
request https://fonts.gstatic.com/s/b.woff2?k={32 hex} type=Font ids=k:one-font
request https://www.google.com/recaptcha/api2/reload?k={40 base64} method=POST ids=k:key-of-the-site
request https://cdn.example.com/app.js type=Script
access canvas api=toDataURL by=/wp-includes/js/wp-emoji-release.min.js:1
access canvas api=getImageData by=/wp-includes/js/wp-emoji-release.min.js:1
access webgl api=getParameter by=https://maps.example-maps.test/gl.js:1
access client-hints api=getHighEntropyValues by=https://www.googletagmanager.com/gtm.js:1
access fonts api=check by=https://fonts.example-fonts.test/loader.js:1
link https://www.example-news.test/story?fbclid={60 text} param=fbclid what="Meta, identifier of a click" digest=pasted-by-an-editor
rest
`

// named is what the name service says of ordinary sites.
const named = `alias www.example.com example.azureedge.net example.afd.azureedge.net
alias cdn.example.com d111111abcdef8.cloudfront.net
`

const declared = `version: 1
site: https://www.example.com/
profile: uk
consent: {record: [OptanonConsent]}
items:
  - {name: AWSALB, category: necessary, lifetime: 7d, party: first, purpose: balances load}
  - {name: BIGipServer*, category: necessary, lifetime: session, party: first, purpose: balances load}
  - {name: csrftoken, category: necessary, lifetime: 1y, party: first, purpose: protects forms}
  - {name: ASPSESSIONID*, category: necessary, lifetime: session, party: first, purpose: keeps the session}
`

func TestOrdinarySitesStayQuiet(t *testing.T) {
	visits := "visit none\n" + ordinary + "visit accept\n" + ordinary + "choose accept\nrest\n" +
		"visit reject\n" + ordinary + "choose reject\nrest\n" + "visit withdraw\n" + ordinary + "choose accept\nrest\nchoose withdraw\nrest\n"
	for name, policy := range map[string]string{"declared": declared, "without a policy": ""} {
		t.Run(name, func(t *testing.T) {
			a := judge(t, visits+named+"end\n", policy)
			for _, f := range a.Findings {
				t.Errorf("%s: %s", f.Rule, f.Message)
			}
			if a.Summary.Exit != audit.ExitNoBreach {
				t.Error(a.Summary.Words)
			}
		})
	}
}

// Keys that nobody knows against a policy that speaks of cookies only are one
// defect of the policy.
func TestSilenceOnStorageIsOneFinding(t *testing.T) {
	var keys strings.Builder
	for _, name := range strings.Fields("theme i18nextLng ally-supports-cache draft_1 draft_2 panel-open zoom recently-viewed") {
		keys.WriteString("set localStorage " + name + "\n")
	}
	a := judge(t, "visit none\n"+ordinary+keys.String()+"rest\nvisit reject\n"+ordinary+"choose reject\n"+keys.String()+"rest\nend\n", declared)
	if len(a.Findings) != 1 || a.Findings[0].Rule != "undeclared" || !strings.Contains(a.Findings[0].Message, "(8 keys)") {
		t.Errorf("%d findings", len(a.Findings))
		for _, f := range a.Findings {
			t.Errorf("%s: %s", f.Rule, f.Message)
		}
	}
	if a.Summary.Exit != audit.ExitNoBreach {
		t.Error(a.Summary.Words)
	}
}

// One cookie on ten pages in three choices is one finding, and each rule speaks
// of it once.
func TestOneCookieIsOneFinding(t *testing.T) {
	pages := "dialog accept=Accept reject=Reject\n"
	for _, p := range strings.Fields("/ /a /b /c /d /e /f /g /h /i") {
		pages += "page " + p + "\nset cookie _ga life=90d\nrest\n"
	}
	a := judge(t, "visit none\npage / named\n"+pages+"visit accept\npage / named\n"+pages+"choose accept\nrest\nvisit reject\npage / named\n"+pages+"choose reject\ndelete cookie _ga\nrest\nend\n", "")
	if len(a.Findings) != 1 || a.Findings[0].Choice != "none" || len(a.Findings[0].Sightings) != 3 {
		t.Errorf("%+v", a.Findings)
	}
}

func judge(t *testing.T, observation, policy string) *audit.Audit {
	t.Helper()
	a, err := audit.Run(audittest.Observation(t, observation), policyOf(t, policy), rules.All(), audit.Options{Catalog: rules.Catalog(catalog.Default())})
	if err != nil {
		t.Fatal(err)
	}
	return a
}
