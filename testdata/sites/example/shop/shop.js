// What the shop stores of its own accord once it may.
const keep = (name, value, seconds) => { document.cookie = name + '=' + value + '; Path=/; Max-Age=' + seconds + '; Secure; SameSite=Lax'; };
const day = 86400;

if (location.pathname === '/lamps' && consent.allows('marketing')) {
  keep('hl_offer', 'autumn', 365 * day); // Defect: the policy says 30 days.
}
if (location.pathname.startsWith('/lamps/') && consent.allows('preferences')) {
  keep('hl_recent', location.pathname.split('/').pop(), 30 * day);
  // Defect: the policy does not know this key, and it comes late.
  setTimeout(() => localStorage.setItem('hl_dwell', '20'), 20000);
}
