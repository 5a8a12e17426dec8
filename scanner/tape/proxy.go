package tape

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
)

// Proxy is an HTTP proxy on this machine for one browser. Close it.
type Proxy struct {
	trusted, untrusted *authority
	origin             func(track string) origin // of one connection of the browser
	written            *writer                   // nil for a replay

	ctx    context.Context // ends with Close; no caller waits for it
	cancel context.CancelFunc
	busy   sync.WaitGroup

	mu     sync.Mutex
	tracks map[string]net.Listener
	conns  map[net.Conn]bool
	missed map[string]int // by host
}

// origin is where one connection of the browser gets its answers.
type origin interface {
	// reach makes a connection to host:port, secure makes it secure. Untrusted
	// is a connection whose certificate is not valid.
	reach(ctx context.Context, address string) Fault
	secure(ctx context.Context, address string) (untrusted bool, f Fault)
	// answer answers a request, and reports whether the browser's connection
	// can take another one. ctx ends when the browser goes away.
	answer(ctx context.Context, q *request, c *client) (again bool)
	close()
}

// Options are what a recording is made with.
type Options struct {
	Tool string   // name and version
	URLs []string // that are looked at
	Now  func() time.Time
	// Route is where a connection for host:port really goes; nil for there.
	Route func(address string) string
	// Roots are the authorities that sites' certificates are checked by; nil for
	// those of the system.
	Roots *x509.CertPool
}

// Record begins a tape at path, in place of what is there, and returns the proxy
// that fills it. Its errors are those of writing the file and of listening on
// loopback.
func Record(path string, o Options) (*Proxy, error) {
	p, err := newProxy()
	if err != nil {
		return nil, err
	}
	begun := o.Now().UTC().Truncate(time.Second) // dates are shifted by whole seconds
	w, err := newWriter(path, Index{Schema: Schema, Tool: o.Tool, Recorded: begun, URLs: o.URLs}, o.Now)
	if err != nil {
		_ = p.Close()
		return nil, err
	}
	p.written = w
	r := &recorder{options: o, writer: w, told: map[string]bool{}}
	p.origin = func(track string) origin { return &live{recorder: r, track: track, open: map[string]*upstream{}} }
	return p, nil
}

// Replay returns a proxy that answers from the tape and reaches nobody. Dates in
// headers are moved by the time between the recording and now. The tape must stay
// open until the proxy is closed.
func (t *Tape) Replay(now func() time.Time) (*Proxy, error) {
	p, err := newProxy()
	if err != nil {
		return nil, err
	}
	shift := now().Sub(t.Recorded).Truncate(time.Second)
	var mu sync.Mutex
	matchers := map[string]*matcher{}
	p.origin = func(track string) origin {
		mu.Lock()
		defer mu.Unlock()
		if matchers[track] == nil {
			matchers[track] = newMatcher(t.Entries, track)
		}
		return &past{tape: t, proxy: p, matcher: matchers[track], track: track, shift: shift}
	}
	return p, nil
}

func newProxy() (*Proxy, error) {
	p := &Proxy{tracks: map[string]net.Listener{}, conns: map[net.Conn]bool{}, missed: map[string]int{}}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	var err1, err2 error
	// By the machine's clock, which the browser checks certificates by.
	p.trusted, err1 = newAuthority(time.Now())
	p.untrusted, err2 = newAuthority(time.Now())
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	return p, nil
}

// SPKI is the key of the authority behind the proxy's certificates, as Chromium's
// --ignore-certificate-errors-spki-list takes it.
func (p *Proxy) SPKI() string { return p.trusted.spki() }

// Track is the host:port of the proxy for one visit; that of "" is for a browser's
// own errands, and reaches nobody. Its error is that of listening on loopback.
func (p *Proxy) Track(name string) (address string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ctx.Err() != nil {
		return "", errors.New("open track: the proxy is closed")
	}
	l := p.tracks[name]
	if l == nil {
		if l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return "", fmt.Errorf("open track: %w", err)
		}
		p.tracks[name] = l
		p.busy.Go(func() { p.accept(name, l) })
	}
	return l.Addr().String(), nil
}

