package collector_test

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/scantest"

	gocmp "github.com/google/go-cmp/cmp"
)

// A mark of the browser's own copy that comes back and stands is told, once: of
// another site, and of the site itself where it is long. The visitor's own differs
// from visit to visit, that of content does not; dates and what is replaced at
// each request are not told.
func TestValidators(t *testing.T) {
	const content = `"5d41402abc4b2a76b9719d911017c592"`
	keep := func(w http.ResponseWriter, r *http.Request, header, back, value string) {
		if there := r.Header.Get(back); there != "" && r.URL.Path != "/replaced" {
			value = there
		}
		w.Header().Set(header, value)
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("Content-Type", "text/css")
		if r.Header.Get(back) == value && r.URL.Path != "/same-again" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, "p {}")
	}
	files := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/", "/next":
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, "<!doctype html>")
			for _, path := range []string{"visitor", "same-again", "replaced", "content", "short", "date", "modified"} {
				fmt.Fprintf(w, `<link rel=stylesheet href="http://marks-ads.test/%s"><link rel=stylesheet href="/%[1]s">`, path)
			}
		case "/visitor", "/same-again", "/replaced":
			keep(w, r, "ETag", "If-None-Match", `W/"v7`+rand.Text()+`"`)
		case "/content":
			keep(w, r, "ETag", "If-None-Match", content)
		case "/short":
			keep(w, r, "ETag", "If-None-Match", `"66f1a2b3-1a2c4"`)
		case "/date":
			keep(w, r, "Last-Modified", "If-Modified-Since", "Sat, 21 Nov 2026 09:13:04 GMT")
		case "/modified":
			keep(w, r, "Last-Modified", "If-Modified-Since", "k3J9x-Qm27Lp_80Zs4-x1")
		default:
			w.WriteHeader(http.StatusNoContent)
		}
	})
	scantest.Handle(t, "marks-site.test", files)
	scantest.Handle(t, "marks-ads.test", files)
	// The browser keeps no copy of what comes with a certificate that nobody vouches for.
	const site = "http://marks-site.test/"
	tell := func(o *observation.Observation) (lines []string, marks map[string]observation.Validator) {
		marks = map[string]observation.Validator{}
		for _, r := range o.Requests {
			for _, v := range r.Revalidates {
				lines = append(lines, fmt.Sprint(r.Page, " ", r.URL, " ", v.Header))
				marks[r.URL] = v
				if v.Bits < 48 || v.Digest == "" || v.Address == "" {
					t.Errorf("%+v", v)
				}
			}
		}
		slices.Sort(lines)
		return lines, marks
	}
	got, first := tell(opened(t, site, site+"next", site))
	want := []string{
		"none/1/p2 http://marks-ads.test/content etag",
		"none/1/p2 http://marks-ads.test/modified last-modified",
		"none/1/p2 http://marks-ads.test/same-again etag",
		"none/1/p2 http://marks-ads.test/visitor etag",
		"none/1/p2 http://marks-site.test/content etag",
		"none/1/p2 http://marks-site.test/modified last-modified",
		"none/1/p2 http://marks-site.test/same-again etag",
		"none/1/p2 http://marks-site.test/visitor etag",
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	_, second := tell(opened(t, site, site+"next"))
	for url, v := range first {
		other := second[url]
		constant := other.Digest == v.Digest
		if other.Address != v.Address || constant != (url == "http://marks-ads.test/content" || url == "http://marks-site.test/content" ||
			v.Header == "last-modified") {
			t.Errorf("%s: %+v, then %+v", url, v, other)
		}
	}
}
