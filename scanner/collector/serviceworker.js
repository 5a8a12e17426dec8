  const U = URL, hrefOf = getter(URL.prototype, 'href');
  const trusted = globalThis.TrustedScriptURL && TrustedScriptURL.prototype.toString;
  // An address of the page's trusted kind must be passed on as it is.
  const address = v => {
    if (typeof v === 'string') return v;
    try { return call(trusted, v, []); } catch {}
  };
  if (page) {
    const baseOf = getter(Node.prototype, 'baseURI');
    method(globalThis.ServiceWorkerContainer && ServiceWorkerContainer.prototype, 'register', (_, args) => {
      const script = address(args[0]);
      if (script === undefined) return;
      try {
        const whole = hrefOf(new U(script, baseOf(document))), scope = own(args[1], 'scope');
        send('serviceWorker', { op: 'register', name: hrefOf(typeof scope === 'string' ? new U(scope, baseOf(document)) : new U('./', whole)), value: whole });
      } catch {}
    });
  }
  if (globalThis.ServiceWorkerRegistration) {
    const scopeOf = getter(ServiceWorkerRegistration.prototype, 'scope');
    method(ServiceWorkerRegistration.prototype, 'unregister', self_ => {
      try { send('serviceWorker', { op: 'unregister', name: scopeOf(self_) }); } catch {}
    });
  }
