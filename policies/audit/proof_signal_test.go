package audit_test

import (
	"slices"
	"testing"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

// What was decoded proves a choice only where the site did not say so before the click.
func TestWhatTheSiteSaysAsProof(t *testing.T) {
	const (
		mode    = "signal consent-mode source=dataLayer says=ad_storage:marketing="
		tag     = "signal consent-mode source=google_tag_data says=ad_storage:marketing="
		gcs     = "signal consent-mode source=\"request g.test\" name=gcs says=ad_storage:marketing="
		tcf     = "signal tcf source=__tcfapi event=cmpuishown says=\"purpose 2:marketing="
		kept    = "signal tcf source=\"cookie euconsent-v2\" says=\"purpose 2:marketing="
		manager = "signal manager source=\"cookie record\" name=Manager says=analytics:analytics="
		granted = "granted\n"
		denied  = "denied\n"
		none    = "denied\"\n" // of a purpose
		all     = "granted\"\n"
		acted   = "signal tcf source=__tcfapi event=useractioncomplete says=\"purpose 2:marketing="
	)
	nobody := func(said string) string { return "visit none\npage / named\n" + dialog + said + "rest\n" }
	visit := func(choice, before, option, after string) string {
		return "visit " + choice + "\npage / named\n" + dialog + before + "choose " + choice + option + "\n" + after + "rest\n"
	}
	back := func(granted, option, after string) string {
		return "visit withdraw\npage / named\n" + dialog + "choose accept\n" + manager + "granted\n" + granted + "page /last\nchoose withdraw" + option + "\n" + after + "rest\n"
	}
	// At 12,000 the record comes; the proof was complete at 11,000.
	const late = `{"consent":{"leg":"reject/1","page":"reject/1/p1","choice":"reject","found":true,"outcome":"unproven","proof":["gone","stays-gone","decoded"],"at":10000,"proved":11000}}
{"signal":{"seq":90,"leg":"reject/1","page":"reject/1/p1","phase":"after","at":10500,"kind":"consent-mode","source":"dataLayer","says":[{"of":"ad_storage","category":"marketing","value":"denied"}]}}
`
	const recorded = " proof=gone,stays-gone,recorded,decoded record="
	for _, tt := range []struct {
		name, scan string
		choice     observation.Choice
		want       observation.Outcome
	}{
		{"denied by default", nobody(mode+denied) + visit("reject", "", "", mode+denied), observation.Reject, observation.Unproven},
		{"denied by default, heard ahead of the click", visit("reject", mode+denied, "", mode+denied), observation.Reject, observation.Unproven},
		{"denied by default, read from another place", nobody(mode+denied) + visit("reject", "", "", mode+denied+tag+denied), observation.Reject, observation.Unproven},
		{"denied by default, and a record of its own", nobody(mode+denied) + visit("accept", "", recorded+"c:yes", mode+granted) + visit("reject", "", recorded+"c:no", mode+denied), observation.Reject, observation.Proven},
		{"denied by default, and another source changed", nobody(mode+denied) + visit("reject", "", "", mode+denied+manager+denied), observation.Reject, observation.Proven},
		{"denied by default, and a plain word", nobody(mode+denied) + visit("reject", "", recorded+"c:no word=denied", mode+denied), observation.Reject, observation.Proven},
		{"denied by default, then granted", nobody(mode+denied) + visit("accept", "", "", mode+granted), observation.Accept, observation.Proven},
		{"granted by default", nobody(mode+granted) + visit("accept", "", "", mode+granted), observation.Accept, observation.Unproven},
		{"granted by default, then denied", nobody(mode+granted) + visit("reject", "", "", mode+denied), observation.Reject, observation.Proven},
		{"a purpose that had been left open", nobody(mode+"unset\n") + visit("reject", "", "", mode+denied), observation.Reject, observation.Proven},
		{"what the leg itself heard goes first", nobody(mode+denied) + visit("reject", mode+granted, "", mode+denied), observation.Reject, observation.Proven},
		{"what the browser's signal had denied", "visit gpc\npage / named\n" + mode + denied + "rest\n" + nobody(mode+granted) + visit("reject", "", "", mode+denied), observation.Reject, observation.Proven},
		{"a request that said so before", visit("reject", gcs+denied, "", gcs+denied), observation.Reject, observation.Unproven},
		{"a request that said otherwise before", visit("reject", gcs+granted, "", gcs+denied), observation.Reject, observation.Proven},
		{"a first request that denies", nobody("") + visit("reject", "", "", gcs+denied), observation.Reject, observation.Unproven},
		{"a first request that grants", visit("accept", "", "", gcs+granted), observation.Accept, observation.Proven},
		{"a string of nothing granted", nobody(tcf+none) + visit("reject", "", "", tcf+none), observation.Reject, observation.Unproven},
		{"a string of nothing granted, by the visitor", nobody(tcf+none) + visit("reject", "", "", acted+none), observation.Reject, observation.Proven},
		{"a string that came", nobody("") + visit("reject", "", "", kept+none), observation.Reject, observation.Proven},
		{"a string that nobody looked for before", visit("reject", "", "", kept+none), observation.Reject, observation.Unproven},
		{"a string that the click wrote", visit("reject", "", recorded+"euconsent-v2:no", kept+none), observation.Reject, observation.Proven},
		{"a manager's record that came", visit("reject", "", "", manager+denied), observation.Reject, observation.Proven},
		{"a manager's record that was unset", nobody(manager+"unset\n") + visit("reject", "", "", manager+denied), observation.Reject, observation.Proven},
		{"a manager's record as it was", nobody(manager+denied) + visit("reject", "", "", manager+denied), observation.Reject, observation.Unproven},
		{"taken back", nobody(mode+denied) + back(mode+granted, "", mode+denied), observation.Withdraw, observation.Proven},
		{"denied while granted", nobody(mode+denied) + back(mode+denied, "", mode+denied), observation.Withdraw, observation.Unproven},
		{"a string that withdrawing brought", back("", "", tcf+none), observation.Withdraw, observation.Proven},
		{"a string that withdrawing brought back", nobody(tcf+none) + back("", "", tcf+none), observation.Withdraw, observation.Proven},
		{"something else was decoded", visit("reject", mode+denied, "", ""), observation.Reject, observation.Proven},
		{"a record that came after the proof", nobody(mode+denied) + "visit reject\npage / named\n" + dialog + late + "phase after\n" + manager + denied + "rest\n", observation.Reject, observation.Unproven},
		{"one category", nobody(manager+denied) + visit("only:analytics", "", "", manager+granted), "only:analytics", observation.Proven},
		{"one category, granted before", nobody(manager+granted) + visit("only:analytics", "", "", manager+granted), "only:analytics", observation.Unproven},
		{"one category, of what all was granted before", nobody(kept+all+manager+granted) + visit("only:analytics", "", "", "signal manager source=\"cookie record\" name=Manager says=analytics:analytics=granted,ads:marketing=denied\n"), "only:analytics", observation.Proven},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := judge(t, tt.scan+"end\n", "", audit.Options{})
			i := slices.IndexFunc(a.Visits, func(v audit.VisitSummary) bool { return v.Choice == tt.choice })
			v := a.Visits[i]
			if v.Outcome != tt.want {
				t.Errorf("%s (%s), proof %v; want %s", v.Outcome, v.Why, v.Proof, tt.want)
			}
		})
	}
}

