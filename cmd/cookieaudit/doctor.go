package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"cookieaudit/scanner"
	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/consent/autoconsent"
	"cookieaudit/scanner/observation"

	"github.com/spf13/cobra"
)

func (a *app) doctorCommand() *cobra.Command {
	browser := ""
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Check that this machine can scan: browser, third-party cookies, nothing lost",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.doctor(cmd.Context(), browser) },
	}
	c.Flags().StringVar(&browser, "browser", "", "Chrome, Chromium or Edge `binary`")
	return c
}

// doctorPage writes in the ways that are easiest to lose: at once and gone
// again, by a property, and late.
const doctorPage = `<!doctype html><title>doctor</title><link rel=icon href="data:,"><script>
document.cookie = 'script=1'; document.cookie = 'brief=1'; document.cookie = 'brief=; Max-Age=0';
localStorage.setItem('called', '1'); localStorage.property = '1'; sessionStorage.setItem('session', '1');
setTimeout(() => document.cookie = 'late=1', 30000);
</script>`

func (a *app) doctor(ctx context.Context, browser string) error {
	path, err := chrome.Find(browser)
	if err != nil {
		return usage(err)
	}
	fmt.Fprintln(a.stdout, "ok  browser found: "+path)
	obs, err := a.doctorScan(ctx, browser)
	if err != nil {
		return fmt.Errorf("doctor: %w", err)
	}
	b := obs.Header.Browser
	fmt.Fprintln(a.stdout, "ok  it starts: "+b.Product)
	if chrome.Shell(b.Product) {
		fmt.Fprintln(a.stdout, "--  it is a headless shell: half the cost, but it loads no icons, and sites can tell it from a visitor's browser; a whole Chromium shows what visitors get")
	}
	if b.Sandbox {
		fmt.Fprintln(a.stdout, "ok  its sandbox is on")
	} else {
		fmt.Fprintln(a.stdout, "--  its sandbox is off, because this runs as root: run as an ordinary user to have it")
	}
	fmt.Fprintln(a.stdout, "ok  it stores third-party cookies (self-test)")
	lost := missed(obs)
	if len(lost) > 0 {
		return fmt.Errorf("doctor: writes of the test page were lost: %s", strings.Join(lost, ", "))
	}
	if e := autoconsent.Embedded(); e != nil {
		fmt.Fprintln(a.stdout, "ok  autoconsent "+e.Version+" is built in, for consent dialogs that the finder does not see")
	} else {
		fmt.Fprintln(a.stdout, "--  built without autoconsent: consent dialogs are found by the finder alone; build with npm at hand (make build), or give scan --autoconsent FOLDER")
	}
	fmt.Fprintln(a.stdout, "ok  every write of a test page was seen, also one in fast time and one deleted at once")
	return nil
}

func (a *app) doctorScan(ctx context.Context, browser string) (*observation.Observation, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Set-Cookie", "http=1; HttpOnly; Path=/")
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, doctorPage)
	})}
	go func() { _ = server.Serve(l) }()
	defer server.Close()
	o, err := a.scannerOptions(scanOptions{browser: browser, quiet: true, locale: "en-GB,en", engine: "none"})
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	job := observation.Job{URLs: []string{"http://" + l.Addr().String() + "/"}, Choices: []observation.Choice{observation.None}, MaxPages: 1, Device: "desktop"}
	if err := scanner.Scan(ctx, o, job, observation.NewWriter(&buf)); err != nil {
		return nil, err
	}
	return observation.Load(&buf)
}

// missed lists the test page's writes that were not seen.
func missed(o *observation.Observation) []string {
	seen := map[string]bool{}
	for _, s := range o.Sightings {
		seen[string(s.Item.Kind)+" "+s.Item.Name] = true
	}
	var out []string
	for _, want := range []string{
		"cookie http", "cookie script", "cookie brief", "cookie late", "localStorage called", "localStorage property", "sessionStorage session",
	} {
		if !seen[want] {
			out = append(out, want)
		}
	}
	return out
}
