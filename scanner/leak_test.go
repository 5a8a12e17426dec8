package scanner_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"cookieaudit/scanner"
	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/scantest"
)

// held is what a process holds.
type held struct {
	goroutines, files int
	browsers          []scantest.Process
	folders           []string
}

func holding(t *testing.T, mark string) held {
	t.Helper()
	h := held{goroutines: runtime.NumGoroutine(), browsers: scantest.Processes(mark)}
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skipf("this system does not tell open files: %v", err)
	}
	h.files = len(files)
	folders, err := os.ReadDir(os.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range folders {
		h.folders = append(h.folders, f.Name())
	}
	return h
}

// eventually waits until ok, which the ends of connections and processes take a
// moment for.
func eventually(t *testing.T, ok func() bool) bool {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
	}
	return true
}

// Two hundred visits leave nothing behind: no goroutine, no process, no open file,
// no directory. While they go on, there are no more renderers than open pages ask
// for.
func TestTwoHundredVisitsLeaveNothing(t *testing.T) {
	if !*long {
		t.Skip("takes more than a minute: make test-long asks for it by -long")
	}
	const services = 25
	choices := []observation.Choice{observation.None}
	for len(choices) < 8 { // each by a visit of its own, which finds no dialog
		choices = append(choices, observation.Choice(fmt.Sprintf("only:kind-%d", len(choices))))
	}
	scantest.Browser(t)
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	t.Setenv("STARTED_BY", folder)
	job := observation.Job{MaxPages: 1, Choices: choices}
	for i := range services {
		host := fmt.Sprintf("leak%d.test", i)
		url := scantest.Handle(t, host, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, "<!doctype html><link rel=icon href='data:,'>hello")
		}))
		job.Services = append(job.Services, observation.Service{Name: host, URLs: []string{url}, Hosts: []string{host}})
	}
	before := holding(t, folder)
	renderers := 0
	o := scan(t, job, func(o *scanner.Options) {
		o.Progress = func(string) {
			n := 0
			for _, p := range scantest.Processes(folder) {
				if strings.Contains(p.Command, "--type=renderer") {
					n++
				}
			}
			renderers = max(renderers, n)
		}
	})
	visits := 0
	for _, v := range o.Visits {
		visits += len(v.Legs)
	}
	if visits != services*len(choices) {
		t.Errorf("%d visits were made, want %d", visits, services*len(choices))
	}
	// A page each of 4 legs, of two browsers at the relief, those that just end,
	// and one that each browser keeps at hand.
	if renderers == 0 || renderers > 20 {
		t.Errorf("%d renderers at once", renderers)
	}
	var after held
	if !eventually(t, func() bool {
		after = holding(t, folder)
		return after.goroutines <= before.goroutines && after.files <= before.files && len(after.browsers)+len(after.folders) == 0
	}) {
		stacks := make([]byte, 1<<20)
		t.Errorf("held before %+v, after %+v\n%s", before, after, stacks[:runtime.Stack(stacks, true)])
	}
}
