  const proto = globalThis.Storage && Storage.prototype;
  const area = describe(globalThis, 'KIND');
  const mine = self_ => { try { return self_ === call(area.get, globalThis, []); } catch { return false; } };
  method(proto, 'setItem', (self_, args) => {
    if (args.length > 1 && mine(self_)) send('KIND', { op: 'setItem', name: text(args[0]), value: text(args[1]) });
  });
  method(proto, 'removeItem', (self_, args) => {
    if (args.length && mine(self_)) send('KIND', { op: 'removeItem', name: text(args[0]) });
  });
  method(proto, 'clear', self_ => { if (mine(self_)) send('KIND', { op: 'clear' }); });
