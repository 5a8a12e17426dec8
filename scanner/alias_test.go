package scanner_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	"cookieaudit/scanner"
	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/scantest"

	"github.com/google/go-cmp/cmp"
)

// Only hosts of the page's own site are looked up, each once, and the answers are
// kept; where connections go elsewhere, or nobody is to be asked, that is said.
func TestAliases(t *testing.T) {
	t.Parallel()
	site := scantest.Pages(t, "www.alias-site.test", map[string]string{"/": `<script>
		for (const h of ['metrics.alias-site.test', 'metrics.alias-site.test', 'sick.alias-site.test', 'alias-tracker.test', 'alias-site.test'])
			new Image().src = 'https://' + h + '/favicon.ico?' + Math.random();
		</script>`})
	for _, tt := range []struct {
		name     string
		resolver string
		partly   bool // only connections to www.alias-site.test are sent elsewhere
		want     []string
		differs  string
		gaps     []string
	}{
		{"asked", "192.0.2.53:53", true, []string{
			"alias-site.test [] ", "metrics.alias-site.test [x.tracker.test y.tracker.test] ", "sick.alias-site.test [] the name server says SERVFAIL",
		}, "which names hosts stand for was not looked up where their connections were sent elsewhere", []string{"names-not-resolved 1 false"}},
		{"sent elsewhere", "192.0.2.53:53", false, nil, "which names hosts stand for was not looked up where their connections were sent elsewhere", nil},
		{"turned off", scanner.NoResolver, true, nil, "which names the site's hosts stand for was not looked up (--resolver none)", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var mu sync.Mutex
			asked := map[string]int{}
			o := scan(t, observation.Job{URLs: []string{site}, Choices: []observation.Choice{observation.None}, MaxPages: 1}, func(o *scanner.Options) {
				if o.Resolver = tt.resolver; tt.resolver == scanner.NoResolver {
					return
				}
				o.Resolve = func(_ context.Context, host string) ([]string, error) {
					mu.Lock()
					defer mu.Unlock()
					asked[host]++
					switch host {
					case "metrics.alias-site.test":
						return []string{"x.tracker.test", "y.tracker.test"}, nil
					case "sick.alias-site.test":
						return nil, errors.New("the name server says SERVFAIL")
					}
					return nil, nil
				}
				if tt.partly {
					o.Browser.ConnectTo = slices.Clone(o.Browser.ConnectTo)
					for i := range o.Browser.ConnectTo {
						o.Browser.ConnectTo[i].Host = "www.alias-site.test"
					}
				}
			})
			var got, gaps []string
			for _, a := range o.Aliases {
				got = append(got, fmt.Sprintf("%s %v %s", a.Host, a.Names, a.Error))
				if a.Resolver != tt.resolver || a.At.IsZero() {
					t.Errorf("%+v", a)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			for _, g := range o.Gaps {
				if g.Kind == "names-not-resolved" {
					gaps = append(gaps, fmt.Sprint(g.Kind, " ", g.N, " ", g.Blind))
				}
			}
			if diff := cmp.Diff(tt.gaps, gaps); diff != "" {
				t.Errorf("gaps (-want +got):\n%s", diff)
			}
			for _, n := range slices.Collect(maps.Values(asked)) {
				if n != 1 {
					t.Errorf("asked %v", asked)
				}
			}
			if tt.differs != "" && !slices.Contains(o.Header.Browser.Differs, tt.differs) {
				t.Errorf("differs %q", o.Header.Browser.Differs)
			}
		})
	}
}
