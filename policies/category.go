package policies

import "strings"

// printedCategories maps the words that documents print to the standard
// categories. It is the only such table. security stands for necessary, but the
// word is kept (Entry.Printed): the judge exempts it only where the catalogue
// agrees.
var printedCategories = map[string]Category{
	"essential":          Necessary,
	"strictly necessary": Necessary,
	"required":           Necessary,
	"security":           Necessary,
	PrintedConsent:       Necessary,
	"preferences":        Functional,
	"preference":         Functional,
	"functionality":      Functional,
	"personalisation":    Functional,
	"personalization":    Functional,
	"settings":           Functional,
	"statistics":         Analytics,
	"statistical":        Analytics,
	"performance":        Analytics,
	"measurement":        Analytics,
	"usage":              Analytics,
	"targeting":          Marketing,
	"advertising":        Marketing,
	"advertisement":      Marketing,
	"social":             Marketing,
	"social media":       Marketing,
	"tracking":           Marketing,
	"campaigns":          Marketing,
	"not stated":         UnknownCategory,
	"other":              UnknownCategory,
	"unclassified":       UnknownCategory,
	"uncategorised":      UnknownCategory,
	"uncategorized":      UnknownCategory,
}

// The printed words that mean more than their category.
const (
	PrintedConsent  = "consent"  // stores the visitor's choice
	PrintedSecurity = "security" // protects site or visitor
)

// CategoryOf maps a word as printed to its category. exact is false where the
// word is not the category's own name.
func CategoryOf(printed string) (category Category, exact, known bool) {
	for _, t := range Categories() {
		if t.Name == printed {
			return Category(printed), true, true
		}
	}
	word := strings.ToLower(strings.Join(strings.Fields(printed), " "))
	word = strings.TrimSuffix(strings.TrimSuffix(word, " cookies"), " cookie")
	for _, t := range Categories() {
		if t.Name == word {
			return Category(word), false, true
		}
	}
	category, known = printedCategories[strings.ReplaceAll(word, "-", " ")]
	return category, false, known
}
