// The consent dialog. pg_consent holds the purposes that were allowed, joined by
// dots, or none.
const consent = (() => {
  const purposes = ['analytics', 'marketing'];
  const banner = document.getElementById('cookie-banner');
  const first = banner.querySelector('.first'), more = banner.querySelector('.more');
  const stored = () => (document.cookie.match(/(?:^|; )pg_consent=([^;]*)/) || [])[1];
  const allows = purpose => (stored() || '').split('.').includes(purpose);

  const show = (on, layer) => {
    banner.hidden = !on;
    first.hidden = layer !== 1;
    more.hidden = layer !== 2;
  };
  const choose = list => {
    document.cookie = 'pg_consent=' + (list.join('.') || 'none') + '; Path=/; Max-Age=15768000; Secure; SameSite=Lax';
    show(false);
    dispatchEvent(new Event('pg-consent'));
  };

  for (const b of banner.querySelectorAll('[data-choose]')) b.onclick = () => choose(b.dataset.choose.split(' ').filter(Boolean));
  banner.querySelector('[data-more]').onclick = () => show(true, 2);
  more.onsubmit = e => { e.preventDefault(); choose(purposes.filter(p => more.elements[p].checked)); };
  document.getElementById('cookie-settings').onclick = () => {
    for (const p of purposes) more.elements[p].checked = allows(p);
    show(true, 2);
  };
  show(!stored(), 1);
  return { allows, refuses: purpose => stored() !== undefined && !allows(purpose) };
})();
