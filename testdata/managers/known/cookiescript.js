standIn({
  boxes: ['#cookiescript_injected'],
  write(on) {
    if (on !== null) keep('CookieScriptConsent', encodeURIComponent(JSON.stringify({ action: on ? 'accept' : 'reject', categories: JSON.stringify(on ? ['performance', 'targeting'] : []) })));
  },
  api(show) { window.CookieScript = { instance: { show } }; },
});
