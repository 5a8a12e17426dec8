package collector

import (
	"strings"
	"testing"
	"time"

	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/network"
	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func TestCookieLine(t *testing.T) {
	const day = 86400
	session := observation.Lifetime{Persistence: observation.Session}
	lasting := func(s int64) observation.Lifetime {
		return observation.Lifetime{Persistence: observation.Persistent, Seconds: s}
	}
	for _, tt := range []struct {
		line    string
		key     observation.Key
		life    observation.Lifetime
		deletes bool
	}{
		{"a=1", observation.Key{Name: "a", Host: "www.shop.test", HostOnly: true, Path: "/dir"}, session, false},
		{"a=1; Domain=.Shop.test; Path=/", observation.Key{Name: "a", Host: "shop.test", Path: "/"}, session, false},
		{"a=1; Max-Age=63072000; Expires=Thu, 01 Jan 1970 00:00:00 GMT", observation.Key{Name: "a", Host: "www.shop.test", HostOnly: true, Path: "/dir"}, lasting(730 * day), false},
		{"a=; Max-Age=0", observation.Key{Name: "a", Host: "www.shop.test", HostOnly: true, Path: "/dir"}, lasting(0), true},
		{"a=1; max-age=9223372036854775807", observation.Key{Name: "a", Host: "www.shop.test", HostOnly: true, Path: "/dir"}, lasting(1 << 53), false},
		{"a=1; expires=31 Feb 2099 10:00:00", observation.Key{Name: "a", Host: "www.shop.test", HostOnly: true, Path: "/dir"}, observation.Lifetime{Persistence: observation.Session}, false},
		{"a=1; max-age=99999999999999999999", observation.Key{Name: "a", Host: "www.shop.test", HostOnly: true, Path: "/dir"}, lasting(1 << 53), false},
		{"a=1; Max-Age=x", observation.Key{Name: "a", Host: "www.shop.test", HostOnly: true, Path: "/dir"}, session, false},
		{"a=1; Expires=Mon, 23-Nov-2026 12:00:00 GMT; path=relative", observation.Key{Name: "a", Host: "www.shop.test", HostOnly: true, Path: "/dir"}, lasting(day), false},
		{"a=1; Expires=Monday, 23-Nov-26 12:00:00 GMT", observation.Key{Name: "a", Host: "www.shop.test", HostOnly: true, Path: "/dir"}, lasting(day), false},
		{"a=1; expires=Sun, 22 Nov 2026 12:00:01 GMT", observation.Key{Name: "a", Host: "www.shop.test", HostOnly: true, Path: "/dir"}, lasting(1), false},
		{"a=1; expires=Thu, 01 Jan 1970 00:00:00 GMT", observation.Key{Name: "a", Host: "www.shop.test", HostOnly: true, Path: "/dir"}, lasting(0), true},
		{"novalue", observation.Key{Name: "", Host: "www.shop.test", HostOnly: true, Path: "/dir"}, session, false},
		{"a=b=c; Partitioned; Secure; Path=/", observation.Key{Name: "a", Host: "www.shop.test", HostOnly: true, Path: "/", Partition: "https://top.example"}, session, false},
	} {
		t.Run(tt.line, func(t *testing.T) {
			c := parseCookieLine(tt.line)
			tt.key.Kind = observation.Cookie
			if diff := cmp.Diff(tt.key, c.key("https://www.shop.test/dir/page", "https://www.top.example/x")); diff != "" {
				t.Errorf("key (-want +got):\n%s", diff)
			}
			life, deletes := c.lifetime(noon)
			if diff := cmp.Diff(tt.life, life); diff != "" || deletes != tt.deletes {
				t.Errorf("lifetime (-want +got), deletes %v:\n%s", deletes, diff)
			}
		})
	}
}

// Attributes are told as they were written; what may be the rest of a value is not.
func TestAsGiven(t *testing.T) {
	for line, want := range map[string]string{
		"a=1":                                    "",
		"a=1; path=/;MAX-AGE=060 ;;Secure":       "path=/; MAX-AGE=060; Secure",
		"a=1; b=secret; SameSite=Odd":            "SameSite=Odd; 1 unknown",
		"a=1; Path=/u/anna@shop.test":            "Path=/u/{email}",
		"a=1; Path=/" + strings.Repeat("x", 200): "Path=/" + strings.Repeat("x", 94) + "…",
	} {
		if got := parseCookieLine(line).asGiven(observation.NewRedactor([]byte("test")).Text); got != want {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}

func TestSplit(t *testing.T) {
	for in, want := range map[string][3]string{
		"https://Shop.test:8443/a/b?q=/c#/d": {"https", "shop.test", "/a/b"},
		"https://shop.test/100%/x":           {"https", "shop.test", "/100%/x"},
		"https://shop.test?q":                {"https", "shop.test", "/"},
		"http://u:p@[::1]:80/":               {"http", "::1", "/"},
		"about:blank":                        {},
		"null":                               {},
	} {
		scheme, host, path := split(in)
		if diff := cmp.Diff(want, [3]string{scheme, host, path}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", in, diff)
		}
	}
}

func TestCovers(t *testing.T) {
	for _, tt := range []struct {
		cookie, page string
		want         bool
	}{
		{"/", "/a", true}, {"/", "", true}, {"/a", "/a", true}, {"/a", "/a/b", true}, {"/a", "/ab", false}, {"/a/", "/a/b", true}, {"/a/b", "/a", false},
	} {
		if got := covers(tt.cookie, tt.page); got != tt.want {
			t.Errorf("covers(%q, %q) = %v", tt.cookie, tt.page, got)
		}
	}
}

func TestParseStack(t *testing.T) {
	const stack = `Error
    at stack (<anonymous>:24:14)
    at Object.apply (<anonymous>:50:9)
    at set (https://tags.test/t.js?v=1:3:17)
    at eval (eval at run (https://www.shop.test/app.js:10:5), <anonymous>:1:1)
    at async https://www.shop.test/:12:3
    at blob:https://www.shop.test/0f-1:1:2`
	want := []observation.Source{
		{URL: "https://tags.test/t.js?v=1", Line: 3, Column: 17, Function: "set"},
		{URL: "https://www.shop.test/app.js", Line: 10, Column: 5},
		{URL: "https://www.shop.test/", Line: 12, Column: 3},
		{URL: "blob:https://www.shop.test/0f-1", Line: 1, Column: 2},
	}
	got := parseStack(stack)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSetterIsAPlaceThatCanBeLookedUp(t *testing.T) {
	const page, script = "https://www.shop.test/", "https://www.shop.test/app.js"
	const blob, known = "blob:https://www.shop.test/0f-1", "blob:https://www.shop.test/0f-2"
	l := &Log{}
	l.traffic = newTraffic(l)
	l.traffic.byURL[known] = &request{initiator: &network.Initiator{URL: page, LineNumber: 7}}
	at := func(url string) string { return "\n    at f (" + url + ":3:1)" }
	for _, tt := range []struct {
		stack string
		want  observation.Source
	}{
		{at(script), observation.Source{URL: script, Line: 3, Column: 1, Function: "f"}},
		{at(blob) + at(script), observation.Source{URL: script, Line: 3, Column: 1, Function: "f"}},
		{at(known), observation.Source{URL: page, Line: 8}},
		{at(blob), observation.Source{URL: page}},
		{"Error\n    at <anonymous>:1:1", observation.Source{URL: page}},
	} {
		if diff := cmp.Diff(tt.want, l.traffic.setter(scriptCall{Stack: tt.stack, URL: page})); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.stack, diff)
		}
	}
}

func TestStorageKey(t *testing.T) {
	for in, want := range map[string]observation.Key{
		"https://shop.test/":                       {Origin: "https://shop.test"},
		"https://tracker.test/^0https://shop.test": {Origin: "https://tracker.test", Partition: "https://shop.test"},
		"https://shop.test:8443/^31":               {Origin: "https://shop.test:8443", Partition: "https://shop.test"},
	} {
		if diff := cmp.Diff(want, storageKey(in)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", in, diff)
		}
	}
}

func FuzzCookieLine(f *testing.F) {
	for _, s := range []string{"a=1; Max-Age=1", "; ; =", "a=\x00; Expires=Thu, 99 Foo 0000 99:99:99", "é=ü; Domain=..; Path=//"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		c := parseCookieLine(line)
		if l, _ := c.lifetime(noon); l.Seconds < 0 {
			t.Errorf("negative lifetime %d", l.Seconds)
		}
		if k := c.key("https://www.shop.test/dir/page", "https://www.shop.test/"); k.Path == "" || k.Path[0] != '/' {
			t.Errorf("path %q", k.Path)
		}
	})
}

func FuzzStack(f *testing.F) {
	f.Add("Error\n    at f (https://a.test/x.js:1:2)")
	f.Fuzz(func(t *testing.T, s string) {
		for _, frame := range parseStack(s) {
			if frame.URL == "" {
				t.Error("frame without address")
			}
		}
	})
}

func FuzzStorageKey(f *testing.F) {
	for _, s := range []string{"https://shop.test/", "https://tracker.test/^0https://shop.test", "https://shop.test/^31", "^", "https://a^3^0", "null^1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		k := storageKey(s)
		if strings.Contains(k.Origin, "^") || strings.Contains(k.Partition, "^") {
			t.Errorf("storageKey(%q) = %+v", s, k)
		}
		if again := storageKey(k.Origin + "/"); !strings.HasSuffix(k.Origin, "/") && again.Origin != k.Origin {
			t.Errorf("storageKey(%q): origin %q reads as %q", s, k.Origin, again.Origin)
		}
	})
}

func FuzzAddress(f *testing.F) {
	for _, s := range []string{"https://shop.test/100%", "http://u:p@a.test:8443/x?y#z", "blob:https://a.test/1", "//", "https://", "https://[::1]/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		_, host, path := split(s)
		if strings.ContainsAny(host, "/?#") || path != "" && path[0] != '/' {
			t.Errorf("split(%q) = host %q, path %q", s, host, path)
		}
	})
}
