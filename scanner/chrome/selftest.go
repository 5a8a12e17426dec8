package chrome

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// ErrTimeZone is returned for a time zone that the browser has no rules of.
var ErrTimeZone = errors.New("the browser does not know it")

// ErrThirdPartyCookies is returned where the browser drops third-party cookies:
// every audit with it would miss trackers and call that clean.
var ErrThirdPartyCookies = errors.New("self-test failed: this browser does not store third-party cookies, so trackers would be missed")

// selfTest shows the browser a page on one loopback host with an image on
// another (127.0.0.1 and localhost are two sites) whose response sets a
// third-party cookie, and looks for it in the jar. The page also tells what the
// visitor's language and time zone seem to be.
func (b *Browser) selfTest(ctx context.Context, zone string) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("self-test: %w", err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	mux := http.NewServeMux()
	language := make(chan string, 1)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		select {
		case language <- r.Header.Get("Accept-Language"):
		default:
		}
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<!doctype html><title>self-test</title><link rel=icon href="data:,"><img src="http://localhost:%s/pixel">`, port)
	})
	mux.HandleFunc("GET /pixel", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Set-Cookie", "cookieaudit_selftest=1; SameSite=None; Secure")
	})
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }()
	defer server.Close()

	c, err := b.NewContext(ctx, Hooks{})
	if err != nil {
		return fmt.Errorf("self-test: %w", err)
	}
	defer c.Close()
	tab, load, err := c.Clock.Open(ctx, "http://127.0.0.1:"+port+"/")
	if err != nil {
		return fmt.Errorf("self-test: %w", err)
	}
	if !load.OK() {
		return fmt.Errorf("self-test: a page on 127.0.0.1 did not load: %s", load.Error)
	}
	b.AcceptLanguage = <-language
	if err := b.whereabouts(ctx, tab, zone); err != nil {
		return fmt.Errorf("self-test: %w", err)
	}
	cookies, err := c.Cookies(ctx)
	if err != nil {
		return fmt.Errorf("self-test: %w", err)
	}
	for _, k := range cookies {
		if k.Name == "cookieaudit_selftest" {
			b.ThirdPartyCookies = true
			return nil
		}
	}
	return ErrThirdPartyCookies
}

// whereabouts asks a page which language and time zone the visitor seems to have.
// An unknown zone would silently be another one.
func (b *Browser) whereabouts(ctx context.Context, t *Tab, zone string) error {
	w, err := t.Main(ctx)
	if err != nil {
		return err
	}
	name, err := json.Marshal(zone)
	if err != nil {
		return err
	}
	var seen struct {
		Locale, Zone, Formats string
		Known                 bool
	}
	const ask = `(zone => {
		let known = true;
		try { if (zone) new Intl.DateTimeFormat('en', {timeZone: zone}) } catch { known = false }
		const own = Intl.DateTimeFormat().resolvedOptions();
		return {Locale: navigator.language, Zone: own.timeZone || '', Formats: own.locale, Known: known};
	})`
	if err := w.Eval(ctx, ask+"("+string(name)+")", &seen); err != nil {
		return err
	}
	if !seen.Known {
		return fmt.Errorf("time zone %q: %w: use an IANA name such as Europe/London", zone, ErrTimeZone)
	}
	b.Locale, b.TimeZone, b.Formats = seen.Locale, seen.Zone, seen.Formats
	return nil
}
