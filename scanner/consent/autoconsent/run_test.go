package autoconsent

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/scantest"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/runtime"
)

func TestMain(m *testing.M) { scantest.Main(m) }

const managersDir = "../../../testdata/managers"

// built is the engine that was embedded; the test is skipped without one.
func built(t *testing.T) *Engine {
	t.Helper()
	e := Embedded()
	if e == nil {
		t.Skip("built without autoconsent: run `make autoconsent`, which needs npm")
	}
	return e
}

func open(t *testing.T, ctx context.Context, url string) (*chrome.Context, *chrome.Tab) {
	t.Helper()
	c, err := scantest.Browser(t).NewContext(ctx, chrome.Hooks{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	tab, load, err := c.Clock.Open(ctx, url)
	if err != nil || !load.OK() {
		t.Fatalf("open %s: %v %+v", url, err, load)
	}
	return c, tab
}

func value(t *testing.T, ctx context.Context, c *chrome.Context, name string) string {
	t.Helper()
	jar, err := c.Cookies(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range jar {
		if k.Name == name {
			return k.Value
		}
	}
	return ""
}

// heard waits until the page has recorded a choice.
func heard(t *testing.T, ctx context.Context, tab *chrome.Tab) {
	t.Helper()
	wait := true
	if _, err := cdp.Call(ctx, tab.Session, runtime.Evaluate, runtime.EvaluateParams{
		Expression: "new Promise(r => { const look = () => document.cookie ? r() : setTimeout(look, 20); look() })", AwaitPromise: &wait,
	}); err != nil {
		t.Errorf("no choice reached the page: %v", err)
	}
}

// The engine on real consent managers: what they record is the truth, not what
// the engine claims.
func TestRunOnManagers(t *testing.T) {
	e := built(t)
	if _, err := os.Stat(filepath.Join(managersDir, "node_modules", ".package-lock.json")); err != nil {
		t.Skip("the consent managers of npm are not installed: run `make sites`, which needs npm")
	}
	for _, c := range []struct{ page, action, cookie, want string }{
		{"klaro", Detect, "klaro", ""},
		{"klaro", OptIn, "klaro", "analytics%22%3Atrue"},
		{"klaro", OptOut, "klaro", "analytics%22%3Afalse"},
		{"vanilla-cookieconsent", OptIn, "cc_cookie", "%22analytics%22%2C%22marketing%22%5D"},
		{"vanilla-cookieconsent", OptOut, "cc_cookie", "%22categories%22%3A%5B%22necessary%22%5D"},
	} {
		t.Run(c.page+" "+c.action, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			mux := http.NewServeMux()
			mux.Handle("GET /npm/", http.StripPrefix("/npm/", http.FileServer(http.Dir(filepath.Join(managersDir, "node_modules")))))
			mux.Handle("GET /", http.FileServer(http.Dir(filepath.Join(managersDir, c.page))))
			for _, name := range []string{"site.js", "site.css"} {
				mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, filepath.Join(managersDir, name)) })
			}
			browser, tab := open(t, ctx, scantest.Handle(t, "www."+c.page+"-auto.test", mux))
			commits := 0
			got, err := e.Run(ctx, tab, c.action, func() { commits++ })
			t.Logf("%+v", got)
			acts := c.action != Detect
			if err != nil || got.CMP == "" || got.Acted != acts || got.Claimed != acts || (commits == 1) != acts {
				t.Errorf("%+v %v, %d commits", got, err, commits)
			}
			if kept := value(t, ctx, browser, c.cookie); !strings.Contains(kept, c.want) || c.want == "" && kept != "" {
				t.Errorf("recorded %q, want %q in it", kept, c.want)
			}
		})
	}
}

// A dialog in a frame of another site, and a page that has none.
func TestRunInFrames(t *testing.T) {
	r, err := readRule([]byte(`{"name": "ours", "runContext": {"main": false, "frame": true}, "prehideSelectors": [],
		"detectCmp": [{"exists": "#cmp"}], "detectPopup": [{"visible": "#cmp"}], "optIn": [{"click": "#yes"}], "optOut": [{"click": "#no"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	e := &Engine{script: built(t).script, rules: []rule{r}}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	scantest.Pages(t, "cmp-auto.test", map[string]string{"/": `<body><div id=cmp>We ask.<button id=yes onclick="parent.postMessage('yes','*')">Fine</button><button id=no onclick="parent.postMessage('no','*')">Not fine</button></div>`})
	url := scantest.Pages(t, "www.frames-auto.test", map[string]string{
		"/":      `<main>Shop</main><iframe src="https://cmp-auto.test/"></iframe><script>onmessage=e=>{document.cookie='choice='+e.data}</script>`,
		"/quiet": `<main>Shop</main>`,
	})
	c, tab := open(t, ctx, url)
	got, err := e.Run(ctx, tab, OptOut, nil)
	heard(t, ctx, tab) // the frame's message reaches the page when it may, not when the click is over
	if kept := value(t, ctx, c, "choice"); err != nil || got.CMP != "ours" || !got.Claimed || kept != "no" {
		t.Errorf("%+v %v; recorded %q", got, err, kept)
	}
	_, tab = open(t, ctx, url+"quiet")
	got, err = e.Run(ctx, tab, OptOut, func() { t.Error("it acts on a page without a dialog") })
	if err != nil || got.CMP != "" || got.Acted || got.Claimed {
		t.Errorf("without a dialog: %+v %v", got, err)
	}
	if _, err := e.Run(ctx, tab, "optMaybe", nil); err == nil {
		t.Error("another action is taken")
	}
}
