package collector

import (
	"fmt"
	"testing"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"

	gocmp "github.com/google/go-cmp/cmp"
)

// What the jar holds tells of writes that were told in an order of their own which of
// them the browser carried out.
func TestWritesThatTheJarContradicts(t *testing.T) {
	k := observation.Key{Kind: observation.Cookie, Name: "a", Host: "shop.test", HostOnly: true, Path: "/"}
	answer := func(value string, asked, at int64) draft {
		return draft{moment: moment{phase: observation.Before, at: at}, asked: asked, item: k, via: observation.ViaResponse, value: value, unsure: true}
	}
	script := func(value string, at int64) draft {
		return draft{moment: moment{phase: observation.Before, at: at}, item: k, via: observation.ViaScript, value: value, deletes: value == "", unsure: true}
	}
	for _, tt := range []struct {
		name   string
		writes []draft
		jar    string
		want   []string
	}{
		{"in their order", []draft{answer("1", 10, 50), answer("2", 60, 70)}, "2", []string{"set", "change"}},
		{"the second without credentials", []draft{answer("1", 10, 50), answer("2", 60, 70)}, "1", []string{"set", "refused"}},
		{"both on their way at one time", []draft{answer("1", 10, 50), answer("2", 20, 50)}, "1", []string{"set", "change"}},
		{"a script's deletion ahead of an answer that is told late", []draft{answer("1", 10, 50), script("", 40)}, "1", []string{"set", "refused"}},
		{"an unseen hand", []draft{answer("1", 10, 50)}, "3", []string{"set", "change", "gap write-not-seen"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := NewLog("none/1", observation.NewRedactor([]byte("test")), nowhere{})
			l.clock = &chrome.Clock{}
			l.OpenPage("https://shop.test/", true)
			for _, d := range tt.writes {
				l.write(d)
			}
			l.reconcile(Snapshot{seq: l.seq, areas: []Rest{{Area: observation.Area{Kind: observation.Cookie}, Items: []RestItem{{Item: k, Value: tt.jar}}}}})
			var got []string
			for _, r := range l.records {
				switch {
				case r.Write != nil:
					got = append(got, string(r.Write.Op))
				case r.Gap != nil:
					got = append(got, fmt.Sprint("gap ", r.Gap.Kind))
				}
			}
			if diff := gocmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// What a frame stored that was not there at the first look did not change at the
// choice, unless somebody was seen writing it since.
func TestChangedBesideNewFrame(t *testing.T) {
	area := func(origin string, items ...RestItem) Rest {
		return Rest{Area: observation.Area{Kind: observation.LocalStorage, Origin: origin}, Items: items}
	}
	item := func(origin, name, value string) RestItem {
		return RestItem{Item: observation.Key{Kind: observation.LocalStorage, Origin: origin, Name: name}, Value: value}
	}
	const shop, cmp = "https://shop.test", "https://cmp.test"
	l := NewLog("none/1", observation.NewRedactor([]byte("test")), nowhere{})
	l.clock = &chrome.Clock{}
	l.OpenPage(shop+"/", true)
	before := Snapshot{areas: []Rest{area(shop, item(shop, "kept", "1"), item(shop, "choice", "0"))}, seq: l.seq}
	written := item(cmp, "choice", "yes")
	l.write(draft{moment: moment{phase: observation.After}, item: written.Item, via: observation.ViaScript, value: "yes"})
	after := Snapshot{areas: []Rest{
		area(shop, item(shop, "kept", "1"), item(shop, "choice", "1"), item(shop, "new", "1")), area(cmp, item(cmp, "old", "1"), written),
	}}
	var got []string
	for _, s := range l.Changed(before, after) {
		got = append(got, s.Item.Origin+" "+s.Item.Name)
	}
	want := []string{cmp + " choice", shop + " choice", shop + " new"}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
