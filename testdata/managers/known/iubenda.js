standIn({
  boxes: ['#iubenda-cs-banner'],
  write(on) {
    if (on !== null) keep('_iub_cs-1234567', encodeURIComponent(JSON.stringify({ timestamp: 'x', purposes: { 1: true, 4: on, 5: on } })));
  },
  api(show) { window._iub = { cs: { api: { openPreferences: show } } }; },
});
