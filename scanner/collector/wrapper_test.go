package collector_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/collector"
	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/scantest"

	gocmp "github.com/google/go-cmp/cmp"
)

// selfReport is a page that looks for traces of the wrapper wherever a page can,
// and then shows what it found.
const selfReport = `<body><iframe src=/frame></iframe><script>
const found = [];
const say = (what, ...values) => found.push(what + ': ' + values.map(String).join(' | '));
const attempt = f => { try { return 'gives ' + String(f()) } catch (e) { return e.constructor.name + ' ' + e.name + ' ' + e.message } };
say('globals', Reflect.ownKeys(window).map(String).filter(k => !['found', 'say', 'attempt'].includes(k)).join());
say('binding', '__cookieaudit' in window, typeof __cookieaudit);
const functions = {
	cookie: Object.getOwnPropertyDescriptor(Document.prototype, 'cookie').set,
	cookieGetter: Object.getOwnPropertyDescriptor(Document.prototype, 'cookie').get,
	setItem: Storage.prototype.setItem, removeItem: Storage.prototype.removeItem, clear: Storage.prototype.clear,
	set: CookieStore.prototype.set, delete: CookieStore.prototype.delete,
	toString: Function.prototype.toString,
};
for (const [name, f] of Object.entries(functions)) {
	say(name, f.name, f.length, f, Function.prototype.toString.call(f), f + '', Reflect.ownKeys(f).map(String), 'prototype' in f, Object.isFrozen(f), Object.getPrototypeOf(f) === Function.prototype);
	say(name + ' constructed', attempt(() => new f()));
	say(name + ' as class', attempt(() => class extends f {}));
	for (const wrong of [undefined, null, 1, {}, [], window, document.createElement('p'), localStorage, document, function () {}])
		say(name + ' on ' + Object.prototype.toString.call(wrong), attempt(() => f.call(wrong)).slice(0, 300));
}
for (const [owner, key] of [[Document.prototype, 'cookie'], [Storage.prototype, 'setItem'], [Storage.prototype, 'removeItem'], [Storage.prototype, 'clear'], [CookieStore.prototype, 'set'], [Function.prototype, 'toString']]) {
	const d = Object.getOwnPropertyDescriptor(owner, key);
	say('descriptor of ' + key, Object.keys(d), d.writable, d.enumerable, d.configurable, typeof d.value, typeof d.get, typeof d.set);
	say('keys beside ' + key, Reflect.ownKeys(owner).map(String));
}
say('other functions', (() => 1).toString(), (class A {}).toString(), (function () {}).bind().toString(), new Proxy(Math.max, {}).toString(), attempt(() => Function.prototype.toString.call({})));

let conversions = 0;
const text = s => ({ toString() { conversions++; return s }, valueOf() { return 'wrong' } });
document.cookie = text('converted=1');
localStorage.setItem(text('name'), text('value'));
localStorage.removeItem(text('name'));
say('conversions', conversions, document.cookie, localStorage.length);
const thrower = { toString() { conversions++; throw new RangeError('mine') } };
say('thrown by the page', attempt(() => document.cookie = thrower), attempt(() => localStorage.setItem(thrower, '')), attempt(() => localStorage.setItem('', thrower)), attempt(() => localStorage.removeItem(thrower)), conversions);
say('symbols', attempt(() => document.cookie = Symbol('s')), attempt(() => localStorage.setItem(Symbol('s'), '')));
say('too few', attempt(() => localStorage.setItem('a')), attempt(() => localStorage.removeItem()), attempt(() => functions.cookie.call(document)));
say('odd values', attempt(() => { document.cookie = null; document.cookie = undefined; document.cookie = 5; return document.cookie }));
say('results', attempt(() => localStorage.setItem('a', 'b')), localStorage.a, attempt(() => localStorage.removeItem('a')), attempt(() => localStorage.clear()), attempt(() => functions.cookie.call(document, 'x=1')));
say('quota', attempt(() => localStorage.setItem('big', 'x'.repeat(6 << 20))), attempt(() => sessionStorage.setItem('big', 'x'.repeat(6 << 20))));

say('Error', Reflect.ownKeys(Error).map(String), Error.stackTraceLimit);
Error.prepareStackTrace = () => 'prepared'; Error.stackTraceLimit = 3;
document.cookie = 'prepared=1'; localStorage.setItem('prepared', 1);
say('Error changed', new Error().stack, Error.stackTraceLimit, JSON.stringify(Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit')), Reflect.ownKeys(Error).map(String));
delete Error.prepareStackTrace; delete Error.stackTraceLimit;
document.cookie = 'deleted=1';
say('Error emptied', Reflect.ownKeys(Error).map(String));
Object.freeze(Error); document.cookie = 'frozen=1';

const seen = [];
for (const [owner, key] of [[Array.prototype, 'map'], [String.prototype, 'split'], [String.prototype, 'includes'], [Array.prototype, Symbol.iterator], [JSON, 'stringify'], [RegExp.prototype, 'test'], [Reflect, 'apply'], [WeakMap.prototype, 'get'], [Date, 'now'], [performance, 'now']]) {
	const old = owner[key];
	Object.defineProperty(owner, key, { configurable: true, writable: true, value: function () { seen.push(String(key)); return old.apply(this, arguments) } });
}
Object.defineProperty(Object.prototype, 'toJSON', { configurable: true, get() { seen.push('toJSON') } });
document.cookie = 'watched=1'; localStorage.setItem('watched', 1); ''.toString.call('');
const calls = seen.join(); delete Object.prototype.toJSON;
say('built-ins called', calls);
say('cookies', document.cookie);
self.origin = 'replaced'; self.parent = null; document.cookie = 'late=1';

addEventListener('unhandledrejection', e => say('rejected', e.reason.name, e.reason.message));
cookieStore.set({ name: 'foreign', value: '1', domain: 'other.test' });
addEventListener('load', async () => {
	const inner = document.querySelector('iframe').contentWindow;
	say('frame', '__cookieaudit' in inner, inner.Storage.prototype.setItem, Reflect.ownKeys(inner.Error).map(String));
	say('promise', await cookieStore.set('ok', '1'), cookieStore.set('ok', '2') instanceof Promise, (await cookieStore.get('ok')).value);
	await cookieStore.set(Symbol('s'), '1').catch(e => say('symbol', e.message));
	setTimeout(() => document.body.dataset.report = found.join('\n'));
});
</script>`

