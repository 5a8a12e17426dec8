// Stands in for Hotjar's recorder.
(() => {
  const keep = (name, seconds) => {
    document.cookie = name + '=' + crypto.randomUUID() + '; Domain=ons.gov.uk; Path=/; Max-Age=' + seconds + '; Secure; SameSite=None';
  };
  if (!document.cookie.includes('_hjSessionUser_1234567=')) keep('_hjSessionUser_1234567', 31536000);
  keep('_hjSession_1234567', 1800);
  sessionStorage.setItem('hjViewportId', crypto.randomUUID());
  new Image().src = 'https://in.hotjar.com/api/v2/client/sites/1234567/visit-data';
})();
