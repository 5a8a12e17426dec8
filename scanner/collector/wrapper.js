// Runs in every frame and worker before any script of the page. It reports calls
// of storage interfaces with their stack and lets them pass unchanged. The replaced
// functions keep name, length and toString as they were, arguments are converted
// once, and the page's own errors reach it. All built-ins are taken now, before the
// page can replace them.
(() => {
  const NONCE = '/*NONCE*/', RAW = '/*RAW*/', page = typeof Document === 'function';
  // Reports go by the console, whose messages the browser hands over with the stack
  // across asynchronous steps. Unlike a binding it leaves nothing behind that a page
  // could look for; without the nonce nobody can make a report up.
  const report = console.debug.bind(console);
  // A window may keep its realm from one document to the next: once is enough.
  try { if (Function.prototype.toString.call(NONCE) === NONCE) return; } catch {}
  const E = Error, stringify = JSON.stringify, call = Reflect.apply;
  const describe = Object.getOwnPropertyDescriptor, define = Object.defineProperty, inherit = Object.setPrototypeOf;
  const perf = performance, now = perf.now.bind(perf), origin0 = perf.timeOrigin, date = Date.now;
  const getter = (owner, name) => { const d = describe(owner, name); return o => call(d.get, o, []); };
  const accessor = (owner, name) => describe(owner, name) ? getter(owner, name) : () => undefined;
  const addressOf = page && getter(Document.prototype, 'URL'), viewOf = page && getter(Document.prototype, 'defaultView');
  const parentOf = accessor(globalThis, 'parent'), openerOf = accessor(globalThis, 'opener');
  const originOf = accessor(page ? globalThis : WorkerGlobalScope.prototype, 'origin');
  // text converts as the native functions do. It may call the page's code, and throw.
  // Symbols, which none of them takes, are left to them and their own words.
  const text = v => `${v}`, symbol = v => typeof v === 'symbol';
  // A document's cookies are stored under the address that it was loaded from, whatever
  // pushState made of it since.
  const loaded = new WeakMap(), loadedFrom = loaded.get.bind(loaded), load = loaded.set.bind(loaded);
  const enter = () => { if (page && !loadedFrom(document)) load(document, addressOf(document)); };
  enter();
  // place is the address that a document's cookies are stored under. about:blank and
  // srcdoc have that of the document that made them.
  const place = doc => {
    if (!page) return location.href;
    try {
      for (let depth = 0; depth < 20; depth++) {
        const url = loadedFrom(doc) ?? addressOf(doc), view = viewOf(doc);
        if (url[0] === 'h') return url;
        const up = parentOf(view);
        doc = (up === view ? openerOf(view) : up).document;
      }
    } catch {}
    return originOf(globalThis) + '/';
  };
  const ancestors = () => {
    const list = inherit([], null); // or stringify would ask Object.prototype for toJSON
    for (let i = 0; page && i < location.ancestorOrigins.length; i++) list[i] = location.ancestorOrigins[i];
    return list;
  };
  // restore puts a property of Error back as it was, also where it was not there.
  const restore = (name, d) => { try { d ? define(E, name, d) : delete E[name]; } catch {} };
  const stack = (frames = 40) => {
    const limit = describe(E, 'stackTraceLimit'), prepare = describe(E, 'prepareStackTrace');
    try {
      E.stackTraceLimit = frames;
      if (prepare) E.prepareStackTrace = undefined;
    } catch {}
    try {
      return `${new E().stack}`;
    } finally {
      restore('stackTraceLimit', limit);
      if (prepare) restore('prepareStackTrace', prepare);
    }
  };
  // turn is when the run of script began that makes a report: microtasks wait for its end.
  const soon = queueMicrotask, over = () => { begun = 0; };
  let begun = 0;
  const turn = () => {
    if (!begun) {
      begun = origin0 + now();
      soon(over);
    }
    return begun;
  };
  // send reports one call. data must hold strings, numbers and booleans only.
  const send = (kind, data, doc = page && document) => {
    try {
      report(NONCE, stringify({
        __proto__: null, kind, ...data, stack: stack(), turn: turn(), at: origin0 + now(), date: date(),
        url: place(doc), origin: originOf(globalThis), ancestors: ancestors(),
      }));
    } catch {}
  };
  // hidden is an error of a native function, or of the page's code that it called, without
  // the wrapper's own calls in its stack. Where the page has a formatter of its own, to
  // look at the stack would call it.
  const stackSlot = describe(new E(), 'stack') ?? {};
  const indexOf = String.prototype.indexOf, slice = String.prototype.slice, includes = String.prototype.includes;
  const hidden = e => {
    try {
      const d = typeof e === 'object' && e && !describe(E, 'prepareStackTrace') && describe(e, 'stack');
      if (!d || d.get !== stackSlot.get) return e;
      const whole = d.get ? call(d.get, e, []) : d.value;
      if (typeof whole !== 'string') return e;
      let kept = '';
      for (let from = 0; from < whole.length;) {
        const end = (call(indexOf, whole, ['\n', from]) + 1) || whole.length, line = call(slice, whole, [from, end]);
        if (!call(includes, line, ['<anonymous>:']) || !call(includes, line, ['    at ']) || call(includes, line, ['eval at'])) kept += line;
        from = end;
      }
      // A last line of ours leaves the break before it.
      if (kept.length < whole.length && whole[whole.length - 1] !== '\n' && kept[kept.length - 1] === '\n') kept = call(slice, kept, [0, -1]);
      if (d.set) call(d.set, e, [kept]);
      else define(e, 'stack', { __proto__: null, ...d, value: kept });
    } catch {}
    return e;
  };
  // standIn is a function that looks like the native one and calls apply.
  const natives = new WeakMap(), native = natives.get.bind(natives), remember = natives.set.bind(natives);
  const standIn = (f, apply) => {
    const p = new Proxy(f, { __proto__: null, apply: (f, self_, args) => { try { return apply(f, self_, args); } catch (e) { throw hidden(e); } } });
    remember(p, native(f) ?? f);
    return p;
  };
  const replace = (owner, name, slot, apply) => {
    const d = owner && describe(owner, name);
    if (!d || typeof d[slot] !== 'function') return;
    d[slot] = standIn(d[slot], apply(d));
    define(owner, name, d);
  };
  // A proxy of a native function would show itself by a toString without a name.
  replace(Function.prototype, 'toString', 'value', () => (f, self_, args) => {
    if (self_ === NONCE) return enter(), NONCE;
    return call(f, native(self_) ?? self_, args);
  });
  // method calls prepare() ahead of the native function. It returns nothing, or the
  // converted arguments and what to do should the function fail.
  const method = (proto, name, prepare) => replace(proto, name, 'value', () => (f, self_, args) => {
    const told = prepare(self_, args);
    try {
      return call(f, self_, told ? told.args : args);
    } catch (e) {
      try { told && told.failed(e); } catch {}
      throw e;
    }
  });
  // setter calls after(object, value, getter) behind the native setter, unless the
  // object is not one that the property can be read of.
  const setter = (proto, name, after) => replace(proto, name, 'set', d => (f, self_, args) => {
    try { call(d.get, self_, []); } catch { return call(f, self_, args); }
    if (args.length === 0 || symbol(args[0])) return call(f, self_, args);
    const value = text(args[0]);
    call(f, self_, [value]);
    try { after(self_, value, d.get); } catch {}
  });
  // A stand-in object answers RAW by the native object behind it, in whatever realm it
  // was made.
  const raw = o => {
    try { return (typeof o === 'object' && o && o[RAW]) || o; } catch { return o; }
  };
  // caller is the line of the stack for the innermost code that has an address.
  const caller = () => {
    const whole = stack(12);
    for (let from = 0; from < whole.length;) {
      const end = (call(indexOf, whole, ['\n', from]) + 1) || whole.length, line = call(slice, whole, [from, end]);
      if (call(includes, line, ['    at ']) && (!call(includes, line, ['<anonymous>']) || call(includes, line, ['eval at']))) return line;
      from = end;
    }
    return '';
  };
  // some passes the first 16 calls of a name by each place in a script on, then ever
  // fewer: times is how many calls a report stands for. Beyond PLACES the rest
  // count as one.
  const PLACES = 300, counts = new Map(), countOf = counts.get.bind(counts), count = counts.set.bind(counts);
  const placesOf = getter(Map.prototype, 'size');
  const some = (name, tell) => {
    let key = name + caller();
    if (!countOf(key) && placesOf(counts) >= PLACES) key = name;
    const n = (countOf(key) ?? 0) + 1;
    count(key, n);
    if (n <= 16) tell(1);
    else if ((n & (n - 1)) === 0) tell(n / 2);
  };
  // constructor calls before(arguments) ahead of a native constructor; what it returns
  // takes the arguments' place.
  const construct = Reflect.construct;
  const constructor = (name, before) => {
    const f = globalThis[name];
    if (typeof f !== 'function') return;
    const p = new Proxy(f, { __proto__: null, construct: (t, args, target) => { try { return construct(t, before(args) ?? args, target); } catch (e) { throw hidden(e); } } });
    remember(p, f);
    for (const [owner, key] of [[globalThis, name], [f.prototype, 'constructor']]) {
      const d = describe(owner, key);
      d.value = p;
      define(owner, key, d);
    }
  };
  // address is the whole address of a script that is to be loaded, undefined for what
  // cannot be told without running the page's code.
  const U = URL, hrefOf = getter(URL.prototype, 'href'), baseOf = page && getter(Node.prototype, 'baseURI');
  const trusted = globalThis.TrustedScriptURL && TrustedScriptURL.prototype.toString;
  const whole = (v, base = page ? baseOf(document) : location.href) => {
    try {
      if (typeof v !== 'string') try { v = call(trusted, v, []); } catch { v = hrefOf(v); }
      return hrefOf(new U(v, base));
    } catch {}
  };
  // own reads a property of a page's object without running the page's code.
  const own = (o, name) => { try { return typeof o === 'object' && o ? describe(o, name)?.value : undefined; } catch {} };
  const globalOf = name => accessor(page ? globalThis : WorkerGlobalScope.prototype, name);
  /*SCRIPTS*/
})();
