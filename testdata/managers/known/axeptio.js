standIn({
  boxes: ['#axeptio_overlay'],
  write(on) {
    if (on !== null) keep('axeptio_cookies', encodeURIComponent(JSON.stringify({ $$token: 'x', $$date: 'x', $$completed: true, google_analytics: on, facebook_pixel: on })));
  },
  api(show) { window.openAxeptioCookies = show; },
});
