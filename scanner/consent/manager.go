package consent

import (
	"cmp"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"
)

// Manager is a consent manager of the catalogue.
type Manager struct {
	Name string `yaml:"name"`
	// Scripts are parts of the addresses of its scripts.
	Scripts []string `yaml:"scripts"`
}

//go:embed catalog/*.yaml
var catalogFiles embed.FS

// Managers is the catalogue, one file a manager, sorted by name.
var Managers = sync.OnceValues(func() ([]Manager, error) {
	files, err := fs.Glob(catalogFiles, "catalog/*.yaml")
	if err != nil {
		return nil, err
	}
	var out []Manager
	for _, name := range files {
		data, err := catalogFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var m Manager
		dec := yaml.NewDecoder(strings.NewReader(string(data)))
		dec.KnownFields(true)
		if err := dec.Decode(&m); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b Manager) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
})

// ManagerOf names the consent manager that a script's address belongs to, ""
// for none.
func ManagerOf(script string) string {
	all, err := Managers()
	if err != nil {
		return ""
	}
	for _, m := range all {
		for _, s := range m.Scripts {
			if strings.Contains(script, s) {
				return m.Name
			}
		}
	}
	return ""
}
