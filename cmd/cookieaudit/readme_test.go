package main

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/policies/rules"
	"cookieaudit/report"
	"cookieaudit/scanner/observation"
	"cookieaudit/testdata/sites"

	gocmp "github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the generated parts of README.md")

const root = "../.."

// readme is README.md, which a test may change and keep.
type readme struct{ text string }

func openReadme(t *testing.T) *readme {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	r := &readme{string(b)}
	if *update {
		name, err := filepath.Abs(filepath.Join(root, "README.md"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := os.WriteFile(name, []byte(r.text), 0o644); err != nil {
				t.Error(err)
			}
		})
	}
	return r
}

// TestReadmeTables compares what stands between <!-- name --> and <!-- /name -->
// with what the code says.
func TestReadmeTables(t *testing.T) {
	r := openReadme(t)
	for name, want := range generated(t) {
		begin, end := "<!-- "+name+" -->\n\n", "\n<!-- /"+name+" -->\n"
		head, rest, ok1 := strings.Cut(r.text, begin)
		have, tail, ok2 := strings.Cut(rest, end)
		if !ok1 || !ok2 {
			t.Errorf("README.md has no %s...%s", strings.TrimSpace(begin), strings.TrimSpace(end))
			continue
		}
		if *update {
			r.text = head + begin + want + end + tail
		} else if diff := gocmp.Diff(want, have); diff != "" {
			t.Errorf("%s (-code +README.md); make golden writes it anew:\n%s", name, diff)
		}
	}
}

func generated(t *testing.T) map[string]string {
	t.Helper()
	return map[string]string{
		"choices":    terms("choice", observation.Choices()),
		"phases":     terms("phase", observation.Phases()),
		"causes":     terms("cause", observation.Causes()),
		"kinds":      terms("kind", observation.Kinds()),
		"ops":        terms("operation", observation.Ops()),
		"pages":      terms("page", observation.PageStates()),
		"outcomes":   terms("outcome", observation.Outcomes()),
		"proof":      terms("fact", observation.ProofFacts()),
		"signals":    terms("signal", observation.SignalKinds()),
		"managers":   text(t, "testdata/golden/managers.md"),
		"categories": terms("category", policies.Categories()),
		"parties":    terms("party", policies.Parties()),
		"bases":      terms("basis", policies.Bases()),
		"profiles":   terms("profile", policies.Profiles()),
		"claims":     terms("claim", policies.Claims()),
		"severities": terms("severity", audit.Severities()),
		"verdicts":   terms("verdict", audit.Verdicts()),
		"rules":      ruleTable(),
		"formats":    formatTable(),
		"verbs":      verbTable(),
		"policy":     "```yaml\n" + text(t, "testdata/readme/policy.yaml") + "```\n",
		"typo":       "```yaml\n" + text(t, "testdata/readme/typo.yaml") + "```\n",
		"inventory":  "```csv\n" + header(t, "inventory") + "\n```\n",
		"findings":   "```csv\n" + header(t, "findings") + "\n```\n",
	}
}

