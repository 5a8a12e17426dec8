package chrome

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// ErrThirdPartyCookies is returned where the browser drops third-party cookies:
// every audit with it would miss trackers and call that clean.
var ErrThirdPartyCookies = errors.New("self-test failed: this browser does not store third-party cookies, so trackers would be missed")

// selfTest shows the browser a page on one loopback host with an image on
// another (127.0.0.1 and localhost are two sites) whose response sets a
// third-party cookie, and looks for it in the jar.
func (b *Browser) selfTest(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("self-test: %w", err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
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
	_, load, err := c.Clock.Open(ctx, "http://127.0.0.1:"+port+"/")
	if err != nil {
		return fmt.Errorf("self-test: %w", err)
	}
	if !load.OK() {
		return fmt.Errorf("self-test: a page on 127.0.0.1 did not load: %s", load.Error)
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
