  setter(globalThis.Document && Document.prototype, 'cookie', (doc, raw, get) => {
    send('cookie', { op: 'document.cookie', raw, jar: call(get, doc, []) }, doc);
  });
  // The calls of cookieStore answer by a promise. To look at it would change what the
  // page sees of a rejection; whether the cookie was stored shows in the jar.
  const store = globalThis.CookieStore && CookieStore.prototype;
  const options = (a, b) => (typeof a === 'object' && a ? a : { name: a, value: b });
  const tell = (op, o) => {
    try {
      send('cookie', {
        op, name: text(o.name), value: text(o.value ?? ''), domain: text(o.domain ?? ''), path: text(o.path ?? ''),
        end: +(o.expires ?? 0), ends: (o.expires ?? null) !== null, age: text(o.maxAge ?? ''), same: text(o.sameSite ?? ''), apart: !!o.partitioned,
      });
    } catch {}
  };
  method(store, 'set', (_, args) => tell('cookieStore.set', options(args[0], args[1])));
  method(store, 'delete', (_, args) => tell('cookieStore.delete', options(args[0])));
