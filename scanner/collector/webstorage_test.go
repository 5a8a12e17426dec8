package collector

import (
	"fmt"
	"testing"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/domstorage"
)

// areaWatch is the watch on localStorage of a leg, with what it is told.
func areaWatch(t *testing.T) (w *webStorage, call func(op, name, value string), event func(s *chrome.Session, c change)) {
	t.Helper()
	l := NewLog("none/1", observation.NewRedactor([]byte("test")), nowhere{})
	l.clock = &chrome.Clock{}
	l.OpenPage("https://shop.test/", true)
	w = &webStorage{log: l, kind: observation.LocalStorage, local: true, stored: map[observation.Key]bool{}}
	w.turn()
	call = func(op, name, value string) {
		w.call(scriptCall{session: &chrome.Session{Type: chrome.PageTarget}, Op: op, Name: name, Value: value, Origin: "https://shop.test", URL: "https://shop.test/"})
	}
	event = func(s *chrome.Session, c change) {
		w.event(s, &domstorage.StorageID{StorageKey: "https://shop.test/", IsLocalStorage: true}, c)
	}
	return w, call, event
}

// ops counts the writes by what they did.
func ops(w *webStorage) map[observation.Op]int {
	out := map[observation.Op]int{}
	for _, r := range w.log.records {
		if r.Write != nil {
			out[r.Write.Op] += r.Write.Times()
		}
	}
	return out
}

func set(name, value string) change { return change{item: observation.Key{Name: name}, value: value} }

// Every session of an origin tells of a write, a call tells of it too, and it counts
// once; what only events tell of counts as well.
func TestWritesToldSeveralTimes(t *testing.T) {
	one, two := &chrome.Session{}, &chrome.Session{}
	w, call, event := areaWatch(t)
	for i := range 3 {
		call("setItem", "a", fmt.Sprint(i%2))
	}
	for _, s := range []*chrome.Session{one, two} {
		for i := range 4 { // the last by a property
			event(s, set("a", fmt.Sprint(i%2)))
		}
	}
	if n := ops(w); n[observation.OpSet] != 1 || n[observation.OpChange] != 3 {
		t.Errorf("%v", n)
	}
	// It was cleared with the call's item still to come in the second session's order.
	call("setItem", "b", "1")
	event(one, set("b", "1"))
	event(two, change{gone: true, all: true})
	if n := ops(w); n[observation.OpDelete] != 1 {
		t.Errorf("%v", n)
	}
}

// A loop that writes ever new values is counted to its end, and costs no more than the
// bound; what was not kept apart is owned up to.
func TestWritesWithoutEnd(t *testing.T) {
	s := &chrome.Session{}
	w, call, event := areaWatch(t)
	const writes = 3 * maxChanges
	for i := range writes {
		call("setItem", "n", fmt.Sprint(i))
		event(s, set("n", fmt.Sprint(i)))
	}
	if n := ops(w); n[observation.OpSet]+n[observation.OpChange] != writes {
		t.Errorf("%v of %d writes", n, writes)
	}
	if len(w.told) > maxChanges {
		t.Errorf("%d changes are kept apart", len(w.told))
	}
	for range 10 * maxClears {
		call("clear", "", "")
	}
	for c, among := range w.told {
		if len(among.clears) > maxClears {
			t.Errorf("%d calls wait for an event of %v", len(among.clears), c)
		}
	}
	gaps := 0
	for _, r := range w.log.records {
		if r.Gap != nil && r.Gap.Kind == "too-many-writes" && r.Gap.Blind {
			gaps++
		}
	}
	if gaps != 1 {
		t.Errorf("%d gaps tell that there were too many", gaps)
	}
}
