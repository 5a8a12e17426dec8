// The cookies banner and the settings page. cookies_policy holds the choice.
const cookiePolicy = (() => {
  const banner = document.getElementById('cookies-banner');
  const ask = banner.querySelector('.ask'), told = banner.querySelector('.told');
  const read = () => {
    const found = document.cookie.match(/(?:^|; )cookies_policy=([^;]*)/);
    return found ? JSON.parse(decodeURIComponent(found[1])) : null;
  };
  const keep = (name, value) => { document.cookie = name + '=' + value + '; Domain=ons.gov.uk; Path=/; Max-Age=31536000; Secure; SameSite=Lax'; };
  const forget = name => { document.cookie = name + '=; Domain=ons.gov.uk; Path=/; Max-Age=0'; };

  const decide = usage => {
    keep('cookies_policy', encodeURIComponent(JSON.stringify({ essential: true, settings: usage, usage, campaigns: usage })));
    keep('cookies_preferences_set', 'true');
    // Defect: what the feedback service stored is forgotten here.
    if (!usage) ['_ga', '_gid', '_gat'].forEach(forget);
    dispatchEvent(new Event('cookies-policy'));
  };
  const press = usage => {
    decide(usage);
    banner.querySelector('[data-what]').textContent = usage ? 'accepted' : 'rejected';
    ask.hidden = true;
    told.hidden = false;
  };
  banner.querySelector('[data-accept]').onclick = () => press(true);
  banner.querySelector('[data-reject]').onclick = () => press(false);
  banner.querySelector('[data-hide]').onclick = () => { banner.hidden = true; };
  banner.hidden = read() !== null;

  const form = document.getElementById('usage-settings');
  if (form) {
    form.elements.usage.value = read()?.usage ? 'on' : 'off';
    form.onsubmit = e => {
      e.preventDefault();
      decide(form.elements.usage.value === 'on');
      banner.hidden = true;
      form.querySelector('[data-saved]').hidden = false;
    };
  }
  return { read };
})();
