package main

import (
	"errors"
	"testing"

	"cookieaudit/scanner"
)

func TestResolver(t *testing.T) {
	for _, tt := range []struct {
		flag, name string
		asks, bad  bool
	}{
		{flag: "none", name: "none"},
		{flag: "192.0.2.53", name: "192.0.2.53", asks: true},
		{flag: "[2001:db8::53]:5353", name: "[2001:db8::53]:5353", asks: true},
		{flag: "", name: "system", asks: true},
		{flag: "https://dns.example/query", bad: true},
	} {
		var o scanner.Options
		err := resolve(&o, tt.flag)
		if tt.bad {
			var coded *codeError
			if !errors.As(err, &coded) || coded.code != exitUsage {
				t.Errorf("%q: %v", tt.flag, err)
			}
			continue
		}
		if err != nil || o.Resolver != tt.name || (o.Resolve != nil) != tt.asks {
			t.Errorf("%q: %q, asks %v, %v", tt.flag, o.Resolver, o.Resolve != nil, err)
		}
	}
}
