package scanner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/scantest"
)

// relay is a scan of several services whose browsers are counted.
type relay struct {
	*scan
	log bytes.Buffer

	mu       sync.Mutex
	browsers []*chrome.Browser
	fail     func(nth int) error // what the nth start gives instead of a browser
}

// newRelay makes a scan of n services, each of one page, with the shifts of so many
// legs.
func newRelay(t *testing.T, name string, n, legs int, serve func(w http.ResponseWriter)) *relay {
	t.Helper()
	scantest.Browser(t)
	job := observation.Job{Choices: []observation.Choice{observation.None}, MaxPages: 1, Device: "desktop"}
	for i := range n {
		host := fmt.Sprintf("%s%d.test", name, i)
		url := scantest.Handle(t, host, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/" {
				serve(w)
			}
		}))
		job.Services = append(job.Services, observation.Service{Name: host, URLs: []string{url}, Hosts: []string{host}})
	}
	r := &relay{}
	r.scan = newScan(Options{
		Browser: scantest.Options(), Tool: "test", Key: []byte("k"), Now: time.Now, Parallel: n,
		Progress: func(s string) { t.Log(s) },
	}, job, observation.NewWriter(&r.log))
	start := r.shifts.start
	r.shifts.legs = legs
	r.shifts.start = func(ctx context.Context) (*chrome.Browser, error) {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.fail != nil {
			if err := r.fail(len(r.browsers)); err != nil {
				return nil, err
			}
		}
		b, err := start(ctx)
		if err == nil {
			r.browsers = append(r.browsers, b)
		}
		return b, err
	}
	return r
}

// finish runs the scan, and checks that every service was seen with so many legs
// and that no browser is left.
func (r *relay) finish(t *testing.T, browsers, legs int) {
	t.Helper()
	before := len(scantest.Profiles())
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if err := r.run(ctx); err != nil {
		t.Fatal(err)
	}
	o, err := observation.Load(&r.log)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.browsers) != browsers {
		t.Errorf("%d browsers were started, want %d", len(r.browsers), browsers)
	}
	for i, b := range r.browsers {
		if !b.ThirdPartyCookies {
			t.Errorf("browser %d made no self-test", i)
		}
		select {
		case <-b.Dead():
		default:
			t.Errorf("browser %d was not closed", i)
		}
	}
	if left := scantest.Profiles(); len(left) != before {
		t.Errorf("profiles left behind: %v", left)
	}
	for _, service := range r.job.Services {
		v := o.Of(service.Name).Visit(observation.None)
		if v == nil || len(v.Legs) != legs || len(v.Pages) == 0 {
			t.Errorf("visit of %s: %+v", service.Name, v)
		}
		// Notes, such as on an answer that took its time, are none of a disturbance.
		if gaps := o.Of(service.Name).Gaps; legs == 1 && slices.ContainsFunc(gaps, func(g observation.Gap) bool { return g.Blind }) {
			t.Errorf("visit of %s was disturbed: %+v", service.Name, gaps)
		}
	}
}

func hello(w http.ResponseWriter) { fmt.Fprint(w, "<!doctype html>hello") }

func TestBrowserIsRelievedAfterSoManyLegs(t *testing.T) {
	newRelay(t, "relieved", 5, 2, hello).finish(t, 3, 1)
}

func TestBrowserStaysOnWhereTheFreshOneDoesNotStart(t *testing.T) {
	r := newRelay(t, "unrelieved", 3, 2, hello)
	r.fail = func(nth int) error {
		if nth > 0 {
			return errors.New("no memory left")
		}
		return nil
	}
	r.finish(t, 1, 1)
}

// Where the browser dies under several legs, one other is started for all, and
// each leg is made once more.
func TestBrowserDiesUnderSeveralLegs(t *testing.T) {
	const n = 3
	var r *relay
	var mu sync.Mutex
	arrived := 0
	dead := make(chan struct{})
	r = newRelay(t, "dying", n, shiftLegs, func(w http.ResponseWriter) {
		mu.Lock()
		if arrived++; arrived == n {
			r.browsers[0].Close()
			close(dead)
		}
		mu.Unlock()
		<-dead
		hello(w)
	})
	r.finish(t, 2, 2)
}
