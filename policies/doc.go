// Package policies holds what a site declares about the items it stores: the
// version 1 YAML format with the position of every entry, its validation, name
// patterns, lifetimes, and the matching of observed items to entries.
//
// The package says what is declared and which entry an item belongs to. What
// follows from it is policies/audit's to judge.
//
// # Format
//
// A file is strict: an unknown key or word is an error with its line, and all
// errors of a file are reported together. unknown is a value of every key that
// may be left out, and means the same as leaving it out: the document does not
// tell. testdata/policies/complete.yaml has every key.
//
// # Names
//
// A name is exact, a glob in which * stands for any characters, or a /regular
// expression/. Each must fit the whole name, with regard to case. A name that
// fits every item is refused, since it would declare whatever comes.
//
// # Hosts
//
// host: h means h, as the domain of a cookie or host-only. *.h means h and its
// subdomains. owned: h always includes subdomains, and every host of h's site.
//
// # Compatibility
//
// Keys and words are added within version 1, never given another meaning. A
// change that would reject or reread an old file needs version 2.
package policies
