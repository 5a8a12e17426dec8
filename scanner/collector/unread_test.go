package collector_test

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/collector"
	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/scantest"

	gocmp "github.com/google/go-cmp/cmp"
)

// What could not be read of a page is said: its links where it hangs, what a database
// holds that waits for an upgrade that never comes.
func TestUnread(t *testing.T) {
	t.Parallel()
	const shut = `<script>
const name = 'shut', first = indexedDB.open(name, 1);
first.onupgradeneeded = () => first.result.createObjectStore('s').put('value', 'key');
first.onsuccess = () => { const kept = first.result; indexedDB.open(name, 2).onblocked = () => { document.title = 'blocked'; globalThis.kept = kept; } };
</script>`
	hangs := func(ctx context.Context, l *collector.Log, tab *chrome.Tab) {
		tab.Session.Send("Runtime.evaluate", map[string]any{"expression": "setTimeout(() => { for (;;); }, 0)"})
		within, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		l.Links(within, tab)
	}
	blocked := func(ctx context.Context, l *collector.Log, tab *chrome.Tab) {
		within, cancel := context.WithTimeout(ctx, 3*time.Second)
		defer cancel()
		l.ReadAhead(within, tab)
	}
	for _, test := range []struct {
		name, page string
		read       func(context.Context, *collector.Log, *chrome.Tab)
		want       string
	}{
		{"links", "<a href=/>home</a>", hangs, "links-not-read"},
		{"databases", shut, blocked, "kept-values-not-read"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			url := scantest.Pages(t, test.name+".unread.test", map[string]string{"/": test.page})
			var buf bytes.Buffer
			l := collector.NewLog("none/1", observation.NewRedactor([]byte("test")), observation.NewWriter(&buf))
			c, err := scantest.Browser(t).NewContext(ctx, l.Hooks())
			must(t, err)
			defer c.Close()
			c.Do(func() { l.Start(c) })
			c.Do(func() { l.OpenPage(url, true) })
			tab, _, err := c.Clock.Open(ctx, url)
			must(t, err)
			test.read(ctx, l, tab)
			c.Do(func() { l.ClosePage(observation.Page{URL: url}) })
			var kinds []string
			for line := range bytes.Lines(buf.Bytes()) {
				var r observation.Record
				must(t, json.Unmarshal(line, &r))
				if r.Gap != nil {
					kinds = append(kinds, r.Gap.Kind)
				}
			}
			if diff := gocmp.Diff([]string{test.want}, slices.Compact(kinds)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
