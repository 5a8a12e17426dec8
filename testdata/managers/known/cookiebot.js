standIn({
  boxes: ['#CybotCookiebotDialog'],
  write(on) {
    if (on !== null) keep('CookieConsent', encodeURIComponent(`{stamp:'x',necessary:true,preferences:${on},statistics:${on},marketing:${on},method:'explicit',ver:1}`));
  },
  api(show) { window.Cookiebot = { renew: show, userCountry: 'gb-eng' }; },
});