const acceptPause = 10 * time.Millisecond

func (p *Proxy) accept(track string, l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			// Out of descriptors, for a moment or for good.
			if !wait(p.ctx, acceptPause) {
				return
			}
			continue
		}
		p.mu.Lock()
		if p.ctx.Err() != nil {
			p.mu.Unlock()
			conn.Close()
			return
		}
		p.conns[conn] = true
		p.busy.Go(func() {
			p.serve(track, conn)
			p.mu.Lock()
			delete(p.conns, conn)
			p.mu.Unlock()
		})
		p.mu.Unlock()
	}
}

func (p *Proxy) serve(track string, conn net.Conn) {
	defer conn.Close()
	c := newClient(conn, conn)
	if track == "" {
		if _, err := readHead(c.r); err == nil {
			_ = c.nowhere()
		}
		return
	}
	o := p.origin(track)
	defer o.close()
	if address := c.requests(p.ctx, o, "", ""); address != "" {
		p.tunnel(c, o, address)
	}
}

// tunnel answers what comes after CONNECT: requests over TLS, or without it as
// WebSockets do.
func (p *Proxy) tunnel(c *client, o origin, address string) {
	if f := o.reach(p.ctx, address); f != "" {
		_ = c.plain("HTTP/1.1 502 Bad Gateway", fields{{"Content-Length", "0"}, {"X-Fault", string(f)}})
		return
	}
	if c.plain("HTTP/1.1 200 OK", nil) != nil {
		return
	}
	first, err := c.r.Peek(1)
	if err != nil {
		return
	}
	host, port, _ := net.SplitHostPort(address)
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	const handshake = 0x16
	if first[0] != handshake {
		c.requests(p.ctx, o, "http", withoutPort(host, port, "80"))
		return
	}
	untrusted, f := o.secure(p.ctx, address)
	if f == FaultReset || f == FaultClosed {
		c.abort(f)
		return
	}
	authority := p.trusted
	if untrusted {
		authority = p.untrusted
	}
	secure := tls.Server(buffered{c.tcp, c.r}, &tls.Config{
		NextProtos: []string{"http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			if f != "" {
				return nil, errors.New("no secure connection") // becomes an alert
			}
			return authority.certificate(strings.Trim(host, "[]"))
		},
	})
	if secure.HandshakeContext(p.ctx) != nil {
		return
	}
	newClient(c.tcp, secure).requests(p.ctx, o, "https", withoutPort(host, port, "443"))
}

// withoutPort leaves out the port that a scheme has anyway, as browsers do.
func withoutPort(host, port, usual string) string {
	if port == usual {
		return host
	}
	return host + ":" + port
}

// Entries is how many requests are on the tape that is being recorded.
func (p *Proxy) Entries() int {
	if p.written == nil {
		return 0
	}
	return p.written.count()
}

// Miss is how often a host was asked for what is not on the tape.
type Miss struct {
	Host string
	N    int
}

// Misses are the hosts that were asked for what is not on the tape, by name.
func (p *Proxy) Misses() []Miss {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []Miss
	for host, n := range p.missed {
		out = append(out, Miss{host, n})
	}
	slices.SortFunc(out, func(a, b Miss) int { return strings.Compare(a.Host, b.Host) })
	return out
}

func (p *Proxy) miss(host string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.missed[host]++
}

// Close ends all connections, waits for them, and closes the tape that is being
// recorded. Its error is that of writing the tape.
func (p *Proxy) Close() error {
	p.mu.Lock()
	p.cancel()
	for _, l := range p.tracks {
		l.Close()
	}
	for c := range p.conns {
		c.Close()
	}
	p.mu.Unlock()
	p.busy.Wait()
	if p.written == nil {
		return nil
	}
	return p.written.close()
}
