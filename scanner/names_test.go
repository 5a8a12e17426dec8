package scanner_test

import (
	"testing"

	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/scantest"

	"github.com/google/go-cmp/cmp"
)

// Elements that bear the names of what belongs to the document hide nothing of a page.
func TestNamesOfTheDocument(t *testing.T) {
	t.Parallel()
	url := scantest.Pages(t, "www.names.test", map[string]string{
		"/": `<html lang=en><title>names</title><img name=title><img name=body><img name=querySelector><img name=querySelectorAll>
<form name=links></form><form name=scripts></form><iframe name=documentElement></iframe><form><input name=parentElement><a href=/two>two</a></form>
<a href="https://elsewhere.test/?gclid=abcdefgh12345678">elsewhere</a><script>document.cookie = 'a=1'</script>`,
		"/two": "<title>two</title>",
	})
	o := scan(t, observation.Job{URLs: []string{url}, MaxPages: 2, MaxDepth: 1, NoReturn: true, Choices: []observation.Choice{observation.None}})
	var got []string
	for _, p := range o.Visit(observation.None).Pages {
		got = append(got, "page "+p.Title)
	}
	for _, l := range o.Links {
		got = append(got, "link "+l.Param)
	}
	for _, w := range o.Writes {
		got = append(got, "write "+w.Item.Name)
	}
	for _, g := range o.Gaps {
		got = append(got, "gap "+g.Kind)
	}
	if diff := cmp.Diff([]string{"page names", "page two", "link gclid", "write a"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
