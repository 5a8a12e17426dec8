package audit_test

import (
	"testing"
	"time"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

func TestSpan(t *testing.T) {
	const day = 24 * time.Hour
	for d, want := range map[time.Duration]string{
		730 * day: "2 years", 365 * day: "1 year", 400 * day: "400 days", 90 * day: "90 days",
		396 * day: "13 months", 182 * day: "6 months", 30 * time.Minute: "30 minutes", 24 * time.Hour: "1 day", 26 * time.Hour: "26 hours",
		time.Minute: "1 minute", 10 * time.Second: "10 s", 1500 * time.Millisecond: "1.5 s", 100 * time.Second: "100 s",
	} {
		if got := audit.Span(d); got != want {
			t.Errorf("%s: %s, want %s", d, got, want)
		}
	}
}

func TestCount(t *testing.T) {
	for want, got := range map[string]string{
		"1 page": audit.Count(1, "page"), "2 pages": audit.Count(2, "page"), "0 keys": audit.Count(0, "key"),
		"2 policy entries": audit.Count(2, "policy entry"), "3 days": audit.Count(3, "day"),
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestNoun(t *testing.T) {
	if got := audit.Noun(observation.Key{Kind: observation.LocalStorage, Name: "a\"b"}); got != `localStorage key "a\"b"` {
		t.Error(got)
	}
}
