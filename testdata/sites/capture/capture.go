// Package capture is the site that has a page for every way in which something is
// stored on a device: one txtar file for each, whose comment says what the way is,
// together with the truth about it. A new file is all that a new way needs. Tests
// only.
//
// SITE, ADS, TAG and CDN stand in a file for hosts of four sites of the way's own,
// A.SITE for a subdomain of the first. The sections are
//
//	-- way --        YAML: the fields choice, pages, return and unseen of Way; may be
//	                 left out
//	-- SITE/path --  an answer of that host. Where the first line is a header, headers
//	                 come first, up to an empty line, and the body behind it, without its
//	                 last line end. A name keeps its case; Status is the answer's status, and Early-NAME a header
//	                 NAME of a 103 ahead of it. The type follows from the path's ending. A
//	                 path may have a query, one that ends in .socket is a WebSocket
//	-- truth --      every write that a scan must see, and no other
//	-- perhaps --    writes that are true too, and come too late to be sure to be seen;
//	                 may be left out
//	-- requests --   every request, where the way is about those; may be left out
//	-- gaps --       the kinds of gaps that the scan must own up to; may be left out
//
// The test of package scanner says how the lines of the last four are written.
package capture

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"cookieaudit/testdata/sites"

	"golang.org/x/net/websocket"
	"golang.org/x/tools/txtar"
	"gopkg.in/yaml.v3"
)

//go:embed *.txtar
var files embed.FS

// Way is one way of storing something, with hosts of its own and the truth about
// it.
type Way struct {
	Name string `yaml:"-"` // of its file
	Doc  string `yaml:"-"` // what it is
	// Choice is what the visitor does with the dialog: none or accept.
	Choice string `yaml:"choice"`
	// Pages are the addresses to visit, as paths of SITE or whole; / by default.
	Pages []string `yaml:"pages"`
	// Return: the truth tells of the later visit too. Most ways do there what they
	// did before, which is left out.
	Return bool `yaml:"return"`
	// Unseen is why the truth lacks what the browser stores, or who stored it; ""
	// where all can be seen.
	Unseen string `yaml:"unseen"`

	Truth    []string `yaml:"-"`
	Perhaps  []string `yaml:"-"` // true too, and not sure to be seen
	Requests []string `yaml:"-"` // nil where they are not compared
	Gaps     []string `yaml:"-"`

	answers map[string]answer // by place: SITE/path
}

// answer is what a way's host answers on one path.
type answer struct {
	status int
	early  http.Header
	header http.Header
	body   string
}

// Ways reads all ways, sorted by name. An error names the file and its section.
func Ways() ([]Way, error) { return readWays(files) }

