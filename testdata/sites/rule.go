package sites

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// rule is what a host does on some of its paths beside serving files. All rules
// that fit a request set their cookies; the first that has an answer gives it.
type rule struct {
	Path string `yaml:"path"` // * stands for anything, slashes too
	// SetCookie are Set-Cookie lines; {random} and {time} are filled in anew.
	SetCookie []string `yaml:"set_cookie"`
	// Once sets a cookie only if the request brings none of its name.
	Once bool `yaml:"once"`
	// IfCookie and UnlessCookie are name or name=value: with it, without it.
	IfCookie     string `yaml:"if_cookie"`
	UnlessCookie string `yaml:"unless_cookie"`

	Redirect string `yaml:"redirect"`
	Status   int    `yaml:"status"`
	File     string `yaml:"file"` // of the host's folder
	Type     string `yaml:"type"` // content type, where the file's ending does not tell

	path    *regexp.Regexp
	cookies []setCookie
}

// setCookie is one Set-Cookie line.
type setCookie struct {
	line string
	name *regexp.Regexp // fits the cookie's name with whatever is filled in
}

var placeholder = regexp.MustCompile(`\{[a-z]*\}`)

func (r *rule) prepare(pages fs.FS) error {
	if !strings.HasPrefix(r.Path, "/") && !strings.HasPrefix(r.Path, "*") {
		return errors.New("path must begin with / or *")
	}
	r.path = anything(r.Path, "*")
	for _, line := range r.SetCookie {
		for _, p := range placeholder.FindAllString(line, -1) {
			if p != "{random}" && p != "{time}" {
				return fmt.Errorf("unknown placeholder %s: use {random} or {time}", p)
			}
		}
		name, _, found := strings.Cut(line, "=")
		if !found {
			return fmt.Errorf("set_cookie %q must be name=value", line)
		}
		r.cookies = append(r.cookies, setCookie{line, anything(placeholder.ReplaceAllString(name, "*"), "*")})
	}
	if r.File == "" {
		return nil
	}
	if r.Type == "" && types[path.Ext(r.File)] == "" {
		return fmt.Errorf("file %s needs a type", r.File)
	}
	_, err := fs.Stat(pages, r.File)
	return err
}

// anything makes an expression of text in which star stands for anything.
func anything(text, star string) *regexp.Regexp {
	parts := strings.Split(text, star)
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return regexp.MustCompile("^" + strings.Join(parts, ".*") + "$")
}

func (r *rule) fits(req *http.Request) bool {
	return r.path.MatchString(req.URL.Path) &&
		(r.IfCookie == "" || brings(req, r.IfCookie)) &&
		(r.UnlessCookie == "" || !brings(req, r.UnlessCookie))
}

// brings reports whether a request carries a cookie given as name or name=value.
func brings(req *http.Request, want string) bool {
	name, value, withValue := strings.Cut(want, "=")
	for _, c := range req.Cookies() {
		if c.Name == name && (!withValue || c.Value == value) {
			return true
		}
	}
	return false
}

func (r *rule) answers() bool { return r.Redirect != "" || r.Status != 0 || r.File != "" }

func (r *rule) status(otherwise int) int {
	if r.Status != 0 {
		return r.Status
	}
	return otherwise
}

func (r *rule) setCookies(w http.ResponseWriter, req *http.Request) {
	for _, c := range r.cookies {
		if !r.Once || !c.in(req) {
			w.Header().Add("Set-Cookie", fill(c.line))
		}
	}
}

func (c setCookie) in(req *http.Request) bool {
	for _, brought := range req.Cookies() {
		if c.name.MatchString(brought.Name) {
			return true
		}
	}
	return false
}

// fill puts fresh values in place of the placeholders.
func fill(line string) string {
	return placeholder.ReplaceAllStringFunc(line, func(p string) string {
		if p == "{time}" {
			return strconv.FormatInt(time.Now().Unix(), 10)
		}
		return strings.ToLower(rand.Text())
	})
}
