// Each group of services has a number, which differs from site to site. The cookie
// lists the numbers of the services that are allowed, by those of their groups.
const groups = [
  { id: 44, name: 'Essenziell', isEssential: true, items: [{ id: 604 }, { id: 603 }] },
  { id: 45, name: 'Statistik', isEssential: false, items: [{ id: 601 }] },
  { id: 46, name: 'Marketing', isEssential: false, items: [{ id: 602 }] },
];
const decisionCookieName = 'real_cookie_banner-v:3_blog:1_path:0a1b2c3';
standIn({
  boxes: ['.rcb-banner'],
  write(on) {
    if (on === null) return;
    const decision = {};
    for (const g of groups) if (on || g.isEssential) decision[g.id] = g.items.map((i) => i.id);
    keep(decisionCookieName, encodeURIComponent('1793491200:0f234017-0000-4000-8000-000000000000:' + '0'.repeat(32) + ':' + JSON.stringify(decision)));
  },
  api(show) {
    const options = { decisionCookieName, groups };
    window.rcbConsentManager = { getOptions: () => options, getOption: (name) => options[name] };
    const link = document.createElement('a');
    link.className = 'rcb-sc-link rcb-sc-link-change';
    link.id = 'rcb-sc-link-change';
    link.href = '#consent-change';
    link.textContent = 'Change privacy settings';
    link.addEventListener('click', show);
    document.querySelector('main').append(link);
  },
});
