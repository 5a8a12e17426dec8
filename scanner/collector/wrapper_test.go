package collector_test

import (
	"context"
	"fmt"
	"html"
	"net/http"
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
const found = [], above = parent === self ? null : parent;
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
const stackOf = f => { try { f(); return 'none' } catch (e) { return String(e.stack).replace(/https?:[^\s)]*/g, m => m.replace(/:\d+:\d+$/, '')) + Reflect.ownKeys(e).map(String) } };
say('stacks', stackOf(() => localStorage.setItem('big', 'x'.repeat(6 << 20))), stackOf(() => localStorage.setItem('big')), stackOf(() => localStorage.setItem({ toString() { throw new Error('mine') } }, 1)), stackOf(() => indexedDB.open()), stackOf(() => localStorage.setItem.call({}, 'a', 'b')));
say('quota', attempt(() => localStorage.setItem('big', 'x'.repeat(6 << 20))), attempt(() => sessionStorage.setItem('big', 'x'.repeat(6 << 20))));

say('Error', Reflect.ownKeys(Error).map(String), Error.stackTraceLimit);
Error.prepareStackTrace = () => 'prepared'; Error.stackTraceLimit = 3;
document.cookie = 'prepared=1'; localStorage.setItem('prepared', 1);
say('Error changed', new Error().stack, Error.stackTraceLimit, JSON.stringify(Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit')), Reflect.ownKeys(Error).map(String));
delete Error.prepareStackTrace; delete Error.stackTraceLimit;
document.cookie = 'deleted=1';
say('Error emptied', Reflect.ownKeys(Error).map(String));
Object.freeze(Error); document.cookie = 'frozen=1';

const show = f => attempt(() => { const v = f(); return typeof v === 'object' && v ? JSON.stringify(v) : typeof v + ' ' + String(v) });
// The words of some errors name the object's make; their kind must be the same.
const kind = f => show(f).replace(/^TypeError .*/, 'TypeError');
for (const name of ['localStorage', 'sessionStorage']) {
	const s = window[name];
	s.clear();
	say(name, s === window[name], s instanceof Storage, Object.prototype.toString.call(s), s.constructor === Storage, Object.getPrototypeOf(s) === Storage.prototype, typeof s, s + '');
	say(name + ' descriptor', Object.entries(Object.getOwnPropertyDescriptor(window, name)).map(([k, v]) => k + '=' + v), Object.getOwnPropertyDescriptor(window, name).get.name);
	s.a = 1; s['b c'] = { toString: () => 'two' }; Object.assign(s, { d: null }); Reflect.set(s, 'e', undefined);
	say(name + ' set', Object.keys(s), JSON.stringify(s), s.length, s.key(0), s.getItem('a'), 'a' in s, s.hasOwnProperty('a'), Object.getOwnPropertyNames(s), [...Object.entries(s)]);
	say(name + ' descriptor of a', JSON.stringify(Object.getOwnPropertyDescriptor(s, 'a')), JSON.stringify(Object.getOwnPropertyDescriptor(s, 'none')), s.propertyIsEnumerable('a'));
	say(name + ' loops', (() => { const l = []; for (const k in s) l.push(k); return l })(), JSON.stringify({ ...s }));
	say(name + ' defined', show(() => Object.defineProperty(s, 'f', { value: 'v' }) === s), s.f, show(() => Object.defineProperty(s, 'g', { get() { return 1 } }) === s), s.g, show(() => Object.defineProperty(s, 'h', { value: 'v', writable: false, enumerable: false }) === s), JSON.stringify(Object.getOwnPropertyDescriptor(s, 'h')));
	say(name + ' deleted', show(() => delete s.a), s.a, show(() => delete s.none), show(() => Reflect.deleteProperty(s, 'b c')), Object.keys(s));
	say(name + ' strict', show(() => { 'use strict'; s.x = Symbol('x') }), show(() => { 'use strict'; s[Symbol.for('y')] = 5; return s[Symbol.for('y')] }), show(() => { 'use strict'; delete s.length; return s.length }), kind(() => { 'use strict'; s.length = 7; return s.length }), show(() => { s.length = 7; return s.length }), show(() => s.getItem('length')), show(() => { s.setItem = 'over'; return typeof s.setItem }), Object.keys(s), show(() => delete s.setItem), typeof s.setItem, s.length);
	say(name + ' thrower', show(() => { s.x = { toString() { throw new RangeError('mine') } } }), show(() => { s.big = 'x'.repeat(6 << 20) }), s.big === undefined);
	say(name + ' frozen', show(() => Object.isExtensible(s)), show(() => Object.preventExtensions(s)), kind(() => Object.freeze(s)), show(() => Object.setPrototypeOf(s, null) === s), s instanceof Storage, show(() => Object.setPrototypeOf(s, Storage.prototype) === s));
	const child = Object.create(s);
	child.own = 1;
	say(name + ' inherited', Object.keys(child), show(() => s.own), show(() => child.getItem('e')), show(() => child.length), show(() => Object.create(Storage.prototype).length));
	say(name + ' proxied by the page', show(() => new Proxy(s, {}).e), show(() => new Proxy(s, {}).getItem('e')), show(() => Storage.prototype.getItem.call(new Proxy(s, {}), 'e')));
	say(name + ' event', show(() => new StorageEvent('storage', { key: 'k', storageArea: s }).storageArea === s), show(() => new StorageEvent('storage', { storageArea: {} })), show(() => new StorageEvent('storage').storageArea === null), show(() => new StorageEvent()), show(() => StorageEvent('x')), StorageEvent.name, StorageEvent.length, String(StorageEvent), StorageEvent.prototype.constructor === StorageEvent, new StorageEvent('storage', { key: 'k', newValue: 'n', url: 'u', bubbles: true }).key);
	say(name + ' event init', show(() => { const e = new StorageEvent('storage'); e.initStorageEvent('storage', true, true, 'k', 'o', 'n', 'u', s); return e.storageArea === s }), new (class extends StorageEvent {})('storage', { key: 'sub' }).key);
	say(name + ' cloned', show(() => structuredClone(s)).replace(/#<[^>]*>|Storage object/, 'it'), show(() => Object.fromEntries(Object.entries(s))));
	s.clear();
}
for (const [owner, names] of [[IDBFactory, ['open', 'deleteDatabase']], [IDBObjectStore, ['put', 'add', 'delete', 'clear']], [CacheStorage, ['open', 'delete']], [ServiceWorkerContainer, ['register']], [ServiceWorkerRegistration, ['unregister']], [FileSystemDirectoryHandle, ['getFileHandle', 'removeEntry']], [FileSystemFileHandle, ['createWritable']], [HTMLCanvasElement, ['toDataURL', 'toBlob', 'getContext']], [CanvasRenderingContext2D, ['getImageData', 'measureText']], [OfflineAudioContext, ['startRendering']], [FontFaceSet, ['check']], [WebGLRenderingContext, ['getParameter']], [StorageEvent, ['initStorageEvent']]])
	for (const name of names) {
		const f = owner.prototype[name], d = Object.getOwnPropertyDescriptor(owner.prototype, name);
		say(owner.name + '.' + name, f.name, f.length, f + '', Reflect.ownKeys(f).map(String), d.writable, d.enumerable, d.configurable, attempt(() => new f()), attempt(() => f.call({})).slice(0, 200), attempt(() => f.call(owner.prototype)).slice(0, 200));
	}
say('databases', show(() => indexedDB.open()), show(() => indexedDB.open(Symbol('s'))), show(() => indexedDB.open('x', -1)), show(() => indexedDB.open({ toString() { throw new RangeError('mine') } })), show(() => indexedDB.open('fine', 1).constructor.name), show(() => indexedDB.deleteDatabase('fine').constructor.name));
say('canvas', show(() => document.createElement('canvas').toDataURL().slice(0, 30)), show(() => document.createElement('canvas').getContext('nothing')), show(() => document.createElement('canvas').getContext('2d').getImageData(0, 0, 0, 0)), show(() => document.createElement('canvas').getContext('2d').measureText('x').constructor.name));
say('console', console.debug.name, console.debug + '', Reflect.ownKeys(console).map(String), show(() => { console.debug = () => 'mine'; localStorage.setItem('quiet', 1); return console.debug() }));

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
	const settled = p => p.then(String, e => e.name + ' ' + e.message);
	say('promise', await settled(cookieStore.set('ok', '1')), cookieStore.set('ok', '2').catch(() => {}) instanceof Promise, (await cookieStore.get('ok'))?.value);
	inner.Storage.prototype.setItem.call(localStorage, 'by', 'frame');
	inner.localStorage.other = 'realm';
	say('other realm', localStorage.by, localStorage.other, inner.Storage.prototype.getItem.call(localStorage, 'by'), Storage.prototype.getItem.call(inner.localStorage, 'by'), inner.localStorage === inner.localStorage, inner.localStorage instanceof inner.Storage);
	for (const type of ['classic', 'module']) await new Promise(done => {
		const w = new Worker('/worker.js', { type });
		w.onmessage = e => { say('worker ' + type, e.data); done() };
		w.onerror = e => { say('worker ' + type + ' failed', e.message); done() };
	});
	await new Promise(done => {
		const w = new SharedWorker('/worker.js');
		w.port.onmessage = e => { say('shared worker', e.data); done() };
		w.onerror = e => { say('shared worker failed', e.message); done() };
	});
	await new Promise(async done => {
		navigator.serviceWorker.onmessage = e => { say('service worker', e.data); done() };
		try {
			const r = await navigator.serviceWorker.register('/worker.js'), w = r.installing || r.waiting || r.active;
			w.postMessage('report');
		} catch (e) { say('service worker failed', e.name); done() }
	});
	say('caches', await caches.open('c').then(c => c.constructor.name), await caches.delete('c'), await caches.open(Symbol('s')).catch(e => e.message), await caches.open().catch(e => e.message));
	say('files', await navigator.storage.getDirectory().then(d => d.getFileHandle('f', { create: true })).then(h => h.name), await navigator.storage.getDirectory().then(d => d.getFileHandle('none')).catch(e => e.name));
	say('worker refused', await navigator.serviceWorker.register('/none.js').catch(e => e.name), await navigator.serviceWorker.register().catch(e => e.message), await navigator.serviceWorker.register('/none.js', { scope: 'https://other.test/' }).catch(e => e.name));
	await cookieStore.set(Symbol('s'), '1').catch(e => say('symbol', e.message));
	setTimeout(() => above ? above.postMessage(found.join('\n'), '*') : document.body.dataset.report = found.join('\n'));
});
</script>`

// framed is a page that shows what the page in its frame found.
func framed(frame string) string {
	return `<body><script>onmessage = e => document.body.dataset.report = e.data</script>` + frame
}

func TestWrapperCannotBeSeenByThePage(t *testing.T) {
	document := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, "<!doctype html>"+body)
		}
	}
	for name, frame := range map[string]string{
		"page":             "",
		"own-frame":        `<iframe src=/self></iframe>`,
		"cross-site-frame": `<iframe src=https://self-report-elsewhere.test/self></iframe>`,
		"srcdoc-frame":     `<iframe srcdoc="` + html.EscapeString(selfReport) + `"></iframe>`,
		"sandboxed-frame":  `<iframe sandbox="allow-scripts allow-same-origin" src=/self></iframe>`,
	} {
		t.Run(name, func(t *testing.T) {
			host := name + ".self-report.test"
			for _, h := range []string{host, "self-report-elsewhere.test"} {
				mux := http.NewServeMux()
				mux.HandleFunc("/worker.js", func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Type", "text/javascript")
					fmt.Fprint(w, workerReport)
				})
				mux.HandleFunc("/self", document(selfReport))
				mux.HandleFunc("/frame", document(""))
				mux.HandleFunc("/{$}", document(selfReport))
				if frame != "" {
					mux.HandleFunc("/framed", document(framed(frame)))
				}
				scantest.Handle(t, h, mux)
			}
			url := "https://" + host + "/"
			if frame != "" {
				url += "framed"
			}
			plain := reportOf(t, url, chrome.Hooks{}, nil)
			l := collector.NewLog("none/1", observation.NewRedactor([]byte("test")), discard{})
			watched := reportOf(t, url, l.Hooks(), l)
			if len(plain) < 80 {
				t.Fatalf("the page reported %d lines only:\n%s", len(plain), strings.Join(plain, "\n"))
			}
			if diff := gocmp.Diff(plain, watched); diff != "" {
				t.Errorf("what the page sees (-plain +watched):\n%s", diff)
			}
		})
	}
}

