standIn({
  boxes: ['#ccc'],
  write(on) {
    const v = on ? 'accepted' : 'revoked';
    if (on !== null) keep('CookieControl', encodeURIComponent(JSON.stringify({ necessaryCookies: [], optionalCookies: { analytics: v, marketing: v } })));
  },
  api(show) { window.CookieControl = { open: show }; },
});
