standIn({
  boxes: ['#cmplz-cookiebanner-container', '.cmplz-cookiebanner'],
  write(on) {
    if (on === null) return;
    keep('cmplz_functional', 'allow');
    for (const c of ['preferences', 'statistics', 'marketing']) keep('cmplz_' + c, on ? 'allow' : 'deny');
    keep('cmplz_banner-status', 'dismissed');
  },
});
