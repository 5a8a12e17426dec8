package observation_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cookieaudit/scanner/observation"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var started = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func key(name string) observation.Key {
	return observation.Key{Kind: observation.Cookie, Name: name, Host: "shop.test", HostOnly: true, Path: "/"}
}

func write(seq int, page string, phase observation.Phase, op observation.Op, at int64, name, by string) observation.Record {
	return observation.Record{Write: &observation.Write{
		Seq: seq, Page: page, Phase: phase, Cause: observation.CauseLoad, Item: key(name), Op: op, At: at,
		Via: observation.ViaScript, By: observation.Source{URL: by}, Lifetime: observation.Lifetime{Persistence: observation.Session},
	}}
}

// turn is a write of the run of script that began then.
func turn(at int64, r observation.Record) observation.Record {
	r.Write.Turn = at
	return r
}

func checkpoint(seq int, page string, phase observation.Phase, kind observation.Kind, names ...string) observation.Record {
	a := observation.Area{Kind: kind, Items: []observation.Stored{}}
	for _, n := range names {
		k := key(n)
		if kind != observation.Cookie {
			k = observation.Key{Kind: kind, Name: n, Origin: "https://shop.test"}
			a.Origin = k.Origin
		}
		a.Items = append(a.Items, observation.Stored{Item: k})
	}
	return observation.Record{Checkpoint: &observation.Checkpoint{Seq: seq, Page: page, Phase: phase, Areas: []observation.Area{a}}}
}

func page(id string, tab int) observation.Record {
	return observation.Record{Page: &observation.Page{ID: id, Leg: observation.LegOf(id), Tab: tab, URL: "https://shop.test/", State: observation.PageOK}}
}

func log(choices []observation.Choice, records ...observation.Record) []observation.Record {
	out := []observation.Record{{Header: &observation.Header{Schema: 1, Started: started, Job: observation.Job{Choices: choices}}}}
	for _, c := range choices {
		out = append(out, observation.Record{Leg: &observation.Leg{ID: string(c) + "/1", Choice: c}})
	}
	return append(append(out, records...), observation.Record{End: &observation.End{At: started}})
}

