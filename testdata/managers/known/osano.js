let chosen = null;
standIn({
  boxes: ['.osano-cm-window'],
  write(on) { chosen = on; },
  api(show) {
    const v = () => (chosen ? 'ACCEPT' : 'DENY');
    window.Osano = { cm: { showDrawer: show, getConsent: () => (chosen === null ? undefined : { ESSENTIAL: 'ACCEPT', ANALYTICS: v(), MARKETING: v(), PERSONALIZATION: v() }) } };
  },
});
