const tell = framework();
standIn({
  boxes: ['.fc-consent-root', '.fc-dialog-container', '.fc-choice-dialog'],
  words: ['Consent', 'Do not consent'],
  write(on) {
    if (on === null) return;
    tell(on);
    keep('FCCDCF', encodeURIComponent(JSON.stringify([null, null, null, [tcString[on], '1~', 'x'], null, null, []])));
  },
  api(show) {
    window.googlefc = { showRevocationMessage: show, callbackQueue: { push: (call) => call() } };
  },
});
