package chrome

import (
	"slices"
	"strings"
	"testing"
)

func TestRoute(t *testing.T) {
	var o Options
	for _, rule := range []string{"shop.test:443:127.0.0.1:8443", "*.cdn.test::10.0.0.1:", "v6.test:80:[::1]:8080", "::192.0.2.1:"} {
		c, err := ParseConnectTo(rule)
		if err != nil {
			t.Fatal(err)
		}
		o.ConnectTo = append(o.ConnectTo, c)
	}
	for address, want := range map[string]string{
		"shop.test:443":     "127.0.0.1:8443",
		"SHOP.test:443":     "127.0.0.1:8443",
		"shop.test:80":      "192.0.2.1:80",
		"a.b.cdn.test:8443": "10.0.0.1:8443",
		"cdn.test:443":      "192.0.2.1:443",
		"v6.test:80":        "[::1]:8080",
		"localhost:80":      "localhost:80", // as without a proxy, for the self-test
		"127.0.0.1:80":      "127.0.0.1:80",
		"no address":        "no address",
	} {
		if got := o.Route(address); got != want {
			t.Errorf("%s goes to %s, want %s", address, got, want)
		}
	}
}

// Behind a proxy the browser looks up no name by itself, and what differs from
// scan to scan is not recorded.
func TestProxyFlags(t *testing.T) {
	o := Options{Proxy: Proxy{Address: "127.0.0.1:1", SPKI: "x="}, ConnectTo: []ConnectTo{{Host: "a.test", Addr: "b.test"}}}
	args := flags(o, "profile", "1.2")
	if !slices.Contains(args, "--proxy-server=127.0.0.1:1") || !slices.Contains(args, "--ignore-certificate-errors-spki-list=x=") {
		t.Errorf("no proxy in %q", args)
	}
	all := strings.Join(args, "\n")
	if !strings.Contains(all, "MAP * ~NOTFOUND") || strings.Contains(all, "b.test") {
		t.Errorf("the browser looks names up: %s", all)
	}
	if kept := strings.Join(recordable(args), "\n"); strings.Contains(kept, "127.0.0.1:1\n") || strings.Contains(kept, "x=") {
		t.Errorf("recorded: %s", kept)
	}
}
