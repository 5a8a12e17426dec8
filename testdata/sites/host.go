package sites

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// host is one host of a site: static files, and rules on top of them.
type host struct {
	Name string `yaml:"host"`
	Root string `yaml:"root"` // folder of its files
	// Layout is a file of the folder that surrounds every page: {{title}} is
	// the page's first line without its <title> tags, {{content}} the rest.
	Layout string  `yaml:"layout"`
	Rules  []*rule `yaml:"rules"`

	pages  fs.FS
	layout []byte
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

func (h *host) prepare(dir fs.FS) (err error) {
	if h.Name == "" || h.Root == "" {
		return errors.New("a host needs host and root")
	}
	if h.pages, err = fs.Sub(dir, h.Root); err != nil {
		return err
	}
	if _, err := fs.Stat(h.pages, "."); err != nil {
		return err
	}
	if h.Layout != "" {
		if h.layout, err = fs.ReadFile(h.pages, h.Layout); err != nil {
			return err
		}
	}
	for _, r := range h.Rules {
		if err := r.prepare(h.pages); err != nil {
			return fmt.Errorf("rule %s: %w", r.Path, err)
		}
	}
	return nil
}

func (h *host) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.TLS == nil {
		http.Redirect(w, r, "https://"+h.Name+r.URL.RequestURI(), http.StatusMovedPermanently)
		return
	}
	// Every visit asks for everything, so that no visit depends on another's cache.
	w.Header().Set("Cache-Control", "no-store")
	var answer *rule
	for _, rule := range h.Rules {
		if !rule.fits(r) {
			continue
		}
		rule.setCookies(w, r)
		if answer == nil && rule.answers() {
			answer = rule
		}
	}
	switch {
	case answer != nil && answer.Redirect != "":
		w.Header().Set("Location", answer.Redirect)
		w.WriteHeader(answer.status(http.StatusFound))
	case answer != nil && answer.File != "":
		h.serve(w, answer.File, answer.Type, answer.status(http.StatusOK))
	case answer != nil:
		w.WriteHeader(answer.status(http.StatusOK))
	case r.URL.Path == "/favicon.ico":
		w.WriteHeader(http.StatusNoContent)
	default:
		h.static(w, r.URL.Path)
	}
}

// static answers with the file of a path: /lamps is lamps.html or
// lamps/index.html.
func (h *host) static(w http.ResponseWriter, raw string) {
	name := strings.Trim(path.Clean(raw), "/")
	for _, try := range []string{name, name + ".html", path.Join(name, "index.html")} {
		if info, err := fs.Stat(h.pages, try); err == nil && !info.IsDir() && try != h.Layout {
			h.serve(w, try, "", http.StatusOK)
			return
		}
	}
	http.Error(w, "no such page", http.StatusNotFound)
}

func (h *host) serve(w http.ResponseWriter, name, contentType string, status int) {
	data, err := fs.ReadFile(h.pages, name)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if contentType == "" {
		contentType = types[path.Ext(name)]
	}
	if path.Ext(name) == ".html" && h.layout != nil {
		data = h.surround(data)
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write(data)
}

// surround puts a page into the layout.
func (h *host) surround(page []byte) []byte {
	first, rest, _ := bytes.Cut(page, []byte("\n"))
	title := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(string(first)), "<title>"), "</title>")
	out := bytes.ReplaceAll(h.layout, []byte("{{title}}"), []byte(title))
	return bytes.ReplaceAll(out, []byte("{{content}}"), rest)
}
