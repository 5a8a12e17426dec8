// Package crawl decides which pages of a site are visited: the URLs given, plus
// same-site links, within budgets of pages and depth.
package crawl

import (
	"context"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"
)

// Page is one page to visit.
type Page struct {
	URL   string
	Named bool // the user asked for it
	Depth int  // link steps from a given URL
	Nr    int  // place in the list, from 1
}

// List is the list of pages of a scan. It grows while the first visit adds
// links, and is then frozen: every choice sees the same pages. It is safe for
// concurrent use.
type List struct {
	mu       sync.Mutex
	pages    []Page
	seen     map[string]bool
	maxPages int
	maxDepth int
	hosts    []string // to which links may lead; empty for the sites of the URLs given
	frozen   bool
	grown    chan struct{} // closed when a page is added or the list is frozen
	left     []string      // found and not taken, for want of budget
	later    []string      // found after the list was frozen
}

// NewList starts with the URLs given; all of them are visited, whatever the
// budget. Links are followed to hosts, or, where that is empty, within the sites
// of the URLs.
func NewList(urls []string, maxPages, maxDepth int, hosts []string) *List {
	l := &List{seen: map[string]bool{}, maxPages: max(maxPages, len(urls)), maxDepth: maxDepth, hosts: hosts, grown: make(chan struct{})}
	for _, u := range urls {
		if !l.seen[normal(u)] {
			l.seen[normal(u)] = true
			l.pages = append(l.pages, Page{URL: u, Named: true})
		}
	}
	return l
}

// At is the i-th page; ok is false behind the last.
func (l *List) At(i int) (p Page, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i >= len(l.pages) {
		return Page{}, false
	}
	p = l.pages[i]
	p.Nr = i + 1
	return p, true
}

// Wait is At for whoever may come before the first visit: it waits until the i-th
// page is known, or that there is none.
func (l *List) Wait(ctx context.Context, i int) (p Page, ok bool, err error) {
	for {
		l.mu.Lock()
		frozen, grown := l.frozen, l.grown
		l.mu.Unlock()
		if p, ok := l.At(i); ok || frozen {
			return p, ok, nil
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return Page{}, false, ctx.Err()
		}
	}
}

// tell wakes those who wait. l.mu must be held.
func (l *List) tell() {
	close(l.grown)
	l.grown = make(chan struct{})
}

// Freeze ends the growth.
func (l *List) Freeze() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.frozen = true
	l.tell()
}

// Rest are the pages left out for want of budget and those found too late.
func (l *List) Rest() (left, later []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	left, later = slices.Clone(l.left), slices.Clone(l.later)
	slices.Sort(later)
	return left, later
}

// Add takes up the links of a page, in their order.
func (l *List) Add(from Page, links []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.tell()
	for _, link := range links {
		n := normal(link)
		if l.seen[n] || !worthVisiting(link) || l.offSite(link) {
			continue
		}
		l.seen[n] = true
		switch {
		case l.frozen:
			l.later = append(l.later, link)
		case len(l.pages) >= l.maxPages || from.Depth >= l.maxDepth:
			l.left = append(l.left, link)
		default:
			l.pages = append(l.pages, Page{URL: link, Depth: from.Depth + 1})
		}
	}
}

func (l *List) offSite(link string) bool {
	if len(l.hosts) > 0 {
		return !slices.Contains(l.hosts, observation.HostOf(link))
	}
	site := observation.Site(observation.HostOf(link))
	return !slices.ContainsFunc(l.pages, func(p Page) bool {
		return p.Named && observation.Site(observation.HostOf(p.URL)) == site
	})
}

// normal is the address by which pages are told apart: without fragment, and
// with an empty path as /.
func normal(raw string) string {
	u, err := observation.ParseURL(raw)
	if err != nil {
		return raw
	}
	u.Fragment, u.RawFragment = "", ""
	u.Host = strings.ToLower(u.Host)
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String()
}

var (
	notPages = regexp.MustCompile(`(?i)^\.(pdf|zip|gz|docx?|xlsx?|pptx?|csv|png|jpe?g|gif|svg|webp|ico|mp[34]|webm|avi|mov|css|js|json|xml|rss|txt|exe|dmg|apk|ics)$`)
	// A crawler must not log its visitor out, or change anything.
	leaving = regexp.MustCompile(`(?i)(log|sign)[-_ ]?(out|off)|/delete/|/remove/|unsubscribe|add[-_]to[-_](cart|basket)`)
	// Nor may it consent by following a link, as banners without scripts have it.
	consenting = regexp.MustCompile(`(?i)(cookies?|consent|gdpr)[^/?&]*[=/_-](accept|allow|agree|reject|deny|decline|yes|no|1|0|all)\b|(accept|allow|agree|reject|decline|opt-?(in|out))[^/?&]*(cookie|consent)`)
)

func worthVisiting(link string) bool {
	u, err := observation.ParseURL(link)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	return !notPages.MatchString(path.Ext(u.Path)) && !leaving.MatchString(link) && !consenting.MatchString(link)
}

// Links are the addresses that a tab's page links to, without fragments, in
// document order.
func Links(ctx context.Context, t *chrome.Tab) ([]string, error) {
	w, err := t.Main(ctx)
	if err != nil {
		return nil, err
	}
	var out []string
	const list = `(() => {
		const roots = [document];
		for (const r of roots) for (const n of r.querySelectorAll('*')) if (n.shadowRoot) roots.push(n.shadowRoot);
		return [...new Set(roots.flatMap(r => [...r.querySelectorAll('a[href],area[href]')].map(a => String(a.href).split('#')[0])))].slice(0, 2000);
	})()`
	err = w.Eval(ctx, list, &out)
	return out, err
}
