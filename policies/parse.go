package policies

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"cookieaudit/policies/internal/strictyaml"
	"cookieaudit/scanner/observation"
)

// Version is the version of the format.
const Version = "1"

// unknown is a value of every optional key: the document leaves it open.
const unknown = "unknown"

// Load reads a policy file. If the file could be read but is wrong, the error
// holds Errors.
func Load(path string) (*Policy, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("load policy: %w", err)
	}
	return Parse(filepath.Base(path), data)
}

// Parse reads a policy. An error is Errors: everything that is wrong with it.
func Parse(file string, data []byte) (*Policy, error) {
	file = filepath.Base(file)
	f, root := strictyaml.Read(file, data)
	digest := sha256.Sum256(data)
	p := &Policy{File: file, SHA256: hex.EncodeToString(digest[:]), Complete: true}
	if root.Given() && rightVersion(root) {
		p.read(root)
	}
	if err := f.Err(); err != nil {
		return nil, err
	}
	return p, nil
}

// rightVersion looks at the version alone, because another version's file would
// be wrong in every line.
func rightVersion(root strictyaml.Node) bool {
	if !root.IsMap() {
		root.Fail("this is no policy", "begin the file with version: 1 and site:")
		return false
	}
	for _, pair := range root.Pairs() {
		if !pair.Key.Is("version") {
			continue
		}
		if pair.Value.Is(Version) {
			return true
		}
		pair.Value.Fail("this program reads version 1 of the policy format only", "write version: 1")
		return false
	}
	root.Fail("the version is missing", "begin the file with version: 1")
	return false
}

func (p *Policy) read(root strictyaml.Node) {
	m := root.Map("version", "site", "title", "profile", "updated", "source", "owned", "complete", "consent",
		"items", "vendors", "services", "claims", "environment", "journeys", "exceptions")
	if !m["site"].Given() {
		root.Fail("the site is missing", "add site: with the URL that is audited")
	}
	p.Site = urlOf(m["site"])
	p.Title = m["title"].Text()
	p.Profile = Profile(optional(m["profile"]).Word("profile", names(Profiles())))
	p.Updated = dateOf(optional(m["updated"]))
	p.Source = urlOf(optional(m["source"]))
	p.Owned = owned(optional(m["owned"]))
	p.readComplete(optional(m["complete"]))
	p.readConsent(optional(m["consent"]))
	p.Items = items(m["items"], "")
	p.Vendors = vendors(m["vendors"], "")
	p.Services = services(m["services"])
	p.Claims = claims(m["claims"])
	p.Scaffold = scaffold(optional(m["environment"]))
	p.Journeys = journeys(m["journeys"])
	p.Exceptions = exceptions(m["exceptions"])
}

func (p *Policy) readComplete(n strictyaml.Node) {
	if n.Given() {
		p.Complete = n.Bool()
		p.CompleteAt = n.Position()
	}
}

func (p *Policy) readConsent(n strictyaml.Node) {
	m := n.Map("banner", "record", "lifetime", "controls")
	p.ConsentAt = n.Position()
	p.Consent = Consent{
		Banner:   optional(m["banner"]).Word("value of banner", []string{"required", "none"}),
		Lifetime: lifetime(m["lifetime"]),
		Controls: controls(optional(m["controls"])),
	}
	for _, r := range optional(m["record"]).Several() {
		p.Consent.Record = append(p.Consent.Record, record(r))
	}
}

// record reads kind:name, or the name of a cookie.
func record(n strictyaml.Node) Record {
	r := Record{Kind: observation.Cookie, Position: n.Position()}
	text := n.Text()
	kind, name, found := strings.Cut(text, ":")
	switch {
	case text == "":
		return r
	case found && contains(observation.Kinds(), kind):
		r.Kind, text = observation.Kind(kind), name
	case found:
		if near := strictyaml.Nearest(kind, names(observation.Kinds())); near != "" {
			n.Fail(fmt.Sprintf("unknown kind %q", kind), "did you mean "+near+"?")
			return r
		}
	}
	r.Name = patternOf(n, text)
	return r
}

func services(n strictyaml.Node) []Service {
	var all []Service
	named := map[string]int{}
	for _, e := range optional(n).List() {
		s := service(e)
		if line, twice := named[s.Name]; twice {
			e.Fail(fmt.Sprintf("the service %q is already given in line %d", s.Name, line), "give both in one entry, or name them apart")
		}
		if s.Name != "" {
			named[s.Name] = s.Position.Line
		}
		all = append(all, s)
	}
	return all
}

