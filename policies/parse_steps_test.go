package policies

import (
	"strings"
	"testing"
)

// A step that no journey of the policy has is no error, though one has a similar
// name: the journey that is meant may lie in another file.
func TestStepsOfOtherFiles(t *testing.T) {
	p, err := Parse("p.yaml", []byte(`version: 1
site: https://www.example.org/
items:
  - {name: a, when: [step: sign-up], deleted_when: [step: sign-in]}
vendors:
  - {vendor: hotjar, when: [step: sing-in]}
journeys:
  sign-in: [{goto: /login}, {click: text=Go, step: go}]
`))
	if err != nil {
		t.Fatal(err)
	}
	for step, want := range map[string]string{
		"sign-up": "sign-in", "sing-in": "sign-in", "sign-in": "", "go": "", "restrat": "restart", "idle": "", "pay": "",
	} {
		if got := p.NearestStep(step); got != want {
			t.Errorf("near %s: %q, want %q", step, got, want)
		}
	}
}

func TestGlobsOfConditions(t *testing.T) {
	for condition, wrong := range map[string]bool{
		"url=/account*": false, "url=https://www.example.org/[a-z]*": false, `url=/\[x`: false, "storage=cookie:_ga_*": false,
		"text=[x": false, "[data-open": false,
		"url=/[a": true, "url=": true, "url=/[]": true, "storage=cookie:[": true, `storage=localStorage:x\`: true,
	} {
		for _, verb := range conditionForms {
			_, err := ParseJourneys("j.yaml", []byte("journeys:\n  a: [{"+verb+": '"+condition+"'}]\n"))
			if (err != nil) != wrong || wrong && !strings.HasPrefix(err.Error(), "j.yaml:2: ") {
				t.Errorf("%s: %s: %v", verb, condition, err)
			}
		}
	}
}

func TestFormsOfTargets(t *testing.T) {
	for step, wrong := range map[string]string{
		`"text=Go"`: "", `{check: "label=Statistics"}`: "", `{click: "#a=b"}`: "", `{click: "a[href=x]"}`: "", `{wait: "url=/a"}`: "", `{click: role=button}`: "",
		`{check: "lable=Statistics"}`: "unknown target lable=: did you mean label=?", `"Text=Go"`: "unknown target Text=: did you mean text=?", `{click: "url=/a"}`: "unknown target url=", `{expect: "id=x"}`: "unknown target id=",
	} {
		_, err := ParseJourneys("j.yaml", []byte("journeys:\n  a: ["+step+"]\n"))
		if (err != nil) != (wrong != "") || err != nil && !strings.HasPrefix(err.Error(), "j.yaml:2: "+strings.TrimSuffix(wrong, "=?")) {
			t.Errorf("%s: %v, want %q", step, err, wrong)
		}
	}
}

func TestControls(t *testing.T) {
	for control, wrong := range map[string]string{
		"accept: text=Yes": "", "only.statistics: text=Count": "", "only.marketing: [{fill: '#a', value: b}]": "",
		"only.fun: text=Play":                              `"fun" is no category that can be allowed alone`,
		"only.necessary: text=No":                          `"necessary" is no category that can be allowed alone`,
		"reject: [text=No, {idle: 30m}]":                   "controls have neither idle nor restart",
		"reject: {restart: browser}":                       "controls have neither idle nor restart",
		"accept: [{fill: '#a', value: '${SECRET}'}]":       "controls take nothing from the environment",
		"only.analytics: [{check: '#a'}, {restart: true}]": "unknown value of restart",
	} {
		p, err := Parse("p.yaml", []byte("version: 1\nsite: https://a.org/\nconsent:\n  controls:\n    "+control+"\n"))
		if (err != nil) != (wrong != "") || err != nil && !strings.HasPrefix(err.Error(), "p.yaml:5: "+wrong) {
			t.Errorf("%s: %v, want %q", control, err, wrong)
		}
		if err == nil && strings.HasPrefix(control, "only.statistics") && len(p.Consent.Controls["only.analytics"]) != 1 {
			t.Errorf("%s: %+v", control, p.Consent.Controls)
		}
	}
}
