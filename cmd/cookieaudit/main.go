// Command cookieaudit looks at a website before and after consent, captures what
// it stores, compares it with the declared policy, and reports what was
// undeclared and what came before, against or after the visitor's choice.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"
)

// version is set when a release is built.
var version = unreleased

const unreleased = "dev"

// versionOf names a build without a version by the revision that it was made from, so
// that a report tells which rules judged.
func versionOf(version string, build *debug.BuildInfo) string {
	if version != unreleased || build == nil {
		return version
	}
	revision, changed := "", false
	for _, s := range build.Settings {
		switch s.Key {
		case "vcs.revision":
			revision = s.Value
		case "vcs.modified":
			changed = s.Value == "true"
		}
	}
	if revision == "" {
		return version
	}
	version += " " + revision[:min(len(revision), 7)]
	if changed {
		version += "+changes"
	}
	return version
}

func main() {
	build, _ := debug.ReadBuildInfo()
	version = versionOf(version, build)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	a := &app{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		env: os.Getenv, now: time.Now, terminal: isTerminal(os.Stdout),
	}
	code := a.run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// app is the program with everything it reaches for, so that tests run it in
// their own process.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	env            func(string) string
	now            func() time.Time
	terminal       bool   // stdout is one
	enter          *enter // of stdin, nil until somebody is asked
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// color reports whether to colour the output.
func (a *app) color() bool { return a.terminal && a.env("NO_COLOR") == "" && a.env("TERM") != "dumb" }
