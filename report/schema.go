package report

import (
	_ "embed"
	"slices"
)

//go:embed schema/audit.v1.json
var schema []byte

// Schema is the JSON Schema (2020-12) of the JSON format.
func Schema() []byte { return slices.Clone(schema) }
