package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Imports point one way: observing knows nothing of judging, judging nothing of
// the browser, and nothing imports the command.
func TestImports(t *testing.T) {
	const module = "cookieaudit/"
	browser := []string{"scanner", "scanner/chrome", "scanner/collector", "scanner/consent", "scanner/consent/autoconsent", "scanner/crawl", "scanner/journey", "scanner/scantest", "cmd/cookieaudit"}
	for path, imports := range packages(t) {
		path = strings.TrimPrefix(path, module)
		for _, i := range imports {
			own, ours := strings.CutPrefix(i, module)
			switch {
			case strings.Contains(i, "chromedp/") && !slices.Contains(browser, path):
				t.Errorf("%s imports %s: only the scanner reaches the browser", path, i)
			case !ours:
			case strings.HasPrefix(own, "cmd/"):
				t.Errorf("%s imports %s: nothing imports the command", path, i)
			case strings.HasPrefix(path, "scanner") && strings.HasPrefix(own, "policies"),
				strings.HasPrefix(path, "scanner") && strings.HasPrefix(own, "report"):
				t.Errorf("%s imports %s: the scanner never judges", path, i)
			case (strings.HasPrefix(path, "policies") || strings.HasPrefix(path, "report")) && strings.HasPrefix(own, "scanner") && own != "scanner/observation":
				t.Errorf("%s imports %s: rules and reports know observations only", path, i)
			case path == "policies/audit" && (own == "policies/rules" || own == "policies/catalog"):
				t.Errorf("%s imports %s: the judge is given rules and catalogue", path, i)
			case path == "scanner/observation":
				t.Errorf("%s imports %s: facts depend on nothing", path, i)
			}
		}
	}
}

// packages are the imports of every package of the module, without tests.
func packages(t *testing.T) map[string][]string {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "cookieaudit/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	all := map[string][]string{}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all[p.ImportPath] = p.Imports
	}
	if len(all) < 10 {
		t.Fatalf("only %d packages listed", len(all))
	}
	return all
}
