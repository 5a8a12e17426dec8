package policies

import "strings"

// Consents reports whether the condition is a step that the choice itself does:
// accept or consent, alone, with -all or with a category. A journey may have a
// step of that name besides.
func (c Condition) Consents() bool {
	head, category, _ := strings.Cut(c.Step, "-")
	if head != "accept" && head != "consent" {
		return false
	}
	_, _, known := CategoryOf(category)
	return category == "" || category == "all" || known
}
