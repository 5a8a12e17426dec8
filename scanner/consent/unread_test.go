package consent_test

import (
	"slices"
	"strings"
	"testing"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/consent"
	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/scantest"
	cases "cookieaudit/testdata/sites/consent"
)

// Buttons that nobody understood are told, so that no rule takes them for nothing;
// so is a box that may be a dialog and has no other.
func TestWhatNobodyUnderstood(t *testing.T) {
	t.Parallel()
	all, err := cases.Cases()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct{ button, box string }{
		"not-now": {button: "Not now"}, "words-of-its-own": {box: "Hungry? We have cookies"}, "in-english": {}, "newsletter-of-a-bakery": {}, "no-dialog": {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := all[slices.IndexFunc(all, func(c cases.Case) bool { return c.Name == name })]
			c.Mount(scantest.Server(t))
			b, err := scantest.Browser(t).NewContext(t.Context(), chrome.Hooks{})
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			tab, _, err := b.Clock.Open(t.Context(), c.URL())
			if err != nil {
				t.Fatal(err)
			}
			s, err := (&consent.Operator{Tab: tab}).Look(t.Context(), 0)
			if err != nil {
				t.Fatal(err)
			}
			if got := s.Unread(); (got != "") != (want.box != "") || !strings.Contains(got, want.box) {
				t.Errorf("a box that nobody understood: %q, want %q", got, want.box)
			}
			button := ""
			if d := s.Dialog(); d != nil {
				if i := slices.IndexFunc(d.Controls, func(c observation.Control) bool { return c.As == "" }); i >= 0 {
					button = d.Controls[i].Text
				}
			}
			if button != want.button {
				t.Errorf("a button that nobody understood: %q, want %q", button, want.button)
			}
		})
	}
}

// That the finder sees no dialog after the policy's steps proves nothing where it saw
// none before.
func TestStepsOnWhatNobodyUnderstood(t *testing.T) {
	t.Parallel()
	all, err := cases.Cases()
	if err != nil {
		t.Fatal(err)
	}
	c := all[slices.IndexFunc(all, func(c cases.Case) bool { return c.Name == "words-of-its-own" })]
	c.Mount(scantest.Server(t))
	for target, gone := range map[string]bool{"text=Not hungry": true, "main": false} {
		t.Run(target, func(t *testing.T) {
			b, err := scantest.Browser(t).NewContext(t.Context(), chrome.Hooks{})
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			tab, _, err := b.Clock.Open(t.Context(), c.URL())
			if err != nil {
				t.Fatal(err)
			}
			o := &consent.Operator{Tab: tab, Controls: map[string][]observation.Step{"reject": {{Click: target}}}}
			s, err := o.Look(t.Context(), 0)
			if err != nil {
				t.Fatal(err)
			}
			a, err := o.Reject(t.Context(), s)
			if err != nil || a.Gone != gone {
				t.Errorf("gone %v, want %v: %+v %v", a.Gone, gone, a, err)
			}
		})
	}
}
