package tape

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// maxHead bounds the head of a message; browsers take no more either.
const maxHead = 256 << 10

// errMessage is what no HTTP message looks like.
var errMessage = errors.New("no HTTP message")

// head is a message up to its body: net/http would lose the order of headers.
type head struct {
	start  string
	fields fields
}

// readHead reads a start line and headers. A line that is no header is passed
// over, as browsers do. io.EOF means that there was no message at all.
func readHead(r *bufio.Reader) (head, error) {
	var h head
	left := maxHead
	line := func() (string, error) {
		var b []byte
		for {
			part, err := r.ReadSlice('\n')
			if left -= len(part); left < 0 {
				return "", fmt.Errorf("%w: its head is too large", errMessage)
			}
			b = append(b, part...)
			if err == nil {
				return strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r"), nil
			}
			if !errors.Is(err, bufio.ErrBufferFull) {
				if errors.Is(err, io.EOF) && len(b)+len(h.start) > 0 {
					err = io.ErrUnexpectedEOF
				}
				return "", err
			}
		}
	}
	for h.start == "" { // an empty line before a message is passed over
		s, err := line()
		if err != nil {
			return h, err
		}
		h.start = s
	}
	for {
		s, err := line()
		switch {
		case err != nil:
			return h, err
		case s == "":
			return h, nil
		case (s[0] == ' ' || s[0] == '\t') && len(h.fields) > 0:
			last := &h.fields[len(h.fields)-1]
			if more := (Field{last.Name, strings.TrimSpace(last.Value + " " + strings.Trim(s, " \t"))}); more.sound() {
				*last = more
			}
			continue
		}
		name, value, ok := strings.Cut(s, ":")
		if f := (Field{name, strings.Trim(value, " \t")}); ok && f.sound() {
			h.fields = append(h.fields, f)
		}
	}
}

type fields []Field

// get is the first value of a name, "" for none.
func (f fields) get(name string) string {
	for _, field := range f {
		if strings.EqualFold(field.Name, name) {
			return field.Value
		}
	}
	return ""
}

// lists reports whether a header is a list that has the word.
func (f fields) lists(name, word string) bool {
	for _, field := range f {
		if strings.EqualFold(field.Name, name) {
			for _, w := range strings.Split(field.Value, ",") {
				if strings.EqualFold(strings.TrimSpace(w), word) {
					return true
				}
			}
		}
	}
	return false
}

// hop are headers about one connection, which are not passed on.
var hop = []string{"connection", "keep-alive", "proxy-connection", "proxy-authorization", "proxy-authenticate", "transfer-encoding", "te", "trailer", "upgrade"}

// onward are the headers to pass on.
func (f fields) onward() fields {
	var out fields
	for _, field := range f {
		name := strings.ToLower(field.Name)
		if !slices.Contains(hop, name) && !f.lists("Connection", name) {
			out = append(out, field)
		}
	}
	return out
}

func (f fields) without(name string) fields {
	return slices.DeleteFunc(slices.Clone(f), func(field Field) bool { return strings.EqualFold(field.Name, name) })
}

func writeHead(w *bufio.Writer, start string, f fields) {
	w.WriteString(start)
	w.WriteString("\r\n")
	for _, field := range f {
		w.WriteString(field.Name)
		w.WriteString(": ")
		w.WriteString(field.Value)
		w.WriteString("\r\n")
	}
	w.WriteString("\r\n")
}

// length is the Content-Length, -1 for none.
func (f fields) length() (int64, error) {
	s := f.get("Content-Length")
	if s == "" {
		return -1, nil
	}
	n, err := strconv.ParseUint(strings.TrimSpace(strings.Split(s, ",")[0]), 10, 62)
	if err != nil {
		return 0, fmt.Errorf("%w: Content-Length %q", errMessage, s)
	}
	return int64(n), nil
}

// endless is the length of a body that ends with its connection.
const endless = -2

// content is the body of a message and how long it is by its head: -1 where it
// ends by itself.
func content(r *bufio.Reader, f fields, none bool) (io.Reader, int64, error) {
	switch {
	case none:
		return http.NoBody, 0, nil
	case f.lists("Transfer-Encoding", "chunked"):
		return &chunks{from: r, data: httputil.NewChunkedReader(r)}, -1, nil
	}
	n, err := f.length()
	if err != nil {
		return nil, 0, err
	}
	if n < 0 {
		return r, endless, nil
	}
	return &exactly{r, n}, n, nil
}

// chunks reads a chunked body with what follows its last chunk.
type chunks struct {
	from *bufio.Reader
	data io.Reader
	done bool
}

