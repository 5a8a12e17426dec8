package chrome_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/scantest"
)

// A browser that starts half leaves nothing: one that says nothing until the time
// is over, and one that ends at once.
func TestBrowserThatStartsHalf(t *testing.T) {
	before := scantest.Profiles()
	for name, browser := range map[string]struct {
		then   string
		within time.Duration
	}{
		"silent": {"sleep 1000 & wait", time.Second},
		"ends":   {"exit 3", time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "browser")
			script := "#!/bin/sh\nif [ \"$1\" = --version ]; then echo Chromium 1.2.3.4; exit; fi\n" + browser.then + "\n"
			if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
				t.Fatal(err)
			}
			t.Setenv("STARTED_BY", path)
			ctx, cancel := context.WithTimeout(t.Context(), browser.within)
			defer cancel()
			_, err := chrome.Start(ctx, chrome.Options{Path: path})
			if err == nil || !strings.Contains(err.Error(), path) {
				t.Errorf("start gave %v", err)
			}
			if name == "ends" && !errors.Is(err, chrome.ErrLost) {
				t.Errorf("start gave %v", err)
			}
			if left := scantest.Processes(path); len(left) > 0 {
				t.Errorf("processes left: %v", left)
			}
			if left := scantest.Profiles(); len(left) != len(before) {
				t.Errorf("profiles left: %v", left)
			}
		})
	}
}
