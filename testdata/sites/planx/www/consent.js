// The consent dialog at first use. planx_consent counts for all instances.
// Defect: nothing leads back to the choice.
const consent = (() => {
  const banner = document.getElementById('cookie-banner');
  const stored = () => (document.cookie.match(/(?:^|; )planx_consent=([^;]*)/) || [])[1];
  for (const b of banner.querySelectorAll('[data-choose]')) {
    b.onclick = () => {
      document.cookie = 'planx_consent=' + b.dataset.choose + '; Domain=planx.uk; Path=/; Max-Age=31536000; Secure; SameSite=Lax';
      banner.hidden = true;
      dispatchEvent(new Event('planx-consent'));
    };
  }
  banner.hidden = stored() !== undefined;
  return { given: () => stored() === 'analytics' };
})();
