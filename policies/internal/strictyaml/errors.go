package strictyaml

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Position is a place in a file.
type Position struct {
	File string `json:"file"` // base name, so that audits do not depend on the machine
	Line int    `json:"line"`
}

// String is file:line.
func (p Position) String() string { return fmt.Sprintf("%s:%d", p.File, p.Line) }

// Error is one thing that is wrong with a file.
type Error struct {
	Position Position
	Message  string // what is wrong, lower case
	Help     string // what to try, "" where the message says it
}

// Error is file:line: message: help.
func (e Error) Error() string {
	if e.Help == "" {
		return fmt.Sprintf("%s: %s", e.Position, e.Message)
	}
	return fmt.Sprintf("%s: %s: %s", e.Position, e.Message, e.Help)
}

// Errors are all errors of one file in the order of its lines, at least one.
type Errors []Error

// Error is one error a line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i := range e {
		lines[i] = e[i].Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.As find an Error.
func (e Errors) Unwrap() []error {
	all := make([]error, len(e))
	for i := range e {
		all[i] = e[i]
	}
	return all
}

// sorted is in the order of lines, with each error once.
func (e Errors) sorted() Errors {
	out := slices.Clone(e)
	slices.SortFunc(out, func(a, b Error) int {
		return cmp.Or(cmp.Compare(a.Position.Line, b.Position.Line), cmp.Compare(a.Message, b.Message))
	})
	return slices.Compact(out)
}
