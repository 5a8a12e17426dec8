standIn({
  boxes: ['#onetrust-consent-sdk', '#onetrust-banner-sdk'],
  write(on) {
    const v = on === true ? 1 : 0;
    keep('OptanonConsent', 'datestamp=x&version=202601&groups=' + encodeURIComponent(`C0001:1,C0002:${v},C0003:${v},C0004:${v}`));
    if (on !== null) keep('OptanonAlertBoxClosed', '2026-11-22T10:00:00.000Z');
  },
  api(show) { window.OneTrust = { ToggleInfoDisplay: show, getGeolocationData: () => ({ country: 'DE', state: 'BE' }) }; },
});
