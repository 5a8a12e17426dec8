package consent_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/consent"
	"cookieaudit/scanner/observation"

	"github.com/google/go-cmp/cmp"
)

// Strings of the reference packages @iabtechlabtcf/core and @iabgpp/cmpapi: nothing
// agreed to, a little agreed to, and opted out of sale.
const (
	tcRefused = "CQt-4cAQt-4cAEsACBENAwFgAAAAAAAAAAYgAAAAAAAA.IIrwBIAAgAGAAoBeYEVw.YAAAAAAAAAAA"
	tcSome    = "CQt-4cAQt-4cAEsACBENAwEoAKCAAAAAAAYgF5wAgABALzAAAACEgAgLzAAA"
	gppOut    = "DBABLA~CEAVAAAAAABA.YA"
)

// manager answers as a consent manager's own interface does, at once or by way of wrap.
func manager(text, wrap string) string {
	return fmt.Sprintf(`<script>
const later = f => { %s };
const listeners = new Map();
const data = () => ({tcString: %q, eventStatus: 'useractioncomplete', cmpStatus: 'loaded', gdprApplies: true});
window.__tcfapi = (command, version, callback, parameter) => later(() => {
  if (command === 'ping') callback({cmpLoaded: true, cmpStatus: 'loaded', gdprApplies: true});
  if (command === 'addEventListener') { listeners.set(7, callback); callback({...data(), listenerId: 7}, true); }
  if (command === 'removeEventListener') callback(listeners.delete(parameter));
});
window.left = () => listeners.size;
</script>`, wrap, text)
}

const atOnce = "f()"

