package audit_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/policies/audit/audittest"
	"cookieaudit/policies/catalog"
	"cookieaudit/policies/rules"
	"cookieaudit/scanner/observation"
)

func TestParty(t *testing.T) {
	const items = `set cookie a host=www.example.com by=/app.js:1
set cookie b host=example.com by=https://cdn.example.net/t.js:2
set cookie c host=example.net by=/app.js:1
set cookie d host=pay.example.org via=response by=https://pay.example.org/x
set localStorage e origin=https://frame.example.net
rest
end
`
	policy := "services:\n  - name: Payments\n    hosts: [pay.example.org]\n"
	got := parties(judge(t, untouched+items, policy, audit.Options{}))
	want := map[string]string{"a": "first first ", "b": "first third ", "c": "third first ", "d": "first first Payments", "e": "third first "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	owned := parties(judge(t, untouched+items, "owned: [example.net]\n", audit.Options{}))
	if owned["c"] != "first first " || owned["d"] != "third third " {
		t.Errorf("owned sites count as first party: %v", owned)
	}
}

func parties(a *audit.Audit) map[string]string {
	out := map[string]string{}
	for _, s := range a.Sightings {
		out[s.Item.Name] = string(s.Party) + " " + string(s.SetterParty) + " " + s.Service
	}
	return out
}

// A preview is judged as the real site: party, hosts and fingerprints.
func TestJudgedAs(t *testing.T) {
	const policy = "items:\n  - {name: sid, host: www.example.com, category: necessary, lifetime: session, party: first, purpose: p}\n"
	real := judge(t, untouched+"set cookie sid\nset cookie x\nrest\nend\n", policy, audit.Options{})
	preview := judge(t, "header url=https://branch-7.preview.test/ as=https://www.example.com/\n"+untouched+"set cookie sid\nset cookie x\nrest\nend\n", policy, audit.Options{})
	if preview.Site != "example.com" {
		t.Errorf("site %q", preview.Site)
	}
	if diff := cmp.Diff(prints(real), prints(preview)); diff != "" {
		t.Errorf("findings differ (-real +preview)\n%s", diff)
	}
}

func prints(a *audit.Audit) map[string]string {
	out := map[string]string{}
	for _, f := range a.Findings {
		out[f.Fingerprint] = f.Rule + " " + f.Name
	}
	return out
}

func TestPolicyOfAnotherSite(t *testing.T) {
	o := audittest.Observation(t, "header url=https://www.other.test/\n"+untouched+"end\n")
	_, err := audit.Run(o, parse(t, "items: []\n"), rules.All(), audit.Options{})
	var other *audit.OtherSiteError
	if !errors.As(err, &other) || other.Observed != "www.other.test" {
		t.Fatalf("%v", err)
	}
	if !strings.Contains(err.Error(), "--as https://www.example.com/") {
		t.Errorf("the error does not say what to try: %v", err)
	}
	if _, err := audit.Run(o, parse(t, "owned: [other.test]\n"), rules.All(), audit.Options{}); err != nil {
		t.Errorf("an owned site: %v", err)
	}
	if _, err := audit.Run(o, parse(t, "items: []\n"), rules.All(), audit.Options{As: "www.example.com"}); err != nil {
		t.Errorf("judged as the policy's site: %v", err)
	}
}

func TestGeneralise(t *testing.T) {
	for name, want := range map[string]string{
		"_ga": "_ga", "_hjSession_3148227": "_hjSession_*", "_ga_1A2B3C4D5E": "_ga_*",
		"sess-6f1c1d5a-9a43-4c11-8f53-0d9e5d1a7b21": "sess-*", "cafebabe_deadface": "cafebabe_deadface",
		"incap_ses_1364_2094372": "incap_ses_*_*", "facade": "facade",
	} {
		if got := audit.Generalise(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// A fingerprint stays while page, value and setter change, and tells rules,
// choices, kinds and sites apart.
func TestFingerprint(t *testing.T) {
	one := judge(t, untouched+"set cookie _hjSession_1 by=/a.js:1 digest=u\nrest\nend\n", "", audit.Options{})
	two := judge(t, untouched+"page /deep\nset cookie _hjSession_2345 by=https://x.test/b.js?v=2:9 digest=w host=example.com\nset cookie _hjSession_77\nrest\nend\n", "", audit.Options{})
	if diff := cmp.Diff(prints(one), prints(two)); diff != "" {
		t.Errorf("(-one +two)\n%s", diff)
	}
	if n := len(two.Findings); n != 1 {
		t.Errorf("%d findings for one name pattern", n)
	}
	if !strings.Contains(two.Findings[0].Message, "1 more item named like it") {
		t.Errorf("%s", two.Findings[0].Message)
	}
	third := judge(t, untouched+"set cookie _hjSession_1 host=other.test\nrest\nend\n", "", audit.Options{})
	storage := judge(t, untouched+"set localStorage _hjSession_1\nrest\nend\n", "", audit.Options{})
	for _, a := range []*audit.Audit{third, storage} {
		for print := range prints(a) {
			if _, same := prints(one)[print]; same {
				t.Errorf("another item has the same fingerprint: %v", prints(a))
			}
		}
	}
}

func TestExceptions(t *testing.T) {
	const head = "items: []\nexceptions:\n"
	scan := untouched + "set cookie _hjid\nset cookie other\nrest\nend\n"
	for _, tt := range []struct {
		name, exceptions string
		asOf             string
		excepted         int
		note             string
	}{
		{"accepted", "  - {rule: undeclared, name: '_hj*', reason: removal planned, owner: web team, expires: 2027-01-31}\n", "", 1, ""},
		{"on its last day", "  - {rule: undeclared, name: '_hj*', reason: r, owner: o, expires: 2027-01-31}\n", "2027-01-31", 1, ""},
		{"expired", "  - {rule: undeclared, name: '_hj*', reason: r, owner: o, expires: 2027-01-31}\n", "2027-02-01", 0, "expired on 2027-01-31 and no longer counts"},
		{"matches nothing", "  - {rule: undeclared, name: gone, reason: r, owner: o, expires: 2027-01-31}\n", "", 0, "matches no finding"},
		{"another rule", "  - {rule: never-observed, name: '_hj*', reason: r, owner: o, expires: 2027-01-31}\n", "", 0, "matches no finding"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			opt := audit.Options{}
			if tt.asOf != "" {
				day, err := time.Parse(time.DateOnly, tt.asOf)
				if err != nil {
					t.Fatal(err)
				}
				opt.AsOf = day.Add(15 * time.Hour)
			}
			a := judge(t, scan, head+tt.exceptions, opt)
			if len(a.Excepted) != tt.excepted {
				t.Errorf("%d accepted, want %d", len(a.Excepted), tt.excepted)
			}
			notes := strings.Join(a.Notes, "\n")
			if tt.note != "" && !strings.Contains(notes, tt.note) || tt.note == "" && strings.Contains(notes, "exception") {
				t.Errorf("notes:\n%s\nwant: %s", notes, tt.note)
			}
		})
	}
}

func TestAcceptedFindingsAreNotHeldAgainstTheRule(t *testing.T) {
	a := judge(t, untouched+"set cookie x\nrest\nend\n", "items: []\nexceptions:\n  - {rule: undeclared, reason: r, owner: o, expires: 2027-01-31}\n", audit.Options{})
	if s := a.Status("undeclared"); s != audit.StatusPass {
		t.Errorf("undeclared is %s", s)
	}
}

// What follows from the same facts is the same, whatever the order in which
// legs that ran side by side came into the log.
func TestDeterminism(t *testing.T) {
	scan := untouched + tracker + "set cookie a\nset localStorage b\nset cookie IDE host=doubleclick.net\nrest\n" + accepted + tracker + "rest\n" +
		refused + tracker + "rest\ngap one image did not load\n" + withdrawn + tracker + "rest\nend\n"
	policy := "items:\n  - {name: _ga, category: necessary}\nvendors:\n  - {vendor: hotjar, category: analytics}\n"
	first := plain(t, judge(t, scan, policy, audit.Options{}))
	if second := plain(t, judge(t, scan, policy, audit.Options{})); second != first {
		t.Error("the same observation was judged differently")
	}
	// Rules in another order.
	o := audittest.Observation(t, scan)
	backwards := rules.All()
	slices.Reverse(backwards)
	a, err := audit.Run(o, parse(t, policy), backwards, audit.Options{Catalog: rules.Catalog(catalog.Default())})
	if err != nil {
		t.Fatal(err)
	}
	if plain(t, a) != first {
		t.Error("the order of rules matters")
	}
	// Legs in another order.
	shuffled, err := observation.Load(bytes.NewReader(legsBackwards(t, audittest.Log(t, scan))))
	if err != nil {
		t.Fatal(err)
	}
	shuffled.SHA256 = o.SHA256
	a, err = audit.Run(shuffled, parse(t, policy), rules.All(), audit.Options{Catalog: rules.Catalog(catalog.Default())})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, plain(t, a)); diff != "" {
		t.Errorf("the order of legs matters (-want +got)\n%s", diff)
	}
}

func plain(t *testing.T, a *audit.Audit) string {
	t.Helper()
	b, err := json.MarshalIndent(a, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// legsBackwards keeps the order within each leg and turns round that of legs.
func legsBackwards(t *testing.T, log []byte) []byte {
	t.Helper()
	lines := bytes.Split(bytes.TrimSpace(log), []byte("\n"))
	var groups [][][]byte
	var head, end [][]byte
	for _, line := range lines {
		switch {
		case bytes.HasPrefix(line, []byte(`{"header"`)):
			head = append(head, line)
		case bytes.HasPrefix(line, []byte(`{"end"`)):
			end = append(end, line)
		case bytes.HasPrefix(line, []byte(`{"leg"`)):
			groups = append(groups, [][]byte{line})
		default:
			groups[len(groups)-1] = append(groups[len(groups)-1], line)
		}
	}
	slices.Reverse(groups)
	out := head
	for _, g := range groups {
		out = append(out, g...)
	}
	return bytes.Join(append(out, end...), []byte("\n"))
}

// An audit names no path and no machine, and the only time in it beside the
// evidence's is the day of judgement.
func TestAsOf(t *testing.T) {
	a := judge(t, untouched+"end\n", "", audit.Options{})
	if want := audittest.Started.Add(10 * time.Minute); !a.AsOf.Equal(want) {
		t.Errorf("as of %s, want the end of the observation, %s", a.AsOf, want)
	}
	died := judge(t, untouched, "", audit.Options{})
	if !died.AsOf.After(audittest.Started) || died.AsOf.After(audittest.Started.Add(time.Hour)) {
		t.Errorf("as of %s", died.AsOf)
	}
	day := time.Date(2030, 1, 2, 0, 0, 0, 0, time.UTC)
	if a := judge(t, untouched+"end\n", "", audit.Options{AsOf: day}); !a.AsOf.Equal(day) {
		t.Errorf("as of %s", a.AsOf)
	}
}

func TestSlicesAreNeverNil(t *testing.T) {
	a := judge(t, untouched+"end\n", "", audit.Options{})
	if strings.Contains(plain(t, &audit.Audit{Visits: a.Visits[:0], Sightings: a.Sightings, Results: a.Results, Findings: a.Findings, Excepted: a.Excepted, Unknowns: a.Unknowns, Notes: a.Notes}), `"Findings": null`) {
		t.Error("nil findings")
	}
	if a.Excepted == nil || a.Unknowns == nil || a.Sightings == nil || a.Visits[0].Gaps == nil {
		t.Error("a slice is nil")
	}
}

func TestValidate(t *testing.T) {
	bad := []*audit.Rule{{ID: "Not Kebab"}, {ID: "twice"}, {ID: "twice"}}
	err := audit.Validate(bad)
	for _, want := range []string{"not kebab-case", "its id is taken", "no Title", "no Help", "no Needs", "no legal reference"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in %v", want, err)
		}
	}
	if _, err := audit.Run(audittest.Observation(t, untouched+"end\n"), nil, bad, audit.Options{}); err == nil {
		t.Error("bad rules ran")
	}
}

func TestUnknownThreshold(t *testing.T) {
	_, err := audit.Run(audittest.Observation(t, untouched+"end\n"), nil, rules.All(), audit.Options{FailOn: "hihg"})
	if err == nil || !strings.Contains(err.Error(), `"hihg"`) {
		t.Errorf("%v", err)
	}
}

func TestFails(t *testing.T) {
	f := audit.Finding{Severity: audit.High, Evidence: audit.DerivedEvidence, Law: audit.SettledLaw}
	if !f.Fails(audit.High) || f.Fails(audit.Critical) || f.Fails("") || f.Fails(audit.FailNever) {
		t.Error("the threshold is not kept")
	}
	f.Evidence = audit.HeuristicEvidence
	if f.Fails(audit.Low) {
		t.Error("a guess fails a run")
	}
	f.Evidence, f.Law = audit.ProvenEvidence, audit.DisputedLaw
	if f.Fails(audit.Low) {
		t.Error("disputed law fails a run")
	}
}

// What nobody looked at is said, in every report.
func TestKindsNotLookedAt(t *testing.T) {
	o := audittest.Observation(t, "visit none\npage / named\nnodialog\nrest\nend\n")
	o.Header.Kinds = []observation.Kind{observation.Cookie, observation.LocalStorage, observation.SessionStorage, observation.RequestKind}
	a, err := audit.Run(o, nil, nil, audit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := "Not looked at in this scan: indexedDB, cacheStorage, serviceWorker, opfs, storageBucket, access. What a site stores there was not seen."
	if !slices.Contains(a.Notes, want) {
		t.Errorf("notes %q without %q", a.Notes, want)
	}
}

// A record that the policy names and nobody saw is said, where a choice was made.
func TestRecordsNotSeen(t *testing.T) {
	const chosen = "visit accept\npage / named\n" + dialog + "set cookie choice\nchoose accept proof=gone,stays-gone,recorded record=choice:all\nrest\nend\n"
	for scan, want := range map[string]bool{chosen: true, untouched + "set cookie choice\nrest\nend\n": false} {
		a := judge(t, scan, "items: []\nconsent: {record: [choice, chioce]}\n", audit.Options{})
		notes := strings.Join(a.Notes, "\n")
		if got := strings.Contains(notes, "`consent.record` names cookie \"chioce\" (policy line "); got != want || strings.Contains(notes, "\"choice\" (policy") {
			t.Errorf("%s\nnotes:\n%s", scan, notes)
		}
	}
}

// Evidence of a scan under another law lacks what only this one asks for. That is said,
// with what to do; with the visit it is not.
func TestChoicesOfTheProfile(t *testing.T) {
	const note = "The profile us-ca asks for visits that this evidence lacks: gpc. What shows only in them was not judged. To have it judged, scan with `--choices none,accept,reject,withdraw,gpc`."
	const scan = untouched + accepted + refused + withdrawn
	for _, tt := range []struct {
		name, scan string
		profile    policies.Profile
		lacks      bool
		optOut     string // how the note on opting out ends, "" for no such note
	}{
		{"of another law", scan, policies.USCA, true, "do not apply."},
		{"of this law", scan + "visit gpc\npage / named\nrest\n", policies.USCA, false, "shows whether opting out has an effect."},
		{"asked for less", untouched, policies.USCA, false, "(--choices none,gpc)."},
		{"a law that asks for no more", scan, policies.FR, false, ""},
	} {
		// Without a policy: no document has to name the law.
		a := judge(t, tt.scan+"end\n", "", audit.Options{Profile: tt.profile})
		if got := slices.Contains(a.Notes, note); got != tt.lacks || !got && strings.Contains(strings.Join(a.Notes, " "), "lacks") {
			t.Errorf("%s: says what is lacking: %v; notes %q", tt.name, got, a.Notes)
		}
		i := slices.IndexFunc(a.Notes, func(n string) bool { return strings.HasPrefix(n, "Under us-ca the visitor opts out") })
		if (i >= 0) != (tt.optOut != "") || i >= 0 && !strings.HasSuffix(a.Notes[i], tt.optOut) {
			t.Errorf("%s: notes %q, want one that ends %q", tt.name, a.Notes, tt.optOut)
		}
	}
}
