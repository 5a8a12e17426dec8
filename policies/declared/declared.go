// Package declared holds the policies of real documents, written by hand as
// examples and as test material: what the document states with the line that
// states it, in our words. What it leaves open is unknown.
package declared

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"cookieaudit/policies"
)

//go:embed *.yaml
var files embed.FS

const extension = ".yaml"

// Names are the names of the policies, sorted.
func Names() []string {
	matches, err := fs.Glob(files, "*"+extension)
	if err != nil {
		panic(err) // the pattern is constant
	}
	names := make([]string, len(matches))
	for i, m := range matches {
		names[i] = strings.TrimSuffix(m, extension)
	}
	return names
}

// Load reads a policy by its name and also returns its file.
func Load(name string) (*policies.Policy, []byte, error) {
	data, err := files.ReadFile(name + extension)
	if err != nil {
		return nil, nil, fmt.Errorf("no declared policy %q: use one of %s", name, strings.Join(Names(), ", "))
	}
	p, err := policies.Parse(name+extension, data)
	return p, data, err
}
