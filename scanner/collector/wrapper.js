// Runs in every frame before any script of the page. It reports calls of storage
// interfaces with their stack and lets them pass unchanged. Proxies of the native
// functions keep name, length and toString as they were. All built-ins are taken
// now, before the page can replace them.
(() => {
  const NAME = '__cookieaudit';
  const bind = globalThis[NAME];
  if (typeof bind !== 'function') return;
  try { delete globalThis[NAME]; } catch {}
  const E = Error, stringify = JSON.stringify, call = Reflect.apply, text = String;
  const describe = Object.getOwnPropertyDescriptor, define = Object.defineProperty;
  const perf = performance, now = perf.now.bind(perf), date = Date.now, http = /^https?:/;
  const test = RegExp.prototype.test;
  const place = () => call(test, http, [location.href]) ? location.href : document.baseURI;
  const stack = () => {
    const limit = E.stackTraceLimit, prepare = E.prepareStackTrace;
    try {
      E.stackTraceLimit = 40;
      E.prepareStackTrace = undefined;
      return text(new E().stack);
    } finally {
      E.stackTraceLimit = limit;
      E.prepareStackTrace = prepare;
    }
  };
  // send reports one call. data must hold strings, numbers and booleans only.
  const send = (kind, data) => {
    try {
      bind(stringify({ __proto__: null, kind, ...data, stack: stack(), at: perf.timeOrigin + now(), date: date(), url: place(), origin: self.origin }));
    } catch {}
  };
  // method and setter call before() ahead of the native function, and after(result) behind it.
  const method = (proto, name, before, after) => {
    const d = proto && describe(proto, name);
    if (!d || typeof d.value !== 'function') return;
    d.value = new Proxy(d.value, {
      apply(native, self_, args) {
        try { before && before(self_, args); } catch {}
        const result = call(native, self_, args);
        try { after && after(self_, args, result); } catch {}
        return result;
      },
    });
    define(proto, name, d);
  };
  const setter = (proto, name, after) => {
    const d = proto && describe(proto, name);
    if (!d || !d.set) return;
    const get = d.get;
    d.set = new Proxy(d.set, {
      apply(native, self_, args) {
        const result = call(native, self_, args);
        try { after(self_, args, get); } catch {}
        return result;
      },
    });
    define(proto, name, d);
  };
  /*SCRIPTS*/
})();
