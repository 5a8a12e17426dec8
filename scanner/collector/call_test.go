package collector

import (
	"encoding/json"
	"testing"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/runtime"
)

type nowhere struct{}

func (nowhere) Append(...observation.Record) error { return nil }

// reported is the message by which a report reaches the log.
func reported(t *testing.T, l *Log, s *chrome.Session, report string) chrome.Event {
	t.Helper()
	said := func(s string) *runtime.RemoteObject {
		value, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return &runtime.RemoteObject{Type: runtime.RemoteObjectTypeString, Value: value}
	}
	params, err := json.Marshal(map[string]any{"args": []any{said(l.nonce), said(report)}})
	if err != nil {
		t.Fatal(err)
	}
	return chrome.Event{Session: s, Method: "Runtime.consoleAPICalled", Params: params}
}

// A report that nobody can read may have been tampered with: what it told is missing.
func TestReportLost(t *testing.T) {
	l := NewLog("none/1", observation.NewRedactor([]byte("test")), nowhere{})
	l.clock = &chrome.Clock{}
	l.OpenPage("https://shop.test/", true)
	l.on(reported(t, l, &chrome.Session{Type: chrome.PageTarget}, `{"kind":7}`))
	if len(l.records) != 1 || l.records[0].Gap == nil || l.records[0].Gap.Kind != "report-lost" || !l.records[0].Gap.Blind {
		t.Errorf("%+v", l.records)
	}
}

// FuzzCall reads reports of the wrapper: a page may have a hand in each of their
// values.
func FuzzCall(f *testing.F) {
	for _, s := range []string{
		`{"kind":"cookie","op":"document.cookie","raw":"a=1; Max-Age=1","jar":"a=1","url":"https://shop.test/","origin":"https://shop.test","at":1e12,"turn":1e12,"stack":"Error\n at https://shop.test/x.js:1:2"}`,
		`{"kind":"cookie","op":"cookieStore.set","name":"a","value":"1","domain":".","path":"","end":1e300,"age":"-","same":"?","url":"//"}`,
		`{"kind":"localStorage","op":"setItem","name":"","value":"\ud800","origin":"null","ancestors":["https://other.test",""],"times":-5}`,
		`{"kind":"localStorage","op":"failed","name":"a","why":"QuotaExceededError"}`, `{"kind":"sessionStorage","op":"clear","at":-1e300}`,
		`{"kind":"indexedDB","op":"open","name":"db"}`, `{"kind":"opfs","op":"getFileHandle","name":"../a","path":"/"}`, `{"kind":"access","op":"canvas","name":"toDataURL","times":1e9}`,
		`{"kind":"request","op":"sendBeacon","name":"https://a.test/","value":"x"}`, `{"kind":7}`, `[]`, `{`,
	} {
		f.Add(s)
	}
	session := &chrome.Session{Type: chrome.PageTarget}
	f.Fuzz(func(t *testing.T, report string) {
		l := NewLog("none/1", observation.NewRedactor([]byte("test")), nowhere{})
		l.clock = &chrome.Clock{}
		l.OpenPage("https://shop.test/", true)
		call, ok, err := l.callOf(reported(t, l, session, report))
		if !ok {
			if err == nil && json.Valid([]byte(report)) {
				t.Errorf("%s is taken for no report", report)
			}
			return
		}
		for _, c := range l.collectors {
			if c.Call != nil && call.Kind == string(c.Kind) {
				c.Call(call)
			}
		}
		for _, r := range l.records {
			if w := r.Write; w != nil && (w.Item.Kind != observation.Kind(call.Kind) || w.At < 0 || w.Turn < 0 || w.N < 0) {
				t.Errorf("%s gives %+v", report, w)
			}
		}
	})
}
