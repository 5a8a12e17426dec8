package catalog

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"cookieaudit/policies"
	"cookieaudit/policies/internal/strictyaml"
	"cookieaudit/scanner/observation"
)

//go:embed vendors/*.yaml
var files embed.FS

// load reads every file of vendors/ and returns all errors of all.
func load(fsys fs.FS) (*Catalog, error) {
	names, err := fs.Glob(fsys, "vendors/*.yaml")
	if err != nil {
		return nil, err
	}
	var vendors []Vendor
	var wrong []error
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		v, err := Parse(path.Base(name), data)
		wrong = append(wrong, err)
		vendors = append(vendors, v)
	}
	wrong = append(wrong, ambiguous(vendors)...)
	c := New(vendors)
	wrong = append(wrong, c.addHosts())
	return c, errors.Join(wrong...)
}

// ambiguous finds names that two vendors answer to.
func ambiguous(vendors []Vendor) []error {
	var wrong []error
	owner := map[string]Vendor{}
	for _, v := range vendors {
		for _, name := range v.names() {
			if other, taken := owner[name]; taken {
				wrong = append(wrong, strictyaml.Error{Position: v.Position,
					Message: fmt.Sprintf("%s is also a name of %s", name, other.ID), Help: "keep it in one of them"})
			}
			owner[name] = v
		}
	}
	return wrong
}

var idForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Parse reads the file of one vendor. An error is policies.Errors.
func Parse(file string, data []byte) (Vendor, error) {
	f, root := strictyaml.Read(file, data)
	m := root.Map("id", "name", "website", "aliases", "hosts", "items", "requests", "scripts", "tcf")
	v := Vendor{
		Position: root.Position(),
		ID:       m["id"].Text(),
		Name:     need(root, m, "name").Text(),
		Website:  m["website"].Text(),
		Aliases:  texts(m["aliases"]),
		Hosts:    hosts(m["hosts"]),
		Scripts:  texts(m["scripts"]),
	}
	if need(root, m, "id").Given() && !idForm.MatchString(v.ID) {
		m["id"].Fail(fmt.Sprintf("%q is no id", v.ID), "write lower-case words joined by -")
	}
	v.TCF = number(m["tcf"])
	for _, n := range m["items"].List() {
		v.Items = append(v.Items, item(n))
	}
	for _, n := range m["requests"].List() {
		v.Requests = append(v.Requests, request(n))
	}
	return v, f.Err()
}

func item(n strictyaml.Node) Item {
	m := n.Map("name", "product", "kind", "category", "disputed", "lifetime", "hosts", "party", "role", "purpose", "retired", "note", "certain")
	i := Item{
		Position: n.Position(),
		Name:     pattern(need(n, m, "name")),
		Product:  m["product"].Text(),
		Kind:     observation.Cookie,
		Category: category(need(n, m, "category")),
		Disputed: m["disputed"].Bool(),
		Lifetime: lifetime(need(n, m, "lifetime")),
		Hosts:    itemHosts(m["hosts"]),
		Party:    policies.UnknownParty,
		Role:     Role(m["role"].Word("role", names(Roles()))),
		Purpose:  need(n, m, "purpose").Text(),
		Retired:  m["retired"].Bool(),
		Note:     m["note"].Text(),
		Certain:  Certainty(need(n, m, "certain").Word("certainty", []string{string(Documented), string(General)})),
	}
	if kind := m["kind"].Word("kind", names(observation.Kinds())); kind != "" {
		i.Kind = observation.Kind(kind)
	}
	if party := m["party"].Word("party", []string{string(policies.FirstParty), string(policies.ThirdParty)}); party != "" {
		i.Party = policies.Party(party)
	}
	if i.Name.Text != "" && i.Name.Literals() < fewLiterals && !m["hosts"].Given() {
		n.Fail(fmt.Sprintf("%s fixes fewer than %d characters, so many sites may use it", i.Name, fewLiterals),
			`add hosts:, or hosts: "*" if everybody knows whose it is`)
	}
	if i.Disputed && i.Category != policies.Necessary {
		m["disputed"].Fail("only what is necessary can be disputed", "remove it")
	}
	return i
}

// fewLiterals is how many characters a name must fix to be a vendor's wherever
// it is found.
const fewLiterals = 4

// itemHosts is empty where an item may be found anywhere.
func itemHosts(n strictyaml.Node) []string {
	if n.Is(anyHost) {
		return nil
	}
	return hosts(n)
}

func request(n strictyaml.Node) Request {
	m := n.Map("hosts", "path", "query", "method", "category", "what")
	r := Request{
		Position: n.Position(),
		Path:     pattern(need(n, m, "path")),
		Query:    texts(m["query"]),
		Method:   m["method"].Word("method", []string{"GET", "POST"}),
		Category: category(need(n, m, "category")),
		What:     need(n, m, "what").Text(),
	}
	if r.Hosts = []string{anyHost}; !need(n, m, "hosts").Is(anyHost) {
		r.Hosts = hosts(m["hosts"])
	}
	if slices.Contains(r.Hosts, anyHost) && len(r.Query) == 0 && r.Path.Literals() < fewLiterals {
		n.Fail("this may be anybody's request", "add hosts:, query: or more of the path")
	}
	return r
}

// number is a vendor's number in a list of at most 16 bits, 0 where none is given.
func number(n strictyaml.Node) int {
	text := n.Text()
	if text == "" {
		return 0
	}
	id, err := strconv.ParseUint(text, 10, 16)
	if err != nil || id == 0 {
		n.Fail(fmt.Sprintf("%q is no number of a vendor", text), "write the number of the IAB's Global Vendor List")
	}
	return int(id)
}

func need(n strictyaml.Node, m strictyaml.Map, key string) strictyaml.Node {
	if n.IsMap() && !m[key].Given() {
		n.Fail("there is no "+key, "add "+key+":")
	}
	return m[key]
}

func pattern(n strictyaml.Node) policies.Pattern {
	text := n.Text()
	if text == "" {
		return policies.Pattern{}
	}
	p, err := policies.ParsePattern(text)
	fail(n, err)
	return p
}

func category(n strictyaml.Node) policies.Category {
	all := names(policies.Categories())
	known := slices.DeleteFunc(all, func(c string) bool { return c == string(policies.UnknownCategory) })
	return policies.Category(n.Word("category", known))
}

func lifetime(n strictyaml.Node) policies.Lifetime {
	text := n.Text()
	if text == "" {
		return policies.Lifetime{Unknown: true}
	}
	l, err := policies.ParseLifetime(text)
	fail(n, err)
	l.Position = n.Position()
	return l
}

func hosts(n strictyaml.Node) []string {
	var all []string
	for _, h := range n.Several() {
		if text := h.Text(); text != "" {
			host, err := policies.ParseHost(text, true)
			fail(h, err)
			all = append(all, host)
		}
	}
	return all
}

func texts(n strictyaml.Node) []string {
	var all []string
	for _, t := range n.Several() {
		if text := strings.TrimSpace(t.Text()); text != "" {
			all = append(all, text)
		}
	}
	return all
}

func fail(n strictyaml.Node, err error) {
	if err != nil {
		n.Fail(err.Error(), "")
	}
}

func names(terms []observation.Term) []string {
	all := make([]string, len(terms))
	for i, t := range terms {
		all[i] = t.Name
	}
	return all
}
