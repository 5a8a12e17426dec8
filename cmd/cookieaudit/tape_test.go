package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// A scan is recorded and replayed by the command line: the same report, from no
// server, and no secret on the tape.
func TestRecordAndReplay(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	sawSecrets := atomic.Bool{}
	hosts := map[string]http.Handler{"www.site.test": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if r.Header.Get("X-Preview") == "tok-4711" && strings.HasPrefix(r.Header.Get("Authorization"), "Basic ") {
			sawSecrets.Store(true)
		}
		html(banner).ServeHTTP(w, r)
	})}
	env := map[string]string{"TOKEN": "tok-4711", "LOGIN": "ann:pass-4712"}
	secrets := []string{"--header", "www.site.test=X-Preview:TOKEN", "--basic-auth", "www.site.test=LOGIN"}
	file := filepath.Join(t.TempDir(), "tape.zip")
	flags := append([]string{"--quiet", "--choices", "none,accept", "--max-pages", "1"}, site(t, hosts)...)

	args := append(append([]string{"scan", "https://www.site.test/", "--record", file}, flags...), secrets...)
	first := run(t, t.Context(), env, args...)
	if first.code == exitUsage || !sawSecrets.Load() {
		t.Fatalf("exit %d, secrets sent: %t; stderr %s", first.code, sawSecrets.Load(), first.stderr)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"tok-4711", "pass-4712", "YW5uOnBhc3MtNDcxMg"} {
		if strings.Contains(string(data), secret) {
			t.Errorf("the tape holds %q", secret)
		}
	}
	before := asked.Load()
	second := run(t, t.Context(), nil, append([]string{"scan", "--replay", file}, flags...)...)
	if asked.Load() != before {
		t.Error("the replay reached the server")
	}
	if second.code != first.code || !strings.Contains(second.out, "consent") {
		t.Errorf("exit %d, then %d:\n%s\n%s\n%s", first.code, second.code, first.out, second.out, second.stderr)
	}
	if r := run(t, t.Context(), nil, append([]string{"scan", "https://www.site.test/", "--record", file}, flags...)...); r.code != first.code {
		t.Errorf("a tape is not written over: exit %d, %s", r.code, r.stderr)
	}
}

func TestTapeUsageErrors(t *testing.T) {
	dir := t.TempDir()
	junk := filepath.Join(dir, "junk.txt")
	if err := os.WriteFile(junk, []byte("precious"), 0o644); err != nil {
		t.Fatal(err)
	}
	const url = "https://www.site.test/"
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"both", []string{url, "--record", "a.zip", "--replay", "b.zip"}, "exclude each other"},
		{"a tape that is missing", []string{url, "--replay", filepath.Join(dir, "none.zip")}, "make one with scan --record"},
		{"a tape that is none", []string{url, "--replay", junk}, "no tape"},
		{"a file that is no tape", []string{url, "--record", junk}, "name another file"},
		{"into no folder", []string{url, "--record", filepath.Join(dir, "no", "tape.zip")}, "name another file"},
		{"nothing to scan", []string{"--record", filepath.Join(dir, "tape.zip")}, "give a URL"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := run(t, t.Context(), nil, append([]string{"scan", "--out", "none"}, tt.args...)...)
			if r.code != exitUsage || !strings.Contains(r.stderr, tt.want) {
				t.Errorf("exit %d, stderr %q; want exit 2 and %q", r.code, r.stderr, tt.want)
			}
		})
	}
	if data, _ := os.ReadFile(junk); string(data) != "precious" {
		t.Errorf("the file was written over: %q", data)
	}
	if _, err := os.Stat(filepath.Join(dir, "tape.zip")); err == nil {
		t.Error("a scan that never began left a tape")
	}
}
