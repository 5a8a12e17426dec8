package audit_test

import (
	"testing"

	"cookieaudit/policies/audit"
)

// A consent manager that is known by its globals or markup alone should have shown a
// dialog as much as one whose scripts are known; and what nobody understood may be one.
func TestManagerWithoutDialog(t *testing.T) {
	const refuse = "rest\nvisit reject\npage / named\nchoose reject outcome=no-dialog\nrest\nend\n"
	for manager, want := range map[string]audit.Verdict{"": audit.ChoicesNA, " manager=OneTrust": audit.CouldNotTell, ` unread="Cookies? Nom."`: audit.CouldNotTell} {
		a := judge(t, "visit none\npage / named\nnodialog"+manager+"\n"+refuse, "", audit.Options{})
		if a.Summary.Verdict != want {
			t.Errorf("%q: %s (%s), want %s", manager, a.Summary.Verdict, a.Summary.Words, want)
		}
	}
}
