package chrome

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
)

// Options are what a browser is started with. The zero value will do.
type Options struct {
	Path      string // see Find
	ConnectTo []ConnectTo
	Insecure  bool // accept any certificate
	// Locale are the visitor's languages, the best first, such as de-DE,de: what
	// navigator.languages lists and Accept-Language is made of. Default en-GB,en.
	Locale string
	// TimeZone is an IANA name such as Europe/London; default the machine's.
	TimeZone string
	// Proxy stands between the browser and the network; the zero value for none.
	Proxy Proxy
	// NoIsolation puts frames of other sites into their page's process.
	NoIsolation bool
	// Visible shows the browser's windows, which takes a display.
	Visible bool
	// Extra are more switches of the browser, for tests and odd machines.
	Extra []string
}

// Browser is one running browser with a throw-away profile. Close it.
type Browser struct {
	Product   string // such as Chrome/156.0.8078.79
	UserAgent string
	Flags     []string
	Sandbox   bool
	// ThirdPartyCookies was proven by the self-test.
	ThirdPartyCookies bool
	Visible           bool // its windows are shown
	// Isolated: frames of other sites have processes of their own.
	Isolated bool
	// AcceptLanguage, Locale and TimeZone are those that a page of the self-test
	// was given: the request header, the first of navigator.languages, an IANA name.
	AcceptLanguage, Locale, TimeZone string
	// Formats is the locale by which scripts write dates and numbers: another than
	// Locale where the browser lacks its language pack.
	Formats string

	silent  silence
	conn    *Conn
	cmd     *exec.Cmd
	profile string
	stderr  *tail
	exited  chan struct{}
	once    sync.Once
}

// startTimeout bounds the browser's start on a loaded machine.
const startTimeout = 60 * time.Second

