package capture

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"strings"
	"testing"
	"testing/fstest"

	"cookieaudit/testdata/sites"
)

func TestWays(t *testing.T) {
	ways, err := Ways()
	if err != nil {
		t.Fatal(err)
	}
	if len(ways) < 100 {
		t.Errorf("%d ways, want 100 at least", len(ways))
	}
	hosts := map[string]string{}
	for _, w := range ways {
		for _, s := range standIns {
			if other, taken := hosts[w.host(s)]; taken {
				t.Errorf("%s and %s share the host %s", w.Name, other, w.host(s))
			}
			hosts[w.host(s)] = w.Name
		}
		for _, list := range [][]string{w.Truth, w.Perhaps, w.Requests, w.Gaps} {
			for _, line := range list {
				if back := w.Short(w.Real(line)); back != line {
					t.Errorf("%s: the line %q would be read back as %q", w.Name, line, back)
				}
			}
		}
		if len(w.Truth) == 0 && w.Unseen == "" && !strings.Contains(w.Doc, "othing") {
			t.Errorf("%s: no write is expected, and neither comment nor unseen says why", w.Name)
		}
	}
}

const smallWay = `A small way.
-- way --
choice: accept
pages: [/, "http://ADS/x"]
-- SITE/ --
Status: 302
Location: https://A.SITE/in
Set-Cookie: a=1; Domain=SITE
Set-Cookie: b=1

-- A.SITE/in --
STAGE of SITE
-- ADS/x --

second line
-- ADS/x?y --
Early-Set-Cookie: hint=1

-- truth --
set cookie a @.SITE/, response by SITE/
`

func TestWayAnswers(t *testing.T) {
	ways, err := readWays(fstest.MapFS{"small.txtar": {Data: []byte(smallWay)}})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(ways[0].Pages, " "); got != "https://small.test/ http://small-ads.test/x" {
		t.Errorf("pages %s", got)
	}
	server, err := sites.Listen()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	ways[0].Mount(server)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for url, want := range map[string]string{
		"small.test/":            "302 https://a.small.test/in [a=1; Domain=small.test b=1] <!doctype html>",
		"a.small.test/in":        "200  [] <!doctype html>STAGE of small.test",
		"small-ads.test/x":       "200  [] <!doctype html>\nsecond line",
		"small-ads.test/x?y":     "200  [] [hint=1] <!doctype html>",
		"small-cdn.test/nowhere": "404  [] 404 page not found\n",
	} {
		host, path, _ := strings.Cut(url, "/")
		var hints []string
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got1xxResponse: func(_ int, h textproto.MIMEHeader) error {
			hints = h["Set-Cookie"]
			return nil
		}})
		r, err := http.NewRequestWithContext(ctx, "GET", "http://"+server.HTTP+"/"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		res, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		got := fmt.Sprint(res.Status[:3], " ", res.Header.Get("Location"), " ", res.Header["Set-Cookie"], " ")
		if hints != nil {
			got += fmt.Sprint(hints, " ")
		}
		if got += string(body); got != want {
			t.Errorf("%s: %q, want %q", url, got, want)
		}
	}
}

func TestFaultyWays(t *testing.T) {
	for fault, text := range map[string]string{
		"needs a section truth":    "Doc.\n-- SITE/ --\n",
		"say what the way is":      "-- SITE/ --\n-- truth --\n",
		"has no section":           "Doc.\n-- SITE/x --\n-- truth --\n",
		"no path of SITE":          "Doc.\n-- SITE/ --\n-- OTHER/ --\n-- truth --\n",
		"comes twice":              "Doc.\n-- SITE/ --\n-- SITE/ --\n-- truth --\n",
		"field chooses not found":  "Doc.\n-- way --\nchooses: all\n-- SITE/ --\n-- truth --\n",
		"none or accept":           "Doc.\n-- way --\nchoice: all\n-- SITE/ --\n-- truth --\n",
		"an empty line":            "Doc.\n-- SITE/ --\nStatus: 200\nbody\n-- truth --\n",
		"parsing \"two\"":          "Doc.\n-- SITE/ --\nStatus: two\n\n-- truth --\n",
		"cannot be a host's name:": "Doc.\n-- SITE/ --\n-- truth --\n",
	} {
		file := "faulty.txtar"
		if strings.HasPrefix(fault, "cannot be") {
			file = "Not_a_host.txtar"
		}
		_, err := readWays(fstest.MapFS{file: {Data: []byte(text)}})
		if err == nil || !strings.Contains(err.Error(), fault) || !strings.HasPrefix(err.Error(), file) {
			t.Errorf("got %v, want an error of %s with %q", err, file, fault)
		}
	}
}
