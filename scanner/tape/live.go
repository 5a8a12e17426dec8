package tape

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	dialLimit = 30 * time.Second
	// maxHeld is how much of answers under way is held in memory, in bytes: a
	// hostile site can keep many open.
	maxHeld = 256 << 20
)

// recorder is what all connections of a recording share.
type recorder struct {
	options Options
	writer  *writer
	order   atomic.Int64 // of requests
	held    atomic.Int64

	mu   sync.Mutex
	told map[string]bool // what went wrong while connecting, once a track
}

// connection records what went wrong while connecting.
func (r *recorder) connection(track, address string, f Fault, why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := track + " " + address + " " + string(f)
	if r.told[key] {
		return
	}
	r.told[key] = true
	e := r.entry(track, methodConnect, address)
	e.Error, e.Why = f, why
	r.writer.add(e, nil)
}

func (r *recorder) entry(track, method, url string) Entry {
	return Entry{Track: track, Method: method, URL: octets(url), At: r.since(), order: r.order.Add(1)}
}

// since is the time of the recording in milliseconds.
func (r *recorder) since() int64 {
	return max(0, r.options.Now().Sub(r.writer.index.Recorded).Milliseconds())
}

// live answers by asking the sites, and records.
type live struct {
	*recorder
	track string
	open  map[string]*upstream // by address; in a tunnel one
}

// upstream is a connection to a site.
type upstream struct {
	conn net.Conn
	r    *bufio.Reader
	used bool // for a request already: the site may have closed it since
}

func newUpstream(conn net.Conn) *upstream { return &upstream{conn: conn, r: bufio.NewReader(conn)} }

func (l *live) close() {
	for address := range l.open {
		l.drop(address)
	}
}

func (l *live) drop(address string) {
	if u := l.open[address]; u != nil {
		u.conn.Close()
		delete(l.open, address)
	}
}

func (l *live) reach(ctx context.Context, address string) Fault {
	to := address
	if l.options.Route != nil {
		to = l.options.Route(address)
	}
	dialer := net.Dialer{Timeout: dialLimit}
	conn, err := dialer.DialContext(ctx, "tcp", to)
	if err != nil {
		f := faultOf(err)
		if ctx.Err() == nil {
			l.connection(l.track, address, f, "")
		}
		return f
	}
	l.drop(address)
	l.open[address] = newUpstream(conn)
	return ""
}

func (l *live) secure(ctx context.Context, address string) (untrusted bool, f Fault) {
	within, cancel := context.WithTimeout(ctx, dialLimit)
	defer cancel()
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false, FaultTLS
	}
	// The certificate is checked below: the browser is to decide about a bad one.
	conn := tls.Client(l.open[address].conn, &tls.Config{ServerName: host, InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}})
	if err := conn.HandshakeContext(within); err != nil {
		f := faultOf(err)
		if f != FaultReset && f != FaultClosed {
			f = FaultTLS
		}
		if ctx.Err() == nil {
			l.connection(l.track, address, f, err.Error())
		}
		l.drop(address)
		return false, f
	}
	l.open[address] = newUpstream(conn)
	if err := l.verify(conn.ConnectionState().PeerCertificates, host); err != nil {
		l.connection(l.track, address, FaultCertificate, err.Error())
		return true, ""
	}
	return false, ""
}

func (l *live) verify(chain []*x509.Certificate, host string) error {
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	_, err := chain[0].Verify(x509.VerifyOptions{DNSName: host, Roots: l.options.Roots, Intermediates: between})
	return err
}

// connect is an open connection for a request.
func (l *live) connect(ctx context.Context, q *request) (*upstream, Fault) {
	address := q.address()
	if l.open[address] == nil {
		if f := l.reach(ctx, address); f != "" {
			return nil, f
		}
		if q.secure() {
			// Whether the browser trusts it was settled with its first connection.
			if _, f := l.secure(ctx, address); f != "" {
				return nil, f
			}
		}
	}
	return l.open[address], ""
}

func (l *live) answer(ctx context.Context, q *request, c *client) (again bool) {
	e := l.entry(l.track, q.method, q.url())
	e.Digest, e.Range = digest(q.body), q.fields.get("Range")
	h, u, err := l.ask(ctx, q)
	e.Delay = max(0, l.since()-e.At)
	var status int
	if err == nil {
		status, err = statusOf(h.start)
	}
	if err != nil {
		l.unanswered(ctx, e, err)
		l.drop(q.address())
		c.abort(faultOf(err))
		return false
	}
	e.Status, e.Headers = status, h.fields
	if status == http.StatusSwitchingProtocols && !q.socket() {
		err := fmt.Errorf("%w: it switches protocols unasked", errMessage)
		l.unanswered(ctx, e, err)
		l.drop(q.address())
		c.abort(faultOf(err))
		return false
	}
	if status == http.StatusSwitchingProtocols {
		l.socket(ctx, e, h, u, c)
		l.drop(q.address())
		return false
	}
	return l.stream(ctx, e, q, h, u, c)
}