func TestSignals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, html, fast string
		want             []string
	}{
		{name: "none", html: `<h1>Shop</h1>`},
		{name: "answers", html: manager(tcSome, atOnce), want: []string{"tcf __tcfapi on=4 off=15 useractioncomplete"}},
		{name: "answers-later", html: manager(tcSome, "setTimeout(f, 30)"), want: []string{"tcf __tcfapi on=4 off=15 useractioncomplete"}},
		{name: "not-chosen-yet", html: manager("", atOnce), want: []string{"tcf __tcfapi on=0 off=0 useractioncomplete"}},
		{name: "not-decodable", html: manager("Csecret", atOnce), want: []string{"tcf __tcfapi on=0 off=0 useractioncomplete error=read TC string: it ends in the middle of a field"}},
		{name: "throws", html: `<script>__tcfapi = () => { throw 1 }; __gpp = () => null.x</script>`, want: []string{"gpp __gpp on=0 off=0 error=it threw an exception", "tcf __tcfapi on=0 off=0 error=it threw an exception"}},
		{name: "stub", html: `<script>const queue = []; __tcfapi = (c, v, f) => c === 'ping' ? f({cmpLoaded: false, cmpStatus: 'stub'}) : queue.push(c); __gpp = (c, f) => f({cmpStatus: 'stub'}, true)</script>`,
			want: []string{"gpp __gpp on=0 off=0 error=only a stub is there: no consent manager answers behind it", "tcf __tcfapi on=0 off=0 error=only a stub is there: no consent manager answers behind it"}},
		{name: "silent", html: `<script>__tcfapi = () => {}; __uspapi = () => {}</script>`, want: []string{"tcf __tcfapi on=0 off=0 error=it gave no answer in time", "us-privacy __uspapi on=0 off=0 error=it gave no answer in time"}},
		{name: "no-answer-yet", html: `<script>__tcfapi = (c, v, f) => c === 'ping' && f({cmpLoaded: true, cmpStatus: 'loading'})</script>`, want: []string{"tcf __tcfapi on=0 off=0"}},
		{name: "opt-out", html: fmt.Sprintf(`<script>__gpp = (c, f) => f({cmpStatus: 'loaded', signalStatus: 'ready', gppString: %q, applicableSections: [7]}, true); __uspapi = (c, v, f) => f({uspString: '1YNN'}, true)</script>`, gppOut),
			want: []string{"gpp __gpp usnat on=0 off=4", "us-privacy __uspapi on=1 off=0"}},
		{name: "opt-out-of-another-state", html: fmt.Sprintf(`<script>__gpp = c => c === 'ping' ? {cmpStatus: 'loaded', applicableSections: [8]} : {gppString: %q}</script>`, gppOut),
			want: []string{"gpp __gpp usnat on=0 off=4 inapplicable"}},
		{name: "consent-mode", html: `<script>dataLayer = [{event: 'x'}]; function gtag() { dataLayer.push(arguments) }
			gtag('consent', 'default', {ad_storage: 'denied', analytics_storage: 'denied', ad_user_data: 'granted', bogus: 'granted'});
			gtag('consent', 'default', {ad_user_data: 'denied', region: ['DE']}); gtag('consent', 'update', {analytics_storage: 'granted'});
			google_tag_data = {ics: {entries: {ad_storage: {default: false, update: true}, security_storage: {default: true}}}}</script>`,
			want: []string{"consent-mode dataLayer on=1 off=1", "consent-mode google_tag_data on=2 off=0"}},
		{name: "stored", html: fmt.Sprintf(`<script>document.cookie = 'euconsent-v2=%[1]s; Max-Age=99'; document.cookie = 'usprivacy=1YYN';
			document.cookie = 'FCCDCF=' + encodeURIComponent(JSON.stringify([null, ['secret', {a: 1}, '%[1]s'], ['%[2]s']])); localStorage.IABUSPrivacy_String = '1---'; localStorage.IABTCF_TCString = 'C'</script>`, tcRefused, gppOut),
			want: []string{"gpp cookie FCCDCF usnat on=0 off=4", "tcf cookie FCCDCF on=0 off=19", "tcf cookie euconsent-v2 on=0 off=19",
				"tcf localStorage IABTCF_TCString on=0 off=0 error=read TC string: it ends in the middle of a field", "us-privacy cookie usprivacy on=0 off=1", "us-privacy localStorage IABUSPrivacy_String on=0 off=0"}},
		{name: "hostile", html: manager(tcSome, atOnce) + `<script>Promise.resolve = Array.prototype.push = String.prototype.slice = () => { throw 1 };
			dataLayer = new Proxy([], {get: (_, k) => k === 'length' ? 1e9 : {0: 'consent', 1: 'default', 2: {ad_storage: 'x'.repeat(1e6)}}});
			__uspapi = (c, v, f) => f({uspString: {toString: () => { for (;;); }}}, true)</script>`, want: []string{"-"}},
		{name: "hostile-names", html: `<script>for (let i = 0; i < 50; i++) { Object.prototype['x' + i] = () => {}; window['x' + i] = () => {} }</script>`},
		{name: "endless", html: `<script>__tcfapi = () => { for (;;); }</script>`, want: []string{"error"}},
		{name: "after-its-fast-minute", html: manager(tcSome, atOnce), fast: "minute", want: []string{"tcf __tcfapi on=4 off=15 useractioncomplete"}},
		{name: "silent-after-its-fast-minute", html: manager(tcSome, "setTimeout(f, 30)"), fast: "minute", want: []string{"tcf __tcfapi on=0 off=0 error=it gave no answer in time"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			cx, tab := open(t, ctx, fixture{name: "signals-" + c.name, lang: "en", html: c.html})
			if c.fast != "" {
				if _, err := cx.Clock.Fast(ctx, tab, chrome.FastMinute); err != nil {
					t.Fatal(err)
				}
			}
			before := globals(t, ctx, tab)
			got, err := consent.Signals(ctx, tab)
			var words []string
			for _, s := range got {
				words = append(words, inShort(s))
			}
			switch {
			case len(c.want) == 1 && c.want[0] == "error":
				if err == nil {
					t.Errorf("no error but %v", words)
				}
				return
			case len(c.want) == 1 && c.want[0] == "-":
				return // whatever it says, it came back
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, words); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if c.fast == "" {
				let(t, ctx, tab)
			}
			if diff := cmp.Diff(before, globals(t, ctx, tab)); diff != "" {
				t.Errorf("the page changed (-before +after)\n%s", diff)
			}
		})
	}
}

// let waits until the page let go of its last listener.
func let(t *testing.T, ctx context.Context, tab *chrome.Tab) {
	t.Helper()
	page := chrome.World{Session: tab.Session}
	if err := page.Eval(ctx, `new Promise(done => { const look = () => window.left?.() ? setTimeout(look, 10) : done(); look() })`, nil); err != nil {
		t.Fatal(err)
	}
}

// globals is what a page could notice of having been asked.
func globals(t *testing.T, ctx context.Context, tab *chrome.Tab) string {
	t.Helper()
	page := chrome.World{Session: tab.Session}
	var out string
	err := page.Eval(ctx, `JSON.stringify([Object.keys(window).sort(), window.dataLayer?.length, window.left?.(), typeof queue === 'undefined' ? 0 : queue.length, document.cookie, Object.keys(localStorage)])`, &out)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func inShort(s observation.Signal) string {
	on, off := 0, 0
	for _, y := range s.Says {
		switch y.Value {
		case observation.StanceGranted:
			on++
		case observation.StanceDenied:
			off++
		}
	}
	words := []string{string(s.Kind), s.Source}
	if s.Name != "" {
		words = append(words, s.Name)
	}
	words = append(words, fmt.Sprintf("on=%d off=%d", on, off))
	if s.TCF != nil && s.TCF.Event != "" {
		words = append(words, s.TCF.Event)
	}
	if s.Inapplicable {
		words = append(words, "inapplicable")
	}
	if s.Error != "" {
		words = append(words, "error="+s.Error)
	}
	return strings.Join(words, " ")
}
