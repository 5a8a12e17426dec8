  const proto = globalThis.Storage && Storage.prototype;
  if (!proto) return;
  const WHICH = RAW + ' which';
  const areaOf = getter(globalThis, 'KIND'), take = Reflect.get, assign = Reflect.set, remove = Reflect.deleteProperty;
  // An area of a frame's window is the page's too, where they are of one origin.
  const mine = self_ => {
    try { return raw(self_) === self_ ? self_ === areaOf(globalThis) : self_[WHICH] === 'KIND'; } catch { return false; }
  };
  const failed = name => e => send('KIND', { op: 'failed', name, why: text(e.name) });
  method(proto, 'setItem', (self_, args) => {
    if (args.length < 2 || symbol(args[0]) || symbol(args[1]) || !mine(self_)) return;
    const name = text(args[0]), value = text(args[1]);
    send('KIND', { op: 'setItem', name, value });
    return { args: [name, value], failed: failed(name) };
  });
  method(proto, 'removeItem', (self_, args) => {
    if (args.length < 1 || symbol(args[0]) || !mine(self_)) return;
    const name = text(args[0]);
    send('KIND', { op: 'removeItem', name });
    return { args: [name], failed() {} };
  });
  method(proto, 'clear', self_ => { if (mine(self_)) send('KIND', { op: 'clear' }); });
  // Who writes a property (localStorage.x = 1) no function sees: a stand-in for the
  // area itself does. Names that the interface has are left to the browser, which
  // does not store all of them.
  const builtIn = name => typeof name !== 'string' || name in proto;
  const put = (area, name, value, how) => {
    if (builtIn(name) || symbol(value)) return how(value);
    value = text(value);
    send('KIND', { op: 'setItem', name, value });
    try { return how(value); } catch (e) { try { failed(name)(e); } catch {} throw e; }
  };
  const trap = f => (...args) => { try { return call(f, undefined, args); } catch (e) { throw hidden(e); } };
  const standIns = new WeakMap(), known = standIns.get.bind(standIns), keep = standIns.set.bind(standIns);
  const standFor = area => {
    if (!area || known(area)) return area && known(area);
    const p = new Proxy(area, {
      __proto__: null,
      get: (t, name, receiver) => receiver !== p ? take(t, name, receiver) : name === RAW ? t : name === WHICH ? 'KIND' : t[name],
      set: trap((t, name, value, receiver) => receiver === p ? put(t, name, value, v => assign(t, name, v)) : assign(t, name, value, receiver)),
      // No stand-in may agree to a property that can't be reconfigured, as the native
      // area pretends to: to ask for that, which is pointless here, fails.
      defineProperty: trap((t, name, d) => {
        if (describe(d, 'value')) put(t, name, d.value, value => define(t, name, { __proto__: null, ...d, value }));
        else define(t, name, d);
        return true;
      }),
      deleteProperty: (t, name) => {
        if (!builtIn(name) && describe(t, name)) send('KIND', { op: 'removeItem', name });
        return remove(t, name);
      },
    });
    keep(area, p);
    return p;
  };
  replace(globalThis, 'KIND', 'get', () => (f, self_, args) => standFor(call(f, self_, args)));
