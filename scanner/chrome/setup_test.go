package chrome_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/scantest"

	"github.com/google/go-cmp/cmp"
)

// A target that refuses what is to watch it is said to be unwatched; blind is only the
// gap of one that has a document.
func TestRefusedCommandsAreGaps(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var mu sync.Mutex
	var got []string
	c, err := scantest.Browser(t).NewContext(ctx, chrome.Hooks{
		Commands: func(*chrome.Session) []chrome.Command { return []chrome.Command{{Method: "Network.doWithoutAsking"}} },
		Gap: func(kind, why string, s *chrome.Session, blind bool) {
			mu.Lock()
			defer mu.Unlock()
			got = append(got, fmt.Sprintf("%s: %s, blind %v", kind, s.Type, blind))
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	url := scantest.Pages(t, "unwatched.test", map[string]string{"/": `<script>new Worker('/w.js')</script>`, "/w.js": "postMessage(1)"})
	if _, _, err := c.Clock.Open(ctx, url); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	slices.Sort(got)
	want := []string{"target-not-watched: page, blind true", "target-not-watched: worker, blind false"}
	if diff := cmp.Diff(want, slices.Compact(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
