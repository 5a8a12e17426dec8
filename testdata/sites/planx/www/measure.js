// Loads what measures use, with consent, and what asks for feedback where the
// council wants it.
(() => {
  const load = src => {
    const s = document.createElement('script');
    s.src = src;
    document.head.append(s);
  };
  let loaded = false;
  const measure = () => {
    if (loaded || !consent.given()) return;
    loaded = true;
    load('https://www.google-analytics.com/analytics.js');
    if ('{{var.feedback}}' === 'yes') load('https://static.hotjar.com/c/hotjar-7654321.js');
  };
  measure();
  addEventListener('planx-consent', measure);
})();
