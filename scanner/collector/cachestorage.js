  const caches_ = globalThis.CacheStorage && CacheStorage.prototype, cachesOf = globalOf('caches');
  const mine = self_ => { try { return self_ === cachesOf(globalThis); } catch { return false; } };
  for (const op of ['open', 'delete']) method(caches_, op, (self_, args) => {
    if (args.length < 1 || symbol(args[0]) || !mine(self_)) return;
    const name = text(args[0]);
    send('cacheStorage', { op, name });
    return { args: args.length > 1 ? [name, args[1]] : [name], failed() {} };
  });
