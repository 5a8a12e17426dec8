package audit_test

import (
	"slices"
	"strings"
	"testing"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

func TestProof(t *testing.T) {
	const seen = "proof=gone,stays-gone,recorded"
	accept := func(record string) string {
		return "visit accept\npage / named\n" + dialog + "choose accept " + seen + " record=" + record + "\nrest\n"
	}
	reject := func(record string) string {
		return "visit reject\npage / named\n" + dialog + "choose reject " + seen + " record=" + record + "\nrest\n"
	}
	withdraw := func(yes, no string) string {
		return "visit withdraw\npage / named\n" + dialog + "choose accept " + seen + " record=" + yes + "\nchoose withdraw " + seen + " record=" + no + "\nrest\n"
	}
	only := func(category, record string) string {
		return "visit only:" + category + "\npage / named\n" + dialog + "choose only:" + category + " " + seen + " record=" + record + "\nrest\n"
	}
	settings := func(offers string) string {
		return "visit settings\npage / named\ndialog accept=Yes reject=No settings=More offers=" + offers + "\nrest\n"
	}
	const id, id2, id3 = "u:0b7ad0b4-5a2b-4d52-9a2f-6d6b0a5b9c11", "u:6f1c1d5a-9a43-4c11-8f53-0d9e5d1a7b21", "u:11111111-9a43-4c11-8f53-0d9e5d1a7b21"
	for _, tt := range []struct {
		name, scan, policy string
		choice             observation.Choice
		want               observation.Outcome
	}{
		{"differs", accept("c:all") + reject("c:none"), "", observation.Reject, observation.Proven},
		{"differs, seen from accept", accept("c:all") + reject("c:none"), "", observation.Accept, observation.Proven},
		{"equal", accept("c:seen") + reject("c:seen"), "", observation.Reject, observation.Unproven},
		{"another item", accept("c:all") + reject("d:none"), "", observation.Reject, observation.Unproven},
		{"accept only", accept("c:all"), "", observation.Accept, observation.Unproven},
		{"identifiers differ always", accept(id) + reject(id2), "", observation.Reject, observation.Unproven},
		{"identifier that is named as the record", accept(id) + reject(id2), "consent: {record: [u]}\n", observation.Reject, observation.Proven},
		{"may be identifiers of no known form", accept("sid:9f3ac1d07e") + reject("sid:04bb17aa92"), "", observation.Reject, observation.Unproven},
		{"of which one choice was made twice", accept("sid:9f3ac1d07e") + withdraw("sid:9f3ac1d07e", "sid:04bb17aa92") + reject("sid:04bb17aa92"), "", observation.Reject, observation.Proven},
		{"which the policy names", accept("sid:9f3ac1d07e") + reject("sid:04bb17aa92"), "consent: {record: [sid]}\n", observation.Reject, observation.Proven},
		{"pressed by a script where something lay over it", accept("c:all") + strings.Replace(reject("c:none"), "choose reject", "choose reject by=script", 1), "", observation.Reject, observation.Unproven},
		{"known to be something else", accept("_ga:a1") + reject("_ga:a2"), "", observation.Reject, observation.Unproven},
		{"same choice, different values", accept("c:t1") + withdraw("c:t2", "c:t3") + reject("c:t4"), "", observation.Reject, observation.Unproven},
		{"same choice, different values of one form", accept("c:all-1") + withdraw("c:all-2", "c:none-3") + reject("c:none-4"), "", observation.Reject, observation.Proven},
		{"withdrawn", withdraw("c:all", "c:none"), "", observation.Withdraw, observation.Proven},
		{"withdrawn without effect", withdraw("c:all", "c:all"), "", observation.Withdraw, observation.Unproven},
		{"refused, beside one category allowed", accept("c:all") + reject("c:none") + only("analytics", "c:a") + only("marketing", "c:m"), "", observation.Reject, observation.Proven},
		{"one category of two", accept("c:all") + reject("c:none") + settings("analytics,marketing") + only("analytics", "c:a"), "", observation.OnlyCategory("analytics"), observation.Proven},
		{"one category, all were allowed", accept("c:all") + reject("c:none") + settings("analytics,marketing") + only("analytics", "c:all"), "", observation.OnlyCategory("analytics"), observation.Unproven},
		{"the one category there is", accept("c:all") + reject("c:none") + settings("analytics") + only("analytics", "c:all"), "", observation.OnlyCategory("analytics"), observation.Proven},
		{"one category, nothing was allowed", accept("c:all") + reject("c:none") + settings("analytics") + only("analytics", "c:none"), "", observation.OnlyCategory("analytics"), observation.Unproven},
		{"one category, nobody refused", accept("c:all") + only("analytics", "c:a"), "", observation.OnlyCategory("analytics"), observation.Unproven},
		{"known record, identifier in it", accept(id) + reject(id3), "items:\n  - {name: u, category: consent}\n", observation.Reject, observation.Proven},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := judge(t, tt.scan+"end\n", tt.policy, audit.Options{})
			i := slices.IndexFunc(a.Visits, func(v audit.VisitSummary) bool { return v.Choice == tt.choice })
			v := a.Visits[i]
			if v.Outcome != tt.want {
				t.Errorf("%s (%s), proof %v; want %s", v.Outcome, v.Why, v.Proof, tt.want)
			}
			if distinct := slices.Contains(v.Proof, observation.ProofDistinct); distinct != (tt.want == observation.Proven) && !strings.Contains(v.Why, "by a script") {
				t.Errorf("proof %v", v.Proof)
			}
		})
	}
}

