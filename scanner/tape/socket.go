package tape

import (
	"bufio"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"sync"
)

// WebSocket frames are laid out as RFC 6455 section 5.2 says.
const (
	opcodeBits  = 0x0f
	opcodeClose = 8
	maskBit     = 0x80
	// maxFrames bounds what is kept of one socket.
	maxFrames = 10_000
)

// copyFrame passes one frame on to w, and its payload, unmasked, to payload.
func copyFrame(w io.Writer, r *bufio.Reader, payload io.Writer) (Frame, error) {
	var f Frame
	h := make([]byte, 2, 14)
	if _, err := io.ReadFull(r, h); err != nil {
		return f, err
	}
	f.Head, f.Length = h[0], int64(h[1]&^maskBit)
	more := 0
	switch f.Length {
	case 126:
		more = 2
	case 127:
		more = 8
	}
	masked := h[1]&maskBit != 0
	size := more
	if masked {
		size += 4
	}
	h = h[:2+size]
	if _, err := io.ReadFull(r, h[2:]); err != nil {
		return f, unexpected(err)
	}
	switch more {
	case 2:
		f.Length = int64(binary.BigEndian.Uint16(h[2:]))
	case 8:
		f.Length = int64(binary.BigEndian.Uint64(h[2:]))
	}
	if f.Length < 0 {
		return f, fmt.Errorf("%w: frame of negative length", errMessage)
	}
	if _, err := w.Write(h); err != nil {
		return f, err
	}
	var mask []byte
	if masked {
		mask = h[2+more:]
	}
	return f, copyPayload(w, r, payload, f.Length, mask)
}

func copyPayload(w io.Writer, r io.Reader, payload io.Writer, length int64, mask []byte) error {
	buf := make([]byte, min(length, 16<<10))
	for at := int64(0); at < length; {
		part := buf[:min(int64(len(buf)), length-at)]
		n, err := io.ReadFull(r, part)
		part = part[:n]
		if _, err := w.Write(part); err != nil {
			return err
		}
		if mask != nil {
			for i := range part {
				part[i] ^= mask[(at+int64(i))%4]
			}
		}
		if _, err := payload.Write(part); err != nil {
			return err
		}
		at += int64(n)
		if err != nil {
			return unexpected(err)
		}
	}
	return nil
}

// unexpected is an end in the middle of something.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// socket passes the frames of a WebSocket on, both ways, and records them.
func (l *live) socket(ctx context.Context, e Entry, h head, u *upstream, c *client) {
	if c.plain(h.start, h.fields) != nil {
		e.CutOff = true
		l.writer.add(e, nil)
		return
	}
	stop := context.AfterFunc(ctx, func() { u.conn.Close() })
	defer stop()
	s := &sockets{entry: e, kept: l.keep()}
	defer s.kept.release()
	ended := make(chan error, 1)
	go func() { // the page's frames
		for {
			sum := sha256.New()
			f, err := copyFrame(u.conn, c.r, sum)
			if err != nil {
				s.left()
				u.conn.Close()
				ended <- err
				return
			}
			s.add(f, sum)
		}
	}()
	var err error
	for err == nil { // the site's
		var f Frame
		var data payload
		if f, err = copyFrame(c.conn, u.r, &data); err == nil {
			f.Site = true
			s.site(f, data)
		}
	}
	s.end(ctx, err)
	c.tcp.Close()
	<-ended
	l.writer.add(s.entry, s.kept.data.Bytes())
}

// sockets is the record of one WebSocket in the making.
type sockets struct {
	mu     sync.Mutex
	entry  Entry
	kept   *kept
	closed bool // the site said good-bye
	gone   bool // the browser went first
}

func (s *sockets) add(f Frame, sum hash.Hash) {
	if f.Length > 0 {
		f.Digest = hex.EncodeToString(sum.Sum(nil))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.append(f)
}

func (s *sockets) site(f Frame, data payload) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = f.Head&opcodeBits == opcodeClose
	if data.over {
		s.kept.full = true
	}
	s.kept.Write(data.bytes)
	s.append(f)
}

// append keeps a frame unless something before it was not kept: what follows would
// make no sense then.
func (s *sockets) append(f Frame) {
	if s.kept.full || len(s.entry.Frames) >= maxFrames {
		s.entry.CutOff = true
	}
	if !s.entry.CutOff {
		s.entry.Frames = append(s.entry.Frames, f)
	}
}

func (s *sockets) left() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gone = true
}

func (s *sockets) end(ctx context.Context, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
	case s.gone || ctx.Err() != nil:
		s.entry.CutOff = true
	default:
		s.entry.Error = faultOf(err)
	}
}

// payload is a frame's, as far as it can be kept.
type payload struct {
	bytes []byte
	over  bool
}

func (p *payload) Write(b []byte) (int, error) {
	if p.over = p.over || len(p.bytes)+len(b) > maxBody; !p.over {
		p.bytes = append(p.bytes, b...)
	}
	return len(b), nil
}

// errGone is that the page closed its WebSocket.
var errGone = errors.New("the page closed its socket")

// reenact plays the site's part in a WebSocket: its frames come in the order in
// which they came, each after as many of the page's as then.
func (c *client) reenact(ctx context.Context, q *request, e Entry, f fields, body []byte) error {
	for i := range f {
		if http.CanonicalHeaderKey(f[i].Name) == "Sec-Websocket-Accept" {
			f[i].Value = accept(q.fields.get("Sec-WebSocket-Key"))
		}
	}
	if err := c.plain("HTTP/1.1 101 Switching Protocols", f); err != nil {
		return err
	}
	for _, frame := range e.Frames {
		if !frame.Site {
			if err := c.heard(); err != nil {
				return err
			}
			continue
		}
		if err := c.say(frame.Head, body[:frame.Length]); err != nil {
			return err
		}
		body = body[frame.Length:]
	}
	if e.Error != "" {
		c.abort(e.Error)
		return nil
	}
	for ctx.Err() == nil {
		if err := c.heard(); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// heard waits for one frame of the page, and answers its good-bye.
func (c *client) heard() error {
	f, err := copyFrame(io.Discard, c.r, io.Discard)
	if err == nil && f.Head&opcodeBits == opcodeClose {
		_ = c.say(f.Head, nil)
		return errGone
	}
	return err
}

func (c *client) say(head byte, data []byte) error {
	c.w.WriteByte(head)
	switch n := len(data); {
	case n < 126:
		c.w.WriteByte(byte(n))
	case n < 1<<16:
		c.w.WriteByte(126)
		_ = binary.Write(c.w, binary.BigEndian, uint16(n))
	default:
		c.w.WriteByte(127)
		_ = binary.Write(c.w, binary.BigEndian, uint64(n))
	}
	c.w.Write(data)
	return c.w.Flush()
}

// accept is the answer to a WebSocket's key (RFC 6455 section 4.2.2).
func accept(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}
