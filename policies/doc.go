// Package policies holds what a site declares about the items it stores: the
// version 1 YAML format with the position of every entry, its validation, name
// patterns, lifetimes, and the matching of observed items to entries.
//
// The package says what is declared and which entry an item belongs to. What
// follows from it is policies/audit's to judge.
package policies
