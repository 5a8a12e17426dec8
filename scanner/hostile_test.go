package scanner_test

import (
	"bytes"
	"context"
	"net/http"
	"runtime"
	"slices"
	"testing"
	"time"

	"cookieaudit/scanner"
	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/scantest"
)

const hostile = `<!doctype html><link rel=icon href="data:,"><script>
document.cookie = 'first=1';
for (let i = 0; i < 10000; i++) document.cookie = 'many' + i + '=' + Math.random().toString(36);
localStorage.setItem('big', 'x'.repeat(5 * 1024 * 1024 - 1000));
for (let i = 0; i < 2000; i++) {
	const f = document.createElement('iframe');
	if (i % 2) f.srcdoc = '<script>document.cookie = "framed=' + i + '"</scr' + 'ipt>';
	else f.src = '/frame?' + i;
	document.body.append(f);
}
</script>`

// A page that stores and embeds as much as it can costs time and memory within
// bounds; what it set is seen, and the pages after it are.
func TestHostilePage(t *testing.T) {
	if !*long {
		t.Skip("takes more than a minute of a quiet machine: make test-long asks for it by -long")
	}
	const (
		megabyte  = 1 << 20
		maxMemory = 512 * megabyte
		maxLog    = 32 * megabyte
	)
	url := scantest.Handle(t, "hostile.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		body := "<!doctype html><script>document.cookie = 'good=1'</script>"
		switch r.URL.Path {
		case "/hostile":
			body = "<!doctype html><body>" + hostile
		case "/frame":
			body = "<!doctype html><script>localStorage.setItem('from-frame', 1)</script>"
		}
		_, _ = w.Write([]byte(body))
	}))
	var log bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	err := scanner.Scan(ctx, scanner.Options{
		Browser: scantest.Options(), Tool: "test", Key: []byte("k"), Now: time.Now, Progress: func(s string) { t.Log(s) },
	}, observation.Job{URLs: []string{url, url + "hostile", url + "good"}, MaxPages: 3, Device: "desktop", Choices: []observation.Choice{observation.None}}, observation.NewWriter(&log))
	if err != nil {
		t.Fatal(err)
	}
	size := log.Len()
	if size > maxLog {
		t.Errorf("the log has %d MB", size/megabyte)
	}
	o, err := observation.Load(&log)
	if err != nil {
		t.Fatal(err)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	t.Logf("log %d KB; memory %d MB", size/1024, m.Sys/megabyte)
	if m.Sys > maxMemory { // which never shrinks: the most that there was
		t.Errorf("%d MB of memory were taken", m.Sys/megabyte)
	}
	if o.End == nil || o.End.Interrupted {
		t.Errorf("it did not end by itself: %+v", o.End)
	}
	v := o.Visit(observation.None)
	if len(v.Legs) != 1 {
		t.Errorf("the visit was made again: %+v", v.Legs)
	}
	if len(v.Pages) < 3 {
		t.Fatalf("%d pages were visited", len(v.Pages))
	}
	if !slices.ContainsFunc(o.Gaps, func(g observation.Gap) bool { return g.Page == v.Pages[1].ID && g.Kind == "too-many-items" }) {
		t.Errorf("no gap says that it was too much: %+v", o.Gaps)
	}
	seen := map[string]bool{}
	for _, s := range o.Sightings {
		seen[s.Item.Name] = true
	}
	for _, name := range []string{"first", "many0", "many9999", "big", "good"} {
		if !seen[name] {
			t.Errorf("%s was lost", name)
		}
	}
	if last := v.Pages[2]; last.State != observation.PageOK {
		t.Errorf("the page after it is %s %v", last.State, last.Reasons)
	}
}