func TestWrapperCannotBeSeenByThePage(t *testing.T) {
	url := scantest.Pages(t, "self-report.test", map[string]string{"/": selfReport, "/frame": ""})
	plain := reportOf(t, url, chrome.Hooks{}, nil)
	l := collector.NewLog("none/1", observation.NewRedactor([]byte("test")), discard{})
	watched := reportOf(t, url, l.Hooks(), l)
	if len(plain) < 80 {
		t.Fatalf("the page reported %d lines only:\n%s", len(plain), strings.Join(plain, "\n"))
	}
	if diff := gocmp.Diff(plain, watched); diff != "" {
		t.Errorf("what the page sees (-plain +watched):\n%s", diff)
	}
}

// discard is a log of nothing.
type discard struct{}

func (discard) Append(...observation.Record) error { return nil }

func reportOf(t *testing.T, url string, h chrome.Hooks, l *collector.Log) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c, err := scantest.Browser(t).NewContext(ctx, h)
	must(t, err)
	defer c.Close()
	if l != nil {
		c.Do(func() { l.Start(c); l.OpenPage(url, true) })
	}
	tab, seen, err := c.Clock.Open(ctx, url)
	must(t, err)
	if !seen.OK() {
		t.Fatalf("%+v", seen)
	}
	w, err := tab.Main(ctx)
	must(t, err)
	var report string
	must(t, w.Eval(ctx, `new Promise(done => {
		const look = () => document.body.dataset.report ? done(document.body.dataset.report) : setTimeout(look, 10);
		look();
	})`, &report))
	return strings.Split(report, "\n")
}
