package sites

import (
	"crypto/tls"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"gopkg.in/yaml.v3"
)

func TestEverySiteOpens(t *testing.T) {
	for _, name := range Names() {
		s, err := Open(name)
		if err != nil {
			t.Error(err)
			continue
		}
		if s.Notice() == "" {
			t.Errorf("%s: site.yaml says nothing under notice", name)
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
	s, err := read(fstest.MapFS{
		"small/site.yaml":       {Data: []byte("start: https://a.example/\nhosts:\n- host: a.example\n  root: a\n  layout: layout.html\n  session: {cookie: SID; Path=/, idle: 30m}\n  rules:\n" + rules)},
		"small/a/layout.html":   {Data: []byte("<title>{{title}}</title><main>{{content}}</main>")},
		"small/a/index.html":    {Data: []byte("<title>Home</title>\nwelcome")},
		"small/a/sub/page.html": {Data: []byte("<title>Page</title>\npage")},
	}, "small")
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

// TestEveryPageSaysWhatItIs: whoever sees a page of a replica, also one of a
// stand-in in a frame, reads that it is none of the real service's.
func TestEveryPageSaysWhatItIs(t *testing.T) {
	for _, name := range Names() {
		s, err := Open(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range s.hosts {
			pages := maps.Clone(h.rendered)
			err := fs.WalkDir(h.files, ".", func(file string, d fs.DirEntry, err error) error {
				if path.Ext(file) != ".html" || h.hidden(file) {
					return err
				}
				pages[file], err = h.read(file)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			for at, data := range pages {
				if !strings.Contains(string(data), "planted defects") {
					t.Errorf("%s: %s of %s does not say that it has planted defects", name, at, h.Name)
				}
			}
		}
	}
}

// TestJourneysStayOnTheSite: a journey that leaves the site's hosts would find
// nobody there.
func TestJourneysStayOnTheSite(t *testing.T) {
	for _, name := range Names() {
		s, err := Open(name)
		if err != nil {
			t.Fatal(err)
		}
		data, ok := s.Journeys()
		if !ok {
			continue
		}
		var file struct {
			Journeys map[string][]map[string]string `yaml:"journeys"`
		}
		if err := yaml.Unmarshal(data, &file); err != nil {
			t.Errorf("%s: journeys.yaml: %v", name, err)
		}
		for journey, steps := range file.Journeys {
			for i, step := range steps {
				to, err := url.Parse(step["goto"])
				switch {
				case err != nil, i == 0 && to.Host == "":
					t.Errorf("%s: journey %s: step %d must go to an address", name, journey, i+1)
				case to.Host != "" && !slices.Contains(s.Hosts(), to.Host):
					t.Errorf("%s: journey %s goes to %s, which is no host of the site", name, journey, to.Host)
				}
			}
		}
	}
}

func TestForms(t *testing.T) {
	h := small(t, `  - {path: /login, if_form: {user: "*", keep: "on"}, set_cookie: ["name={form.user}; Path=/; Expires={date+48h}"], redirect: /in}
  - {path: /login, if_form: {user: "*", keep: ""}, redirect: /in}
  - {path: /login, status: 200}
  - {path: /asp, set_cookie: ["ASP{letters}=1"]}
`)
	tests := []struct{ method, form, want string }{
		{"GET", "", "200 "},
		{"GET", "user=pat", "302 "},
		{"POST", "user=pat", "303 "},
		{"POST", "user=pat%40example.org&keep=on", "303 name=pat%40example.org"},
	}
	for _, tt := range tests {
		target, body := "https://a.example/login?"+tt.form, ""
		if tt.method == "POST" {
			target, body = "https://a.example/login", tt.form
		}
		r := httptest.NewRequest(tt.method, target, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.TLS = &tls.ConnectionState{}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		got := w.Result().Status[:4]
		for _, c := range w.Result().Cookies() {
			got += c.Name + "=" + c.Value
			date, _ := http.ParseTime(w.Header().Get("Date"))
			if left := c.Expires.Sub(date); left != 48*time.Hour {
				t.Errorf("cookie lives for %v", left)
			}
		}
		if got != tt.want {
			t.Errorf("%s with %q: %q, want %q", tt.method, tt.form, got, tt.want)
		}
	}
	c := ask(h, "https://a.example/asp").Cookies()[0]
	if !regexp.MustCompile(`^ASP[A-Z]{8}$`).MatchString(c.Name) {
		t.Errorf("cookie %q", c.Name)
	}
}

func TestSession(t *testing.T) {
	h := small(t, "  - {path: /start, session: start, status: 204}\n  - {path: /logout, session: end, redirect: /}\n")
	now := time.Now()
	// get asks with a session id and returns what is set: an id, gone, or nothing.
	get := func(path, id string) string {
		r := httptest.NewRequest("GET", "https://a.example"+path, nil)
		r.TLS = &tls.ConnectionState{}
		if id != "" {
			r.AddCookie(&http.Cookie{Name: "SID", Value: id})
		}
		w := httptest.NewRecorder()
		h.answer(w, r, now)
		for _, c := range w.Result().Cookies() {
			if c.MaxAge < 0 {
				return "gone"
			}
			return c.Value
		}
		return ""
	}
	if got := get("/", ""); got != "" {
		t.Errorf("a path that starts no session sets %q", got)
	}
	first := get("/start", "")
	for range 3 { // in use, it lives longer than it may rest
		now = now.Add(29 * time.Minute)
		if got := get("/", first) + get("/start", first); got != "" {
			t.Errorf("a living session is replaced by %q", got)
		}
	}
	now = now.Add(31 * time.Minute)
	second := get("/start", first)
	if second == "" || second == first {
		t.Errorf("after 31 idle minutes the id is %q, before %q", second, first)
	}
	if got := get("/logout", second); got != "gone" {
		t.Errorf("the end sets %q", got)
	}
	if got := get("/start", second); got == "" || got == second {
		t.Errorf("after the end the old id is followed by %q", got)
	}
}

// One visitor's idle minutes are not those of another who is there at the same
// time, and no answer bears a later date for them.
func TestAge(t *testing.T) {
	site, err := read(fstest.MapFS{
		"two/site.yaml": {Data: []byte(`start: https://a.example/
hosts:
- {host: a.example, root: a, session: {cookie: SID; Path=/, idle: 30m}, rules: [{path: /, session: start, status: 204}]}
- {host: b.example, root: a, session: {cookie: KEY; Path=/, idle: 30m}, rules: [{path: /, session: start, status: 204}]}
- {host: c.example, root: a}
`)},
		"two/a/index.html": {},
	}, "two")
	if err != nil {
		t.Fatal(err)
	}
	server, err := Listen()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	server.Mount(site)
	// get asks a host with a visitor's cookies and reports whether a new id was set.
	get := func(host string, jar map[string]*http.Cookie) bool {
		r := httptest.NewRequest("GET", "https://"+host+"/", nil)
		r.TLS = &tls.ConnectionState{}
		if c := jar[host]; c != nil {
			r.AddCookie(c)
		}
		w := httptest.NewRecorder()
		server.ServeHTTP(w, r)
		if date, err := http.ParseTime(w.Header().Get("Date")); err != nil || time.Since(date).Abs() > time.Minute {
			t.Errorf("the answer bears the date %s", w.Header().Get("Date"))
		}
		for _, c := range w.Result().Cookies() {
			jar[host] = c
			return true
		}
		return false
	}
	away, here := map[string]*http.Cookie{}, map[string]*http.Cookie{}
	for _, jar := range []map[string]*http.Cookie{away, here} {
		for _, host := range []string{"a.example", "b.example"} {
			if !get(host, jar) {
				t.Fatalf("%s gives no session", host)
			}
		}
	}
	rest := func(d time.Duration) {
		server.Age([]string{"no session", away["a.example"].Value, away["b.example"].Value}, d)
	}
	rest(20 * time.Minute)
	if get("a.example", away) {
		t.Error("a session ended after 20 minutes of the 30 that it may rest")
	}
	rest(20 * time.Minute) // of which a.example was used between, b.example was not
	for _, tt := range []struct {
		host  string
		jar   map[string]*http.Cookie
		fresh bool
	}{
		{"a.example", away, false}, {"b.example", away, true}, {"a.example", here, false}, {"b.example", here, false},
	} {
		if fresh := get(tt.host, tt.jar); fresh != tt.fresh {
			t.Errorf("%s, away %t: a new session %t, want %t", tt.host, tt.jar["a.example"] == away["a.example"], fresh, tt.fresh)
		}
	}
}

func TestPagesAndVariants(t *testing.T) {
	all := fstest.MapFS{
		"shop/site.yaml": {Data: []byte(`notice: A replica.
start: https://a.example/
vars: {keeps: "no"}
hosts:
- host: a.example
  root: shared
  layout: layout.html
  scripts: [/all.js]
  pages:
  - {path: /, title: Home, html: "kept: {{var.keeps}}"}
  - {path: /in, title: In, file: form.html, vars: {field: User}, unlisted: true, scripts: [/in.js]}
`)},
		"shop/journeys.yaml":      {Data: []byte("journeys: {}")},
		"shop/truth.yaml":         {Data: []byte("findings: []")},
		"shop/shared/layout.html": {Data: []byte("{{title}}|{{nav}}|{{scripts}}|{{content}}|{{notice}}|{{host}}")},
		"shop/shared/form.html":   {Data: []byte("label {{var.field}}")},
		"shop/shared/all.js":      {Data: []byte("keeps = '{{var.keeps}}'")},
		"variant/site.yaml":       {Data: []byte("base: shop\nvars: {keeps: \"yes\"}\n")},
		"typo/site.yaml":          {Data: []byte("base: shop\nvars: {keep: \"yes\"}\n")},
	}
	body := func(s *Site, path string) string {
		data, _ := io.ReadAll(ask(s.hosts[0], "https://a.example"+path).Body)
		return strings.ReplaceAll(string(data), "\n", "")
	}
	shop, err := read(all, "shop")
	if err != nil {
		t.Fatal(err)
	}
	variant, err := read(all, "variant")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		site       *Site
		path, want string
	}{
		{shop, "/", `Home|<a href="/">Home</a>|<script src="/all.js"></script>|kept: no|A replica.|a.example`},
		{shop, "/in", `In|<a href="/">Home</a>|<script src="/all.js"></script><script src="/in.js"></script>|label User|A replica.|a.example`},
		{shop, "/form.html", "no such page"},
		{variant, "/", `Home|<a href="/">Home</a>|<script src="/all.js"></script>|kept: yes|A replica.|a.example`},
		{variant, "/all.js", "keeps = 'yes'"},
	} {
		if got := body(tt.site, tt.path); got != tt.want {
			t.Errorf("%s%s: %q, want %q", tt.site.Name(), tt.path, got, tt.want)
		}
	}
	_, journeys := variant.Journeys()
	_, truth := variant.Truth()
	if !journeys || truth || variant.Base() != "shop" || shop.Base() != "shop" || variant.Notice() != "A replica." {
		t.Errorf("the variant has journeys %t, truth %t, base %s, notice %q; want true, false, shop and the base's", journeys, truth, variant.Base(), variant.Notice())
	}
	if _, err := read(all, "typo"); err == nil || !strings.Contains(err.Error(), "no var") {
		t.Errorf("an unknown var gives %v", err)
	}
}

func TestMistakesAreFound(t *testing.T) {
	for fault, yaml := range map[string]string{
		"field sets not found":     "start: https://a.example/\nhosts: [{host: a.example, root: a, rules: [{path: /, sets: x}]}]",
		"unknown placeholder":      "start: https://a.example/\nhosts: [{host: a.example, root: a, rules: [{path: /, set_cookie: ['a={rnd}']}]}]",
		"must be name=value":       "start: https://a.example/\nhosts: [{host: a.example, root: a, rules: [{path: /, set_cookie: [a]}]}]",
		"file does not exist":      "start: https://a.example/\nhosts: [{host: a.example, root: c}]",
		"must be an https address": "start: https://b.example/\nhosts: [{host: a.example, root: a}]",
		"nothing fills in":         "start: https://a.example/\nhosts: [{host: a.example, root: b}]",
		"has no session":           "start: https://a.example/\nhosts: [{host: a.example, root: a, rules: [{path: /, session: start}]}]",
		"either html or file":      "start: https://a.example/\nhosts: [{host: a.example, root: a, pages: [{path: /, title: x}]}]",
		"needs a type":             "start: https://a.example/\nhosts: [{host: a.example, root: a, rules: [{path: /, file: x.bin}]}]",
	} {
		_, err := read(fstest.MapFS{"faulty/site.yaml": {Data: []byte(yaml)}, "faulty/a/index.html": {}, "faulty/a/x.bin": {}, "faulty/b/x.js": {Data: []byte("{{var.x}}")}}, "faulty")
		if err == nil || !strings.Contains(err.Error(), fault) {
			t.Errorf("got %v, want an error with %q", err, fault)
		}
	}
}
