package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Ctrl-C and SIGTERM end the real program with 130 after what was seen has been
// written, and leave no process and no profile directory behind.
func TestInterruptLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "cookieaudit")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			reached := make(chan struct{})
			var once sync.Once
			flags := site(t, map[string]http.Handler{"www.site.test": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/2" {
					once.Do(func() { close(reached) })
				}
				w.Header().Set("Content-Type", "text/html")
				fmt.Fprint(w, "<!doctype html><link rel=icon href='data:,'><a href=/1>1</a> <a href=/2>2</a> <a href=/3>3</a> <a href=/4>4</a>")
			})})
			tmp, evidence := t.TempDir(), filepath.Join(t.TempDir(), "evidence")
			cmd := exec.Command(binary, append(append([]string{"scan", "https://www.site.test/"}, flags...), "--out", evidence)...)
			cmd.Env = append(os.Environ(), "TMPDIR="+tmp)
			var out bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &out
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() { ended <- cmd.Wait() }()
			select {
			case <-reached:
			case err := <-ended:
				t.Fatalf("the scan never reached its third page: %v\n%s", err, out.String())
			}
			if err := cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			err := <-ended
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != exitInterrupted {
				t.Errorf("ended with %v\n%s", err, out.String())
			}
			if left, _ := os.ReadDir(tmp); len(left) > 0 {
				t.Errorf("left in the temporary folder: %v", left)
			}
			if pids := leftOf(t, tmp); len(pids) > 0 {
				t.Errorf("processes left behind: %s", pids)
			}
			if _, err := os.Stat(filepath.Join(evidence, "audit.json")); err != nil {
				t.Errorf("what was seen was not written: %v", err)
			}
		})
	}
}

// leftOf are the processes whose command line names a folder, once those that were
// killed have had their time to end: on a busy machine that takes a moment.
func leftOf(t *testing.T, folder string) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		out, _ := exec.Command("pgrep", "-f", folder).Output()
		pids := strings.Fields(string(out))
		if len(pids) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return pids
		case <-tick.C:
		}
	}
}
