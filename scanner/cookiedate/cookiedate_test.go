package cookiedate_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/cookiedate"
	"cookieaudit/scanner/scantest"
)

func TestMain(m *testing.M) { scantest.Main(m) }

// kept is how long Chromium keeps a cookie at most.
const kept = 400 * 24 * time.Hour

// Each date is read as the browser reads it: what it does not take for one makes a
// session cookie.
func TestAsTheBrowser(t *testing.T) {
	now := time.Now()
	y := fmt.Sprint(now.Year() + 1)
	dates := []string{
		"Fri, 01 Jan YYYY 10:00:00 GMT", "Friday, 01-Jan-YYYY 10:00:00 GMT", "Fri Jan 1 10:00:00 YYYY", "1 Jan YYYY 10:00:00",
		"31 Feb YYYY 10:00:00", "30 Feb YYYY 10:00:00", "31 Apr YYYY 10:00:00", "31 Jan YYYY 10:00:00", "32 Jan YYYY 10:00:00", "0 Jan YYYY 10:00:00", "00 5 Jan YYYY 10:00:00",
		"1 Jan YYYY 1:2:3", "1 Jan YYYY 001:02:03", "1 Jan YYYY 10:00:001", "1 Jan YYYY 10:00:60", "1 Jan YYYY 24:00:00", "1 Jan YYYY 10:00", "1 Jan YYYY", "1 Jan YYYY 10:00:00PM", "1 Jan YYYY 10::00",
		"1 January YYYY 10:00:00", "1 Janus YYYY 10:00:00", "1 jAN YYYY 10:00:00", "1 Ja YYYY 10:00:00", "1 Foo YYYY 10:00:00", "1 1 YYYY 10:00:00",
		"1 Jan 1YYYY 10:00:00", "1 Jan YY 10:00:00", "1 Jan 1YY 10:00:00", "1 Jan YYYYx 10:00:00", "1st Jan YYYY 10:00:00", "001 Jan YYYY 10:00:00", "YYYY Jan 1 10:00:00", "1 Jan Feb YYYY 10:00:00",
		"YYYY-01-01T10:00:00Z", "1 Jan YYYY 10-00-00", "1,Jan;YYYY", "1 Jan YYYY 10:00:00 2 Feb 2000 11:11:11", "10:00:00 1/Jan/YYYY", "", "never",
		"1 Jan YYYY 10:00:00 11:00:00", "1 Jan YYYY 10:00:00:00 11:00:00", "1 Jan YYYY 10:00 11:00:00", "1x 2 Jan YYYY 10:00:00", "1 Jan 123456 YYYY 10:00:00", "1 Jan 2x YYYY 10:00:00",
		"31 Dec 0001 10:00:00", "1 Jan 1600 10:00:00", "1 Jan 0 10:00:00", "1 Jan 99999 10:00:00", "1 Jan YYYY 10:00:00\u00a0GMT", "1\u00e9 Jan YYYY 10:00:00",
	}
	var lines strings.Builder
	for i, d := range dates {
		dates[i] = strings.NewReplacer("YYYY", y, "YY", y[2:]).Replace(d)
		line, err := json.Marshal(fmt.Sprintf("c%d=1; Expires=%s", i, dates[i]))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&lines, "document.cookie = %s;\n", line)
	}
	url := scantest.Pages(t, "dates.test", map[string]string{"/": "<script>" + lines.String() + "</script>"})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c, err := scantest.Browser(t).NewContext(ctx, chrome.Hooks{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, _, err := c.Clock.Open(ctx, url); err != nil {
		t.Fatal(err)
	}
	jar, err := c.Cookies(ctx)
	if err != nil {
		t.Fatal(err)
	}
	browsers := map[string]string{}
	for _, k := range jar {
		browsers[k.Name] = "session"
		if !k.Session {
			browsers[k.Name] = time.Unix(int64(k.Expires), 0).UTC().Format(time.DateTime)
		}
	}
	for i, d := range dates {
		want, got := "gone", "session"
		if s := browsers[fmt.Sprintf("c%d", i)]; s != "" {
			want = s
		}
		if when, ok := cookiedate.Parse(d); ok {
			got = when.Format(time.DateTime)
			if when.Before(now) {
				got = "gone"
			}
			if when.Sub(now) > kept && want != "session" && want != "gone" {
				got = want // no more than kept
			}
		}
		if got != want {
			t.Errorf("%q: %s, and by the browser %s", d, got, want)
		}
	}
}
