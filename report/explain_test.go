package report_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"cookieaudit/report"
	"cookieaudit/scanner/observation"
)

func explain(t *testing.T, name string) (string, error) {
	t.Helper()
	var b bytes.Buffer
	err := report.Explain(&b, load(t, "shop"), judge(t, "shop", "example-shop.yaml"), name, options)
	return b.String(), err
}

func TestExplain(t *testing.T) {
	for name, file := range map[string]string{
		"_ga":           "shop.explain.ga.txt",
		"ab_bucket_*":   "shop.explain.ab_bucket.txt",
		"trk":           "shop.explain.trk.txt",
		"cookie:fr_uid": "shop.explain.fr_uid.txt",
	} {
		t.Run(name, func(t *testing.T) {
			got, err := explain(t, name)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, file, got)
			for _, canary := range canaries {
				if strings.Contains(got, canary) {
					t.Errorf("holds the value %q", canary)
				}
			}
		})
	}
}

func TestExplainHostileNames(t *testing.T) {
	for _, name := range append(slices.Clone(hostile), `\u001b[31mred\u001b[0m`) {
		got, err := explain(t, name)
		if err != nil {
			t.Errorf("%q: %v", name, err)
		}
		if strings.IndexFunc(got, acts) >= 0 {
			t.Errorf("%q: the output holds a character that acts", name)
		}
	}
}

func TestExplainUnknownName(t *testing.T) {
	for name, near := range map[string]string{"_gat": "_ga", "consent": "shop_consent", "FR_UID": "fr_uid", "cookie:bascet": "basket"} {
		_, err := explain(t, name)
		var unknown *report.UnknownItemError
		if !errors.As(err, &unknown) {
			t.Errorf("%s: error %v, want an UnknownItemError", name, err)
			continue
		}
		if !slices.Contains(unknown.Near, near) {
			t.Errorf("%s: near names %v, want %s among them", name, unknown.Near, near)
		}
	}
	if _, err := explain(t, "nothing-like-it-at-all"); err == nil || strings.Contains(err.Error(), "did you mean") {
		t.Errorf("error %v, want one without a guess", err)
	}
}

// Each request that carried an item is told where all are asked for.
func TestExplainEveryRequest(t *testing.T) {
	o, a := load(t, "shop"), judge(t, "shop", "")
	seen := o.Sightings[slices.IndexFunc(o.Sightings, func(s observation.Sighting) bool { return s.First != nil })]
	carried := observation.Request{Page: seen.First.Page, Phase: seen.Phase, Method: "GET", URL: "https://shop.example/one-of-many", Carried: []observation.Key{seen.Item}}
	for range 20 {
		o.Requests = append(o.Requests, carried)
	}
	for every, least := range map[bool]int{false: 0, true: 20} {
		all := options
		all.EveryRequest = every
		var b bytes.Buffer
		if err := report.Explain(&b, o, a, seen.Item.Name, all); err != nil {
			t.Fatal(err)
		}
		got := strings.Count(b.String(), carried.URL)
		if more := strings.Contains(b.String(), "more request"); got < least || more == every {
			t.Errorf("every %v: %d told, more are spoken of: %v", every, got, more)
		}
	}
}

// An item that came with a step of a journey.
func TestExplainJourney(t *testing.T) {
	var b bytes.Buffer
	if err := report.Explain(&b, load(t, "services"), judge(t, "services", ""), "pay_session", options); err != nil {
		t.Fatal(err)
	}
	compare(t, "services.explain.pay_session.txt", b.String())
}

// An item of several runs, and one that came in fast time only.
func TestExplainRuns(t *testing.T) {
	for name, file := range map[string]string{"_ga": "repeat.explain.ga.txt", "dwell": "repeat.explain.dwell.txt"} {
		var b bytes.Buffer
		if err := report.Explain(&b, load(t, "repeat"), judge(t, "repeat", ""), name, options); err != nil {
			t.Fatal(err)
		}
		compare(t, file, b.String())
	}
}
