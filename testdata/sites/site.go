package sites

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// A site is a folder: site.yaml, a folder of static files for each host, and,
// where it has them, policy.yaml and truth.yaml. A new folder is all that a new
// site needs.
//
//go:embed */*
var files embed.FS

// Site is one bundled site.
type Site struct {
	name  string
	dir   fs.FS
	start string
	hosts []*host
}

// file is site.yaml.
type file struct {
	// Title says in a sentence what the site is for.
	Title string  `yaml:"title"`
	Start string  `yaml:"start"` // address of the first page
	Hosts []*host `yaml:"hosts"`
}

// Names are the names of the bundled sites, sorted.
func Names() []string {
	found, err := fs.Glob(files, "*/site.yaml")
	if err != nil {
		panic(err) // the pattern is constant
	}
	names := make([]string, len(found))
	for i, f := range found {
		names[i] = path.Dir(f)
	}
	return names
}

// Open reads a site by its name.
func Open(name string) (*Site, error) {
	if !slices.Contains(Names(), name) {
		return nil, fmt.Errorf("no bundled site %q: use one of %s", name, strings.Join(Names(), ", "))
	}
	dir, err := fs.Sub(files, name)
	if err != nil {
		return nil, err
	}
	s, err := read(name, dir)
	if err != nil {
		return nil, fmt.Errorf("bundled site %s: %w", name, err)
	}
	return s, nil
}

// read takes in a site's folder. All that can be wrong in it is found here, so
// that serving it cannot fail.
func read(name string, dir fs.FS) (*Site, error) {
	data, err := fs.ReadFile(dir, "site.yaml")
	if err != nil {
		return nil, err
	}
	var f file
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil {
		return nil, fmt.Errorf("site.yaml: %w", err)
	}
	s := &Site{name: name, dir: dir, start: f.Start, hosts: f.Hosts}
	for _, h := range s.hosts {
		if err := h.prepare(dir); err != nil {
			return nil, fmt.Errorf("site.yaml: host %s: %w", h.Name, err)
		}
	}
	if !slices.ContainsFunc(s.hosts, func(h *host) bool { return strings.HasPrefix(s.start, "https://"+h.Name+"/") }) {
		return nil, fmt.Errorf("site.yaml: start %q must be an https address on one of the hosts", s.start)
	}
	return s, nil
}

// Name is the site's name.
func (s *Site) Name() string { return s.name }

// Start is the address of the site's first page.
func (s *Site) Start() string { return s.start }

// Hosts are the names of the site's hosts, third parties included.
func (s *Site) Hosts() []string {
	var out []string
	for _, h := range s.hosts {
		out = append(out, h.Name)
	}
	return out
}

// Policy is the site's declared policy, false if it has none.
func (s *Site) Policy() ([]byte, bool) { return s.optional("policy.yaml") }

// Truth is what an audit of the site must find, false if nobody wrote it down.
func (s *Site) Truth() ([]byte, bool) { return s.optional("truth.yaml") }

func (s *Site) optional(name string) ([]byte, bool) {
	data, err := fs.ReadFile(s.dir, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false
	}
	if err != nil {
		panic(err) // the files are embedded
	}
	return data, true
}

// Mount serves a site on its hosts.
func (s *Server) Mount(site *Site) {
	for _, h := range site.hosts {
		s.Handle(h.Name, h)
	}
}
