standIn({
  boxes: ['#truste-consent-track'],
  write(on) { if (on !== null) keep('notice_gdpr_prefs', on ? '0,1,2:' : '0:'); },
  api(show) { window.truste = { eu: { clickListener: show } }; },
});
