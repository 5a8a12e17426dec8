  const proto = globalThis.Storage && Storage.prototype;
  const areaOf = getter(globalThis, 'KIND');
  const mine = self_ => { try { return self_ === areaOf(globalThis); } catch { return false; } };
  method(proto, 'setItem', (self_, args) => {
    if (args.length < 2 || symbol(args[0]) || symbol(args[1]) || !mine(self_)) return;
    const name = text(args[0]), value = text(args[1]);
    send('KIND', { op: 'setItem', name, value });
    return { args: [name, value], failed: e => send('KIND', { op: 'failed', name, why: text(e.name) }) };
  });
  method(proto, 'removeItem', (self_, args) => {
    if (args.length < 1 || symbol(args[0]) || !mine(self_)) return;
    const name = text(args[0]);
    send('KIND', { op: 'removeItem', name });
    return { args: [name], failed() {} };
  });
  method(proto, 'clear', self_ => { if (mine(self_)) send('KIND', { op: 'clear' }); });
