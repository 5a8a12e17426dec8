// Package scantest serves fixture sites on named hosts to one real Chromium per
// test package. Tests only.
package scantest

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/testdata/sites"
)

var shared struct {
	once    sync.Once
	server  *sites.Server
	browser *chrome.Browser
	whole   bool
	err     error
}

// Main runs a package's tests and closes the shared browser. Use it as
//
//	func TestMain(m *testing.M) { scantest.Main(m) }
func Main(m *testing.M) {
	code := m.Run()
	if shared.browser != nil {
		shared.browser.Close()
	}
	if shared.server != nil {
		shared.server.Close()
	}
	if left := Profiles(); len(left) > 0 && code == 0 {
		fmt.Fprintln(os.Stderr, "browser profiles left behind:", left)
		code = 1
	}
	os.Exit(code)
}

// Profiles are the browser profile directories of this process's temporary
// directory; none must be left.
func Profiles() []string {
	entries, _ := os.ReadDir(os.TempDir())
	var out []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), fmt.Sprintf("cookieaudit-profile-%d-", os.Getpid())) {
			out = append(out, e.Name())
		}
	}
	return out
}

// Path is that of the browser of most tests: a headless shell where one is installed,
// which is Chromium without windows at half the cost. It is "", for the browser that a
// scan would find, with WHOLE_BROWSER in the environment and in packages that ask for
// that by Whole.
func Path() string {
	if shared.whole || os.Getenv("WHOLE_BROWSER") != "" {
		return ""
	}
	path, _ := exec.LookPath("chromium-headless-shell")
	return path
}

// Whole asks for a whole browser; call it ahead of Main.
func Whole() { shared.whole = true }

func start() {
	if shared.server, shared.err = sites.Listen(); shared.err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	shared.browser, shared.err = chrome.Start(ctx, Options())
}

// Options start a browser that finds every host at the shared server.
func Options() chrome.Options {
	var o chrome.Options
	for _, rule := range shared.server.ConnectTo("*") {
		c, err := chrome.ParseConnectTo(rule)
		if err != nil {
			panic(err)
		}
		o.ConnectTo = append(o.ConnectTo, c)
	}
	o.Insecure, o.Path = true, Path()
	return o
}

// Browser is the package's one browser.
func Browser(t testing.TB) *chrome.Browser {
	t.Helper()
	shared.once.Do(start)
	if shared.err != nil {
		t.Fatalf("start browser: %v", shared.err)
	}
	return shared.browser
}

// Server is the package's one server.
func Server(t testing.TB) *sites.Server {
	t.Helper()
	Browser(t)
	return shared.server
}

// Pages serves HTML by path on https://host/ and returns that address.
func Pages(t testing.TB, host string, pages map[string]string) string {
	t.Helper()
	mux := http.NewServeMux()
	for path, html := range pages {
		pattern := "GET " + path
		if path == "/" {
			pattern = "GET /{$}"
		}
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, "<!doctype html>"+html)
		})
	}
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) })
	return Handle(t, host, mux)
}

// Handle serves a handler on https://host/ and returns that address.
func Handle(t testing.TB, host string, h http.Handler) string {
	t.Helper()
	Server(t).Handle(host, h)
	return "https://" + host + "/"
}
