package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/scantest"
	"cookieaudit/testdata/sites"

	"github.com/google/go-cmp/cmp"
)

// result is what a run of the program left.
type result struct {
	code        int
	out, stderr string
}

// run runs the program in this process, in an empty folder.
func run(t *testing.T, ctx context.Context, env map[string]string, args ...string) result {
	t.Helper()
	var out, stderr bytes.Buffer
	a := &app{
		stdin: strings.NewReader(""), stdout: &out, stderr: &stderr,
		env: func(k string) string { return env[k] },
		now: time.Now,
	}
	code := a.run(ctx, args)
	return result{code, out.String(), stderr.String()}
}

// site serves a handler as https://www.site.test/ and returns the flags that
// lead a scan there.
func site(t *testing.T, hosts map[string]http.Handler) []string {
	t.Helper()
	server, err := sites.Listen()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	flags := []string{"--insecure", "--out", "none"}
	for host, h := range hosts {
		server.Handle(host, h)
		for _, c := range server.ConnectTo(host) {
			flags = append(flags, "--connect-to", c)
		}
	}
	return flags
}

func html(body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, "<!doctype html><html lang=en><link rel=icon href='data:,'>"+body)
	})
}

func page(body string) map[string]http.Handler {
	return map[string]http.Handler{"www.site.test": html(body)}
}

const banner = `<div id=b style="position:fixed;bottom:0;background:#ddd;width:600px"><p>We use cookies.</p>
<button onclick="c('yes')">Accept all</button> <button onclick="c('no')">Reject all</button></div>
<button onclick="b.hidden=false">Cookie settings</button>
<script>function c(v){document.cookie='consent='+v+'; Max-Age=1000; Path=/';b.hidden=true} b.hidden=document.cookie.includes('consent=')</script>`

// The table of outcomes, verdicts and exit codes, line by line on a real browser.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	policy := filepath.Join(t.TempDir(), "policy.yaml")
	if err := os.WriteFile(policy, []byte("version: 1\nsite: https://www.site.test/\nprofile: eu\nconsent: {record: [consent], lifetime: 1000 s}\nitems:\n"+
		"  - {name: consent, category: necessary, lifetime: 1000 s, party: first, purpose: choice}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	cmpScript := http.NewServeMux()
	cmpScript.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Content-Type", "text/javascript") })
	for _, tt := range []struct {
		name  string
		hosts map[string]http.Handler
		args  []string
		code  int
		out   []string
	}{
		{"everything seen, nothing found", page(banner), []string{"--policy", policy}, exitOK,
			[]string{"No breach found in what was looked at: 1 page, 4 choices, desktop."}},
		{"no dialog and nothing stored", page("<h1>plain</h1>"), nil, exitOK, []string{"not applicable"}},
		{"no dialog and something stored", page("<script>document.cookie='_ga=GA1.1.1.1; Max-Age=63072000'</script>"), nil, exitFinding,
			[]string{"no-dialog", "stored-before-consent", `"_ga"`}},
		{"no dialog though a consent manager's script loaded", map[string]http.Handler{
			"www.site.test": html(`<script src="https://cdn.cookielaw.org/otSDKStub.js"></script><script>document.cookie='x=1'</script>`), "cdn.cookielaw.org": cmpScript,
		}, nil, exitUnknown, []string{"Could not tell", "cdn.cookielaw.org"}},
		{"a refusal by the server", map[string]http.Handler{"www.site.test": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, "no", http.StatusForbidden)
		})}, nil, exitUnknown, []string{"Could not tell", "403"}},
		{"a choice that is not kept", page(strings.Replace(banner, "b.hidden=document.cookie", "b.hidden=false&&document.cookie", 1)), []string{"--policy", policy, "--choices", "none,accept,reject"}, exitUnknown,
			[]string{"Could not tell"}},
		{"no way to reject", page(strings.Replace(banner, `<button onclick="c('no')">Reject all</button>`, "", 1)), []string{"--policy", policy}, exitFinding,
			[]string{"no-reject-on-first-layer"}},
		{"an unreachable host", map[string]http.Handler{}, []string{"--connect-to", "www.site.test:443:127.0.0.1:9"}, exitUnknown, []string{"Could not tell"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"scan", "https://www.site.test/", "--quiet"}, append(site(t, tt.hosts), tt.args...)...)
			r := run(t, t.Context(), nil, args...)
			if r.code != tt.code {
				t.Errorf("exit %d, want %d", r.code, tt.code)
			}
			for _, want := range tt.out {
				if !strings.Contains(squash(r.out), want) {
					t.Errorf("the report lacks %q", want)
				}
			}
			for _, never := range []string{"compliant", "clean", "passed", "illegal"} {
				if strings.Contains(strings.ToLower(r.out), never) {
					t.Errorf("the report says %q", never)
				}
			}
			if t.Failed() {
				t.Logf("stdout:\n%s\nstderr:\n%s", r.out, r.stderr)
			}
		})
	}
}

