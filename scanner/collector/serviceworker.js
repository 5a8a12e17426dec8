  if (page) method(globalThis.ServiceWorkerContainer && ServiceWorkerContainer.prototype, 'register', (_, args) => {
    const script = whole(args[0]), scope = own(args[1], 'scope');
    if (script) send('serviceWorker', { op: 'register', name: typeof scope === 'string' ? whole(scope) : whole('./', script), value: script });
  });
  if (globalThis.ServiceWorkerRegistration) {
    const scopeOf = getter(ServiceWorkerRegistration.prototype, 'scope');
    method(ServiceWorkerRegistration.prototype, 'unregister', self_ => {
      try { send('serviceWorker', { op: 'unregister', name: scopeOf(self_) }); } catch {}
    });
  }