// workerReport looks for traces of the wrapper in a worker.
const workerReport = `const say = [];
const attempt = f => { try { return 'gives ' + String(f()) } catch (e) { return e.constructor.name + ' ' + e.name + ' ' + e.message } };
say.push(Reflect.ownKeys(self).map(String).join());
for (const [owner, name] of [[IDBFactory.prototype, 'open'], [CacheStorage.prototype, 'open'], [FileSystemFileHandle.prototype, 'createSyncAccessHandle'], [Function.prototype, 'toString']]) if (owner[name])
	say.push([name, owner[name].name, owner[name].length, owner[name] + '', Reflect.ownKeys(owner[name]).map(String), attempt(() => new owner[name]()), attempt(() => owner[name].call({})).slice(0, 200)].join(' | '));
say.push(attempt(() => indexedDB.open('worker').constructor.name), attempt(() => indexedDB.open()), Reflect.ownKeys(Error).map(String).join(), new Error('here').stack.split('\n').length);
if (self.SharedWorkerGlobalScope) onconnect = e => e.ports[0].postMessage(say.join(' ; '));
else if (self.ServiceWorkerGlobalScope) onmessage = e => e.source.postMessage(say.join(' ; '));
else postMessage(say.join(' ; '));`

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
	for report == "" { // one question may not wait for as long as a busy machine takes
		must(t, c.Clock.Frame(ctx, tab))
		must(t, w.Eval(ctx, `document.body.dataset.report || ''`, &report))
	}
	return strings.Split(report, "\n")
}
