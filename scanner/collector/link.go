package collector

import (
	"cmp"
	"context"
	_ "embed"
	"slices"
	"strings"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"
)

// decorations are parameters that by their name alone mark whom a link is
// followed by, each with what it is, as name and words between tabs.
//
//go:embed link.tsv
var decorationFile string

// decorations are by lower-case name.
var decorations = func() map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(decorationFile) {
		name, what, _ := strings.Cut(strings.TrimSpace(line), "\t")
		out[strings.ToLower(name)] = what
	}
	return out
}()

// linksLimit bounds the reading of a page's links.
const linksLimit = 15 * time.Second

// readLinks lists the addresses of links that leave the document's host and have
// a query or a fragment.
const readLinks = `(() => {
	const out = [];
	for (const a of document.links) {
		if (out.length >= 500) break;
		if ((a.search || a.hash) && a.hostname !== location.hostname && /^https?:$/.test(a.protocol) && a.href.length < 8192) out.push(a.href);
	}
	return out;
})()`

// Links records the links of the tab's page to other sites that mark the visitor.
// It waits for the browser, and a tab that had its fast time never answers: call
// it before, and outside of the context's goroutine. What the served HTML said and
// what a script added look the same; a parameter that the page's own address bears
// is only passed on, and left out.
func (l *Log) Links(ctx context.Context, t *chrome.Tab) {
	ctx, cancel := context.WithTimeout(ctx, linksLimit)
	defer cancel()
	worlds, err := t.Worlds(ctx)
	var found []string
	for _, w := range worlds {
		var links []string
		if failed := w.Eval(ctx, readLinks, &links); failed != nil && !vanished(failed) {
			err = cmp.Or(err, failed)
		}
		found = append(found, links...)
	}
	slices.Sort(found)
	found = slices.Compact(found)
	t.Context().Do(func() {
		for _, link := range l.decorated(found) {
			l.add(observation.Record{Link: &link})
		}
		if err != nil {
			l.Gap("links-not-read", "the links of some frames could not be read, to see whether they mark the visitor: "+err.Error(), false)
		}
	})
}

// decorated are the links that mark the visitor, one for each host and parameter.
func (l *Log) decorated(links []string) []observation.Link {
	site := observation.Site(observation.HostOf(l.top))
	m := l.moment(now())
	passed := map[string]bool{}
	for _, f := range linkFields(l.top) {
		passed[f.name] = true
	}
	type target struct{ host, param string }
	seen := map[target]bool{}
	var out []observation.Link
	for _, to := range links {
		host := observation.HostOf(to)
		if observation.Site(host) == site {
			continue
		}
		for _, f := range linkFields(to) {
			at := target{host, f.name}
			if f.value == "" || passed[f.name] || seen[at] {
				continue
			}
			link := observation.Link{
				Page: m.page, Phase: m.phase, At: m.at, URL: l.redact.URL(to), Param: l.paramName(f.name),
				What: decorations[strings.ToLower(f.name)], Digest: l.redact.Value(f.value).Digest,
			}
			v := &leaving{site: observation.Site(host), taken: map[observation.Taken]bool{}, typed: map[string]bool{}}
			l.seek(v, inURL, f.value)
			for taken := range v.taken {
				link.Items = append(link.Items, taken.Item)
			}
			slices.SortFunc(link.Items, observation.Key.Compare)
			if link.What == "" && len(link.Items) == 0 {
				continue
			}
			seen[at] = true
			out = append(out, link)
		}
	}
	return out
}

// linkFields are the parameters of an address, in its query and its fragment.
func linkFields(address string) []field {
	head, fragment, _ := strings.Cut(address, "#")
	_, query, _ := strings.Cut(head, "?")
	if _, after, ok := strings.Cut(fragment, "?"); ok {
		fragment = after
	}
	return append(queryFields(query), queryFields(fragment)...)
}