// squash undoes the wrapping of lines.
func squash(s string) string { return strings.Join(strings.Fields(s), " ") }

func TestUsageErrors(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	wrong := file("wrong.yaml", "version: 1\nsite: https://www.site.test/\nitems:\n  - {name: a, categori: necessary}\n")
	other := file("other.yaml", "version: 1\nsite: https://www.other.test/\nitems: []\n")
	junk := file("junk.json", "hello")
	kept := filepath.Join(root, "testdata", "observations", "v1", "quiet.json")
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"wrong policy", []string{"scan", "--policy", wrong}, `wrong.yaml:4:`},
		{"did you mean", []string{"policy", "check", wrong}, "did you mean"},
		{"policy for another site", []string{"scan", "https://www.site.test/", "--policy", other}, "--as"},
		{"policy file missing", []string{"scan", "--policy", filepath.Join(dir, "none.yaml")}, "none.yaml"},
		{"unknown bundled policy", []string{"scan", "--policy", "nosuch"}, "bundled are"},
		{"only under a person's hands", []string{"scan", "https://www.site.test/", "--attend", "--choices", "none,only"}, "name the categories"},
		{"no browser", []string{"scan", "https://www.site.test/", "--browser", filepath.Join(dir, "chrome")}, "install"},
		{"nothing to scan", []string{"scan"}, "give a URL"},
		{"no address", []string{"scan", "ftp://x"}, "no address"},
		{"unknown choice", []string{"scan", "https://a.test", "--choices", "maybe"}, "unknown choice"},
		{"unknown category", []string{"scan", "https://a.test", "--choices", "only:fun"}, "only:functional"},
		{"attend without a display", []string{"scan", "https://a.test", "--attend"}, "no display"},
		{"no autoconsent there", []string{"scan", "https://a.test", "--autoconsent", "nowhere"}, "npm package"},
		{"consent of nothing", []string{"consent"}, "nothing to scan"},
		{"unknown severity", []string{"scan", "https://a.test", "--fail-on", "grave"}, "--fail-on"},
		{"no day", []string{"scan", "https://a.test", "--as-of", "1.2.2027"}, "2027-01-31"},
		{"judged before the scan", []string{"audit", kept, "--as-of", "2026-11-19"}, "the scan was on 2026-11-20"},
		{"to be judged before the scan", []string{"scan", "https://a.test", "--as-of", "2020-01-01"}, "give that day or a later one"},
		{"unknown format", []string{"scan", "https://a.test", "--format", "docx=x"}, "use one of findings, html"},
		{"format into no folder", []string{"scan", "https://a.test", "--format", "html=" + filepath.Join(dir, "no", "r.html")}, "does not exist"},
		{"format onto a folder", []string{"scan", "https://a.test", "--format", "html=" + dir}, "is a folder"},
		{"unknown time zone", []string{"scan", "https://a.test", "--time-zone", "London", "--browser", scantest.Path(), "--out", "none"}, "Europe/London"},
		{"connect-to", []string{"scan", "https://a.test", "--connect-to", "a:b"}, "HOST:PORT:ADDR:PORT"},
		{"header without variable", []string{"scan", "https://a.test", "--header", "a.test=X:NOPE"}, "NOPE"},
		{"header for a port", []string{"scan", "https://a.test", "--header", "a.test:8443=X:HOME"}, "without scheme, port and path"},
		{"log-in for an address", []string{"scan", "https://a.test", "--basic-auth", "https://a.test/=HOME"}, "without scheme, port and path"},
		{"unknown flag", []string{"scan", "--polcy", "x"}, "unknown flag"},
		{"unknown verb", []string{"scna"}, "unknown command"},
		{"too many arguments", []string{"audit", "a", "b"}, "accepts 1 arg"},
		{"no evidence", []string{"audit", junk}, "not an observation"},
		{"evidence missing", []string{"audit", filepath.Join(dir, "nothing")}, "open evidence"},
		{"an audit in place of its evidence", []string{"audit", filepath.Join(root, "testdata", "golden", "quiet.json")}, "is an audit, which tells what follows from evidence: give the folder of evidence"},
		{"a threshold for an item's life", []string{"explain", kept, "sid", "--fail-on", "low"}, "unknown flag: --fail-on"},
		{"unknown rule", []string{"rules", "nosuch"}, "no rule"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := run(t, t.Context(), nil, tt.args...)
			if r.code != exitUsage || !strings.Contains(r.stderr, tt.want) || r.out != "" {
				t.Errorf("exit %d, stdout %q, stderr %q; want exit 2 and %q", r.code, r.out, r.stderr, tt.want)
			}
		})
	}
}

