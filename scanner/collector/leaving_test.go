package collector

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/network"
	"github.com/google/go-cmp/cmp"
)

// A value is found in whatever way it travels; nothing else is taken for it.
func TestLeaving(t *testing.T) {
	const id, mail = "0b9f3c1e-77aa-4c1d-9c1e-2f5d8a6b4c3d", "Pat.Walker@example.org"
	sum := sha256.Sum256([]byte(strings.ToLower(mail)))
	anon := observation.Key{Kind: observation.LocalStorage, Name: "anon", Origin: "https://www.a.test"}
	cookie := observation.Key{Kind: observation.Cookie, Name: "uid", Host: "a.test"}
	for _, tt := range []struct {
		name, url, body string
		sent            []observation.Key
		typed           []string
	}{
		{"nothing", "https://www.a.test/?q=lamps", "", nil, nil},
		{"in the address", "https://t.test/p?id=" + id, "", []observation.Key{anon}, nil},
		{"cookie of its own site", "https://www.a.test/p?u=cookie-value-4711-xyz", "", nil, nil},
		{"cookie elsewhere", "https://t.test/p?u=cookie-value-4711-xyz", "", []observation.Key{cookie}, nil},
		{"encoded", "https://t.test/p?m=Pat.Walker%40example.org", "", nil, []string{"label=E-mail"}},
		{"in a body", "https://t.test/in", `{"v":"Pat.Walker@example.org","a":"` + id + `"}`, []observation.Key{anon}, []string{"label=E-mail"}},
		{"in base64", "https://t.test/in", base64.StdEncoding.EncodeToString([]byte(mail)), nil, []string{"label=E-mail"}},
		{"as a digest of its lower case", "https://t.test/?h=" + hex.EncodeToString(sum[:]), "", nil, []string{"label=E-mail"}},
		{"in other letters", "https://t.test/?m=PAT.WALKER@EXAMPLE.ORG", "", nil, []string{"label=E-mail"}},
		{"a part of a longer word", "https://t.test/p?id=x" + id + "y", "", nil, nil},
		{"an address that is stored", "https://t.test/planning/apply/4711", "", nil, nil},
		{"a short word", "https://t.test/?c=variant", "", nil, nil},
	} {
		l := NewLog("none/1", observation.NewRedactor([]byte("k")), nil)
		l.present[anon], l.present[cookie] = id, "cookie-value-4711-xyz"
		l.present[observation.Key{Kind: observation.LocalStorage, Name: "cohort", Origin: "https://www.a.test"}] = "variant"
		l.present[observation.Key{Kind: observation.LocalStorage, Name: "back", Origin: "https://www.a.test"}] = "/planning/apply/4711"
		l.Typed("label=E-mail", mail)
		l.Typed("label=Town", "Ely")
		r := &network.Request{URL: tt.url}
		if tt.body != "" {
			r.PostDataEntries = []*network.PostDataEntry{{Bytes: []byte(tt.body)}}
		}
		sent, typed, unread := l.leaving(r)
		if unread {
			t.Errorf("%s: the body was told", tt.name)
		}
		if diff := cmp.Diff(tt.sent, sent); diff != "" {
			t.Errorf("%s: sent (-want +got):\n%s", tt.name, diff)
		}
		if diff := cmp.Diff(tt.typed, typed); diff != "" {
			t.Errorf("%s: typed (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestUnread(t *testing.T) {
	l := NewLog("none/1", observation.NewRedactor([]byte("k")), nil)
	for name, r := range map[string]*network.Request{
		"too long":   {URL: "https://t.test/", HasPostData: true},
		"a blob":     {URL: "https://t.test/", HasPostData: true, PostDataEntries: []*network.PostDataEntry{{}}},
		"compressed": {URL: "https://t.test/", HasPostData: true, Headers: network.Headers{"Content-Encoding": "gzip"}, PostDataEntries: []*network.PostDataEntry{{Bytes: []byte("x")}}},
	} {
		if _, _, unread := l.leaving(r); !unread {
			t.Errorf("%s: taken as read", name)
		}
	}
	if why := l.Typed("label=Town", "Ely"); why == "" {
		t.Error("a value of three letters cannot be looked for")
	}
}
