package consent

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func TestCases(t *testing.T) {
	all, err := Cases()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 60 {
		t.Errorf("%d cases, want 60 at least", len(all))
	}
	for _, c := range all {
		for category, want := range c.Only {
			if want == "all" || want != category && !strings.HasPrefix(want, "no-") && want != "failed" {
				t.Errorf("%s: only %s wants %q", c.Name, category, want)
			}
		}
		if !c.Trap && c.Close != "" && c.Close != "none" && c.Close != Nothing && !strings.HasPrefix(c.Close, "no-") {
			t.Errorf("%s: closing wants %q without being called a trap", c.Name, c.Close)
		}
	}
}

func TestServe(t *testing.T) {
	all, err := readCases(fstest.MapFS{"small.txtar": {Data: []byte("A case.\n-- truth --\naccept: all\n-- SITE/ --\n<a href=https://CMP/x>\n-- CMP/x --\nx\n")}})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	all[0].serve("SITE", w, httptest.NewRequest(http.MethodGet, all[0].URL(), nil))
	if got := w.Body.String(); !strings.Contains(got, "<a href=https://small.cmp.test/x>") {
		t.Errorf("served %q", got)
	}
}

func TestFaultyCases(t *testing.T) {
	for fault, text := range map[string]string{
		"say what is special":  "-- truth --\naccept: all\n-- SITE/ --\nx\n",
		"says nothing of what": "Doc.\n-- truth --\nclose: none\n-- SITE/ --\nx\n",
		"field accpt":          "Doc.\n-- truth --\naccpt: all\n-- SITE/ --\nx\n",
		`needs a section`:      "Doc.\n-- truth --\naccept: all\n",
		"neither truth nor":    "Doc.\n-- OTHER/ --\nx\n",
	} {
		_, err := readCases(fstest.MapFS{"faulty.txtar": {Data: []byte(text)}})
		if err == nil || !strings.Contains(err.Error(), fault) || !strings.HasPrefix(err.Error(), "faulty.txtar: ") {
			t.Errorf("got %v, want an error of faulty.txtar with %q", err, fault)
		}
	}
}
