package tape

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// past answers from a tape.
type past struct {
	tape    *Tape
	proxy   *Proxy
	matcher *matcher
	track   string
	shift   time.Duration
}

func (p *past) close() {}

func (p *past) reach(_ context.Context, address string) Fault {
	_, f := p.matcher.connection(address, p.track)
	if f == FaultTLS || f == FaultReset || f == FaultClosed {
		return "" // that is for secure to say
	}
	return f
}

func (p *past) secure(_ context.Context, address string) (untrusted bool, f Fault) {
	return p.matcher.connection(address, p.track)
}

// missHeader names an answer that is none of the site's.
const missHeader = "X-Not-On-Tape"

func (p *past) answer(ctx context.Context, q *request, c *client) (again bool) {
	e, ok := p.matcher.find(q)
	if !ok {
		if _, f := p.matcher.connection(q.address(), p.track); f != "" && !q.secure() {
			c.abort(f)
			return false
		}
		p.proxy.miss((&url.URL{Host: q.host}).Hostname())
		f := fields{{missHeader, q.method}, {"Cache-Control", "no-store"}}
		return c.begin(q.method, http.StatusGatewayTimeout, f, 0) == nil
	}
	if !wait(ctx, time.Duration(e.Delay)*time.Millisecond) {
		return false
	}
	if e.Status == 0 {
		return p.silent(ctx, e, c)
	}
	body, err := p.tape.body(e)
	if err != nil { // the file changed since it was opened
		p.proxy.miss((&url.URL{Host: q.host}).Hostname())
		c.abort(FaultClosed)
		return false
	}
	f := shifted(e.Headers, p.shift)
	if e.Status == http.StatusSwitchingProtocols {
		if q.socket() {
			_ = c.reenact(ctx, q, e, f, body)
		}
		return false
	}
	return p.give(ctx, q, c, e, f, body)
}

// give sends an answer as far as it was recorded.
func (p *past) give(ctx context.Context, q *request, c *client, e Entry, f fields, body []byte) (again bool) {
	length := int64(len(body))
	if e.CutOff || e.Error != "" {
		// More was promised, or it would have gone on.
		if n, err := f.length(); err != nil || n <= length || f.lists("Transfer-Encoding", "chunked") {
			length = -1
		} else {
			length = n
		}
	}
	if c.begin(q.method, e.Status, f, length) != nil {
		return false
	}
	if bodiless(q.method, e.Status) {
		return true
	}
	switch {
	case c.data(body) != nil:
		return false
	case e.CutOff || e.Error != "":
		return p.silent(ctx, e, c)
	}
	return c.end() == nil
}

// silent ends a connection as it ended, or says nothing more until the browser
// goes away, as the site did.
func (p *past) silent(ctx context.Context, e Entry, c *client) (again bool) {
	if e.Error != "" {
		c.abort(e.Error)
		return false
	}
	<-ctx.Done()
	return false
}

// wait waits, and reports whether anybody still does.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