func load(t *testing.T, records []observation.Record) *observation.Observation {
	t.Helper()
	var buf bytes.Buffer
	if err := observation.NewWriter(&buf).Append(records...); err != nil {
		t.Fatal(err)
	}
	o, err := observation.Load(&buf)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func brief(o *observation.Observation) []string {
	var out []string
	for _, s := range o.Sightings {
		flags := ""
		for name, on := range map[string]bool{"+end": s.AtEnd} {
			if on {
				flags += " " + name
			}
		}
		if s.Deleted {
			flags += " +deleted"
		}
		if s.Brief {
			flags += " +brief"
		}
		out = append(out, fmt.Sprintf("%s %s %s %s writes=%d%s", s.Choice, s.Phase, s.Item.Kind, s.Item.Name, s.Writes, flags))
	}
	return out
}

// Every sentence of the definition of a sighting.
func TestSightings(t *testing.T) {
	const p1, p2 = "none/1/p1", "none/1/p2"
	for _, tt := range []struct {
		name    string
		records []observation.Record
		want    []string
	}{
		{"set and there at the end", []observation.Record{
			write(1, p1, observation.Before, observation.OpSet, 5, "a", "x.js"), checkpoint(2, p1, observation.Before, observation.Cookie, "a"), page(p1, 1),
		}, []string{"none before cookie a writes=1 +end"}},
		{"changed", []observation.Record{
			write(1, p1, observation.Before, observation.OpChange, 5, "a", "x.js"), page(p1, 1),
		}, []string{"none before cookie a writes=1"}},
		{"only found at rest", []observation.Record{
			checkpoint(1, p1, observation.After, observation.Cookie, "a"), page(p1, 1),
		}, []string{"none after cookie a writes=0 +end"}},
		{"there once, gone at the last look", []observation.Record{
			checkpoint(1, p1, observation.After, observation.Cookie, "a"), checkpoint(2, p2, observation.After, observation.Cookie), page(p1, 1), page(p2, 2),
		}, nil},
		{"deletion alone", []observation.Record{
			write(1, p1, observation.Before, observation.OpDelete, 5, "a", "x.js"), page(p1, 1),
		}, nil},
		{"refused", []observation.Record{
			write(1, p1, observation.Before, observation.OpRefused, 5, "a", "x.js"), page(p1, 1),
		}, nil},
		{"set and deleted again", []observation.Record{
			write(1, p1, observation.Before, observation.OpSet, 5, "a", "x.js"), write(2, p1, observation.Before, observation.OpDelete, 500, "a", "x.js"), page(p1, 1),
		}, []string{"none before cookie a writes=1 +deleted"}},
		{"a probe", []observation.Record{
			write(1, p1, observation.Before, observation.OpSet, 5, "a", "x.js"), write(2, p1, observation.Before, observation.OpDelete, 6, "a", "x.js"), page(p1, 1),
		}, []string{"none before cookie a writes=1 +deleted +brief"}},
		{"a probe on two pages", []observation.Record{
			write(1, p1, observation.Before, observation.OpSet, 5, "a", "x.js"), write(2, p1, observation.Before, observation.OpDelete, 6, "a", "x.js"), page(p1, 1),
			write(3, p2, observation.Before, observation.OpSet, 500, "a", "x.js"), write(4, p2, observation.Before, observation.OpDelete, 506, "a", "x.js"), page(p2, 2),
		}, []string{"none before cookie a writes=2 +deleted +brief"}},
		{"a probe that once stayed too long", []observation.Record{
			write(1, p1, observation.Before, observation.OpSet, 5, "a", "x.js"), write(2, p1, observation.Before, observation.OpDelete, 6, "a", "x.js"), page(p1, 1),
			write(3, p2, observation.Before, observation.OpSet, 500, "a", "x.js"), write(4, p2, observation.Before, observation.OpDelete, 900, "a", "x.js"), page(p2, 2),
		}, []string{"none before cookie a writes=2 +deleted"}},
		{"a probe that a slow machine takes long for", []observation.Record{
			turn(4, write(1, p1, observation.Before, observation.OpSet, 5, "a", "x.js")), turn(4, write(2, p1, observation.Before, observation.OpDelete, 505, "a", "x.js")), page(p1, 1),
		}, []string{"none before cookie a writes=1 +deleted +brief"}},
		{"deleted in a later run of the script", []observation.Record{
			turn(4, write(1, p1, observation.Before, observation.OpSet, 5, "a", "x.js")), turn(505, write(2, p1, observation.Before, observation.OpDelete, 505, "a", "x.js")), page(p1, 1),
		}, []string{"none before cookie a writes=1 +deleted"}},
		{"brief, but deleted by another script", []observation.Record{
			write(1, p1, observation.Before, observation.OpSet, 5, "a", "x.js"), write(2, p1, observation.Before, observation.OpDelete, 6, "a", "y.js"), page(p1, 1),
		}, []string{"none before cookie a writes=1 +deleted"}},
		{"brief, but sent", []observation.Record{
			write(1, p1, observation.Before, observation.OpSet, 5, "a", "x.js"), write(2, p1, observation.Before, observation.OpDelete, 6, "a", "x.js"),
			{Request: &observation.Request{Page: p1, Carried: []observation.Key{key("a")}}}, page(p1, 1),
		}, []string{"none before cookie a writes=1 +deleted"}},
		{"brief, but its value left", []observation.Record{
			write(1, p1, observation.Before, observation.OpSet, 5, "a", "x.js"), write(2, p1, observation.Before, observation.OpDelete, 6, "a", "x.js"),
			{Request: &observation.Request{Page: p1, Sent: []observation.Key{key("a")}}}, page(p1, 1),
		}, []string{"none before cookie a writes=1 +deleted"}},
		{"sessionStorage of a tab that was closed", []observation.Record{
			checkpoint(1, p1, observation.Before, observation.SessionStorage, "s"), page(p1, 1),
			checkpoint(2, p2, observation.Before, observation.SessionStorage), page(p2, 2),
		}, []string{"none before sessionStorage s writes=0 +end"}},
		{"localStorage that a later tab removed", []observation.Record{
			checkpoint(1, p1, observation.Before, observation.LocalStorage, "s"), page(p1, 1),
			checkpoint(2, p2, observation.Before, observation.LocalStorage, "other"), page(p2, 2),
		}, []string{"none before localStorage other writes=0 +end"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := load(t, log([]observation.Choice{observation.None}, tt.records...))
			if diff := cmp.Diff(tt.want, brief(o)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Legs run side by side and their pages reach the log in any order; the fold
// must not show it.
func TestOrderOfLegsDoesNotMatter(t *testing.T) {
	choices := []observation.Choice{observation.None, observation.Accept}
	a := []observation.Record{write(1, "none/1/p1", observation.Before, observation.OpSet, 5, "a", "x.js"), page("none/1/p1", 1)}
	b := []observation.Record{write(1, "accept/1/p1", observation.After, observation.OpSet, 7, "a", "x.js"), page("accept/1/p1", 1)}
	one := load(t, log(choices, append(append([]observation.Record{}, a...), b...)...))
	two := load(t, log(choices, append(append([]observation.Record{}, b...), a...)...))
	one.SHA256, two.SHA256 = "", ""
	if diff := cmp.Diff(one, two, cmpopts.IgnoreUnexported(observation.Sighting{})); diff != "" {
		t.Errorf("(-one +two):\n%s", diff)
	}
}

func TestLoadForms(t *testing.T) {
	records := log([]observation.Choice{observation.None}, write(1, "none/1/p1", observation.Before, observation.OpSet, 5, "a", "x.js"), page("none/1/p1", 1))
	var lines bytes.Buffer
	w := observation.NewWriter(&lines)
	if err := w.Append(records...); err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	gz := gzip.NewWriter(&packed)
	gz.Write(lines.Bytes())
	gz.Close()
	array, _ := json.Marshal(records)
	plain, err := observation.Load(bytes.NewReader(lines.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if plain.SHA256 != w.SHA256() {
		t.Errorf("digest %s, the writer said %s", plain.SHA256, w.SHA256())
	}
	zipped, err := observation.Load(&packed)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(plain, zipped, cmpopts.IgnoreUnexported(observation.Sighting{})); diff != "" {
		t.Errorf("gzip (-plain +gzip):\n%s", diff)
	}
	fromArray, err := observation.Load(bytes.NewReader(array))
	if err != nil {
		t.Fatal(err)
	}
	fromArray.SHA256 = plain.SHA256
	if diff := cmp.Diff(plain, fromArray, cmpopts.IgnoreUnexported(observation.Sighting{})); diff != "" {
		t.Errorf("array (-plain +array):\n%s", diff)
	}
}

func TestLoadWhatIsBroken(t *testing.T) {
	records := log([]observation.Choice{observation.None}, write(1, "none/1/p1", observation.Before, observation.OpSet, 5, "a", "x.js"), page("none/1/p1", 1))
	var lines bytes.Buffer
	if err := observation.NewWriter(&lines).Append(records[:len(records)-1]...); err != nil {
		t.Fatal(err)
	}
	cut := lines.String()
	o, err := observation.Load(strings.NewReader(cut[:len(cut)-20]))
	if err != nil {
		t.Fatal(err)
	}
	if o.Broken == "" || o.End != nil || len(o.Sightings) != 1 {
		t.Errorf("a log cut off: broken %q, end %v, %d sightings", o.Broken, o.End, len(o.Sightings))
	}
	whole := lines.String()
	changed := strings.Replace(whole, `"name":"a"`, `"name":"b"`, 1)
	if o, err := observation.Load(strings.NewReader(changed)); err != nil || !strings.Contains(o.Broken, "seal") {
		t.Errorf("a log that was changed: %v, broken %q", err, o.Broken)
	}
	for _, text := range []string{"", "   ", "hello", `{"leg":{"id":"x"}}`, `[]`, `{"page":`} {
		if _, err := observation.Load(strings.NewReader(text)); !errors.Is(err, observation.ErrNotEvidence) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := observation.Load(strings.NewReader(`{"header":{"schema":99}}`)); err == nil || !strings.Contains(err.Error(), "newer") {
		t.Errorf("a newer schema: %v", err)
	}
}

func TestRedactor(t *testing.T) {
	r := observation.NewRedactor([]byte("key"))
	for in, want := range map[string]string{
		"https://user:pw@a.test/x?uid=12345678901234567&gcs=G100#frag": "https://a.test/x?uid={17 digits}&gcs=G100",
		"https://a.test/u/jane.doe@mail.test/p":                        "https://a.test/u/{18 email}/p",
		"https://a.test/3f2504e0-4f89-41d3-9a0c-0305e82c3301":          "https://a.test/{36 uuid}",
		"data:text/html,<b>secret</b>":                                 "data:text/html",
		"https://a.test/?v=2&v=jane@mail.test":                         "https://a.test/?v=2&v={14 email}",
		"https://a.test/%zz?token=abc":                                 "https://a.test/%zz?token={3 hex}",
		"https://u:p@a.test/50%-off/jane@x.org#jane@x.org":             "https://a.test/50%-off/{10 email}",
		"https://a.test/100%%?100%&jane@x.org%=1":                      "https://a.test/100%%?100%&{11 email}={1 digits}",
		"https://a.test:x/jane@x.org?token=abc":                        "https://a.test:x/{email}",
		"https://a.test/jane@x.org;jsessionid=A1B2":                    "https://a.test/{10 email};jsessionid={4 hex}",
		"https://a.test/a;jane@x.org=1/b":                              "https://a.test/a;{10 email}={1 digits}/b",
		"https://a.test/?flag":                                         "https://a.test/?flag",
		"about:blank":                                                  "about:blank",
		"":                                                             "",
	} {
		if got := r.URL(in); got != want {
			t.Errorf("URL(%q)\n got %q\nwant %q", in, got, want)
		}
	}
	if r.Value("a").Digest != r.Value("a").Digest || r.Value("a").Digest == r.Value("b").Digest {
		t.Error("digests do not tell values apart")
	}
	if observation.NewRedactor([]byte("other")).Value("a").Digest == r.Value("a").Digest {
		t.Error("digests of two scans can be compared")
	}
}

func TestShapeOf(t *testing.T) {
	for in, want := range map[string][]string{
		"3f2504e0-4f89-41d3-9a0c-0305e82c3301":     {"uuid"},
		"jane@mail.test":                           {"email"},
		"jane%40mail.test":                         {"email"},
		"app@1.2.3":                                nil,
		"https://key@o1.ingest.test/2":             nil,
		"icons/logo@2x.png":                        nil,
		"x@2x.webp":                                nil,
		"pat@brochure.pdf":                         nil,
		"react@18.2.0-rc.next":                     nil,
		"user:pass@host.example.org":               nil,
		"https://user:pass@host.example.org/":      nil,
		"info@council.example":                     nil,
		"mailto:pat@council.example":               {"email"},
		"pat@163.com":                              {"email"},
		"4111 1111 1111 1111":                      {"card"},
		"1763812800":                               {"time"},
		"192.0.2.1":                                {"ip"},
		`{"b":1,"a":2}`:                            {"json"},
		"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc": {"jwt"},
		"GA1.1.123456789.1763812800":               nil,
		"1234567890123":                            {"time"},
	} {
		if diff := cmp.Diff(want, observation.ShapeOf(in).Is); diff != "" {
			t.Errorf("%s (-want +got):\n%s", in, diff)
		}
	}
	if diff := cmp.Diff([]string{"a", "b"}, observation.ShapeOf(`{"b":1,"a":2}`).Keys); diff != "" {
		t.Error(diff)
	}
}

func TestExactEmail(t *testing.T) {
	for in, want := range map[string]bool{
		"pat@example.org":                        true,
		"pat%40example.org":                      true,
		`"pat@example.org"`:                      true,
		"7|pat@example.org|en":                   true,
		"lang=en&mail=pat@example.org":           true,
		`{"user":{"mails":["pat@example.org"]}}`: true,
		"write to pat@example.org today":         false,
		`{"text":"write to pat@example.org"}`:    false,
		"logo@2x.png":                            false,
		`{"office":"info@example.org"}`:          false,
	} {
		if got := len(observation.ShapeOf(in).Exact) > 0; got != want {
			t.Errorf("%s: %v", in, got)
		}
	}
}

func TestSite(t *testing.T) {
	for in, want := range map[string]string{
		"www.ons.gov.uk": "ons.gov.uk", "ONS.gov.uk.": "ons.gov.uk", "gov.uk": "gov.uk", "a.github.io": "a.github.io", "x.a.github.io": "a.github.io",
		"localhost": "localhost", "127.0.0.1": "127.0.0.1", "[::1]": "[::1]", "shop.test": "shop.test", ".shop.test": "shop.test", "": "",
	} {
		if got := observation.Site(in); got != want {
			t.Errorf("Site(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestHostOfAddressWithStrayPercent(t *testing.T) {
	for raw, want := range map[string]string{
		"https://Shop.test/50%-off": "https://shop.test", "https://shop.test:8443/?a=1#100%": "https://shop.test:8443",
		"https://shop.test/%%%": "https://shop.test", "https://shop.test/%4": "https://shop.test", "http://a b/": "",
	} {
		if got := observation.OriginOf(raw); got != want {
			t.Errorf("OriginOf(%q) = %q, want %q", raw, got, want)
		}
		if got := observation.HostOf(raw); got != strings.TrimSuffix(strings.TrimPrefix(want, "https://"), ":8443") {
			t.Errorf("HostOf(%q) = %q", raw, got)
		}
	}
}

// What was typed is masked in the names of items wherever it stands by itself, and
// nothing else is.
func TestRedactorNames(t *testing.T) {
	r := observation.NewRedactor([]byte("key"))
	r.Hide("Jane+Doe@x.org")
	r.Expect("Mustermann")
	r.Hide("test")
	for in, want := range map[string]string{
		"draft:Jane+Doe@x.org":           "draft:{typed}",
		"draft:jane+doe@x.org:step":      "draft:{typed}:step",
		"/confirm/Jane%2BDoe%40x.org/":   "/confirm/{typed}/",
		"Mustermann":                     "{typed}",
		"Mustermannsche":                 "Mustermannsche",
		"test_cookie":                    "test_cookie",
		"Mustermann-Mustermann.Musterma": "{typed}-{typed}.Musterma",
	} {
		if got := r.Key(observation.Key{Name: in, Path: in}); got.Name != want || got.Path != want {
			t.Errorf("%q: %q and %q, want %q", in, got.Name, got.Path, want)
		}
	}
	if got := r.URL("https://a.test/Mustermann/tested"); got != "https://a.test/Mustermann/{typed}ed" {
		t.Errorf("got %q: the host and what is only expected stay as they are", got)
	}
	if keys := r.Value(`{"jane+doe@x.org":1}`).Shape.Keys; !slices.Equal(keys, []string{"{18 email}"}) && !slices.Equal(keys, []string{"{14 email}"}) {
		t.Errorf("JSON keys %v", keys)
	}
	if keys := r.Value(`{"Mustermann":1}`).Shape.Keys; !slices.Equal(keys, []string{"{typed}"}) {
		t.Errorf("JSON keys %v", keys)
	}
}

func FuzzRedactorURL(f *testing.F) {
	f.Add("https://a.test/?q=jane@mail.test")
	f.Add("https://a.test/%?x=%zz&=;")
	r := observation.NewRedactor([]byte("k"))
	f.Fuzz(func(t *testing.T, s string) {
		out := r.URL("https://a.test/p?secret=" + strings.NewReplacer("&", "", "#", "").Replace(s))
		if len(s) > 6 && !strings.ContainsAny(s, "&#%+") && strings.Contains(out, s) && !strings.Contains("https://a.test/p?secret={ digits hexalphanumeric base64 text binary}", s) {
			t.Errorf("%q leaks in %q", s, out)
		}
	})
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(`{"header":{"schema":1}}` + "\n" + `{"write":{"page":"x/1/p1"}}`))
	f.Add([]byte(`[{"header":{"schema":1}}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := observation.Load(bytes.NewReader(data))
		if err == nil && o == nil {
			t.Error("neither observation nor error")
		}
	})
}
