  // An event that tells of an area gives its stand-in, and takes it.
  if (globalThis.StorageEvent) {
    const proto = StorageEvent.prototype;
    const areas = [describe(globalThis, 'localStorage').get, describe(globalThis, 'sessionStorage').get];
    replace(proto, 'storageArea', 'get', () => (f, self_, args) => {
      const area = call(f, self_, args);
      for (let i = 0; area && i < areas.length; i++) {
        try {
          const standIn = call(areas[i], globalThis, []);
          if (raw(standIn) === area) return standIn;
        } catch {}
      }
      return area;
    });
    method(proto, 'initStorageEvent', (_, args) => {
      if (args.length > 7) args[7] = raw(args[7]);
    });
    constructor('StorageEvent', args => {
      const area = own(args[1], 'storageArea');
      return area ? [args[0], { __proto__: args[1], storageArea: raw(area) }] : undefined;
    });
  }
