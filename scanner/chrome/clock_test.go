package chrome_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/scantest"

	"github.com/chromedp/cdproto/network"
	"github.com/google/go-cmp/cmp"
)

func TestMain(m *testing.M) {
	scantest.Whole()
	scantest.Main(m)
}

func newContext(t *testing.T) (context.Context, *chrome.Context) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	c, err := scantest.Browser(t).NewContext(ctx, chrome.Hooks{Gap: func(kind, why string, _ *chrome.Session, blind bool) {
		t.Logf("gap %s: %s (blind %v)", kind, why, blind)
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return ctx, c
}

// The project's first test: two pages with a timer each and a dialog that
// closes by setTimeout. The clock of a tab stands still after its fast minute,
// so a scanner that goes on in the same tab sees an empty second page and a
// dialog that never closes.
func TestTwoPagesWithTimersAndDialog(t *testing.T) {
	const dialog = `<div id=d style="position:fixed;left:0;top:0;width:400px;height:200px">cookies
		<button id=b style="position:fixed;left:10px;top:10px;width:100px;height:40px">Reject</button></div>
		<script>b.onclick = () => setTimeout(() => { d.remove(); document.cookie = 'choice=no; Max-Age=1000' }, 300)</script>`
	url := scantest.Pages(t, "clock.test", map[string]string{
		"/":    `<title>1</title>` + dialog + `<script>setTimeout(() => document.cookie = 'one=1; Max-Age=60', 30000)</script>`,
		"/two": `<title>2</title><script>setTimeout(() => document.cookie = 'two=' + Date.now() + '; Max-Age=60', 45000)</script>`,
	})
	ctx, c := newContext(t)

	tab, load, err := c.Clock.Open(ctx, url)
	if err != nil || !load.OK() || load.Status != 200 {
		t.Fatalf("open: %+v, %v", load, err)
	}
	if err := c.Clock.Click(ctx, tab, 50, 30, nil); err != nil {
		t.Fatal(err)
	}
	waitCookie(t, ctx, c, "choice")
	minute(t, ctx, c, tab)
	if diff := cmp.Diff([]string{"choice", "one"}, names(t, ctx, c)); diff != "" {
		t.Errorf("jar after page 1 (-want +got):\n%s", diff)
	}

	tab, load, err = c.Clock.Open(ctx, url+"two")
	if err != nil || !load.OK() {
		t.Fatalf("open: %+v, %v", load, err)
	}
	minute(t, ctx, c, tab)
	if diff := cmp.Diff([]string{"choice", "one", "two"}, names(t, ctx, c)); diff != "" {
		t.Errorf("jar after page 2 (-want +got):\n%s", diff)
	}
	if now := c.Clock.Now(); now < 2*60_000 {
		t.Errorf("the visitor's clock shows %d ms after two fast minutes", now)
	}
}

func minute(t *testing.T, ctx context.Context, c *chrome.Context, tab *chrome.Tab) {
	t.Helper()
	complete, err := c.Clock.Fast(ctx, tab, chrome.FastMinute)
	if err != nil || !complete {
		t.Fatalf("fast minute: complete %v, %v", complete, err)
	}
	c.Clock.Close(ctx, tab)
}

// waitCookie polls the jar until the page's own timer has run in real time.
func waitCookie(t *testing.T, ctx context.Context, c *chrome.Context, name string) {
	t.Helper()
	for ctx.Err() == nil {
		for _, n := range names(t, ctx, c) {
			if n == name {
				return
			}
		}
	}
	t.Fatalf("cookie %s never came: the dialog did not close", name)
}

func names(t *testing.T, ctx context.Context, c *chrome.Context) []string {
	t.Helper()
	jar, err := c.Cookies(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return sortedNames(jar)
}

func sortedNames(jar []*network.Cookie) []string {
	var out []string
	for _, k := range jar {
		out = append(out, k.Name)
	}
	sortStrings(out)
	return out
}

func TestThreeTabsWithOneTimerEach(t *testing.T) {
	frame := scantest.Pages(t, "frame.clock-other.test", map[string]string{
		"/": `<script>setTimeout(() => document.cookie = 'framed=1; SameSite=None; Secure', 20000)</script>`,
	})
	url := scantest.Pages(t, "frames.test", map[string]string{
		"/": `<iframe src="` + frame + `"></iframe><script>setTimeout(() => { let f = document.createElement('iframe'); f.src = '` + frame + `?late'; document.body.append(f) }, 5000)</script>`,
	})
	ctx, c := newContext(t)
	tab, load, err := c.Clock.Open(ctx, url)
	if err != nil || !load.OK() {
		t.Fatalf("open: %+v, %v", load, err)
	}
	minute(t, ctx, c, tab)
	if diff := cmp.Diff([]string{"framed"}, names(t, ctx, c)); diff != "" {
		t.Errorf("a cross-site frame's timer (-want +got):\n%s", diff)
	}
}

func sortStrings(s []string) { slices.Sort(s) }
