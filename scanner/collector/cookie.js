  setter(globalThis.Document && Document.prototype, 'cookie', (doc, [raw], get) => {
    const line = text(raw), name = line.split(';')[0].split('=')[0].trim();
    const seen = ('; ' + call(get, doc, [])).includes('; ' + name + '=');
    send('cookie', { op: 'document.cookie', raw: line, seen });
  });
  const store = globalThis.CookieStore && CookieStore.prototype;
  method(store, 'set', (_, [a, b]) => {
    const o = typeof a === 'object' && a ? a : { name: a, value: b };
    send('cookie', {
      op: 'cookieStore.set', name: text(o.name), value: text(o.value), domain: text(o.domain ?? ''), path: text(o.path ?? ''),
      end: +(o.expires ?? 0), same: text(o.sameSite ?? ''), apart: !!o.partitioned,
    });
  });
  method(store, 'delete', (_, [a]) => {
    const o = typeof a === 'object' && a ? a : { name: a };
    send('cookie', { op: 'cookieStore.delete', name: text(o.name), domain: text(o.domain ?? ''), path: text(o.path ?? ''), apart: !!o.partitioned });
  });
