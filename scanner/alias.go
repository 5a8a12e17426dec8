package scanner

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"
)

// NoResolver is Options.Resolver where the user wants no names to be looked up.
const NoResolver = "none"

const (
	// aliasLimit bounds the look-up of one host, aliasesLimit that of all.
	aliasLimit   = 2 * time.Second
	aliasesLimit = 20 * time.Second
	// aliasesAtOnce is how many hosts are looked up side by side.
	aliasesAtOnce = 8
	// maxAliases bounds what a site with a host for each visitor costs.
	maxAliases = 500
)

// hosts is a log that notes the hosts that belong to the site of the page on
// which they were requested.
type hosts struct {
	observation.Log

	mu   sync.Mutex
	seen map[string]bool
}

func newHosts(log observation.Log) *hosts { return &hosts{Log: log, seen: map[string]bool{}} }

// Append is part of observation.Log.
func (h *hosts) Append(records ...observation.Record) error {
	h.mu.Lock()
	for _, r := range records {
		if r.Request != nil && r.Request.Embed == observation.SameSite {
			h.seen[observation.HostOf(r.Request.URL)] = true
		}
	}
	h.mu.Unlock()
	return h.Log.Append(records...)
}

var hostName = regexp.MustCompile(`^([a-z0-9_]([a-z0-9_-]*[a-z0-9_])?\.)+[a-z0-9-]*[a-z][a-z0-9-]*$`)

// named are the hosts that a name service can know, sorted.
func (h *hosts) named() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.DeleteFunc(slices.Sorted(maps.Keys(h.seen)), func(host string) bool {
		return !hostName.MatchString(host) || net.ParseIP(host) != nil || strings.HasSuffix(host, ".localhost")
	})
}

// sentElsewhere reports whether connections to a host go to another one, so that
// the name service speaks of a server that nobody looked at.
func sentElsewhere(host string, rules []chrome.ConnectTo) bool {
	return slices.ContainsFunc(rules, func(c chrome.ConnectTo) bool {
		suffix, any := strings.CutPrefix(strings.ToLower(c.Host), "*")
		return c.Host == "" || strings.EqualFold(c.Host, host) || any && strings.HasSuffix(host, suffix)
	})
}

// unasked lists why the names of hosts are not looked up, or not of all.
func (s *scan) unasked() []string {
	var out []string
	switch {
	case s.options.Resolver == NoResolver:
		out = append(out, "which names the site's hosts stand for was not looked up (--resolver none)")
	case s.options.Resolve == nil:
	case s.job.Replay != nil:
		out = append(out, "which names the site's hosts stand for was not looked up, since a recording answers for them")
	case len(s.options.Browser.ConnectTo) > 0:
		out = append(out, "which names hosts stand for was not looked up where their connections were sent elsewhere")
	}
	return out
}

// aliases records what the name service says of the site's own hosts. That nobody
// can tell is a note: it hides no write.
func (s *scan) aliases(ctx context.Context) error {
	if s.options.Resolve == nil || s.job.Replay != nil || ctx.Err() != nil {
		return nil
	}
	ask := slices.DeleteFunc(s.hosts.named(), func(host string) bool { return sentElsewhere(host, s.options.Browser.ConnectTo) })
	if len(ask) == 0 {
		return nil
	}
	left := max(0, len(ask)-maxAliases)
	ask = ask[:len(ask)-left]
	s.progress("looking up the names of %d hosts", len(ask))
	ctx, cancel := context.WithTimeout(ctx, aliasesLimit)
	defer cancel()
	found := make([]observation.Alias, len(ask))
	slots := make(chan struct{}, aliasesAtOnce)
	var wg sync.WaitGroup
	for i, host := range ask {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			found[i] = s.alias(ctx, host)
		})
	}
	wg.Wait()
	records := make([]observation.Record, 0, len(found)+1)
	failed, why := 0, ""
	for i := range found {
		records = append(records, observation.Record{Alias: &found[i]})
		if found[i].Error != "" {
			failed++
			why = found[i].Error
		}
	}
	if left > 0 {
		records = append(records, observation.Record{Gap: &observation.Gap{
			Kind: "names-not-resolved", N: left, Why: fmt.Sprintf("which names stand behind %d further hosts of the site was not looked up: they are too many", left),
		}})
	}
	if failed > 0 {
		records = append(records, observation.Record{Gap: &observation.Gap{
			Kind: "names-not-resolved", N: failed,
			Why: fmt.Sprintf("which names stand behind %d of %d hosts of the site could not be looked up (%s)", failed, len(found), why),
		}})
	}
	return s.log.Append(records...)
}

func (s *scan) alias(ctx context.Context, host string) observation.Alias {
	ctx, cancel := context.WithTimeout(ctx, aliasLimit)
	defer cancel()
	a := observation.Alias{Host: host, Resolver: s.options.Resolver}
	names, err := s.options.Resolve(ctx, host)
	a.Names, a.At = names, s.options.Now().UTC().Truncate(time.Millisecond)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		a.Error = "no answer in time"
	case err != nil:
		a.Error = err.Error()
	}
	return a
}
