// The consent dialog. dmsTPC holds the choice until the browser is closed, and
// Analytics wait for it. Defect: nothing leads back to the choice.
(() => {
  const stored = () => (document.cookie.match(/(?:^|; )dmsTPC=([^;]*)/) || [])[1];
  const measure = () => {
    const s = document.createElement('script');
    s.src = 'https://www.google-analytics.com/ga.js';
    document.head.append(s);
  };
  if (stored() === '1') measure();
  if (stored() !== undefined) return;
  const banner = document.createElement('section');
  banner.id = 'cookie-banner';
  banner.setAttribute('role', 'dialog');
  banner.setAttribute('aria-label', 'Cookies');
  banner.innerHTML = '<p>May we set cookies of Google Analytics, to learn which pages are of use?</p>' +
    '<p><button type="button" data-value="1">Accept cookies</button> <button type="button" data-value="0">Decline cookies</button></p>';
  for (const b of banner.querySelectorAll('button')) {
    b.onclick = () => {
      document.cookie = 'dmsTPC=' + b.dataset.value + '; Path=/; Secure; SameSite=Lax';
      banner.remove();
      if (stored() === '1') measure();
    };
  }
  document.body.append(banner);
})();