// The item that proved the choice stores the choice: it may come before it.
func TestProvingItemIsTheRecord(t *testing.T) {
	const click = " proof=gone,stays-gone,recorded record="
	a := judge(t, "visit none\npage / named\n"+dialog+"set cookie c life=6mo digest=default\nrest\n"+
		"visit accept\npage / named\nchoose accept"+click+"c:all\nset cookie c life=6mo digest=all\nrest\n"+
		"visit withdraw\npage / named\nchoose accept"+click+"c:all\nset cookie c life=6mo digest=all\nrest\nchoose withdraw"+click+"c:none\nset cookie c life=6mo digest=none\nrest\nend\n", "", audit.Options{})
	for _, s := range a.Sightings {
		if !s.Record || !s.Exempt {
			t.Errorf("%s %s: record %v, exempt %v", s.Choice, s.Phase, s.Record, s.Exempt)
		}
	}
	if len(a.Findings) > 0 {
		t.Errorf("%v", prints(a))
	}
}

// An identifier that accepting makes and refusing overwrites proves the choice by its
// form, and stays an identifier.
func TestProvingIdentifierIsNoRecord(t *testing.T) {
	const click = " proof=gone,stays-gone,recorded record="
	before := func(choice, digest string) string {
		return "visit " + choice + "\npage / named\n" + dialog + "set cookie u life=6mo digest=" + digest + "\nrest\n"
	}
	refused := before("reject", "r1") + "choose reject" + click + "u:optout\nrest\n"
	for name, scan := range map[string]string{
		"accepted twice": before("accept", "r2") + "choose accept" + click + "u:9f3ac1d07e\nrest\n" + refused +
			before("withdraw", "r3") + "choose accept" + click + "u:04bb17aa92\nrest\nchoose withdraw" + click + "u:optout\nrest\n",
		"accepted once": refused + before("withdraw", "r3") + "choose accept" + click + "u:04bb17aa92\nrest\nchoose withdraw" + click + "u:optout\nrest\n",
	} {
		a := judge(t, scan+"end\n", "", audit.Options{})
		for _, s := range a.Sightings {
			if s.Record || s.Exempt {
				t.Errorf("%s: %s %s: record %v, exempt %v", name, s.Choice, s.Phase, s.Record, s.Exempt)
			}
		}
		if !slices.ContainsFunc(a.Findings, func(f audit.Finding) bool { return f.Rule == "stored-before-consent" }) {
			t.Errorf("%s: %v", name, prints(a))
		}
		if v := a.Visits[slices.IndexFunc(a.Visits, func(v audit.VisitSummary) bool { return v.Choice == observation.Withdraw })]; v.Outcome != observation.Proven {
			t.Errorf("%s: %s (%s)", name, v.Outcome, v.Why)
		}
	}
}

func TestLegs(t *testing.T) {
	for _, tt := range []struct {
		name, scan string
		want       observation.Outcome
	}{
		{"each proven", refused + "visit reject\npage /b\nchoose reject\nrest\n", observation.Proven},
		{"one unproven", refused + "visit reject\npage /b\nchoose reject proof=gone\nrest\n", observation.Unproven},
		{"one without dialog", refused + "visit reject\npage /b\nchoose reject outcome=no-dialog\nrest\n", observation.Unproven},
		{"dialog on a later page", "visit reject\npage / named\nnodialog\npage /b\nchoose reject\nrest\n", observation.Proven},
		{"looked for on every page", "visit reject\npage / named\nnodialog\npage /b\nnodialog\nrest\n", observation.NoDialog},
		{"never tried", "visit reject\npage / named\nrest\n", observation.Failed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := judge(t, tt.scan+"end\n", "", audit.Options{})
			if v := a.Visits[0]; v.Outcome != tt.want {
				t.Errorf("%s (%s), want %s", v.Outcome, v.Why, tt.want)
			}
		})
	}
}

func TestChoiceThatWasNotReached(t *testing.T) {
	a := judge(t, "header choices=none,reject\n"+untouched+"end interrupted\n", "", audit.Options{})
	if len(a.Visits) != 2 || a.Visits[1].Outcome != observation.Failed {
		t.Errorf("%+v", a.Visits)
	}
}
