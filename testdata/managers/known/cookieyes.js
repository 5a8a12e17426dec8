standIn({
  boxes: ['.cky-consent-container'],
  write(on) {
    const v = on ? 'yes' : 'no';
    if (on !== null) keep('cookieyes-consent', `consentid:eA,consent:${v},action:yes,necessary:yes,functional:${v},analytics:${v},performance:${v},advertisement:${v}`);
  },
  api(show) { window.revisitCkyConsent = show; },
});