func service(n strictyaml.Node) Service {
	m := n.Map("name", "hosts", "exhaustive", "claims", "items", "vendors")
	require(n, m, "name", "the service has no name", "add name:")
	require(n, m, "hosts", "the service has no hosts", "add hosts: with a list of hosts, or hosts: unknown")
	name := m["name"].Text()
	return Service{
		Position:   n.Position(),
		Name:       name,
		Hosts:      hosts(optional(m["hosts"]), true),
		Exhaustive: optional(m["exhaustive"]).Bool(),
		Claims:     claims(m["claims"]),
		Items:      items(m["items"], name),
		Vendors:    vendors(m["vendors"], name),
	}
}

func claims(n strictyaml.Node) []Claim {
	var all []Claim
	given := map[string]int{}
	for _, c := range optional(n).List() {
		name := c.Word("claim", names(Claims()))
		if name == "" {
			continue
		}
		if line, twice := given[name]; twice {
			c.Fail(fmt.Sprintf("the claim %s is already given in line %d", name, line), "keep one of them")
			continue
		}
		given[name] = c.Position().Line
		all = append(all, Claim{Name: name, Position: c.Position()})
	}
	return all
}

func scaffold(n strictyaml.Node) []string {
	var all []string
	m := n.Map("scaffold")
	for _, s := range optional(m["scaffold"]).Several() {
		if p := narrowPattern(s); p.Text != "" {
			all = append(all, p.Text)
		}
	}
	return all
}

func exceptions(n strictyaml.Node) []Exception {
	var all []Exception
	for _, e := range optional(n).List() {
		m := e.Map("rule", "name", "host", "reason", "owner", "expires")
		require(e, m, "rule", "the exception names no rule", "add rule: with the id of a rule")
		require(e, m, "reason", "the exception has no reason", "add reason: so that it can be judged when it ends")
		require(e, m, "expires", "the exception has no end", "add expires: with a date such as 2027-01-31")
		x := Exception{
			Position: e.Position(),
			Rule:     m["rule"].Text(),
			Reason:   m["reason"].Text(),
			Owner:    m["owner"].Text(),
			Expires:  dateOf(m["expires"]),
			Host:     hostOf(m["host"], true),
		}
		if m["name"].Given() {
			x.Name = patternOf(m["name"], m["name"].Text()).Text
		}
		all = append(all, x)
	}
	return all
}

// optional takes a value that is given as unknown for one that is not given.
func optional(n strictyaml.Node) strictyaml.Node {
	if n.Is(unknown) {
		return strictyaml.Node{}
	}
	return n
}

func require(n strictyaml.Node, m strictyaml.Map, key, message, help string) {
	if n.IsMap() && !m[key].Given() {
		n.Fail(message, help)
	}
}

func dateOf(n strictyaml.Node) time.Time {
	text := n.Text()
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		n.Fail(fmt.Sprintf("%q is no date", text), "write year-month-day, such as 2027-01-31")
	}
	return t
}

func urlOf(n strictyaml.Node) string {
	text := n.Text()
	if text == "" {
		return ""
	}
	u, err := parseURL(text)
	failWith(n, err)
	return u
}

func hostOf(n strictyaml.Node, wildcard bool) string {
	text := n.Text()
	if text == "" {
		return ""
	}
	host, err := ParseHost(text, wildcard)
	failWith(n, err)
	return host
}

func hosts(n strictyaml.Node, wildcard bool) []string {
	var all []string
	for _, h := range n.Several() {
		if host := hostOf(h, wildcard); host != "" {
			all = append(all, host)
		}
	}
	return all
}

// owned refuses public suffixes, under which everybody's sites are.
func owned(n strictyaml.Node) []string {
	all := hosts(n, false)
	for _, host := range all {
		if suffix, icann := publicsuffix.PublicSuffix(host); icann && suffix == host {
			n.Fail(fmt.Sprintf("everybody's sites end in %s", host), "name the sites that are owned")
		}
	}
	return all
}

func patternOf(n strictyaml.Node, text string) Pattern {
	if text == "" {
		return Pattern{}
	}
	p, err := ParsePattern(text)
	failWith(n, err)
	return p
}

// narrowPattern refuses a pattern that fits every name: it would declare, or
// leave unjudged, whatever comes.
func narrowPattern(n strictyaml.Node) Pattern {
	p := patternOf(n, n.Text())
	if p.Everything() {
		n.Fail(fmt.Sprintf("the name %s fits every item", p), "name the items, or use described: for what has no name")
	}
	return p
}

// failWith reports an error whose text already says what to try.
func failWith(n strictyaml.Node, err error) {
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

func contains(terms []observation.Term, name string) bool {
	for _, t := range terms {
		if t.Name == name {
			return true
		}
	}
	return false
}
