  // The browser does not tell who starts a worker.
  for (const name of ['Worker', 'SharedWorker']) constructor(name, args => {
    const script = whole(args[0]);
    if (script) send('request', { op: 'worker', name: script });
  });
  // A beacon that is sent as the page goes is told by nobody else.
  method(page && Navigator.prototype, 'sendBeacon', (_, args) => {
    const to = whole(args[0]);
    if (!to) return;
    // Text and nothing are the bodies that can be read at once.
    const body = args[1] ?? '', readable = typeof body === 'string' && body.length < 65536;
    send('request', { op: 'beacon', name: to, value: readable ? body : '', unread: !readable });
  });
