package sites

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

// host is one host of a site: static files, pages written in site.yaml, and
// rules on top of them.
type host struct {
	Name string `yaml:"host"`
	Root string `yaml:"root"` // folder of its files; hosts may share one
	// Layout is a file of the folder that surrounds every page: {{title}} is
	// the page's first line without its <title> tags, {{content}} the rest.
	Layout string `yaml:"layout"`
	// Pages are for hosts that share their files. A host that has some serves no
	// .html of its folder otherwise.
	Pages   []*page  `yaml:"pages"`
	Scripts []string `yaml:"scripts"` // addresses that {{scripts}} loads on every one of Pages
	// Vars fill in {{var.NAME}} before those of the site do.
	Vars    map[string]string `yaml:"vars"`
	Rules   []*rule           `yaml:"rules"`
	Session *session          `yaml:"session"`

	files    fs.FS
	values   map[string]string
	rendered map[string][]byte // Pages by path
}

// types are the content types of files by ending, so that no machine's own list
// decides.
var types = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".json": "application/json",
	".svg":  "image/svg+xml",
	".gif":  "image/gif",
	".png":  "image/png",
	".txt":  "text/plain; charset=utf-8",
}

func (h *host) prepare(dir fs.FS, site map[string]string) (err error) {
	if h.Name == "" || h.Root == "" {
		return errors.New("a host needs host and root")
	}
	if h.files, err = fs.Sub(dir, h.Root); err != nil {
		return err
	}
	if _, err := fs.Stat(h.files, "."); err != nil {
		return err
	}
	h.values = merge(map[string]string{"host": h.Name}, site, prefixed(h.Vars))
	if err := h.renderPages(); err != nil {
		return err
	}
	if err := h.checkFiles(); err != nil {
		return err
	}
	if h.Session != nil {
		if err := h.Session.prepare(); err != nil {
			return err
		}
	}
	for _, r := range h.Rules {
		if err := r.prepare(h); err != nil {
			return fmt.Errorf("rule %s: %w", r.Path, err)
		}
	}
	return nil
}

// checkFiles finds blanks that nothing fills in.
func (h *host) checkFiles() error {
	return fs.WalkDir(h.files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || name == h.Layout || h.hidden(name) {
			return err
		}
		_, err = h.read(name)
		return err
	})
}

// hidden reports whether a file is only a part of pages.
func (h *host) hidden(name string) bool {
	return name == h.Layout || len(h.Pages) > 0 && path.Ext(name) == ".html"
}

// read is a file as it is served.
func (h *host) read(name string) ([]byte, error) {
	data, err := fs.ReadFile(h.files, name)
	switch {
	case err != nil:
		return nil, err
	case path.Ext(name) == ".html" && h.Layout != "":
		title, content := split(data)
		return h.surround(name, title, content, h.values)
	case strings.HasPrefix(types[path.Ext(name)], "image/"):
		return data, nil
	}
	return fillIn(name, data, h.values)
}

// ServeHTTP answers by the machine's clock.
func (h *host) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.answer(w, r, time.Now()) }

func (h *host) answer(w http.ResponseWriter, r *http.Request, now time.Time) {
	if r.TLS == nil {
		http.Redirect(w, r, "https://"+h.Name+r.URL.RequestURI(), http.StatusMovedPermanently)
		return
	}
	w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
	// Every visit asks for everything, so that no visit depends on another's cache.
	w.Header().Set("Cache-Control", "no-store")
	var answer *rule
	does := map[string]bool{}
	for _, rule := range h.Rules {
		if !rule.fits(r) {
			continue
		}
		rule.setCookies(w, r, now)
		does[rule.Session] = true
		if answer == nil && rule.answers() {
			answer = rule
		}
	}
	if h.Session != nil {
		h.Session.serve(w, r, now, does)
	}
	switch {
	case answer != nil && answer.Redirect != "":
		w.Header().Set("Location", answer.Redirect)
		w.WriteHeader(answer.status(found(r)))
	case answer != nil && answer.File != "":
		h.serve(w, answer.File, answer.Type, answer.status(http.StatusOK))
	case answer != nil:
		w.WriteHeader(answer.status(http.StatusOK))
	case r.URL.Path == "/favicon.ico":
		w.WriteHeader(http.StatusNoContent)
	case h.rendered[r.URL.Path] != nil:
		write(w, types[".html"], http.StatusOK, h.rendered[r.URL.Path])
	default:
		h.static(w, r.URL.Path)
	}
}

// found leads on with a GET, whatever the form was sent with.
func found(r *http.Request) int {
	if r.Method == http.MethodPost {
		return http.StatusSeeOther
	}
	return http.StatusFound
}

// static answers with the file of a path: /lamps is lamps.html or
// lamps/index.html.
func (h *host) static(w http.ResponseWriter, raw string) {
	name := strings.Trim(path.Clean(raw), "/")
	for _, try := range []string{name, name + ".html", path.Join(name, "index.html")} {
		if info, err := fs.Stat(h.files, try); err == nil && !info.IsDir() && !h.hidden(try) {
			h.serve(w, try, "", http.StatusOK)
			return
		}
	}
	http.Error(w, "no such page", http.StatusNotFound)
}

func (h *host) serve(w http.ResponseWriter, name, contentType string, status int) {
	data, err := h.read(name)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if contentType == "" {
		contentType = types[path.Ext(name)]
	}
	write(w, contentType, status, data)
}

func write(w http.ResponseWriter, contentType string, status int, data []byte) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write(data)
}
