package sites

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"strings"
)

// page is one page that site.yaml describes, for hosts that share their files.
type page struct {
	Path  string `yaml:"path"`
	Title string `yaml:"title"`
	// HTML is the content; File is a file of the host's folder that holds it.
	HTML     string            `yaml:"html"`
	File     string            `yaml:"file"`
	Vars     map[string]string `yaml:"vars"`     // before those of the host
	Scripts  []string          `yaml:"scripts"`  // beside those of the host
	Unlisted bool              `yaml:"unlisted"` // {{nav}} does not lead to it
}

// renderPages puts the pages of site.yaml into the layout.
func (h *host) renderPages() error {
	h.rendered = map[string][]byte{}
	for _, p := range h.Pages {
		out, err := h.renderPage(p)
		if err != nil {
			return fmt.Errorf("page %s: %w", p.Path, err)
		}
		h.rendered[p.Path] = out
	}
	return nil
}

func (h *host) renderPage(p *page) ([]byte, error) {
	if !strings.HasPrefix(p.Path, "/") || p.Title == "" || (p.HTML == "") == (p.File == "") || h.Layout == "" {
		return nil, errors.New("a page needs path, title, and either html or file, and its host a layout")
	}
	content, name := []byte(p.HTML), "html"
	if p.File != "" {
		var err error
		if content, err = fs.ReadFile(h.files, p.File); err != nil {
			return nil, err
		}
		name = p.File
	}
	values := merge(h.values, prefixed(p.Vars), map[string]string{"title": p.Title, "nav": h.nav(), "scripts": scripts(h.Scripts, p.Scripts)})
	return h.surround(name, p.Title, content, values)
}

// nav are links to the host's pages.
func (h *host) nav() string {
	var out strings.Builder
	for _, p := range h.Pages {
		if !p.Unlisted {
			fmt.Fprintf(&out, "<a href=\"%s\">%s</a>\n", p.Path, p.Title)
		}
	}
	return out.String()
}

func scripts(lists ...[]string) string {
	var out strings.Builder
	for _, list := range lists {
		for _, src := range list {
			fmt.Fprintf(&out, "<script src=\"%s\"></script>\n", src)
		}
	}
	return out.String()
}

// split parts a page file into its title and the rest.
func split(file []byte) (title string, content []byte) {
	first, rest, _ := bytes.Cut(file, []byte("\n"))
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(string(first)), "<title>"), "</title>"), rest
}

// surround puts a page into the layout.
func (h *host) surround(name, title string, content []byte, values map[string]string) ([]byte, error) {
	layout, err := fs.ReadFile(h.files, h.Layout)
	if err != nil {
		return nil, err
	}
	if content, err = fillIn(name, content, values); err != nil {
		return nil, err
	}
	return fillIn(h.Layout, layout, merge(values, map[string]string{"title": title, "content": string(content)}))
}

var blank = regexp.MustCompile(`\{\{[a-z][a-z0-9_.-]*\}\}`)

// fillIn puts values in place of {{NAME}}. A name without a value is a mistake.
func fillIn(name string, text []byte, values map[string]string) ([]byte, error) {
	var err error
	out := blank.ReplaceAllFunc(text, func(b []byte) []byte {
		value, ok := values[string(b[2:len(b)-2])]
		if !ok {
			err = fmt.Errorf("%s: nothing fills in %s", name, b)
		}
		return []byte(value)
	})
	return out, err
}

// prefixed are vars under the names by which texts call them.
func prefixed(vars map[string]string) map[string]string {
	out := map[string]string{}
	for name, value := range vars {
		out["var."+name] = value
	}
	return out
}

// merge joins maps; of two equal keys the later counts.
func merge(all ...map[string]string) map[string]string {
	out := map[string]string{}
	for _, m := range all {
		maps.Copy(out, m)
	}
	return out
}