// Start starts a browser and proves with a self-test that it stores third-party
// cookies. It fails for a time zone that the browser does not know. ctx bounds the
// start only.
func Start(ctx context.Context, o Options) (*Browser, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	path, err := Find(o.Path)
	if err != nil {
		return nil, err
	}
	if o.Locale == "" {
		o.Locale = "en-GB,en"
	}
	b, err := launch(ctx, path, o)
	if err != nil {
		return nil, err
	}
	if err := b.greet(ctx); err != nil {
		b.Close()
		return nil, fmt.Errorf("start %s: %w%s", path, err, b.stderr.hint())
	}
	if err := b.selfTest(ctx, o.TimeZone); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

func launch(ctx context.Context, path string, o Options) (*Browser, error) {
	version, err := exec.CommandContext(ctx, path, "--version").Output()
	if err != nil {
		return nil, fmt.Errorf("start %s: ask its version: %w", path, err)
	}
	profile, err := newProfile()
	if err != nil {
		return nil, err
	}
	args := flags(o, profile, versionNumber(string(version)))
	fromBrowser, toUs, err1 := os.Pipe()
	fromUs, toBrowser, err2 := os.Pipe()
	if err := errors.Join(err1, err2); err != nil {
		os.RemoveAll(profile)
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	b := &Browser{Flags: recordable(args), Sandbox: sandboxed(), Isolated: !o.NoIsolation, Visible: o.Visible, profile: profile, stderr: &tail{}, exited: make(chan struct{})}
	b.cmd = exec.Command(path, args...)
	b.cmd.ExtraFiles = []*os.File{fromUs, toUs} // descriptors 3 and 4
	b.cmd.Stderr = b.stderr
	b.cmd.Env = environ(o)
	b.cmd.WaitDelay = time.Second // helpers may hold stderr open
	ownGroup(b.cmd)
	err = b.cmd.Start()
	fromUs.Close()
	toUs.Close()
	if err != nil {
		fromBrowser.Close()
		toBrowser.Close()
		os.RemoveAll(profile)
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	go func() {
		_ = b.cmd.Wait()
		close(b.exited)
	}()
	b.conn = newConn(newPipe(fromBrowser, toBrowser))
	return b, nil
}

// environ is the browser's environment: what the machine speaks and where it
// stands is not what the visitor does. By flags or CDP alone workers, or Intl,
// would keep the machine's.
func environ(o Options) []string {
	language, _, _ := strings.Cut(o.Locale, ",")
	env := append(os.Environ(), "LANGUAGE="+strings.ReplaceAll(language, "-", "_"))
	if o.TimeZone != "" {
		env = append(env, "TZ="+o.TimeZone)
	}
	return env
}

// versionNumber finds 156.0.8078.79 in "Chromium 156.0.8078.79 ".
func versionNumber(s string) string {
	for _, f := range strings.Fields(s) {
		if f[0] >= '0' && f[0] <= '9' && strings.Contains(f, ".") {
			return f
		}
	}
	return "0.0.0.0"
}

// recordable leaves out what differs from scan to scan or names the machine.
func recordable(args []string) []string {
	var out []string
	for _, a := range args {
		name, _, _ := strings.Cut(a, "=")
		if name != "--user-data-dir" && name != proxyServer && name != proxyKey {
			out = append(out, a)
		}
	}
	return out
}

// greet asks who is there and lets the browser attach us to every new target.
func (b *Browser) greet(ctx context.Context) error {
	v, err := cdp.Call(ctx, b.conn.root, browser.GetVersion, cdp.Empty{})
	if err != nil {
		return err
	}
	b.Product, b.UserAgent = v.Product, v.UserAgent
	if Shell(b.Product) && b.Visible {
		return fmt.Errorf("%w that shows windows: a headless shell has none; name a whole browser with --browser", ErrNoBrowser)
	}
	_, err = cdp.Call(ctx, b.conn.root, target.SetAutoAttach, autoAttach(true))
	return err
}

// Shell reports whether a product is a headless shell: a browser that has no
// windows at all, so that pages cost half as much and differ more from what a
// visitor gets. A whole Chrome names itself Chrome, without a display too.
func Shell(product string) bool { return strings.HasPrefix(product, "HeadlessChrome/") }

// autoAttach are the parameters that attach every kind of target, paused. The
// browser's own user interface pages (browser_ui) would be most of the traffic. A
// service worker is the browser's alone: one that a page attached too would be told
// of twice, and left unwatched when that page goes.
func autoAttach(top bool) target.SetAutoAttachParams {
	flatten := true
	not := "browser_ui"
	if !top {
		not = string(ServiceWorkerTarget)
	}
	return target.SetAutoAttachParams{AutoAttach: true, WaitForDebuggerOnStart: true, Flatten: &flatten, Filter: target.Filter{
		{Type: "browser", Exclude: true}, {Type: "tab", Exclude: true}, {Type: not, Exclude: true}, {},
	}}
}

// Dead is closed when the browser is gone.
func (b *Browser) Dead() <-chan struct{} { return b.conn.done }

// Close ends the browser, waits for it and removes its profile. It may be
// called more than once, and after the browser died.
func (b *Browser) Close() {
	b.once.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		// Not waited for: a browser that no longer reads its pipe would block
		// the writing too.
		go func() { _, _ = cdp.Call(ctx, b.conn.root, browser.Close, cdp.Empty{}) }()
		select {
		case <-b.exited:
		case <-ctx.Done():
		}
		killGroup(b.cmd)
		<-b.exited
		if c, ok := b.conn.transport.(interface{ Close() error }); ok {
			_ = c.Close()
		}
		<-b.conn.done
		removeProfile(b.profile)
	})
}

// removeProfile removes the directory. A helper process of the browser may still
// be writing for a moment after the browser itself is gone; each try empties
// what there is, and the group was killed, so a few tries end it.
func removeProfile(dir string) {
	for range 50 {
		if os.RemoveAll(dir) == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// tail keeps the last of what the browser prints, for error messages.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, p...)
	if n := len(t.buf) - 4096; n > 0 {
		t.buf = t.buf[n:]
	}
	return len(p), nil
}

func (t *tail) hint() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case bytes.Contains(t.buf, []byte("sandbox")):
		return "; the browser could not make its sandbox: allow user namespaces, or run in a container with --security-opt seccomp for Chrome"
	case bytes.Contains(t.buf, []byte("error while loading shared libraries")):
		return "; a library is missing: install the browser by the system's package manager"
	}
	return ""
}