// Why such a choice is not proven, and what would help.
func TestWhatTheSiteSaidBefore(t *testing.T) {
	const reject = "visit reject\npage / named\n" + dialog + "choose reject held=\"dataLayer: ad_storage denied\"\nsignal consent-mode source=dataLayer says=ad_storage:marketing=denied\nrest\nend\n"
	for scan, next := range map[string]string{
		reject:             "ask for the choice none too (--choices none,accept,reject,withdraw), which hears what the site says before any choice",
		untouched + reject: "see by hand whether the site records the choice",
	} {
		a := judge(t, scan, "", audit.Options{})
		want := audit.Unknown{
			What: "Could not tell: the reject button was pressed but nothing shows that what the site says (dataLayer: ad_storage denied) came of that.",
			Next: "To tell: " + next + ".", Decides: true, Choice: observation.Reject,
		}
		if !slices.Contains(a.Unknowns, want) {
			t.Errorf("%+v; want %+v", a.Unknowns, want)
		}
	}
}

// A plain word that both choices write tells only that the dialog was answered.
func TestPlainWordAsProof(t *testing.T) {
	const decoded = " proof=gone,stays-gone,recorded,decoded record="
	accept := func(record string) string {
		return "visit accept\npage / named\n" + dialog + "choose accept" + decoded + record + "\nrest\n"
	}
	reject := func(record string) string {
		return "visit reject\npage / named\n" + dialog + "choose reject" + decoded + record + "\nrest\n"
	}
	const withdraw = "visit withdraw\npage / named\n" + dialog + "choose accept" + decoded + "c:yes word=granted\npage /last\nchoose withdraw" + decoded + "c:yes word=granted\nrest\n"
	for _, tt := range []struct {
		name, scan string
		choice     observation.Choice
		want       observation.Outcome
	}{
		{"one choice", reject("c:false word=denied"), observation.Reject, observation.Proven},
		{"the same word", accept("c:false word=denied") + reject("c:false word=denied"), observation.Reject, observation.Unproven},
		{"the same word, seen from accept", accept("c:true word=granted") + reject("c:true word=granted"), observation.Accept, observation.Unproven},
		{"another word", accept("c:true word=granted") + reject("c:false word=denied"), observation.Reject, observation.Proven},
		{"the same word in another item", accept("d:false word=denied") + reject("c:false word=denied"), observation.Reject, observation.Proven},
		{"withdrawing writes it too", accept("c:yes word=granted") + withdraw, observation.Accept, observation.Unproven},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := judge(t, tt.scan+"end\n", "", audit.Options{})
			i := slices.IndexFunc(a.Visits, func(v audit.VisitSummary) bool { return v.Choice == tt.choice })
			if v := a.Visits[i]; v.Outcome != tt.want {
				t.Errorf("%s (%s), proof %v; want %s", v.Outcome, v.Why, v.Proof, tt.want)
			}
		})
	}
}
