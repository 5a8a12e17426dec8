package tape

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
)

// client is one connection of the browser.
type client struct {
	tcp  net.Conn // beneath TLS
	conn net.Conn
	r    *bufio.Reader
	w    *bufio.Writer

	chunked bool // the body under way
}

func newClient(tcp, conn net.Conn) *client {
	return &client{tcp: tcp, conn: conn, r: bufio.NewReader(conn), w: bufio.NewWriter(conn)}
}

// requests answers requests until the browser goes away, or asks for a tunnel to
// the address that is returned. Scheme and host are where a tunnel leads.
func (c *client) requests(ctx context.Context, o origin, scheme, host string) (tunnel string) {
	for {
		q, err := readRequest(c.r, scheme, host)
		switch {
		case err != nil:
			return ""
		case errands[q.host]:
			if c.nowhere() != nil {
				return ""
			}
		case q.method == methodConnect && scheme == "":
			return strings.ToLower(q.host)
		case q.method == methodConnect || !c.request(ctx, o, q):
			return ""
		}
	}
}

// errands are hosts that Chromium asks for itself within a visit, such as whether
// there is a network at all where a certificate is not valid.
var errands = map[string]bool{"connectivitycheck.gstatic.com": true, "connectivitycheck.gstatic.com:443": true}

// nowhere answers what is no site's.
func (c *client) nowhere() error {
	return c.plain("HTTP/1.1 502 Bad Gateway", fields{{"Content-Length", "0"}})
}

// request answers one request. The browser sends nothing before it has the
// answer: whatever comes earlier tells that it went away.
func (c *client) request(ctx context.Context, o origin, q *request) (again bool) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if strings.HasPrefix(q.scheme, "ws") {
		return o.answer(ctx, q, c)
	}
	next := make(chan struct{})
	go func() {
		defer close(next)
		if _, err := c.r.Peek(1); err != nil {
			cancel()
		}
	}()
	if again = o.answer(ctx, q, c); !again {
		c.tcp.Close()
	}
	<-next
	return again
}

// plain sends a head as it is.
func (c *client) plain(start string, f fields) error {
	writeHead(c.w, start, f)
	return c.w.Flush()
}

// begin sends the head of an answer whose body has that many bytes, -1 for not
// known.
func (c *client) begin(method string, status int, f fields, length int64) error {
	f = f.onward()
	c.chunked = false
	switch {
	case bodiless(method, status):
	case length >= 0:
		f = append(f.without("Content-Length"), Field{"Content-Length", strconv.FormatInt(length, 10)})
	default:
		f, c.chunked = append(f.without("Content-Length"), Field{"Transfer-Encoding", "chunked"}), true
	}
	return c.plain(fmt.Sprintf("HTTP/1.1 %03d %s", status, http.StatusText(status)), f)
}

func (c *client) data(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	if c.chunked {
		fmt.Fprintf(c.w, "%x\r\n", len(b))
	}
	c.w.Write(b)
	if c.chunked {
		c.w.WriteString("\r\n")
	}
	return c.w.Flush()
}

func (c *client) end() error {
	if c.chunked {
		c.w.WriteString("0\r\n\r\n")
	}
	return c.w.Flush()
}

// abort ends the connection as the site's was ended.
func (c *client) abort(f Fault) {
	if tcp, ok := c.tcp.(*net.TCPConn); ok && f == FaultReset {
		_ = tcp.SetLinger(0) // closing sends a reset
	}
	c.tcp.Close()
}

// buffered is a connection of which something was read already.
type buffered struct {
	net.Conn
	r io.Reader
}

func (b buffered) Read(p []byte) (int, error) { return b.r.Read(p) }
