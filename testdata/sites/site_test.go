package sites

import (
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func TestEverySiteOpens(t *testing.T) {
	for _, name := range Names() {
		s, err := Open(name)
		if err != nil {
			t.Error(err)
			continue
		}
		if got := ask(s.hosts[0], s.Start()); got.StatusCode != http.StatusOK {
			t.Errorf("%s: %s answers %d", name, s.Start(), got.StatusCode)
		}
	}
	if _, err := Open("nowhere"); err == nil || !strings.Contains(err.Error(), "example") {
		t.Errorf("Open of no site: %v; want an error that lists the sites", err)
	}
}

// ask answers one HTTPS request with cookies given as name=value.
func ask(h *host, url string, cookies ...string) *http.Response {
	r := httptest.NewRequest("GET", url, nil)
	r.TLS = &tls.ConnectionState{}
	for _, c := range cookies {
		name, value, _ := strings.Cut(c, "=")
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func small(t *testing.T, rules string) *host {
	t.Helper()
	s, err := read("small", fstest.MapFS{
		"site.yaml":       {Data: []byte("start: https://a.example/\nhosts:\n- host: a.example\n  root: a\n  layout: layout.html\n  rules:\n" + rules)},
		"a/layout.html":   {Data: []byte("<title>{{title}}</title><main>{{content}}</main>")},
		"a/index.html":    {Data: []byte("<title>Home</title>\nwelcome")},
		"a/sub/page.html": {Data: []byte("<title>Page</title>\npage")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s.hosts[0]
}

func TestStatic(t *testing.T) {
	h := small(t, "  - {path: /nothing, status: 404}\n")
	for path, want := range map[string]string{
		"/":            "200 <title>Home</title><main>welcome</main>",
		"/sub/page":    "200 <title>Page</title><main>page</main>",
		"/favicon.ico": "204 ",
		"/layout.html": "404 no such page\n",
		"/../site":     "404 no such page\n",
	} {
		res := ask(h, "https://a.example"+path)
		body, _ := io.ReadAll(res.Body)
		if got := res.Status[:4] + string(body); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

func TestRules(t *testing.T) {
	h := small(t, `  - {path: /*, once: true, set_cookie: ["s_{random}={time}; Path=/"]}
  - {path: /hop, set_cookie: [hop=1], redirect: /}
  - {path: /in, if_cookie: choice=yes, set_cookie: [in=1]}
  - {path: /in, unless_cookie: choice, set_cookie: [none=1]}
`)
	tests := []struct {
		path, cookies string
		status        int
		want          string // names of the cookies set
	}{
		{"/", "", 200, "s_"},
		{"/", "s_abc=1", 200, ""},
		{"/hop", "s_abc=1", 302, "hop"},
		{"/in", "s_abc=1 choice=yes", 404, "in"},
		{"/in", "s_abc=1 choice=no", 404, ""},
		{"/in", "s_abc=1", 404, "none"},
	}
	for _, tt := range tests {
		res := ask(h, "https://a.example"+tt.path, strings.Fields(tt.cookies)...)
		var names []string
		for _, c := range res.Cookies() {
			if strings.HasPrefix(c.Name, "s_") && len(c.Name) > 20 {
				c.Name = "s_"
			}
			names = append(names, c.Name)
		}
		if got := strings.Join(names, " "); got != tt.want || res.StatusCode != tt.status {
			t.Errorf("%s with %q: %d, sets %q; want %d, %q", tt.path, tt.cookies, res.StatusCode, got, tt.status, tt.want)
		}
	}
}

func TestPlainHTTPLeadsToHTTPS(t *testing.T) {
	w := httptest.NewRecorder()
	small(t, "  - {path: /x, status: 204}\n").ServeHTTP(w, httptest.NewRequest("GET", "http://a.example/x?y=1", nil))
	if got := w.Header().Get("Location"); got != "https://a.example/x?y=1" {
		t.Errorf("leads to %q", got)
	}
}

func TestMistakesAreFound(t *testing.T) {
	for fault, yaml := range map[string]string{
		"field sets not found":     "start: https://a.example/\nhosts: [{host: a.example, root: a, rules: [{path: /, sets: x}]}]",
		"unknown placeholder":      "start: https://a.example/\nhosts: [{host: a.example, root: a, rules: [{path: /, set_cookie: ['a={rnd}']}]}]",
		"must be name=value":       "start: https://a.example/\nhosts: [{host: a.example, root: a, rules: [{path: /, set_cookie: [a]}]}]",
		"file does not exist":      "start: https://a.example/\nhosts: [{host: a.example, root: b}]",
		"must be an https address": "start: https://b.example/\nhosts: [{host: a.example, root: a}]",
		"needs a type":             "start: https://a.example/\nhosts: [{host: a.example, root: a, rules: [{path: /, file: x.bin}]}]",
	} {
		_, err := read("faulty", fstest.MapFS{"site.yaml": {Data: []byte(yaml)}, "a/index.html": {}, "a/x.bin": {}})
		if err == nil || !strings.Contains(err.Error(), fault) {
			t.Errorf("got %v, want an error with %q", err, fault)
		}
	}
}
