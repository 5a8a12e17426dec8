package consent

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"

	"cookieaudit/scanner/observation"

	"gopkg.in/yaml.v3"
)

// Manager is a consent manager of the catalogue: how it is recognised, where it
// keeps the visitor's choice, and how its settings are opened again.
type Manager struct {
	Name string `yaml:"name"`
	// Untested: nothing here was tried on the real product, whose script its
	// vendor's server gives; it is what the vendor and its users tell in public.
	Untested bool `yaml:"untested"`
	// Scripts are parts of the addresses of its scripts.
	Scripts []string `yaml:"scripts"`
	// Globals are properties of the page's window, as dotted paths.
	Globals []string `yaml:"globals"`
	// Markup are CSS selectors of what it alone adds to a page.
	Markup []string `yaml:"markup"`
	// Records are the places where it keeps the choice. Those of the first kind of
	// which one is there are read together.
	Records []Record `yaml:"record"`
	// Script is a JavaScript expression in the page's own world that gives an
	// object of names and booleans, or undefined before a choice. It is asked where
	// no record is found, and not run where running it would change the page.
	Script string `yaml:"state"`
	// Fixed is a JavaScript expression, as Script, that gives the names of those
	// parts of the record that nobody can switch off.
	Fixed string `yaml:"fixed"`
	// Way is how its settings open again.
	Way Way `yaml:"reopen"`
	// Geo is a JavaScript expression, as Script, that gives the country (ISO
	// 3166-1, two letters) that it takes the visitor to be in.
	Geo string `yaml:"country"`
}

// Record is one place where a manager keeps a choice.
type Record struct {
	Kind observation.Kind `yaml:"kind"` // cookie, localStorage or sessionStorage
	// Name is a pattern that fits the whole name.
	Name pattern `yaml:"name"`
	// Format are the steps that lead from the stored text to the choice; see
	// formatSteps. What they lead to is a scalar, a list or an object.
	Format []string `yaml:"format"`
	// Parts are an object's keys, or a list's entries, and their categories.
	Parts map[string]string `yaml:"parts"`
	// Free: other keys and entries are names that the site gave, and what they
	// stand for shows in their words.
	Free bool `yaml:"free"`
	// List is what it means to stand in the list: granted or denied.
	List observation.Stance `yaml:"list"`
	// Of and Is are, in a list of objects, the keys of the name and of the stance.
	Of string `yaml:"of"`
	Is string `yaml:"is"`
	// Whole is the category for which a scalar speaks, "all" for every optional one.
	Whole string `yaml:"whole"`
	// Granted and Denied are the values with that meaning; none are true and 1,
	// false and 0. Any other value means that nobody has chosen.
	Granted []string `yaml:"granted"`
	Denied  []string `yaml:"denied"`
	// Chosen is a pattern of the name of another item of the same kind that is
	// there only once the visitor has chosen; the record alone holds defaults.
	Chosen pattern `yaml:"chosen"`

	steps []formatStep
}

// Way is how the settings of a manager open again.
type Way struct {
	// Control is the CSS selector of a control of the manager's own.
	Control string `yaml:"control"`
	// Script is a JavaScript call, for where no control is seen or it opens nothing.
	Script string `yaml:"script"`
}

// pattern is a regular expression for a whole name. RE2 and JavaScript must read
// it alike: pages are searched by it.
type pattern struct{ *regexp.Regexp }

// UnmarshalYAML reads the pattern from a string.
func (p *pattern) UnmarshalYAML(n *yaml.Node) error {
	re, err := regexp.Compile("^(?:" + n.Value + ")$")
	if err != nil {
		return fmt.Errorf("line %d: %w", n.Line, err)
	}
	p.Regexp = re
	return nil
}

//go:embed catalog/*.yaml
var catalogFiles embed.FS

// Managers is the catalogue, one file a manager, sorted by name.
var Managers = sync.OnceValues(func() ([]Manager, error) { return readCatalogue(catalogFiles) })

func readCatalogue(from fs.FS) ([]Manager, error) {
	files, err := fs.Glob(from, "catalog/*.yaml")
	if err != nil {
		return nil, err
	}
	var out []Manager
	named := map[string]string{}
	for _, name := range files {
		data, err := fs.ReadFile(from, name)
		if err != nil {
			return nil, err
		}
		m, err := readManager(string(data))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if other, ok := named[m.Name]; ok {
			return nil, fmt.Errorf("%s: the name %q is that of %s", name, m.Name, other)
		}
		named[m.Name] = name
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b Manager) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
}

func readManager(text string) (m Manager, err error) {
	dec := yaml.NewDecoder(strings.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(&m); err != nil {
		return m, err
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return m, errors.New("more than one document")
	}
	return m, m.validate()
}

func (m *Manager) validate() error {
	switch {
	case m.Name == "":
		return errors.New("no name")
	case len(m.Scripts)+len(m.Globals)+len(m.Markup) == 0:
		return errors.New("no script, global or markup to recognise it by")
	}
	for _, s := range m.Scripts {
		// Shorter parts stand in the addresses of others too.
		if len(s) < 8 {
			return fmt.Errorf("script %q is too short to name a manager", s)
		}
	}
	for _, g := range m.Globals {
		if !dotted.MatchString(g) {
			return fmt.Errorf("global %q is no dotted path", g)
		}
	}
	for _, s := range append(slices.Clone(m.Markup), m.Way.Control) {
		if strings.ContainsAny(s, "\n{}") {
			return fmt.Errorf("%q is no selector", s)
		}
	}
	for i := range m.Records {
		if err := m.Records[i].validate(); err != nil {
			return fmt.Errorf("record %d: %w", i+1, err)
		}
	}
	return nil
}

var dotted = regexp.MustCompile(`^[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*$`)

func (r *Record) validate() (err error) {
	switch r.Kind {
	case observation.Cookie, observation.LocalStorage, observation.SessionStorage:
	default:
		return fmt.Errorf("kind %q: want cookie, localStorage or sessionStorage", r.Kind)
	}
	if r.Name.Regexp == nil {
		return errors.New("no name")
	}
	if r.List != "" && r.List != observation.StanceGranted && r.List != observation.StanceDenied {
		return fmt.Errorf("list %q: want granted or denied", r.List)
	}
	if (r.Of == "") != (r.Is == "") {
		return errors.New("of and is go together")
	}
	if r.Whole == "" && len(r.Parts) == 0 && !r.Free {
		return errors.New("nothing to read: want whole, parts or free")
	}
	for _, c := range r.Parts {
		if !slices.Contains(recordCategories, c) {
			return fmt.Errorf("category %q: want one of %s", c, strings.Join(recordCategories, ", "))
		}
	}
	if r.Whole != "" && r.Whole != wholeAll && !slices.Contains(recordCategories, r.Whole) {
		return fmt.Errorf("whole %q: want all or one of %s", r.Whole, strings.Join(recordCategories, ", "))
	}
	r.steps, err = readFormat(r.Format)
	return err
}

// ManagerOf names the consent manager that a script's address belongs to, ""
// for none.
func ManagerOf(script string) string {
	all, err := Managers()
	if err != nil {
		return ""
	}
	for _, m := range all {
		if m.loads(script) {
			return m.Name
		}
	}
	return ""
}

// loads reports whether a script's address is one of the manager's.
func (m Manager) loads(script string) bool {
	return slices.ContainsFunc(m.Scripts, func(part string) bool { return strings.Contains(script, part) })
}