func text(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func table(head []string, rows [][]string) string {
	var b strings.Builder
	line := func(cells []string) { fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | ")) }
	line(head)
	line(slices.Repeat([]string{"---"}, len(head)))
	for _, cells := range rows {
		line(cells)
	}
	return b.String()
}

func code(s string) string { return "`" + s + "`" }

func terms(head string, list []observation.Term) string {
	var rows [][]string
	for _, term := range list {
		rows = append(rows, []string{code(term.Name), term.Doc})
	}
	return table([]string{head, "meaning"}, rows)
}

func ruleTable() string {
	var rows [][]string
	for _, r := range rules.All() {
		rows = append(rows, []string{code(r.ID), string(r.Severity), string(r.Evidence), string(r.Law), r.Title})
	}
	return table([]string{"rule", "severity", "certainty", "law", "what it reports"}, rows)
}

func formatTable() string {
	var rows [][]string
	for _, f := range report.All() {
		rows = append(rows, []string{code(f.Name), f.Doc})
	}
	return table([]string{"format", "what it is"}, rows)
}

func verbTable() string {
	var rows [][]string
	for _, c := range new(app).command().Commands() {
		if !c.HasSubCommands() {
			rows = append(rows, []string{code(c.UseLine()), c.Short})
		}
		for _, sub := range c.Commands() {
			rows = append(rows, []string{code(sub.UseLine()), sub.Short})
		}
	}
	return table([]string{"command", "what it does"}, rows)
}

// header is the first line of a CSV format.
func header(t *testing.T, format string) string {
	t.Helper()
	f, ok := report.Lookup(format)
	if !ok {
		t.Fatalf("no format %s", format)
	}
	var b bytes.Buffer
	if err := f.Render(&b, &audit.Audit{}, report.Options{}); err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(b.String(), "\n")
	return strings.TrimRight(line, "\r")
}

// TestReadmeLinks looks up every file that README.md points to, and every file,
// folder and make target that it names as code.
func TestReadmeLinks(t *testing.T) {
	r := openReadme(t)
	link := regexp.MustCompile(`\]\(([^)#:]+)\)`)
	named := regexp.MustCompile("`((?:cmd|scanner|policies|report|testdata)/[A-Za-z0-9_./-]*)`")
	for _, m := range append(link.FindAllStringSubmatch(r.text, -1), named.FindAllStringSubmatch(r.text, -1)...) {
		if _, err := os.Stat(filepath.Join(root, m[1])); err != nil {
			t.Errorf("README.md names %s, which is not there", m[1])
		}
	}
	for _, m := range regexp.MustCompile("`make ([a-z-]+)`").FindAllStringSubmatch(r.text, -1) {
		if !hasTarget(text(t, "Makefile"), m[1]) {
			t.Errorf("README.md names make %s, which the Makefile has not", m[1])
		}
	}
}

func hasTarget(makefile, name string) bool {
	return strings.Contains("\n"+makefile, "\n"+name+":")
}

// TestReadme runs every command of README.md's console blocks, in their order,
// in one folder that begins like a checkout, and compares what they print with
// what is shown. The program runs in this process. Three things differ from
// what a reader does:
//
//   - The clock begins at readmeDay, so that dates are the same on every run.
//   - No host of the example exists, so scan and consent get --connect-to and --insecure
//     for the example site, which the test serves on loopback. demo serves it
//     by itself and runs as shown.
//   - The staging server's address in --connect-to is replaced by that of the
//     test's, which answers with the example site to who brings the log-in and
//     the header shown, and with 401 to others.
//
// make targets are looked up in the Makefile and not run: each would build and
// run what this test runs.
func TestReadme(t *testing.T) {
	r := openReadme(t)
	s := newSession(t)
	blocks := regexp.MustCompile("(?s)```console\n(.*?)```\n")
	commands := 0
	updated := blocks.ReplaceAllStringFunc(r.text, func(block string) string {
		body := blocks.FindStringSubmatch(block)[1]
		if !strings.HasPrefix(body, "$ ") {
			t.Errorf("a console block begins with output:\n%s", body)
			return block
		}
		var b strings.Builder
		for _, e := range examples(body) {
			commands++
			got := s.do(e.command)
			b.WriteString("$ " + e.source + "\n")
			if *update {
				e.shown = e.excerpt(got)
			} else if diff := e.compare(got); diff != "" {
				t.Errorf("$ %s (-README.md +printed):\n%s", e.command, diff)
			}
			for _, line := range e.shown {
				b.WriteString(line + "\n")
			}
		}
		return "```console\n" + b.String() + "```\n"
	})
	if commands == 0 {
		t.Error("README.md shows no command")
	}
	for _, must := range []string{"make demo", "cookieaudit scan --policy policy.yaml --format html=report.html --format json=audit.json --fail-on high"} {
		if !slices.Contains(s.done, must) {
			t.Errorf("README.md does not show %q", must)
		}
	}
	if *update {
		r.text = updated
	}
}

// example is one command with the output shown below it. A line "..." stands
// for what is left out; there is at most one.
type example struct {
	source  string // as written, perhaps over several lines
	command string // in one line
	shown   []string
}

func examples(body string) []example {
	var out []example
	lines := strings.Split(strings.TrimSuffix(body, "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		command, ok := strings.CutPrefix(lines[i], "$ ")
		if !ok {
			last := &out[len(out)-1]
			last.shown = append(last.shown, lines[i])
			continue
		}
		e := example{source: command, command: command}
		for strings.HasSuffix(e.command, `\`) && i+1 < len(lines) {
			i++
			e.source += "\n" + lines[i]
			e.command = strings.TrimSuffix(e.command, `\`) + strings.TrimSpace(lines[i])
		}
		out = append(out, e)
	}
	return out
}

const leftOut = "..."

// excerpt is as much of an output as is shown now: as many lines from the
// beginning, and as many from the end.
func (e example) excerpt(output string) []string {
	lines := printedLines(output)
	cut := slices.Index(e.shown, leftOut)
	switch {
	case cut < 0 && len(e.shown) == 0:
		return nil
	case cut < 0:
		return lines
	}
	tail := len(e.shown) - cut - 1
	if cut+tail > len(lines) {
		return lines
	}
	return slices.Concat(lines[:cut], []string{leftOut}, lines[len(lines)-tail:])
}

func (e example) compare(output string) string {
	return gocmp.Diff(normal(e.shown), normal(e.excerpt(output)))
}

func printedLines(output string) []string {
	var out []string
	for _, line := range strings.Split(strings.TrimRight(output, "\n"), "\n") {
		out = append(out, strings.TrimRight(line, " "))
	}
	return out
}

// measured are the figures that differ between two runs: how long after the
// page opened, or after the visit began, something happened, the mark of a value,
// whose key lives for one scan, and sizes, which follow the machine's fonts.
var measured = regexp.MustCompile(`\b[0-9]+(\.[0-9]+)? ?m?s\b|\bmark [0-9a-f]+\b|\b[0-9]+ by [0-9]+ pixels\b|\bcovers [0-9]+ %`)

// normal takes measured figures out, and the line breaks and indents, which
// follow from their widths.
func normal(lines []string) string {
	return measured.ReplaceAllString(strings.Join(strings.Fields(strings.Join(lines, "\n")), " "), "#")
}

// readmeDay is when the sessions of README.md take place.
var readmeDay = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// session is a reader at a terminal: the few commands that README.md uses.
type session struct {
	t        *testing.T
	makefile string
	env      map[string]string
	code     int
	begun    time.Time
	staging  string   // address that answers for the staging host
	site     []string // flags that lead a scan to the example site
	done     []string
}

const stagingHost, stagingAddress = "staging.harbour-lamps.example", "127.0.0.1:8443"

func newSession(t *testing.T) *session {
	t.Helper()
	s := &session{t: t, makefile: text(t, "Makefile"), env: map[string]string{}, begun: time.Now()}
	server, err := sites.Listen()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	example, err := sites.Open("example")
	if err != nil {
		t.Fatal(err)
	}
	server.Mount(example)
	s.site = []string{"--insecure"}
	for _, host := range example.Hosts() {
		for _, to := range server.ConnectTo(host) {
			s.site = append(s.site, "--connect-to", to)
		}
	}
	server.Handle(stagingHost, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		if user+":"+password != s.env["STAGING_LOGIN"] || r.Header.Get("X-Preview") != s.env["STAGING_TOKEN"] {
			w.Header().Set("WWW-Authenticate", `Basic realm="staging"`)
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		r.Host = observation.HostOf(example.Start())
		server.ServeHTTP(w, r)
	}))
	s.staging = server.HTTPS
	checkout, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.Symlink(filepath.Join(checkout, "testdata"), "testdata"); err != nil {
		t.Fatal(err)
	}
	return s
}

// do runs one command and returns what it prints: the results, or what it says
// where it gives none. Progress is not shown in README.md.
func (s *session) do(command string) string {
	s.t.Helper()
	s.done = append(s.done, command)
	words := strings.Fields(command)
	switch words[0] {
	case "cookieaudit":
		return s.cookieaudit(words[1:])
	case "make":
		for _, target := range words[1:] {
			if !hasTarget(s.makefile, target) {
				s.t.Errorf("$ %s: the Makefile has no such target", command)
			}
		}
		return ""
	case "export":
		for _, w := range words[1:] {
			name, value, _ := strings.Cut(w, "=")
			s.env[name] = value
		}
		return ""
	case "cp":
		b, err := os.ReadFile(words[1])
		if err = cmp.Or(err, os.WriteFile(words[2], b, 0o644)); err != nil {
			s.t.Errorf("$ %s: %v", command, err)
		}
		return ""
	case "echo":
		if command == "echo $?" {
			return fmt.Sprintln(s.code)
		}
	}
	s.t.Errorf("$ %s: the test cannot run this: teach it, or show another command", command)
	return ""
}

func (s *session) cookieaudit(args []string) string {
	s.t.Helper()
	for i, a := range args {
		args[i] = strings.ReplaceAll(a, stagingAddress, s.staging)
	}
	if args[0] == "scan" || args[0] == "consent" {
		args = append(args, s.site...)
	}
	ctx, cancel := context.WithTimeout(s.t.Context(), 4*time.Minute)
	defer cancel()
	var out, said bytes.Buffer
	a := &app{
		stdin: strings.NewReader(""), stdout: &out, stderr: &said,
		env: func(k string) string { return s.env[k] },
		now: func() time.Time { return readmeDay.Add(time.Since(s.begun)) },
	}
	s.code = a.run(ctx, args)
	s.t.Logf("%v: exit %d\n%s", args, s.code, said.String())
	if out.Len() == 0 {
		return said.String()
	}
	return out.String()
}
