standIn({
  boxes: ['#stcm-wrapper'],
  write(on) {
    if (on === null) return;
    localStorage.setItem('stcm.consent.essential', 'true');
    for (const c of ['analytics', 'marketing']) localStorage.setItem('stcm.consent.' + c, String(on));
  },
});
