package journey

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/network"
)

// ErrNotYet is returned where what a step waits for or expects does not hold.
var ErrNotYet = errors.New("is not there")

// wait waits until a condition holds, or no longer does.
func (r Runner) wait(ctx context.Context, condition string, there bool) error {
	if condition == "quiet" {
		return r.quiet(ctx)
	}
	limit, cancel := context.WithTimeout(ctx, findLimit)
	defer cancel()
	for {
		err := r.holds(limit, condition)
		switch {
		case there && err == nil, !there && errors.Is(err, ErrNotYet):
			return nil
		case errors.Is(err, errTarget):
			return err
		}
		if err := r.again(ctx, limit); err != nil {
			return err
		}
		switch {
		case limit.Err() != nil && there:
			return fmt.Errorf("%s %w after %s", condition, ErrNotYet, findLimit)
		case limit.Err() != nil:
			return fmt.Errorf("%s is still there after %s", condition, findLimit)
		}
	}
}

// expect demands a condition now.
func (r Runner) expect(ctx context.Context, condition string) error {
	if err := r.quiet(ctx); err != nil || condition == "quiet" {
		return err
	}
	if err := r.holds(ctx, condition); err != nil {
		return fmt.Errorf("%s %w", condition, err)
	}
	return nil
}

// holds looks whether a condition holds now; ErrNotYet if not.
func (r Runner) holds(ctx context.Context, condition string) error {
	if pattern, ok := strings.CutPrefix(condition, "url="); ok {
		return r.at(pattern)
	}
	if item, ok := strings.CutPrefix(condition, "storage="); ok {
		return r.stored(ctx, item)
	}
	_, err := Find(ctx, r.Tab, condition)
	if errors.Is(err, ErrNotFound) {
		return ErrNotYet
	}
	return err
}

// at compares the tab's address with a pattern of its path, or of the whole
// where the pattern begins with http.
func (r Runner) at(pattern string) error {
	here := r.Tab.URL()
	if !strings.HasPrefix(pattern, "http") {
		u, err := observation.ParseURL(here)
		if err != nil {
			return ErrNotYet
		}
		here = u.Path
	}
	if glob(pattern, here) {
		return nil
	}
	return ErrNotYet
}

// glob matches * with anything, slashes too.
func glob(pattern, text string) bool {
	const slash = "\x00"
	ok, err := path.Match(strings.ReplaceAll(pattern, "/", slash), strings.ReplaceAll(text, "/", slash))
	return err == nil && ok
}

// stored looks for an item of the page at hand: KIND:GLOB.
func (r Runner) stored(ctx context.Context, item string) error {
	kind, pattern, _ := strings.Cut(item, ":")
	var names []string
	switch observation.Kind(kind) {
	case observation.Cookie:
		jar, err := r.Tab.Context().Cookies(ctx)
		if err != nil {
			return err
		}
		for _, c := range r.mine(jar) {
			names = append(names, c.Name)
		}
	case observation.LocalStorage, observation.SessionStorage:
		w, err := r.Tab.Main(ctx)
		if err != nil {
			return err
		}
		// The wrapper does not see this read: it comes from a world of its own.
		if err := w.Eval(ctx, "Object.keys("+kind+")", &names); err != nil {
			return err
		}
	default:
		return fmt.Errorf("storage=%s %w: use cookie, localStorage or sessionStorage", item, errTarget)
	}
	for _, name := range names {
		if glob(pattern, name) {
			return nil
		}
	}
	return ErrNotYet
}

// mine are the cookies whose domain fits the page at hand.
func (r Runner) mine(jar []*network.Cookie) []*network.Cookie {
	host := observation.HostOf(r.Tab.URL())
	var out []*network.Cookie
	for _, c := range jar {
		domain := strings.TrimPrefix(c.Domain, ".")
		if host == domain || strings.HasPrefix(c.Domain, ".") && strings.HasSuffix(host, "."+domain) {
			out = append(out, c)
		}
	}
	return out
}
