package crawl

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWorthVisiting(t *testing.T) {
	for link, want := range map[string]bool{
		"https://a.test/": true, "https://a.test/cookies": true, "https://a.test/cookie-policy": true, "https://a.test/news?page=2": true,
		"https://a.test/file.pdf": false, "https://a.test/logout": false, "https://a.test/sign-out": false, "mailto:x@a.test": false,
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
	l.Add(first, []string{"https://a.test", "https://b.test/", "https://www.a.test/three", "https://a.test/four", "https://a.test/five"})
	deep, _ := l.At(2)
	l.Add(deep, []string{"https://a.test/six"})
	l.Freeze()
	l.Add(first, []string{"https://a.test/seven"})
	if diff := cmp.Diff([]string{"https://a.test/", "https://a.test/two", "https://www.a.test/three", "https://a.test/four"}, l.URLs()); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
	left, later := l.Rest()
	if diff := cmp.Diff([][]string{{"https://a.test/five", "https://a.test/six"}, {"https://a.test/seven"}}, [][]string{left, later}); diff != "" {
		t.Errorf("left out, found later (-want +got):\n%s", diff)
	}
}
