package sites

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// A site is a folder: site.yaml, folders of static files for its hosts, and,
// where it has them, policy.yaml, journeys.yaml and truth.yaml. A new folder is
// all that a new site needs.
//
//go:embed */*
var files embed.FS

// Site is one bundled site.
type Site struct {
	name   string
	base   string
	notice string
	dirs   []fs.FS // its own folder, then that of its base
	start  string
	hosts  []*host
}

// file is site.yaml.
type file struct {
	// Title says in a sentence what the site is for.
	Title string `yaml:"title"`
	// Notice is what reports and pages say of the site: that it is a replica, with
	// planted defects, and no statement about anybody.
	Notice string `yaml:"notice"`
	// Base names a site whose hosts and files this one takes over: a variant of
	// it, that differs in Vars. Both bear the same host names, so that only one of
	// them can be mounted at a time.
	Base string `yaml:"base"`
	// Vars fill in {{var.NAME}} in pages, scripts and styles.
	Vars  map[string]string `yaml:"vars"`
	Start string            `yaml:"start"` // address of the first page
	Hosts []*host           `yaml:"hosts"`
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
	s, err := read(files, name)
	if err != nil {
		return nil, fmt.Errorf("bundled site %s: %w", name, err)
	}
	return s, nil
}

// read takes in a site's folder. All that can be wrong in it is found here, so
// that serving it cannot fail.
func read(all fs.FS, name string) (*Site, error) {
	f, dir, err := readFile(all, name)
	if err != nil {
		return nil, err
	}
	s := &Site{name: name, base: name, dirs: []fs.FS{dir}}
	if f.Base != "" {
		base, baseDir, err := readFile(all, f.Base)
		if err != nil {
			return nil, fmt.Errorf("base %s: %w", f.Base, err)
		}
		if f, err = base.variant(f); err != nil {
			return nil, err
		}
		s.base, s.dirs = f.Base, append(s.dirs, baseDir)
	}
	s.notice, s.start, s.hosts = f.Notice, f.Start, f.Hosts
	for _, h := range s.hosts {
		if err := h.prepare(s.dirs[len(s.dirs)-1], f.values()); err != nil {
			return nil, fmt.Errorf("site.yaml: host %s: %w", h.Name, err)
		}
	}
	if !slices.ContainsFunc(s.hosts, func(h *host) bool { return strings.HasPrefix(s.start, "https://"+h.Name+"/") }) {
		return nil, fmt.Errorf("site.yaml: start %q must be an https address on one of the hosts", s.start)
	}
	return s, nil
}

func readFile(all fs.FS, name string) (file, fs.FS, error) {
	var f file
	dir, err := fs.Sub(all, name)
	if err != nil {
		return f, nil, err
	}
	data, err := fs.ReadFile(dir, "site.yaml")
	if err != nil {
		return f, nil, err
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil {
		return f, nil, fmt.Errorf("site.yaml: %w", err)
	}
	return f, dir, nil
}

// variant is a base with the vars of a site that builds on it.
func (base file) variant(f file) (file, error) {
	if base.Base != "" || f.Start != "" || len(f.Hosts) > 0 {
		return file{}, errors.New("site.yaml: a site with a base takes over its start and hosts, and a base has none itself")
	}
	for name := range f.Vars {
		if _, known := base.Vars[name]; !known {
			return file{}, fmt.Errorf("site.yaml: the base has no var %q", name)
		}
	}
	f.Start, f.Hosts, f.Notice = base.Start, base.Hosts, cmp.Or(f.Notice, base.Notice)
	f.Vars = merge(base.Vars, f.Vars)
	return f, nil
}

// values are what every text of the site may fill in.
func (f file) values() map[string]string {
	return merge(map[string]string{"notice": f.Notice}, prefixed(f.Vars))
}

// Name is the site's name.
func (s *Site) Name() string { return s.name }

// Base is the site of which this one is a variant, itself where it is none. The
// document that a replica follows bears that name.
func (s *Site) Base() string { return s.base }

// Notice is what a report on the site must say, "" for nothing.
func (s *Site) Notice() string { return s.notice }

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
func (s *Site) Policy() ([]byte, bool) { return optional(s.dirs, "policy.yaml") }

// Journeys are the site's journeys, as `scan --journeys` reads them, false if it
// has none. A variant has those of its base unless it brings its own.
func (s *Site) Journeys() ([]byte, bool) { return optional(s.dirs, "journeys.yaml") }

// Truth is what an audit of the site must find, false if nobody wrote it down.
// A variant never has that of its base.
func (s *Site) Truth() ([]byte, bool) { return optional(s.dirs[:1], "truth.yaml") }

func optional(dirs []fs.FS, name string) ([]byte, bool) {
	for _, dir := range dirs {
		data, err := fs.ReadFile(dir, name)
		switch {
		case err == nil:
			return data, true
		case !errors.Is(err, fs.ErrNotExist):
			panic(err) // the files are embedded
		}
	}
	return nil, false
}

// Mount serves a site on its hosts.
func (s *Server) Mount(site *Site) {
	for _, h := range site.hosts {
		s.Handle(h.Name, h)
		if h.Session != nil {
			s.mu.Lock()
			s.sessions = append(s.sessions, h.Session)
			s.mu.Unlock()
		}
	}
}