func TestInterruptedScanSaysSo(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	hosts := map[string]http.Handler{"www.site.test": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/3" {
			cancel()
		}
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!doctype html><link rel=icon href='data:,'><a href=/1>1</a> <a href=/2>2</a> <a href=/3>3</a> <a href=/4>4</a>")
	})}
	dir := filepath.Join(t.TempDir(), "evidence")
	args := append([]string{"scan", "https://www.site.test/", "--quiet"}, site(t, hosts)...)
	r := run(t, ctx, nil, append(args, "--out", dir)...)
	if r.code != exitInterrupted {
		t.Errorf("exit %d; stderr %s", r.code, r.stderr)
	}
	if !strings.Contains(strings.ToLower(r.out), "interrupted") {
		t.Errorf("the report does not say that it is incomplete:\n%s", r.out)
	}
	if r := run(t, t.Context(), nil, "audit", dir); r.code != exitInterrupted {
		t.Errorf("the evidence judged again: exit %d", r.code)
	}
}

// Judging saved evidence again gives byte for byte the same audit as the scan,
// from the folder, from one of its files, and in every format.
func TestAuditIsWhatTheScanGave(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	policy := filepath.Join(dir, "policy.yaml")
	if err := os.WriteFile(policy, []byte("version: 1\nsite: https://www.site.test/\nitems:\n  - {name: sid, category: necessary, lifetime: session}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	evidence := filepath.Join(dir, "evidence")
	body := banner + "<script>document.cookie='_ga=GA1.1.1.1; Max-Age=63072000';localStorage.setItem('k','v')</script>"
	args := append([]string{"scan", "https://www.site.test/", "--quiet", "--policy", policy}, site(t, page(body))...)
	first := run(t, t.Context(), nil, append(args, "--out", evidence, "--format", "json")...)
	if first.code != exitFinding {
		t.Fatalf("exit %d: %s", first.code, first.stderr)
	}
	saved, err := os.ReadFile(filepath.Join(evidence, "audit.json"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(saved), first.out); diff != "" {
		t.Errorf("audit.json and --format json differ:\n%s", diff)
	}
	for _, from := range []string{evidence, filepath.Join(evidence, "observation.jsonl.gz"), filepath.Join(evidence, "audit.json")} {
		again := run(t, t.Context(), nil, "audit", from, "--policy", policy, "--format", "json")
		if diff := cmp.Diff(first.out, again.out); diff != "" || again.code != first.code {
			t.Errorf("from %s: exit %d (-scan +audit):\n%s", from, again.code, diff)
		}
	}
	pdf := filepath.Join(dir, "report.pdf")
	if r := run(t, t.Context(), nil, "audit", evidence, "--policy", policy, "--format", "pdf="+pdf); r.code != exitFinding || !strings.HasPrefix(r.stderr, "verdict: Breach found") {
		t.Errorf("pdf: exit %d, %s", r.code, r.stderr)
	}
	if r := run(t, t.Context(), nil, "audit", evidence, "--policy", policy, "--format", "text"); r.code != exitFinding || r.stderr != "" {
		t.Errorf("text: exit %d, %s", r.code, r.stderr)
	}
	if b, err := os.ReadFile(pdf); err != nil || !bytes.HasPrefix(b, []byte("%PDF-")) {
		t.Errorf("the PDF report: %v, %d bytes", err, len(b))
	}
	explained := run(t, t.Context(), nil, "explain", evidence, "_ga", "--policy", policy)
	if explained.code != exitOK || !strings.Contains(explained.out, "_ga") {
		t.Errorf("explain: exit %d\n%s%s", explained.code, explained.out, explained.stderr)
	}
	if r := run(t, t.Context(), nil, "explain", evidence, "_gx"); r.code != exitUsage || !strings.Contains(r.stderr, "_ga") {
		t.Errorf("explain of a near name: exit %d, %s", r.code, r.stderr)
	}
	if r := run(t, t.Context(), nil, append(args, "--out", evidence)...); r.code != exitUsage {
		t.Errorf("evidence was overwritten: exit %d", r.code)
	}
}

// Secrets go to their own host only, and stay out of everything written. Values
// that the site stores stay out as well.
func TestSecretsAndValuesLeak(t *testing.T) {
	t.Parallel()
	var canaries []string
	canary := func(what string) string {
		c := fmt.Sprintf("CANARY%02d%s", len(canaries), what)
		canaries = append(canaries, c)
		return c
	}
	var script strings.Builder
	for i := range 10 {
		fmt.Fprintf(&script, "document.cookie='c%d=%s';", i, canary("cookie"))
		fmt.Fprintf(&script, "localStorage.setItem('l%d','%s');", i, canary("local"))
		fmt.Fprintf(&script, "sessionStorage.setItem('s%d','%s');", i, canary("session"))
	}
	third := "https://third.leak.test/p?id=" + canary("query") + "&m=jane@mail.test#" + canary("fragment")
	hidden := canary("http")
	token, password := canary("token"), canary("password")
	got := map[string][2]string{}
	record := func(name string, next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			got[name] = [2]string{r.Header.Get("X-Preview"), r.Header.Get("Authorization")}
			w.Header().Set("Set-Cookie", "h="+hidden+"; HttpOnly")
			next.ServeHTTP(w, r)
		})
	}
	hosts := map[string]http.Handler{
		"www.site.test":   record("site", html(banner+"<script>"+script.String()+"</script><img src='"+third+"'>")),
		"third.leak.test": record("third", html("")),
	}
	dir := filepath.Join(t.TempDir(), "evidence")
	args := append([]string{"scan", "https://www.site.test/"}, site(t, hosts)...)
	env := map[string]string{"PREVIEW": token, "LOGIN": "user:" + password}
	r := run(t, t.Context(), env, append(args, "--out", dir, "--choices", "none,accept", "--header", "www.site.test=X-Preview:PREVIEW", "--basic-auth", "www.site.test=LOGIN")...)
	if r.code == exitUsage {
		t.Fatal(r.stderr)
	}
	if got["site"][0] != token || !strings.HasPrefix(got["site"][1], "Basic ") {
		t.Errorf("the site got %q", got["site"])
	}
	if got["third"] != [2]string{} {
		t.Errorf("a third party got %q", got["third"])
	}
	texts := map[string]string{"stdout": r.out, "stderr": r.stderr}
	for _, name := range []string{"audit.json", "report.html", "report.txt", "inventory.csv", "findings.csv"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = string(b)
	}
	texts["observation"] = unpack(t, filepath.Join(dir, "observation.jsonl.gz"))
	texts["explain"] = run(t, t.Context(), nil, "explain", dir, "c1").out
	if len(canaries) < 34 {
		t.Fatalf("only %d canaries", len(canaries))
	}
	for _, c := range append(canaries, "jane@mail.test") {
		for name, text := range texts {
			if strings.Contains(text, c) {
				t.Errorf("%s holds %s", name, c)
			}
		}
	}
	if !strings.Contains(texts["observation"], `"name":"c1"`) {
		t.Error("the observation holds no item to leak")
	}
}

func unpack(t *testing.T, name string) string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	gz, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(gz)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestPolicyVerbs(t *testing.T) {
	for _, args := range [][]string{{"policy", "list"}, {"policy", "check", "ons"}, {"policy", "show", "ons"}, {"rules"}, {"rules", "undeclared"}, {"rules", "--markdown"}} {
		r := run(t, t.Context(), nil, args...)
		if r.code != exitOK || r.out == "" || r.stderr != "" {
			t.Errorf("%v: exit %d, stdout %d bytes, stderr %q", args, r.code, len(r.out), r.stderr)
		}
	}
}

// The help names every choice that can be asked for, and what fails a run.
func TestUsageNamesTheChoices(t *testing.T) {
	help := squash(run(t, t.Context(), nil, "scan", "--help").out)
	_, list, _ := strings.Cut(help, "parted by commas: ")
	list, _, _ = strings.Cut(list, " (default")
	for _, name := range strings.Split(list, ", ") {
		if got, err := (scanOptions{choices: []string{name}}).chosen(nil); err != nil || len(got) != 1 || string(got[0]) != name {
			t.Errorf("--choices %s: %v, %v", name, got, err)
		}
	}
	if n := len(strings.Split(list, ", ")); n != len(observation.Choices())+2 { // one category stands for three
		t.Errorf("the help names %d choices: %s", n, list)
	}
	for _, want := range []string{"1 a finding at or above --fail-on that is proven or derived, on settled law", "what is heuristic or not settled law never fails it"} {
		if !strings.Contains(help, want) {
			t.Errorf("the help does not say %q", want)
		}
	}
}

// A day of judgement may be that of the scan, at whatever hour it was.
func TestUsageOfAsOf(t *testing.T) {
	scan := time.Date(2026, 11, 20, 23, 59, 0, 0, time.UTC)
	for day, ok := range map[string]bool{"": true, "2026-11-19": false, "2026-11-20": true, "2027-01-31": true} {
		opt, err := (&judgeOptions{failOn: "high", asOf: day}).options()
		if err != nil {
			t.Fatal(err)
		}
		if err := notBefore(opt, scan); (err == nil) != ok {
			t.Errorf("%q: %v", day, err)
		}
	}
}

func TestUsageOfVersions(t *testing.T) {
	build := func(kv ...string) *debug.BuildInfo {
		var b debug.BuildInfo
		for i := 0; i < len(kv); i += 2 {
			b.Settings = append(b.Settings, debug.BuildSetting{Key: kv[i], Value: kv[i+1]})
		}
		return &b
	}
	const revision = "0c9dac7f00000000000000000000000000000000"
	for _, tt := range []struct {
		version string
		build   *debug.BuildInfo
		want    string
	}{
		{"dev", nil, "dev"},
		{"dev", build(), "dev"},
		{"dev", build("vcs.revision", revision, "vcs.modified", "false"), "dev 0c9dac7"},
		{"dev", build("vcs.revision", revision, "vcs.modified", "true"), "dev 0c9dac7+changes"},
		{"1.2.0", build("vcs.revision", revision, "vcs.modified", "true"), "1.2.0"},
	} {
		if got := versionOf(tt.version, tt.build); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.version, got, tt.want)
		}
	}
}
