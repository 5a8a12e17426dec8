package collector_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/collector"
	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/scantest"

	gocmp "github.com/google/go-cmp/cmp"
)

// A frame of another site that goes into an endless loop after the last look at its
// page holds up neither what is read ahead nor the jar nor its page's storage, and a
// blind gap names it.
func TestReadBesideFrameThatHangs(t *testing.T) {
	frame := scantest.Pages(t, "late-loop-frame.test", map[string]string{"/": `<script>localStorage.framed = 1</script>`})
	url := scantest.Pages(t, "late-loop.test", map[string]string{
		"/": `<script>document.cookie = 'jar=1'; localStorage.top = 1</script><iframe src="` + frame + `"></iframe>`,
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var buf bytes.Buffer
	out := observation.NewWriter(&buf)
	must(t, out.Append(observation.Record{Header: &observation.Header{Schema: observation.Schema}}))
	l := collector.NewLog("none/1", observation.NewRedactor([]byte("test")), out)
	c, err := scantest.Browser(t).NewContext(ctx, l.Hooks())
	must(t, err)
	defer c.Close()
	c.Do(func() {
		l.Start(c)
		l.Begin(observation.Leg{ID: "none/1", Choice: observation.None})
		l.OpenPage(url, true)
	})
	tab, _, err := c.Clock.Open(ctx, url)
	must(t, err)
	i := slices.IndexFunc(tab.Sessions(), func(s *chrome.Session) bool { return s.Type == chrome.FrameTarget })
	if i < 0 {
		t.Fatal("the frame has no session of its own")
	}
	// What is asked of the session from now on stands behind the loop.
	_ = tab.Sessions()[i].Send("Runtime.evaluate", map[string]any{"expression": "for (;;);"})

	within, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	l.ReadAhead(within, tab)
	if within.Err() != nil {
		t.Error("reading ahead waited for the frame for ever")
	}
	within, cancel = context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	rest := l.Read(within, tab, true)
	c.Do(func() {
		l.Checkpoint(rest)
		l.ClosePage(observation.Page{URL: url})
	})
	must(t, l.Err())
	o, err := observation.Load(&buf)
	must(t, err)
	var found []string
	for _, s := range o.Sightings {
		found = append(found, fmt.Sprintf("%s at rest: %t", s.Item.Name, s.AtEnd))
	}
	slices.Sort(found)
	if diff := gocmp.Diff([]string{"framed at rest: false", "jar at rest: true", "top at rest: true"}, found); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !slices.ContainsFunc(o.Gaps, func(g observation.Gap) bool {
		return g.Kind == "storage-not-read" && g.Blind && strings.Contains(g.Why, frame)
	}) {
		t.Errorf("no blind gap names the frame: %+v", o.Gaps)
	}
}
