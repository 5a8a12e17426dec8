// Stands in for Hotjar's recorder.
(() => {
  const keep = (name, seconds) => {
    if (document.cookie.includes(name + '=')) return;
    document.cookie = name + '=' + crypto.randomUUID() + '; Domain=' + location.hostname + '; Path=/; Max-Age=' + seconds + '; Secure; SameSite=None';
  };
  keep('_hjSessionUser_7654321', 31536000);
  keep('_hjSession_7654321', 1800);
  sessionStorage.setItem('hjViewportId', crypto.randomUUID());
  const send = data => navigator.sendBeacon('https://in.hotjar.com/api/v2/client/sites/7654321/visit-data', JSON.stringify(data));
  send({ page: location.pathname });
  // Defect: the document says that what is typed is masked.
  addEventListener('change', e => send({ field: e.target.name, typed: e.target.value }));
})();
