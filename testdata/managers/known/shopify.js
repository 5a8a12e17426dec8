standIn({
  boxes: ['#shopify-pc__banner'],
  write(on) {
    const v = on ? '1' : '0';
    if (on !== null) keep('_tracking_consent', encodeURIComponent(JSON.stringify({ con: { CMP: { a: v, m: v, p: v, s: v } }, region: 'GBENG' })));
  },
  api(show) { window.Shopify = { customerPrivacy: { getRegion: () => 'GBENG' } }; window.privacyBanner = { showPreferences: show }; },
});
