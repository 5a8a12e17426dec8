standIn({
  boxes: ['#usercentrics-root'],
  write(on) {
    if (on !== null) localStorage.setItem('uc_settings', JSON.stringify({ services: [{ id: 'HkocEodjb7', status: on }, { id: 'S1_9Vsuj-Q', status: on }] }));
  },
  api(show) { window.UC_UI = { showSecondLayer: show }; },
});
