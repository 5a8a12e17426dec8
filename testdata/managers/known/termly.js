standIn({
  boxes: ['.termly-styles-module-root'],
  write(on) {
    const value = { essential: true, performance: on, analytics: on, advertising: on };
    if (on !== null) localStorage.setItem('TERMLY_API_CACHE', JSON.stringify({ TERMLY_COOKIE_CONSENT: { value } }));
  },
  api(show) { window.displayPreferenceModal = show; },
});
