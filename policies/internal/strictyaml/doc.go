// Package strictyaml reads YAML files that people write by hand: every key is
// known or an error, every value has a line, and all errors of a file are
// collected so that they can be put right in one go.
//
// It is the only place that knows the YAML library. Aliases, anchors, merge
// keys and several documents in one file are refused: they make a file say
// something at a place where a reader does not see it.
package strictyaml