// unanswered records that no answer came.
func (l *live) unanswered(ctx context.Context, e Entry, err error) {
	var connecting connectError
	switch {
	case ctx.Err() != nil:
		e.CutOff = true
	case errors.As(err, &connecting):
		e.Error = Fault(connecting)
	default:
		e.Error = faultOf(err)
	}
	l.writer.add(e, nil)
}

// connectError is that there is no connection for a request.
type connectError Fault

func (e connectError) Error() string { return "connect: " + string(e) }

// ask sends a request and reads the head of the answer. A connection that was
// used before may be closed by now: then it is made anew, as browsers do.
func (l *live) ask(ctx context.Context, q *request) (head, *upstream, error) {
	for {
		u, f := l.connect(ctx, q)
		if f != "" {
			return head{}, nil, connectError(f)
		}
		used := u.used
		u.used = true
		h, err := l.try(ctx, q, u)
		if err != nil && used && ctx.Err() == nil && !errors.Is(err, errMessage) {
			l.drop(q.address())
			continue
		}
		return h, u, err
	}
}

func (l *live) try(ctx context.Context, q *request, u *upstream) (head, error) {
	stop := context.AfterFunc(ctx, func() { u.conn.Close() })
	defer stop()
	var out bytes.Buffer
	w := bufio.NewWriter(&out)
	f := q.fields.onward()
	if q.fields.lists("Transfer-Encoding", "chunked") {
		f = append(f.without("Content-Length"), Field{"Content-Length", fmt.Sprint(len(q.body))})
	}
	if q.socket() {
		f = append(f, Field{"Connection", "Upgrade"}, Field{"Upgrade", "websocket"})
	} else {
		f = append(f, Field{"Connection", "keep-alive"})
	}
	writeHead(w, q.method+" "+q.target+" HTTP/1.1", f)
	_ = w.Flush() // a buffer takes everything
	out.Write(q.body)
	if _, err := u.conn.Write(out.Bytes()); err != nil {
		return head{}, err
	}
	for {
		h, err := readHead(u.r)
		if err != nil {
			return h, err
		}
		status, err := statusOf(h.start)
		if err != nil || status >= 200 || status == http.StatusSwitchingProtocols {
			return h, err
		}
	}
}

// stream passes an answer on and records it.
func (l *live) stream(ctx context.Context, e Entry, q *request, h head, u *upstream, c *client) (again bool) {
	stop := context.AfterFunc(ctx, func() { u.conn.Close() })
	body, length, err := content(u.r, h.fields, bodiless(q.method, e.Status))
	kept := l.keep()
	defer kept.release()
	if err == nil {
		if err = c.begin(q.method, e.Status, h.fields, length); err != nil {
			err = errBrowserGone
		} else {
			err = pass(body, c, kept)
		}
	}
	switch {
	case err == nil: // whole, though the browser may have gone since
	case ctx.Err() != nil, errors.Is(err, errBrowserGone):
		e.CutOff = true
	default:
		e.Error = faultOf(err)
	}
	e.CutOff = e.CutOff || kept.full
	l.writer.add(e, kept.data.Bytes())
	if !stop() || err != nil || length == endless || h.fields.lists("Connection", "close") || strings.HasPrefix(h.start, "HTTP/1.0") {
		l.drop(q.address())
	}
	if err != nil {
		c.abort(e.Error)
		return false
	}
	return c.end() == nil
}

var errBrowserGone = errors.New("the browser went away")

// pass copies a body until its end. An error is the site's, or errBrowserGone.
func pass(body io.Reader, c *client, kept *kept) error {
	buf := make([]byte, 32<<10)
	for {
		n, err := body.Read(buf)
		kept.Write(buf[:n])
		if c.data(buf[:n]) != nil {
			return errBrowserGone
		}
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}

// kept is what is kept of a body that is under way.
type kept struct {
	held *atomic.Int64
	data bytes.Buffer
	full bool
}

func (r *recorder) keep() *kept { return &kept{held: &r.held} }

func (k *kept) Write(p []byte) (int, error) {
	n := int64(len(p))
	k.full = k.full || int64(k.data.Len())+n > maxBody || k.held.Load()+n > maxHeld
	if !k.full {
		k.held.Add(n)
		k.data.Write(p)
	}
	return len(p), nil
}

func (k *kept) release() { k.held.Add(-int64(k.data.Len())) }

// faultOf names an error of a connection.
func faultOf(err error) Fault {
	var dns *net.DNSError
	var timeout net.Error
	var connecting connectError
	switch {
	case errors.As(err, &connecting):
		return Fault(connecting)
	case errors.As(err, &dns):
		return FaultDNS
	case errors.Is(err, syscall.ECONNREFUSED):
		return FaultRefused
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return FaultReset
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return FaultUnreachable
	case errors.Is(err, errMessage):
		return FaultAnswer
	case errors.As(err, &timeout) && timeout.Timeout():
		return FaultTimeout
	}
	return FaultClosed
}
