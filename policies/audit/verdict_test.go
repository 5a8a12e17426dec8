package audit_test

import (
	"strings"
	"testing"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/policies/audit/audittest"
	"cookieaudit/policies/catalog"
	"cookieaudit/policies/rules"
)

const (
	dialog = "dialog accept=\"Accept all\" reject=\"Reject all\"\n"

	untouched = "visit none\npage / named\n" + dialog + "rest\n"
	accepted  = "visit accept\npage / named\n" + dialog + "choose accept\nrest\n"
	refused   = "visit reject\npage / named\n" + dialog + "choose reject\nrest\n"
	withdrawn = "visit withdraw\npage / named\n" + dialog + "choose accept\nchoose withdraw\nrest\n"

	tracker = "set cookie _ga life=90d\n"
)

func judge(t *testing.T, observation, policy string, opt audit.Options) *audit.Audit {
	t.Helper()
	opt.Catalog = rules.Catalog(catalog.Default())
	a, err := audit.Run(audittest.Observation(t, observation), parse(t, policy), rules.All(), opt)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func parse(t *testing.T, policy string) *policies.Policy {
	t.Helper()
	if policy == "" {
		return nil
	}
	p, err := policies.Parse("policy.yaml", []byte("version: 1\nsite: https://www.example.com/\nprofile: uk\n"+policy))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The table of verdicts and exit codes, line by line.
func TestVerdict(t *testing.T) {
	for _, tt := range []struct {
		name        string
		observation string
		policy      string
		opt         audit.Options
		verdict     audit.Verdict
		exit        int
		words       string // beginning; | joins what must also be in it
	}{
		{
			name:        "everything seen, no finding",
			observation: untouched + accepted + refused + withdrawn + "end\n",
			verdict:     audit.NoBreach,
			words:       "No breach found in what was looked at: 1 page, 4 choices, desktop, from GB.",
		},
		{
			name:        "country not told",
			observation: "header country=\n" + untouched + "page /a\nrest\nend\n",
			verdict:     audit.NoBreach,
			words:       "No breach found in what was looked at: 2 pages, 1 choice, desktop.",
		},
		{
			name:        "findings below the threshold",
			observation: untouched + "set cookie sid\nrest\nend\n",
			policy:      "complete: false\nitems:\n  - {name: sid, category: necessary, lifetime: session, party: first, purpose: keeps the log-in}\n",
			verdict:     audit.NoBreach,
			words:       "No breach found in what was looked at: 1 page, 1 choice, desktop, from GB. 1 finding.",
		},
		{
			name:        "finding that a person must decide",
			observation: untouched + "set cookie xyz_state\nrest\nend\n",
			verdict:     audit.NoBreach,
			words:       "No breach found in what was looked at: 1 page, 1 choice, desktop, from GB. 1 finding that a person must decide.",
		},
		{
			name:        "breach",
			observation: untouched + tracker + "rest\nend\n",
			verdict:     audit.Breach, exit: 1,
			words: "Breach found in what was looked at: 1 page, 1 choice, desktop, from GB. 1 finding at or above high.",
		},
		{
			name:        "breach, and nothing is to fail the run",
			observation: untouched + tracker + "rest\nend\n",
			opt:         audit.Options{FailOn: audit.FailNever},
			verdict:     audit.NoBreach,
			words:       "Nothing in what was looked at fails this run at --fail-on none: 1 page, 1 choice, desktop, from GB. 1 finding at or above high.",
		},
		{
			name:        "breach below the threshold, and more",
			observation: untouched + "set cookie extra\nset cookie sid\nrest\nend\n",
			policy:      "complete: false\nitems:\n  - {name: sid, category: necessary, lifetime: session, party: first, purpose: keeps the log-in}\n",
			opt:         audit.Options{FailOn: audit.Critical},
			verdict:     audit.NoBreach,
			words:       "Nothing in what was looked at fails this run at --fail-on critical: 1 page, 1 choice, desktop, from GB. 1 finding at or above high. 1 further finding. 1 finding that a person must decide.",
		},
		{
			name:        "no finding, and nothing is to fail the run",
			observation: untouched + "end\n",
			opt:         audit.Options{FailOn: audit.FailNever},
			verdict:     audit.NoBreach,
			words:       "No breach found in what was looked at: 1 page, 1 choice, desktop, from GB.",
		},
		{
			name:        "no dialog and nothing that needs one",
			observation: "visit none\npage / named\nnodialog\nset cookie PHPSESSID\nrest\nvisit reject\npage / named\nchoose reject outcome=no-dialog\nrest\nend\n",
			verdict:     audit.ChoicesNA,
			words:       "Choices not applicable: looked for a consent dialog for 9 s and saw none",
		},
		{
			name:        "no dialog, something non-exempt stored",
			observation: "visit none\npage / named\nnodialog\n" + tracker + "rest\nend\n",
			verdict:     audit.Breach, exit: 1,
			words: "Breach found",
		},
		{
			name:        "no dialog though a consent manager's script loaded",
			observation: "visit none\npage / named\nnodialog script=https://cdn.cookielaw.org/otSDKStub.js\nrest\nend\n",
			verdict:     audit.CouldNotTell, exit: 3,
			words: "Could not tell: no consent dialog was seen though a consent manager's script loaded|To tell: ",
		},
		{
			name:        "looked from outside the area and no dialog came",
			observation: "header country=US\nvisit none\npage / named\nnodialog\nrest\nend\n",
			verdict:     audit.CouldNotTell, exit: 3,
			words: "Could not tell: looked from US",
		},
		{
			name:        "said to look from inside, taken to be outside, and no dialog came",
			observation: "header country=GB\nvisit none\npage / named seen=US by=https://geo.test/place\nnodialog\nrest\nend\n",
			verdict:     audit.CouldNotTell, exit: 3,
			words: "Could not tell: looked from US (as the site saw it), outside the area of the profile eu, and no consent dialog came. To tell: scan from Europe.",
		},
		{
			name:        "said to look from outside, taken to be inside, and no dialog came",
			observation: "header country=US\nvisit none\npage / named seen=FR\nnodialog\nrest\nend\n",
			verdict:     audit.CouldNotTell, exit: 3,
			words: "Could not tell: looked from US, outside",
		},
		{
			name:        "taken to be inside, and no dialog came",
			observation: "header country=\nvisit none\npage / named seen=FR\nnodialog\nset cookie PHPSESSID\nrest\nvisit reject\npage / named\nchoose reject outcome=no-dialog\nrest\nend\n",
			verdict:     audit.ChoicesNA,
			words:       "Choices not applicable: looked for a consent dialog for 9 s and saw none|from FR as the site saw it.",
		},
		{
			name:        "looked from outside, but a dialog came",
			observation: "header country=US\n" + untouched + "end\n",
			verdict:     audit.NoBreach,
			words:       "No breach found in what was looked at: 1 page, 1 choice, desktop, from US.",
		},
		{
			name:        "no reject control",
			observation: "visit none\npage / named\ndialog accept=OK\nrest\nvisit reject\npage / named\nchoose reject outcome=no-control\nrest\nend\n",
			verdict:     audit.Breach, exit: 1,
			words: "Breach found",
		},
		{
			name:        "no way back",
			observation: untouched + "visit withdraw\npage / named\nchoose accept\nchoose withdraw outcome=no-control\nrest\nend\n",
			verdict:     audit.Breach, exit: 1,
			words: "Breach found",
		},
		{
			name:        "findings and gaps together",
			observation: untouched + tracker + "rest\nvisit reject\npage / named\nchoose reject proof=gone,stays-gone\nrest\nend\n",
			verdict:     audit.Breach, exit: 1,
			words: "Breach found in what was looked at: |Could not tell: the reject button was pressed but nothing proves it took effect. To tell: add `controls.reject`, which `cookieaudit consent URL` drafts.",
		},
		{
			name:        "bot wall",
			observation: "visit none\npage / named state=blocked reason=\"a challenge page\"\nend\n",
			verdict:     audit.CouldNotTell, exit: 3,
			words: "Could not tell: https://www.example.com/ answered with an error or a wall in place of the site (a challenge page).",
		},
		{
			name:        "another host in place of the site",
			observation: "visit none\npage / named final=https://login.example.net/\nend\n",
			verdict:     audit.CouldNotTell, exit: 3,
			words: "Could not tell: https://www.example.com/ led to another host, login.example.net.",
		},
		{
			name:        "status 401",
			observation: "visit none\npage / named status=401\nend\n",
			verdict:     audit.CouldNotTell, exit: 3,
			words: "Could not tell: https://www.example.com/ answered with status 401.|--basic-auth",
		},
		{
			name:        "status 503",
			observation: "visit none\npage / named status=503\nend\n",
			verdict:     audit.CouldNotTell, exit: 3,
			words: "Could not tell: https://www.example.com/ answered with status 503.",
		},
		{
			name:        "the dialog was read and nothing else",
			observation: "visit settings\npage / named\ndialog accept=\"Accept all\" reject=\"Reject all\"\nend\n",
			verdict:     audit.CouldNotTell, exit: 3,
			words: "Could not tell: the one visit only read the dialog|cookieaudit scan",
		},
		{
			name:        "status 404",
			observation: "visit none\npage / named status=404\nend\n",
			verdict:     audit.CouldNotTell, exit: 3,
			words: "Could not tell: https://www.example.com/ answered with status 404.|check the address",
		},
		{
			name:        "a second named page is not there",
			observation: untouched + "visit none\npage /gone named status=410\nend\n",
			verdict:     audit.CouldNotTell, exit: 3,
			words: "Could not tell: https://www.example.com/gone answered with status 410.|check the address",
		},
		{
			name:        "choice not proven",
			observation: untouched + "visit reject\npage / named\nchoose reject proof=gone,stays-gone\nrest\nend\n",
			verdict:     audit.CouldNotTell, exit: 3,
			words: "Could not tell: the reject button was pressed but nothing proves it took effect. To tell: add `controls.reject`, which `cookieaudit consent URL` drafts.",
		},
		{
			name:        "a rule that could fail the run is blind",
			observation: untouched + "gap blind a worker was never attached\nend\n",
			verdict:     audit.CouldNotTell, exit: 3,
			words: "Could not tell: a worker was never attached",
		},
		{
			name:        "blind, but nothing is to fail the run",
			observation: untouched + "gap blind a worker was never attached\nend\n",
			opt:         audit.Options{FailOn: audit.FailNever},
			verdict:     audit.NoBreach,
			words:       "No breach found",
		},
		{
			name:        "a page the user named is lost",
			observation: untouched + "page /basket named state=failed\nend\n",
			opt:         audit.Options{FailOn: audit.FailNever},
			verdict:     audit.CouldNotTell, exit: 3,
			words: "Could not tell: https://www.example.com/basket did not load.",
		},
		{
			name:        "a page that was only found is lost, and an image",
			observation: untouched + "page /deep state=hung\ngap one image did not load\nend\n",
			verdict:     audit.NoBreach,
			words:       "No breach found",
		},
		{
			name:        "a leg that was tried again does not count",
			observation: untouched + "visit reject\npage / named\nchoose reject outcome=failed\ngap blind it crashed\nvisit reject retry\npage / named\nchoose reject\nrest\nend\n",
			verdict:     audit.NoBreach,
			words:       "No breach found",
		},
		{
			name:        "what only the first try of a leg saw before any choice stands",
			observation: untouched + "visit reject\npage / named\n" + tracker + "choose reject outcome=failed\ngap blind it crashed\nvisit reject retry\npage / named\nchoose reject\nrest\nend\n",
			verdict:     audit.Breach, exit: 1,
			words: "Breach found",
		},
		{
			name:        "interrupted",
			observation: untouched + tracker + "rest\nend interrupted\n",
			verdict:     audit.IncompleteRun, exit: 130,
			words: "Incomplete: the scan was interrupted. Looked at so far: 1 page, 1 choice, desktop, from GB. 1 finding at or above high.",
		},
		{
			name:        "died",
			observation: untouched,
			verdict:     audit.IncompleteRun, exit: 130,
			words: "Incomplete",
		},
		{
			name:        "nothing was looked at",
			observation: "header choices=none\nend\n",
			verdict:     audit.CouldNotTell, exit: 3,
			words: "Could not tell: no page could be looked at with the choice none.",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := judge(t, tt.observation, tt.policy, tt.opt)
			if a.Summary.Verdict != tt.verdict || a.Summary.Exit != tt.exit {
				t.Errorf("%s, exit %d; want %s, exit %d\n%s", a.Summary.Verdict, a.Summary.Exit, tt.verdict, tt.exit, a.Summary.Words)
			}
			first, rest, _ := strings.Cut(tt.words, "|")
			if !strings.HasPrefix(a.Summary.Words, first) || !strings.Contains(a.Summary.Words, rest) {
				t.Errorf("words: %s\nwant:  %s", a.Summary.Words, tt.words)
			}
			if strings.HasSuffix(tt.words, ".") && rest == "" && tt.verdict == audit.NoBreach && a.Summary.Words != tt.words {
				t.Errorf("words: %s\nwant:  %s", a.Summary.Words, tt.words)
			}
			for _, u := range a.Unknowns {
				if !strings.HasPrefix(u.What, "Could not tell: ") || !strings.HasPrefix(u.Next, "To tell: ") || u.Next == "To tell: ." {
					t.Errorf("every gap names its next step: %+v", u)
				}
			}
		})
	}
}

// What the policy accepts is said in every verdict, and changes none.
func TestAcceptedFindingsInTheVerdict(t *testing.T) {
	const (
		items  = "items:\n  - {name: sid, category: necessary, lifetime: session, party: first, purpose: keeps the log-in}\n"
		except = items + "exceptions:\n  - {rule: undeclared, name: 'x*', reason: r, owner: o, expires: 2027-01-31}\n  - {rule: stored-before-consent, name: _ga, reason: r, owner: o, expires: 2027-01-31}\n  - {rule: persistent-declared-session, reason: r, owner: o, expires: 2027-01-31}\n"
		two    = " 2 findings are accepted by the policy (1 critical, 1 high)."
		one    = " 1 finding is accepted by the policy (1 high)."
	)
	for name, tt := range map[string]struct {
		observation string
		verdict     audit.Verdict
		words       string
	}{
		"no breach":              {untouched + "set cookie x1 life=session\nrest\nend\n", audit.NoBreach, one},
		"breach":                 {untouched + tracker + "set cookie x1\nset cookie y1\nrest\nend\n", audit.Breach, two},
		"breach and gaps":        {untouched + tracker + "set cookie x1\nset cookie y1\nrest\nvisit reject\npage / named\nchoose reject proof=gone,stays-gone\nrest\nend\n", audit.Breach, two + " Could not tell: "},
		"could not tell":         {untouched + "set cookie x1\nrest\npage /basket named state=failed\nend\n", audit.CouldNotTell, one},
		"choices not applicable": {"visit none\npage / named\nnodialog\nset cookie sid life=90d\nrest\nvisit reject\npage / named\nchoose reject outcome=no-dialog\nrest\nend\n", audit.ChoicesNA, one},
		"interrupted":            {untouched + tracker + "set cookie x1\nrest\nend interrupted\n", audit.IncompleteRun, two},
	} {
		t.Run(name, func(t *testing.T) {
			a := judge(t, tt.observation, except, audit.Options{})
			if a.Summary.Verdict != tt.verdict || !strings.Contains(a.Summary.Words, tt.words) {
				t.Errorf("%s: %s\nwant %s with %q", a.Summary.Verdict, a.Summary.Words, tt.verdict, tt.words)
			}
			if a := judge(t, tt.observation, items, audit.Options{}); strings.Contains(a.Summary.Words, "accepted") {
				t.Errorf("nothing is accepted: %s", a.Summary.Words)
			}
		})
	}
}
