// Package consent holds home-made sites with a consent dialog, or with what could
// be taken for one: one txtar file for each, whose comment says what is special
// about it, together with the truth about what each choice must leave behind. A
// new file is all that a new case needs. Tests only.
//
// The truth is what the site itself recorded, in its cookie named choice: the
// categories allowed, in order and joined by dots, or all, or none. SITE, ADS and
// CMP stand in a file for hosts of three sites of the case's own. The sections are
//
//	-- truth --      YAML: the fields of Case
//	-- SITE/path --  a page of that host. Every page has choice.js, which says what
//	                 scripts have at hand to record and to hide
package consent

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"

	"cookieaudit/testdata/sites"

	"golang.org/x/tools/txtar"
	"gopkg.in/yaml.v3"
)

//go:embed *.txtar
var files embed.FS

//go:embed choice.js
var choiceJS string

// Nothing is the truth of a choice that leaves no record.
const Nothing = "nothing"

// Case is one site and what each choice must leave behind: the value of its
// cookie; Nothing, where something is pressed and nothing recorded; or the outcome,
// such as no-control, where nothing may be pressed that records. A choice that is
// left out is not made.
type Case struct {
	Name string `yaml:"-"` // of its file
	Doc  string `yaml:"-"` // what is special about it

	Accept   string            `yaml:"accept"`
	Reject   string            `yaml:"reject"`
	Close    string            `yaml:"close"`
	Withdraw string            `yaml:"withdraw"` // after accepting
	Only     map[string]string `yaml:"only"`     // by category

	// Offers are the categories that can be allowed one by one, Layers how many
	// layers lie behind the first: what opening the settings must find. They are
	// looked at where Offers is given.
	Offers []string `yaml:"offers"`
	Layers int      `yaml:"layers"`

	// Scroll: the dialog comes with the first scroll.
	Scroll bool `yaml:"scroll"`
	// Patience is for how many milliseconds the dialog is waited for.
	Patience int `yaml:"patience"`
	// Back: the dialog is there again after a reload, whatever was chosen.
	Back bool `yaml:"back"`
	// Trap: closing the dialog consents, which is for the judge to say.
	Trap bool `yaml:"trap"`
	// Covered: no mouse reaches the dialog's controls. A script can press them, and
	// whoever lets it has to say so.
	Covered bool `yaml:"covered"`

	pages map[string]string // by place: SITE/path
}

// Cases reads all cases, sorted by name. An error names the file and its section.
func Cases() ([]Case, error) { return readCases(files) }

func readCases(all fs.FS) ([]Case, error) {
	found, err := fs.Glob(all, "*.txtar")
	if err != nil {
		return nil, err
	}
	var out []Case
	for _, file := range found {
		data, err := fs.ReadFile(all, file)
		if err != nil {
			return nil, err
		}
		c, err := parseCase(data)
		if err == nil {
			c.Name = strings.TrimSuffix(path.Base(file), ".txtar")
			err = c.check()
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		out = append(out, c)
	}
	return out, nil
}

func parseCase(data []byte) (Case, error) {
	archive := txtar.Parse(data)
	c := Case{Doc: strings.TrimSpace(string(archive.Comment)), pages: map[string]string{}}
	for _, f := range archive.Files {
		host, _, found := strings.Cut(f.Name, "/")
		switch {
		case f.Name == "truth":
			dec := yaml.NewDecoder(bytes.NewReader(f.Data))
			dec.KnownFields(true)
			if err := dec.Decode(&c); err != nil {
				return c, fmt.Errorf("section %q: %w", f.Name, err)
			}
		case found && slices.Contains(standIns, host):
			c.pages[f.Name] = string(f.Data)
		default:
			return c, fmt.Errorf("section %q: neither truth nor a path of %s", f.Name, strings.Join(standIns, ", "))
		}
	}
	return c, nil
}

// check finds what would make a case prove nothing.
func (c Case) check() error {
	switch {
	case c.Doc == "":
		return errors.New("the comment at the top must say what is special about the case")
	case !hostLabel.MatchString(c.Name):
		return fmt.Errorf("%q cannot be a host's name: use small letters, figures and hyphens", c.Name)
	case c.pages["SITE/"] == "":
		return errors.New(`a case needs a section "SITE/"`)
	case c.Accept == "" && c.Reject == "" && c.Withdraw == "":
		return errors.New("the truth says nothing of what accepting or refusing leaves behind")
	}
	return nil
}

var hostLabel = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,50}$`)

// standIns are the words that stand for a case's hosts.
var standIns = []string{"SITE", "ADS", "CMP"}

var standIn = regexp.MustCompile(`\b(?:SITE|ADS|CMP)\b`)

func (c Case) host(standIn string) string {
	if standIn == "SITE" {
		return c.Name + ".consent.test"
	}
	return c.Name + "." + strings.ToLower(standIn) + ".test"
}

// URL is the address of the case's first page.
func (c Case) URL() string { return "https://" + c.host("SITE") + "/" }

// Mount serves the case on its hosts.
func (c Case) Mount(s *sites.Server) {
	for _, standIn := range standIns {
		s.Handle(c.host(standIn), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { c.serve(standIn, w, r) }))
	}
}

func (c Case) serve(on string, w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	page, ok := c.pages[on+r.URL.Path]
	switch {
	case r.URL.Path == "/choice.js":
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		fmt.Fprint(w, choiceJS)
	case r.URL.Path == "/favicon.ico":
		w.WriteHeader(http.StatusNoContent)
	case ok:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<!doctype html><script src="/choice.js"></script>`, standIn.ReplaceAllStringFunc(page, c.host))
	default:
		http.NotFound(w, r)
	}
}