func readWays(all fs.FS) ([]Way, error) {
	found, err := fs.Glob(all, "*.txtar")
	if err != nil {
		return nil, err
	}
	var out []Way
	for _, file := range found {
		data, err := fs.ReadFile(all, file)
		if err != nil {
			return nil, err
		}
		w, err := parseWay(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		w.Name = strings.TrimSuffix(path.Base(file), ".txtar")
		if err := w.check(); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		out = append(out, w)
	}
	return out, nil
}

func parseWay(data []byte) (Way, error) {
	archive := txtar.Parse(data)
	w := Way{Doc: strings.TrimSpace(string(archive.Comment)), answers: map[string]answer{}}
	seen := map[string]bool{}
	for _, f := range archive.Files {
		if seen[f.Name] {
			return w, fmt.Errorf("section %q comes twice", f.Name)
		}
		seen[f.Name] = true
		if err := w.take(f.Name, f.Data); err != nil {
			return w, fmt.Errorf("section %q: %w", f.Name, err)
		}
	}
	if !seen["truth"] {
		return w, errors.New("a way needs a section truth, if only an empty one")
	}
	return w, nil
}

func (w *Way) take(section string, data []byte) (err error) {
	switch section {
	case "way":
		dec := yaml.NewDecoder(bytes.NewReader(data))
		dec.KnownFields(true)
		return dec.Decode(w)
	case "truth":
		w.Truth = lines(data)
	case "perhaps":
		w.Perhaps = lines(data)
	case "requests":
		w.Requests = lines(data)
	case "gaps":
		w.Gaps = lines(data)
	default:
		host, _, found := strings.Cut(section, "/")
		if !found || !slices.Contains(standIns, host) {
			return fmt.Errorf("neither way, truth, perhaps, requests nor gaps, and no path of %s", strings.Join(standIns, ", "))
		}
		w.answers[section], err = parseAnswer(string(data))
	}
	return err
}

func lines(data []byte) []string {
	return strings.FieldsFunc(string(data), func(r rune) bool { return r == '\n' })
}

// check finds what would make a way prove nothing, and fills in what is default.
func (w *Way) check() error {
	if w.Doc == "" {
		return errors.New("the comment at the top must say what the way is")
	}
	if w.Choice == "" {
		w.Choice = "none"
	}
	if w.Choice != "none" && w.Choice != "accept" {
		return fmt.Errorf("choice is none or accept, not %q", w.Choice)
	}
	if !hostLabel.MatchString(w.Name) {
		return fmt.Errorf("%q cannot be a host's name: use small letters, figures and hyphens, 59 at most", w.Name)
	}
	if len(w.Pages) == 0 {
		w.Pages = []string{"/"}
	}
	for i, p := range w.Pages {
		if strings.HasPrefix(p, "/") {
			p = "https://SITE" + p
		}
		_, place, _ := strings.Cut(p, "://")
		if _, ok := w.answers[place]; !ok {
			return fmt.Errorf("page %s has no section %q", p, place)
		}
		w.Pages[i] = w.Real(p)
	}
	return nil
}

// hostLabel leaves room for the ending of a stand-in.
var hostLabel = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,58}$`)

var headerLine = regexp.MustCompile(`^([A-Z][A-Za-z-]*|set-cookie): (.*)$`)

func parseAnswer(text string) (answer, error) {
	a := answer{status: http.StatusOK, early: http.Header{}, header: http.Header{}, body: text}
	for first := true; ; first = false {
		line, rest, _ := strings.Cut(a.body, "\n")
		m := headerLine.FindStringSubmatch(line)
		switch {
		case m == nil && first:
			a.body = strings.TrimSuffix(a.body, "\n")
			return a, nil
		case m == nil && line != "":
			return a, fmt.Errorf("%q is no header: put an empty line ahead of the body", line)
		case m == nil:
			a.body = strings.TrimSuffix(rest, "\n")
			return a, nil
		}
		a.body = rest
		if err := a.set(m[1], m[2]); err != nil {
			return a, err
		}
	}
}

func (a *answer) set(name, value string) (err error) {
	if name == "Status" {
		a.status, err = strconv.Atoi(value)
		return err
	}
	to := a.header
	if early, ok := strings.CutPrefix(name, "Early-"); ok {
		name, to = early, a.early
	}
	to[name] = append(to[name], value) // in the case in which it stands there
	return nil
}

// standIns are the words that stand for a way's hosts, as section names use them.
var standIns = []string{"SITE", "A.SITE", "ADS", "TAG", "CDN"}

// host is the host that a stand-in stands for.
func (w Way) host(standIn string) string {
	switch standIn {
	case "SITE":
		return w.Name + ".test"
	case "A.SITE":
		return "a." + w.Name + ".test"
	}
	return w.Name + "-" + strings.ToLower(standIn) + ".test"
}

var standIn = regexp.MustCompile(`\b(?:A\.SITE|SITE|ADS|TAG|CDN)\b`)

// Real puts the way's hosts in place of what stands for them.
func (w Way) Real(text string) string { return standIn.ReplaceAllStringFunc(text, w.host) }

// Short undoes Real in a line about what was seen, and leaves out https://.
func (w Way) Short(line string) string {
	for _, s := range []string{"ADS", "TAG", "CDN", "A.SITE", "SITE"} {
		line = strings.ReplaceAll(line, w.host(s), s)
	}
	return strings.ReplaceAll(line, "https://", "")
}

// Hosts are the names of the hosts of the way's own site; links to others are
// not followed.
func (w Way) Hosts() []string { return []string{w.host("SITE"), w.host("A.SITE")} }

// Leaves reports whether a page of the way does something as it goes, for which a
// browser gives it little time.
func (w Way) Leaves() bool {
	for _, a := range w.answers {
		if strings.Contains(a.body, "pagehide") || strings.Contains(a.body, "unload") || strings.Contains(a.body, "visibilitychange") {
			return true
		}
	}
	return false
}

// Mount serves the way on its hosts.
func (w Way) Mount(s *sites.Server) {
	for _, standIn := range standIns {
		s.Handle(w.host(standIn), http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) { w.serve(standIn, out, r) }))
	}
}

func (w Way) serve(standIn string, out http.ResponseWriter, r *http.Request) {
	a, ok := w.answers[standIn+r.URL.RequestURI()]
	if !ok {
		a, ok = w.answers[standIn+r.URL.Path]
	}
	switch {
	case ok && path.Ext(r.URL.Path) == ".socket":
		w.socket(a).ServeHTTP(out, r)
	case ok:
		w.write(out, r, a)
	case r.URL.Path == "/favicon.ico":
		out.WriteHeader(http.StatusNoContent)
	default:
		http.NotFound(out, r)
	}
}

func (w Way) write(out http.ResponseWriter, r *http.Request, a answer) {
	h := out.Header()
	if len(a.early) > 0 {
		w.copy(h, a.early)
		out.WriteHeader(http.StatusEarlyHints)
		for name := range a.early {
			h.Del(name)
		}
	}
	h.Set("Content-Type", cmp.Or(types[path.Ext(r.URL.Path)], "text/html; charset=utf-8"))
	h.Set("Cache-Control", "no-store")
	if origin := r.Header.Get("Origin"); origin != "" {
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Allow-Credentials", "true")
	}
	w.copy(h, a.header)
	out.WriteHeader(a.status)
	if strings.HasPrefix(h.Get("Content-Type"), "text/html") {
		fmt.Fprint(out, "<!doctype html>")
	}
	fmt.Fprint(out, w.Real(a.body))
}

// copy puts headers in place of those of the same name.
func (w Way) copy(to, from http.Header) {
	for name, values := range from {
		to[name] = nil
		for _, v := range values {
			to[name] = append(to[name], w.Real(v))
		}
	}
}

// types are content types by ending; what has none is a page.
var types = map[string]string{
	".css": "text/css", ".js": "text/javascript", ".json": "application/json", ".mjs": "text/javascript", ".mp3": "audio/mpeg",
	".png": "image/png", ".stream": "text/event-stream", ".vtt": "text/vtt", ".webm": "video/webm", ".woff2": "font/woff2",
	".ico": "image/x-icon",
}

// socket shakes hands with the answer's headers, and hangs up when the page does.
func (w Way) socket(a answer) http.Handler {
	return websocket.Server{
		Handshake: func(c *websocket.Config, _ *http.Request) error {
			c.Header = http.Header{}
			w.copy(c.Header, a.header)
			return nil
		},
		Handler: func(ws *websocket.Conn) {
			var message string
			for websocket.Message.Receive(ws, &message) == nil {
			}
		},
	}
}
