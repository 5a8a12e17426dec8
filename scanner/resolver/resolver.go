// Package resolver asks the name service which names a host stands for. A host of
// the site itself that is another name of a tracker's makes that tracker look like
// the site; only its chain of names (CNAME, RFC 1034 section 3.6.2) shows it.
//
// Nothing but the names of hosts is sent, and nothing is kept.
package resolver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// System is the name of the resolver that the machine itself uses.
const System = "system"

const (
	configuration = "/etc/resolv.conf"
	// tryLimit bounds one question to one server, so that a dead one leaves time
	// for the next.
	tryLimit = 900 * time.Millisecond
	// maxNames ends chains that lead nowhere; names with more are not in use.
	maxNames = 16
	// answerSize is how large an answer by UDP may be (DNS flag day 2020).
	answerSize = 1232
)

// ErrNoName says that the name service knows no such host.
var ErrNoName = errors.New("there is no such name")

// Resolver asks name servers. It is safe for concurrent use.
type Resolver struct {
	name    string
	servers []string // host:port, asked in this order
}

// New makes a resolver of a server, given as HOST or HOST:PORT; an IPv6 address
// with a port stands in brackets. "" is the machine's own.
func New(server string) (*Resolver, error) {
	if server == "" || server == System {
		return system()
	}
	host, port, err := net.SplitHostPort(server)
	if err != nil {
		host, port = strings.Trim(server, "[]"), "53"
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if host == "" || err != nil || number == 0 || strings.ContainsAny(host, "/ []") || strings.Contains(host, ":") && net.ParseIP(host) == nil {
		return nil, fmt.Errorf("resolver %q: want HOST or HOST:PORT, such as 9.9.9.9 or [2620:fe::fe]:53", server)
	}
	return &Resolver{server, []string{net.JoinHostPort(host, port)}}, nil
}

func system() (*Resolver, error) {
	c, err := dns.ClientConfigFromFile(configuration)
	if err != nil || len(c.Servers) == 0 {
		return nil, fmt.Errorf("this machine names no resolver in %s: give one with --resolver HOST", configuration)
	}
	r := &Resolver{name: System}
	for _, s := range c.Servers {
		r.servers = append(r.servers, net.JoinHostPort(s, c.Port))
	}
	return r, nil
}

// Name is the resolver as it was asked for: System, or the server.
func (r *Resolver) Name() string { return r.name }

// Names leads from a host to the name that has an address, by its aliases: empty
// where the host is no alias. The error is ErrNoName where the host, or the last
// of the names, does not exist; else nobody could tell. Errors name no address of
// this machine.
func (r *Resolver) Names(ctx context.Context, host string) ([]string, error) {
	var names []string
	seen := map[string]bool{canonical(host): true}
	for at := canonical(host); len(names) < maxNames; at = names[len(names)-1] {
		answer, err := r.ask(ctx, at)
		if err != nil {
			return names, fmt.Errorf("look up %s: %w", at, err)
		}
		more := chain(answer.Answer, at, seen)
		names = append(names, more...)
		switch {
		case answer.Rcode == dns.RcodeNameError:
			return names, fmt.Errorf("look up %s: %w", at, ErrNoName)
		case len(more) == 0 || addressed(answer.Answer, names[len(names)-1]):
			return names, nil
		}
	}
	return names, fmt.Errorf("look up %s: more than %d names stand behind it", host, maxNames)
}

// chain follows the aliases of an answer from a name. Names that were seen end it:
// they lead in a circle.
func chain(answer []dns.RR, from string, seen map[string]bool) []string {
	next := map[string]string{}
	for _, rr := range answer {
		if c, ok := rr.(*dns.CNAME); ok {
			next[canonical(c.Hdr.Name)] = canonical(c.Target)
		}
	}
	var out []string
	for at := next[from]; at != "" && !seen[at] && len(out) < maxNames; at = next[at] {
		seen[at] = true
		out = append(out, at)
	}
	return out
}

// addressed reports whether an answer holds an address of a name.
func addressed(answer []dns.RR, name string) bool {
	for _, rr := range answer {
		if rr.Header().Rrtype == dns.TypeA && canonical(rr.Header().Name) == name {
			return true
		}
	}
	return false
}

func canonical(name string) string { return strings.TrimSuffix(strings.ToLower(name), ".") }

// ask asks one server after another until one answers.
func (r *Resolver) ask(ctx context.Context, name string) (*dns.Msg, error) {
	q := new(dns.Msg)
	q.SetQuestion(dns.Fqdn(name), dns.TypeA)
	q.SetEdns0(answerSize, false)
	var last error
	for _, server := range r.servers {
		answer, err := exchange(ctx, q, server)
		switch {
		case err != nil:
			last = err
		case answer.Rcode == dns.RcodeSuccess || answer.Rcode == dns.RcodeNameError:
			return answer, nil
		default:
			last = fmt.Errorf("the name server says %s", dns.RcodeToString[answer.Rcode])
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, last
}

// exchange asks by UDP, and again by TCP where the answer did not fit.
func exchange(ctx context.Context, q *dns.Msg, server string) (*dns.Msg, error) {
	for _, network := range []string{"udp", "tcp"} {
		c := &dns.Client{Net: network, Timeout: tryLimit}
		answer, _, err := c.ExchangeContext(ctx, q, server)
		switch {
		case err != nil:
			return nil, bare(err)
		case !answer.Truncated:
			return answer, nil
		}
	}
	return nil, errors.New("the answer did not come whole")
}

// bare is an error without the addresses of this machine.
func bare(err error) error {
	var timed net.Error
	if errors.As(err, &timed) && timed.Timeout() || errors.Is(err, context.DeadlineExceeded) {
		return errors.New("no answer in time")
	}
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}
