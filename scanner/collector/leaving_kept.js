(async (databases, cached) => {
  const maxStores = 10, maxRecords = 20, maxText = 4096, maxTotal = 1 << 18;
  const out = [];
  // texts takes the strings of a value that can hold an identifier, down to a depth of objects.
  const texts = (value, depth, found) => {
    if (typeof value === 'string') {
      if (value.length < 8 || value.length > maxText || !/\d/.test(value)) return;
      if ((found.total += value.length) <= maxTotal) found.list.push(value);
    } else if (value && typeof value === 'object' && depth > 0) {
      let n = 0;
      for (const key in value) {
        if (++n > 100) return;
        texts(value[key], depth - 1, found);
      }
    }
  };
  const none = () => ({ list: [], total: 0 });
  const answer = request => new Promise((done, fail) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
  const database = async name => {
    const open = indexedDB.open(name);
    open.onupgradeneeded = () => open.transaction.abort(); // it went meanwhile, and must not come back
    let db;
    try { db = await answer(open); } catch { return; }
    db.onversionchange = () => db.close();
    try {
      const stores = [...db.objectStoreNames].slice(0, maxStores);
      if (!stores.length) return;
      const found = none(), transaction = db.transaction(stores);
      for (const records of await Promise.all(stores.map(s => answer(transaction.objectStore(s).getAll(null, maxRecords))))) texts(records, 3, found);
      out.push({ kind: 'indexedDB', name, texts: found.list });
    } finally { db.close(); }
  };
  const body = async (name, url) => {
    const response = await caches.match(url, { cacheName: name, ignoreVary: true });
    if (!response?.body) return '';
    const reader = response.body.getReader(), decoder = new TextDecoder();
    for (let text = ''; ;) {
      const { done, value } = await reader.read();
      if (done) return text;
      if (text.length + value.length > maxText) return reader.cancel(), '';
      text += decoder.decode(value, { stream: true });
    }
  };
  const cache = async ({ name, urls }) => {
    const found = none();
    for (const url of urls) texts(await body(name, url), 0, found);
    out.push({ kind: 'cacheStorage', name, texts: found.list });
  };
  const each = async (kind, names, read) => {
    for (const name of names) await read(name).catch(e => out.push({ kind, name: name.name ?? name, failed: e.name }));
  };
  await each('indexedDB', databases, database);
  await each('cacheStorage', cached, cache);
  return out;
})
