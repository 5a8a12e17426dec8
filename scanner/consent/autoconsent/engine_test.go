package autoconsent

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// lay writes a package with these rules into a folder.
func lay(t *testing.T, name, rules string) string {
	t.Helper()
	dir := t.TempDir()
	for file, text := range map[string]string{
		"package.json": `{"name": "` + name + `", "version": "1.2.3"}`, "LICENSE": "terms",
		"dist/autoconsent.playwright.js": "0", "rules/rules.json": rules,
	} {
		at := filepath.Join(dir, file)
		if err := os.MkdirAll(filepath.Dir(at), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const ours = "@duckduckgo/autoconsent"

func TestLoad(t *testing.T) {
	e, err := Load(lay(t, ours, `{"autoconsent": [{"name": "a"}]}`))
	if err != nil || e.Version != "1.2.3" || e.Licence != "terms" || len(e.rules) != 1 {
		t.Errorf("%+v %v", e, err)
	}
	for _, c := range []struct{ name, rules, want string }{
		{"another", `{"autoconsent": [{}]}`, "another package"},
		{ours, `{"autoconsent": []}`, "no rules"},
		{ours, `{`, "rules/rules.json"},
		{ours, `{"autoconsent": [{"runContext": {"urlPattern": "("}}]}`, "rule 1"},
	} {
		if _, err := Load(lay(t, c.name, c.rules)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: %v", c.name, c.rules, err)
		}
	}
	if _, err := Load(t.TempDir()); err == nil || !strings.Contains(err.Error(), "npm package") {
		t.Errorf("an empty folder: %v", err)
	}
}

func TestRulesFor(t *testing.T) {
	e, err := Load(lay(t, ours, `{"autoconsent": [{"name": "any"}, {"name": "frames", "runContext": {"main": false, "frame": true}},
		{"name": "both", "runContext": {"frame": true}}, {"name": "site", "runContext": {"urlPattern": "^https://www\\.shop\\.test/"}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		url  string
		top  bool
		want string
	}{
		{"https://www.shop.test/", true, "any both site"}, {"https://www.other.test/", true, "any both"}, {"https://www.shop.test/", false, "frames both"},
	} {
		var got []string
		for _, raw := range e.rulesFor(c.url, c.top) {
			var about struct{ Name string }
			if err := json.Unmarshal(raw, &about); err != nil {
				t.Fatal(err)
			}
			got = append(got, about.Name)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s %v: %v, want %s", c.url, c.top, got, c.want)
		}
	}
}

// Rules that may consent when they are told to refuse are known by what they press.
func TestOnlyRefuses(t *testing.T) {
	for steps, want := range map[string]bool{
		`"optIn": [{"click": "#yes"}], "optOut": [{"wait": 500}, {"waitForThenClick": "#no"}]`:           true,
		`"optIn": [{"click": "#yes"}], "optOut": [{"if": {"exists": "#a"}, "then": [{"click": "#no"}]}]`: true,
		`"optIn": [{"click": "#close"}], "optOut": [{"click": "#close"}]`:                                false,
		`"optIn": [{"click": "#yes"}], "optOut": [{"click": "#settings"}, {"click": "#save"}]`:           false,
		`"optIn": [{"click": "#yes"}], "optOut": [{"eval": "EVAL_X"}]`:                                   false,
		`"optIn": [{"click": "#yes"}], "optOut": [{"hide": "#box"}]`:                                     false,
		// What may be another control than the one to refuse, or saves what is set.
		`"optIn": [{"click": "#yes"}], "optOut": [{"click": "#no, #save-preferences"}]`: false,
		`"optIn": [{"click": "#yes"}], "optOut": [{"click": "[data-cookie-save]"}]`:     false,
		// Settings with a control to refuse behind them, and with one that saves.
		`"optIn": [{"click": "#yes"}], "optOut": [{"click": "#more"}, {"click": "[data-role=necessary]"}]`:                                                                true,
		`"optIn": [{"click": "#yes"}], "optOut": [{"if": {"exists": "#reject"}, "then": [{"click": "#reject"}], "else": [{"click": "#more"}, {"click": "#reject-all"}]}]`: true,
		`"optIn": [{"click": "#yes"}], "optOut": [{"if": {"exists": "#reject"}, "then": [{"click": "#reject"}], "else": [{"click": "#more"}, {"click": "#s-sv-bn"}]}]`:    false,
		`"optIn": [{"click": "#yes"}], "optOut": [{"click": "#more"}, {"click": "#reject", "optional": true}]`:                                                            false,
		`"optIn": [{"click": "#yes"}], "optOut": [{"click": "#yes"}, {"click": "#reject"}]`:                                                                               false,
	} {
		r, err := readRule([]byte(`{"name": "ours", ` + steps + `}`))
		e := &Engine{rules: []rule{r}}
		if got := e.onlyRefuses("ours"); got != want || err != nil {
			t.Errorf("%s: %v %v, want %v", steps, got, err, want)
		}
		if !e.onlyRefuses("HEURISTIC-REJECT") || e.onlyRefuses("HEURISTIC-TIER1") || e.onlyRefuses("Cookiebot") {
			t.Error("what is no rule is taken for the wrong thing")
		}
	}
}
