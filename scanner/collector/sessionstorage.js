  // An event that tells of an area gives its stand-in, and takes it.
  if (globalThis.StorageEvent) {
    const native_ = StorageEvent, proto = native_.prototype, construct = Reflect.construct;
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
    const p = new Proxy(native_, {
      __proto__: null,
      construct: (t, args, target) => {
        const area = own(args[1], 'storageArea');
        return construct(t, area ? [args[0], { __proto__: args[1], storageArea: raw(area) }] : args, target);
      },
    });
    remember(p, native_);
    for (const [owner, name] of [[globalThis, 'StorageEvent'], [proto, 'constructor']]) {
      const d = describe(owner, name);
      d.value = p;
      define(owner, name, d);
    }
  }
