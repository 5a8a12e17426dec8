package policies_test

import (
	"fmt"

	"cookieaudit/policies"
	"cookieaudit/scanner/observation"
)

func ExampleParse() {
	_, err := policies.Parse("shop.yaml", []byte(`version: 1
site: https://shop.example.org/
items:
  - name: basket
    category: necesary
    lifetime: 30M
`))
	fmt.Println(err)
	// Output:
	// shop.yaml:5: unknown category "necesary": did you mean necessary?
	// shop.yaml:6: "30M" may be minutes or months: write min or mo
}

func ExamplePolicy_Match() {
	p, err := policies.Parse("shop.yaml", []byte(`version: 1
site: https://shop.example.org/
items:
  - {name: _ga*, category: analytics, lifetime: 2 years, host: "*.example.org"}
`))
	if err != nil {
		panic(err)
	}
	seen := observation.Key{Kind: observation.Cookie, Name: "_ga_1A2B3C", Host: "example.org", Path: "/"}
	m := p.Match(policies.Subject{Item: seen, Party: p.PartyOf(seen.Host, "")}, nil)
	fmt.Println(m.Step, m.Entry.Name, m.Entry.Position, m.WrongHost)
	// Output: entry _ga* shop.yaml:4 false
}
