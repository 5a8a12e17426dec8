// The service's own part: the design system gives the markup only.
function policy() {
  return JSON.parse(cookie('cookies_policy') ?? 'null');
}
function keep(analytics) {
  document.cookie = 'cookies_policy=' + encodeURIComponent(JSON.stringify({ essential: true, analytics })) + '; Path=/; Max-Age=31536000; Secure';
}
const banner = document.querySelector('.govuk-cookie-banner');
banner.hidden = policy() !== null;
for (const [id, value] of [['accept', true], ['reject', false]]) {
  document.getElementById(id).addEventListener('click', () => {
    keep(value);
    question.hidden = true;
    confirmed.hidden = false;
  });
}
document.getElementById('hide').addEventListener('click', () => { banner.hidden = true; });
const form = document.querySelector('form');
if (form) {
  const now = policy();
  if (now) form.elements.analytics.value = now.analytics ? 'yes' : 'no';
  form.addEventListener('submit', (e) => {
    e.preventDefault();
    keep(form.elements.analytics.value === 'yes');
    banner.hidden = true;
    saved.hidden = false;
  });
}
follow(() => policy() && { analytics: policy().analytics });
