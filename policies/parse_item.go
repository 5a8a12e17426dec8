package policies

import (
	"fmt"
	"slices"
	"strings"

	"cookieaudit/policies/internal/strictyaml"
	"cookieaudit/scanner/observation"
)

var itemKeys = []string{"name", "aliases", "described", "kind", "host", "path", "category", "basis", "lifetime", "listed",
	"party", "vendor", "purpose", "when", "deleted_when", "optional", "reviewed", "source_line"}

func items(n strictyaml.Node, service string) []Entry {
	var all []Entry
	for _, e := range optional(n).List() {
		entry := item(e, service)
		if i := slices.IndexFunc(all, entry.same); i >= 0 {
			e.Fail(fmt.Sprintf("%s %q is already declared in line %d", entry.Kind, entry.Name, all[i].Position.Line),
				"keep one entry, or give them different hosts")
		}
		all = append(all, entry)
	}
	return all
}

// same reports whether two entries of one list could never be told apart.
func (e Entry) same(o Entry) bool {
	return e.Name.Text != "" && e.Name.Equal(o.Name) && e.Kind == o.Kind && e.Host == o.Host && e.Path == o.Path
}

func item(n strictyaml.Node, service string) Entry {
	m := n.Map(itemKeys...)
	e := Entry{
		Position:    n.Position(),
		Service:     service,
		Described:   m["described"].Text(),
		Kind:        kindOf(m["kind"]),
		Host:        hostOf(optional(m["host"]), true),
		Path:        pathOf(optional(m["path"])),
		Basis:       Basis(optional(m["basis"]).Word("basis", names(Bases()))),
		Lifetime:    lifetime(m["lifetime"]),
		Listed:      listed(m["listed"]),
		Party:       partyOf(m["party"]),
		Vendor:      optional(m["vendor"]).Text(),
		Purpose:     texts(m["purpose"]),
		When:        conditions(m["when"]),
		DeletedWhen: conditions(m["deleted_when"]),
		Optional:    optional(m["optional"]).Bool(),
		Unreviewed:  m["reviewed"].Given() && !m["reviewed"].Bool(),
		SourceLine:  optional(m["source_line"]).Whole(),
	}
	if m["name"].Given() {
		e.Name = narrowPattern(m["name"])
	}
	for _, a := range optional(m["aliases"]).Several() {
		if p := narrowPattern(a); p.Text != "" {
			e.Aliases = append(e.Aliases, p)
		}
	}
	e.Category, e.Printed = categoryOf(m["category"])
	e.Record = strings.EqualFold(e.Printed, PrintedConsent)
	checkNamed(n, m, service)
	return e
}

// checkNamed demands a name or a description, and of a description what bounds
// it.
func checkNamed(n strictyaml.Node, m strictyaml.Map, service string) {
	named, described := m["name"].Given(), m["described"].Given()
	switch {
	case !n.IsMap():
	case !named && !described:
		n.Fail("the item has neither name nor description", "add name:, or described: with what the document says in place of a name")
	case named && described:
		m["described"].Fail("the item has both a name and a description", "keep name: and move the description to purpose:")
	case described && m["aliases"].Given():
		m["aliases"].Fail("a described item has no aliases", "use name: if the document prints one")
	case described && !m["host"].Given() && service == "":
		m["described"].Fail("a described item needs a host, else it would cover every item", "add host:, or host: unknown if the document does not tell")
	}
}

func vendors(n strictyaml.Node, service string) []VendorEntry {
	var all []VendorEntry
	for _, e := range optional(n).List() {
		m := e.Map("vendor", "category", "basis", "lifetime", "listed", "purpose", "when", "optional", "source_line")
		require(e, m, "vendor", "the entry names no vendor", "add vendor: with an id of the catalogue")
		v := VendorEntry{
			Position:   e.Position(),
			Vendor:     m["vendor"].Text(),
			Basis:      Basis(optional(m["basis"]).Word("basis", names(Bases()))),
			Lifetime:   lifetime(m["lifetime"]),
			Listed:     listed(m["listed"]),
			Purpose:    texts(m["purpose"]),
			When:       conditions(m["when"]),
			Optional:   optional(m["optional"]).Bool(),
			SourceLine: optional(m["source_line"]).Whole(),
			Service:    service,
		}
		v.Category, v.Printed = categoryOf(m["category"])
		all = append(all, v)
	}
	return all
}

func kindOf(n strictyaml.Node) observation.Kind {
	if !n.Given() || n.Is(unknown) {
		return observation.Cookie
	}
	if kind := n.Word("kind", names(observation.Kinds())); kind != "" {
		return observation.Kind(kind)
	}
	return observation.Cookie
}

func listed(n strictyaml.Node) Listing {
	return Listing(optional(n).Word("listing", names(Listings())))
}

func partyOf(n strictyaml.Node) Party {
	if party := n.Word("party", names(Parties())); party != "" {
		return Party(party)
	}
	return UnknownParty
}

func categoryOf(n strictyaml.Node) (category Category, printed string) {
	text := n.Text()
	if text == "" {
		return UnknownCategory, ""
	}
	category, exact, known := CategoryOf(text)
	if !known {
		n.Fail(fmt.Sprintf("unknown category %q", text), suggestCategory(text))
		return UnknownCategory, ""
	}
	if exact {
		return category, ""
	}
	return category, text
}

func suggestCategory(text string) string {
	standard := names(Categories())
	words := slices.Clone(standard)
	for word := range printedCategories {
		words = append(words, word)
	}
	slices.Sort(words[len(standard):])
	if near := strictyaml.Nearest(text, words); near != "" {
		return "did you mean " + near + "?"
	}
	return "use one of " + strings.Join(standard, ", ")
}

func pathOf(n strictyaml.Node) string {
	path := n.Text()
	if path != "" && !strings.HasPrefix(path, "/") {
		n.Fail(fmt.Sprintf("%q is no path", path), "write it from the root, such as /search")
	}
	return path
}

func texts(n strictyaml.Node) []string {
	var all []string
	for _, t := range optional(n).Several() {
		if text := t.Text(); text != "" {
			all = append(all, text)
		}
	}
	return all
}

func conditions(n strictyaml.Node) []Condition {
	var all []Condition
	for _, c := range optional(n).Several() {
		m := c.Map("page", "step")
		if c.IsMap() && len(m) != 1 {
			c.Fail("a condition is one page or one step", "write [page: /search, step: log-in] for any of several")
		}
		all = append(all, Condition{Position: c.Position(), Page: pathOf(m["page"]), Step: m["step"].Text()})
	}
	return all
}
