  // Both storage areas have stand-ins (see webstorage.js). Every function that takes an
  // area must be given the native one.
  if (globalThis.Storage) {
    const proto = Storage.prototype, bare = () => (f, self_, args) => call(f, raw(self_), args);
    for (const name of ['getItem', 'setItem', 'removeItem', 'clear', 'key']) replace(proto, name, 'value', bare);
    replace(proto, 'length', 'get', bare);
  }
