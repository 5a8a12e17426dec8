package policies

import (
	"errors"
	"os"
	"testing"

	"cookieaudit/scanner/observation"
)

// Whatever the file, Parse returns a policy that can be used or Errors with
// lines of that file.
func FuzzParse(f *testing.F) {
	for _, name := range []string{"complete.yaml", "wrong.yaml"} {
		data, err := os.ReadFile(testdata(name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, s := range []string{"", "version: 1", "version: 1\nsite: https://a.org\nitems: [{name: /(/}]", "? [a]\n: b", "&a [*a]", "{version: 1, <<: {}}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Parse("p.yaml", data)
		if err != nil {
			var all Errors
			if !errors.As(err, &all) || len(all) == 0 {
				t.Fatalf("%v is no Errors", err)
			}
			for _, e := range all {
				if e.Position.Line < 1 || e.Position.File != "p.yaml" || e.Message == "" {
					t.Errorf("%+v", e)
				}
			}
			return
		}
		for _, e := range p.Entries() {
			p.Match(Subject{Item: observation.Key{Kind: e.Kind, Name: e.Name.Text, Host: e.Host}}, nil)
		}
		p.PartyOf("www.example.org", "")
	})
}