func (c *chunks) Read(p []byte) (int, error) {
	if c.done {
		return 0, io.EOF
	}
	n, err := c.data.Read(p)
	if err != io.EOF {
		return n, err
	}
	c.done = true
	for left := maxHead; ; {
		line, err := c.from.ReadSlice('\n')
		left -= len(line)
		switch {
		case errors.Is(err, io.EOF), left < 0:
			return n, io.ErrUnexpectedEOF
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return n, err
		case err == nil && len(bytes.TrimRight(line, "\r\n")) == 0:
			return n, io.EOF
		}
	}
}

// exactly reads so many bytes and takes fewer for an error.
type exactly struct {
	from io.Reader
	left int64
}

func (e *exactly) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n, err := e.from.Read(p[:min(int64(len(p)), e.left)])
	e.left -= int64(n)
	if err == io.EOF && e.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// request is one request of the browser.
type request struct {
	method string
	// The address as it came: net/url refuses some that browsers do not. Scheme
	// is http, https, ws or wss; host may have a port; target begins with /.
	scheme, host, target string

	fields fields
	body   []byte
}

// maxRequest bounds the body of a request, in bytes.
const maxRequest = 64 << 20

// readRequest reads a request; scheme and host are where a tunnel leads, "" outside
// of one.
func readRequest(r *bufio.Reader, scheme, host string) (*request, error) {
	h, err := readHead(r)
	if err != nil {
		return nil, err
	}
	method, rest, ok1 := strings.Cut(h.start, " ")
	target, version, ok2 := strings.Cut(rest, " ")
	if !ok1 || !ok2 || !methodForm.MatchString(method) || !strings.HasPrefix(version, "HTTP/1.") {
		return nil, fmt.Errorf("%w: request line", errMessage)
	}
	q := &request{method: method, scheme: scheme, host: host, target: target, fields: h.fields}
	switch {
	case method == methodConnect:
		q.host, q.target = target, ""
		return q, nil
	case scheme == "" || !strings.HasPrefix(target, "/"):
		var ok bool
		if q.scheme, q.host, q.target, ok = split(target); !ok || q.scheme != "http" && q.scheme != "https" {
			return nil, fmt.Errorf("%w: request for no address", errMessage)
		}
	}
	if q.socket() {
		q.scheme = strings.Replace(q.scheme, "http", "ws", 1)
	}
	bare := !h.fields.lists("Transfer-Encoding", "chunked") && h.fields.get("Content-Length") == ""
	body, _, err := content(r, h.fields, bare)
	if err != nil {
		return nil, err
	}
	if q.body, err = io.ReadAll(io.LimitReader(body, maxRequest+1)); err != nil {
		return nil, fmt.Errorf("read request: %w", err)
	}
	if len(q.body) > maxRequest {
		return nil, fmt.Errorf("%w: request of more than %d bytes", errMessage, maxRequest)
	}
	return q, nil
}

// split takes an address apart; the target is path and query.
func split(raw string) (scheme, host, target string, ok bool) {
	raw, _, _ = strings.Cut(raw, "#")
	scheme, rest, ok := strings.Cut(raw, "://")
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		rest, target = rest[:i], rest[i:]
	}
	if !strings.HasPrefix(target, "/") {
		target = "/" + target
	}
	host = strings.ToLower(rest[strings.LastIndexByte(rest, '@')+1:])
	return strings.ToLower(scheme), host, target, ok && host != "" && !strings.ContainsAny(raw, " \r\n")
}

func (q *request) url() string { return q.scheme + "://" + q.host + q.target }

// socket reports whether the request asks for a WebSocket.
func (q *request) socket() bool {
	return q.fields.lists("Connection", "upgrade") && q.fields.lists("Upgrade", "websocket")
}

// conditional reports whether the browser has an answer already and asks whether
// it still holds.
func (q *request) conditional() bool {
	return q.fields.get("If-None-Match") != "" || q.fields.get("If-Modified-Since") != ""
}

// secure reports whether the request goes through TLS.
func (q *request) secure() bool { return q.scheme == "https" || q.scheme == "wss" }

// address is host:port.
func (q *request) address() string { return addressOf(q.scheme, q.host) }

func addressOf(scheme, host string) string {
	u := url.URL{Host: host}
	port := u.Port()
	if port == "" {
		port = "80"
		if scheme == "https" || scheme == "wss" {
			port = "443"
		}
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

// bodiless reports whether an answer has no body whatever its headers say.
func bodiless(method string, status int) bool {
	return method == http.MethodHead || status < 200 || status == http.StatusNoContent || status == http.StatusNotModified
}

// statusOf reads HTTP/1.1 200 OK.
func statusOf(start string) (int, error) {
	version, rest, _ := strings.Cut(start, " ")
	code, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	n, err := strconv.Atoi(code)
	if err != nil || !strings.HasPrefix(version, "HTTP/1.") || n < 100 || n > 999 {
		return 0, fmt.Errorf("%w: status line", errMessage)
	}
	return n, nil
}
