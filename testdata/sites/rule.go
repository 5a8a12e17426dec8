package sites

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
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
	// SetCookie are Set-Cookie lines, in which these are filled in anew:
	// {random}, {letters} (eight capitals), {time} (seconds), {form.NAME} (a value
	// of the form or query that was sent), {date+48h} (the date at that distance).
	SetCookie []string `yaml:"set_cookie"`
	// Once sets a cookie only if the request brings none of its name.
	Once bool `yaml:"once"`
	// IfCookie and UnlessCookie are name or name=value: with it, without it.
	IfCookie     string `yaml:"if_cookie"`
	UnlessCookie string `yaml:"unless_cookie"`
	// IfForm are values of the form or query: * is any, "" is none.
	IfForm map[string]string `yaml:"if_form"`
	// Session begins (start) or ends (end) the host's session.
	Session string `yaml:"session"`

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

var placeholder = regexp.MustCompile(`\{([a-z]*)([.+][^{}]*)?\}`)

func (r *rule) prepare(h *host) error {
	if !strings.HasPrefix(r.Path, "/") && !strings.HasPrefix(r.Path, "*") {
		return errors.New("path must begin with / or *")
	}
	r.path = anything(r.Path, "*")
	for _, line := range r.SetCookie {
		for _, p := range placeholder.FindAllStringSubmatch(line, -1) {
			if !fillable(p[1], p[2]) {
				return fmt.Errorf("unknown placeholder %s: use {random}, {letters}, {time}, {form.NAME} or {date+48h}", p[0])
			}
		}
		name, _, found := strings.Cut(line, "=")
		if !found {
			return fmt.Errorf("set_cookie %q must be name=value", line)
		}
		r.cookies = append(r.cookies, setCookie{line, anything(placeholder.ReplaceAllString(name, "*"), "*")})
	}
	switch {
	case r.Session != "" && r.Session != startSession && r.Session != endSession:
		return fmt.Errorf("session is start or end, not %q", r.Session)
	case r.Session != "" && h.Session == nil:
		return errors.New("the host has no session")
	case r.File == "":
		return nil
	case r.Type == "" && types[path.Ext(r.File)] == "":
		return fmt.Errorf("file %s needs a type", r.File)
	}
	_, err := fs.Stat(h.files, r.File)
	return err
}

func fillable(name, argument string) bool {
	switch name {
	case "random", "letters", "time":
		return argument == ""
	case "form":
		return len(argument) > 1 && argument[0] == '.'
	case "date":
		_, err := time.ParseDuration(strings.TrimPrefix(argument, "+"))
		return err == nil
	}
	return false
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
		(r.UnlessCookie == "" || !brings(req, r.UnlessCookie)) &&
		r.fitsForm(req)
}

func (r *rule) fitsForm(req *http.Request) bool {
	for name, want := range r.IfForm {
		got := req.FormValue(name)
		if want == "*" && got == "" || want != "*" && got != want {
			return false
		}
	}
	return true
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

func (r *rule) setCookies(w http.ResponseWriter, req *http.Request, now time.Time) {
	for _, c := range r.cookies {
		if !r.Once || !c.in(req) {
			w.Header().Add("Set-Cookie", fill(c.line, req, now))
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
func fill(line string, req *http.Request, now time.Time) string {
	return placeholder.ReplaceAllStringFunc(line, func(p string) string {
		found := placeholder.FindStringSubmatch(p)
		switch name, argument := found[1], found[2]; name {
		case "time":
			return strconv.FormatInt(now.Unix(), 10)
		case "letters":
			return letters(8)
		case "form":
			return url.QueryEscape(req.FormValue(argument[1:]))
		case "date":
			d, _ := time.ParseDuration(argument[1:]) // prepare tried it
			return now.Add(d).UTC().Format(http.TimeFormat)
		}
		return random()
	})
}

func random() string { return strings.ToLower(rand.Text()) }

// letters are n random capitals.
func letters(n int) string {
	out := make([]byte, 0, n)
	for len(out) < n {
		for _, c := range []byte(rand.Text()) {
			if c >= 'A' && len(out) < n {
				out = append(out, c)
			}
		}
	}
	return string(out)
}
