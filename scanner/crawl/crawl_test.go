package crawl

import (
	"strings"
	"testing"

	"cookieaudit/scanner/observation"

	"github.com/google/go-cmp/cmp"
)

// URLs are the pages known so far.
func (l *List) URLs() (out []string) {
	for i := 0; ; i++ {
		p, ok := l.At(i)
		if !ok {
			return out
		}
		out = append(out, p.URL)
	}
}

func TestWorthVisiting(t *testing.T) {
	for link, want := range map[string]bool{
		"https://a.test/": true, "https://a.test/cookies": true, "https://a.test/cookie-policy": true, "https://a.test/news?page=2": true,
		"https://a.test/50%-off": true, "https://a.test/50%-off.pdf": false, "https://a.test/file.pdf": false, "https://a.test/logout": false, "https://a.test/sign-out": false, "mailto:x@a.test": false,
		"https://a.test/?cookies=accept": false, "https://a.test/accept-cookies": false, "https://a.test/consent/allow": false, "https://a.test/?cookie_consent=1": false,
	} {
		if got := worthVisiting(link); got != want {
			t.Errorf("worthVisiting(%q) = %v", link, got)
		}
	}
}

// The pages of a service are those of its hosts, whatever their site.
func TestListOfHosts(t *testing.T) {
	l := NewList([]string{"https://one.a.test/"}, 10, 2, []string{"one.a.test", "b.test"})
	first, _ := l.At(0)
	l.Add(first, []string{"https://one.a.test/x", "https://two.a.test/", "https://b.test/y"})
	if diff := cmp.Diff([]string{"https://one.a.test/", "https://one.a.test/x", "https://b.test/y"}, l.URLs()); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
}

func TestList(t *testing.T) {
	l := NewList([]string{"https://a.test/", "https://a.test/#x", "https://a.test/two"}, 4, 1, nil)
	first, _ := l.At(0)
	l.Add(first, []string{"https://a.test", "https://b.test/", "https://www.a.test/three", "https://a.test/50%-off", "https://a.test/50%-off#x", "https://a.test/five"})
	deep, _ := l.At(2)
	l.Add(deep, []string{"https://a.test/six"})
	l.Freeze()
	l.Add(first, []string{"https://a.test/seven"})
	if diff := cmp.Diff([]string{"https://a.test/", "https://a.test/two", "https://www.a.test/three", "https://a.test/50%-off"}, l.URLs()); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
	left, later := l.Rest()
	if diff := cmp.Diff([][]string{{"https://a.test/five", "https://a.test/six"}, {"https://a.test/seven"}}, [][]string{left, later}); diff != "" {
		t.Errorf("left out, found later (-want +got):\n%s", diff)
	}
}

// FuzzList follows links as a page has them.
func FuzzList(f *testing.F) {
	for _, s := range []string{"https://a.test/two\nhttps://A.test/two#x\nHTTPS://b.test/", "//a.test\n/x\njavascript:alert(1)\n\x00", "https://a.test:99999/%zz\nhttp://[::1/\nhttps://a.test/?cookies=accept", "https://u:p@www.a.test/a b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, links string) {
		const start = "https://a.test/"
		l := NewList([]string{start}, 5, 1, nil)
		first, _ := l.At(0)
		l.Add(first, strings.Split(links, "\n"))
		if n := len(l.URLs()); n > 5 {
			t.Errorf("%d pages of 5", n)
		}
		seen := map[string]bool{}
		for _, u := range l.URLs() {
			n := normal(u)
			if seen[n] || normal(n) != n || observation.Site(observation.HostOf(u)) != "a.test" || u != start && !worthVisiting(u) {
				t.Errorf("%q (%q) is visited", u, n)
			}
			seen[n] = true
		}
	})
}
