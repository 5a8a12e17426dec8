  const factory = globalThis.IDBFactory && IDBFactory.prototype, factoryOf = globalOf('indexedDB');
  // The databases of a storage bucket have a factory of their own.
  const mine = self_ => { try { return self_ === factoryOf(globalThis); } catch { return false; } };
  for (const op of ['open', 'deleteDatabase']) method(factory, op, (self_, args) => {
    if (args.length < 1 || symbol(args[0]) || !mine(self_)) return;
    const name = text(args[0]);
    send('indexedDB', { op, name });
    return { args: args.length > 1 ? [name, args[1]] : [name], failed: e => send('indexedDB', { op: 'failed', name, why: text(e.name) }) };
  });
  if (factory) {
    const transactionOf = getter(IDBObjectStore.prototype, 'transaction'), databaseOf = getter(IDBTransaction.prototype, 'db');
    const nameOf = getter(IDBDatabase.prototype, 'name');
    for (const op of ['put', 'add', 'delete', 'clear']) method(IDBObjectStore.prototype, op, (self_, args) => {
      try {
        const name = nameOf(databaseOf(transactionOf(self_))), value = typeof args[0] === 'string' && op !== 'delete' ? args[0] : '';
        some('indexedDB ' + name, times => send('indexedDB', { op: 'change', name, value, times }));
      } catch {}
    });
  }
