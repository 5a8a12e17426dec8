package chrome

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"regexp"
	"strconv"

	"github.com/chromedp/cdproto"
	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// maxMessage bounds a message of the browser in bytes: a page can make one as long as
// it likes, by what it logs or stores.
const maxMessage = 64 << 20

// edge is how much of a longer message is kept at each end, where it says what it is
// and whose.
const edge = 1 << 10

// tooLong is the error of an answer that was cut.
const tooLong = "the answer was too long to be read"

// pipe is the transport to a browser, which cuts messages that are too long. An event
// comes without its parameters, so that whoever reads it finds it undecodable; a reply
// becomes an error.
type pipe struct {
	*chromedp.PipeConn // writes and closes
	from               *bufio.Reader
	most               int
}

func newPipe(from io.ReadCloser, to io.WriteCloser) *pipe {
	return &pipe{chromedp.NewPipeConn(from, to), bufio.NewReaderSize(from, 64<<10), maxMessage}
}

// Read is part of chromedp.Transport. Only one goroutine may call it.
func (p *pipe) Read(_ context.Context, msg *cdproto.Message) error {
	for {
		text, tail, err := p.next()
		switch {
		case err != nil:
			return err
		case tail != nil:
			return cut(text, tail, msg)
		case len(bytes.TrimSpace(text)) > 0:
			return jsonv2.Unmarshal(text, msg, chromedp.DefaultUnmarshalOptions)
		}
	}
}

// next is the next message; of one that is too long its beginning, and its end, which
// is nil for others.
func (p *pipe) next() (text, tail []byte, err error) {
	for {
		part, err := p.from.ReadSlice(0)
		last := err == nil
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			if err == io.EOF && len(text)+len(part) > 0 {
				err = io.ErrUnexpectedEOF
			}
			return nil, nil, err
		}
		if last {
			part = part[:len(part)-1]
		}
		switch {
		case tail == nil && len(text)+len(part) <= p.most:
			text = append(text, part...)
		case tail == nil:
			tail = lastOf(append(lastOf(text), part...))
			text = bytes.Clone(text[:min(len(text), edge)])
		default:
			tail = lastOf(append(tail, part...))
		}
		if last {
			return text, tail, nil
		}
	}
}

// lastOf is a copy of the end of b.
func lastOf(b []byte) []byte { return bytes.Clone(b[max(0, len(b)-edge):]) }

// What stands at the ends of a message as Chromium writes them.
var (
	replyHead = regexp.MustCompile(`^\s*\{"id":(\d+),`)
	eventHead = regexp.MustCompile(`^\s*\{"method":"([\w.]+)",`)
	ownerTail = regexp.MustCompile(`"sessionId":"(\w+)"\}\s*$`)
)

// cut makes a message of the ends of one that was too long. One that says neither what
// it is nor whose cannot be used.
func cut(head, tail []byte, msg *cdproto.Message) error {
	if m := ownerTail.FindSubmatch(tail); m != nil {
		msg.SessionID = target.SessionID(m[1])
	}
	if m := eventHead.FindSubmatch(head); m != nil {
		msg.Method = cdproto.MethodType(m[1])
		return nil
	}
	if m := replyHead.FindSubmatch(head); m != nil {
		msg.ID, _ = strconv.ParseInt(string(m[1]), 10, 64)
	}
	msg.Error = &cdproto.Error{Code: -32000, Message: tooLong}
	return nil
}
