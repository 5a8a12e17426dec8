// Remembers which campaign brought the visitor, with consent to marketing.
(() => {
  const remember = () => {
    const kept = document.cookie.includes('pg_campaign=');
    if (consent.allows('marketing') && !kept) document.cookie = 'pg_campaign=spring; Path=/; Max-Age=2592000; Secure; SameSite=Lax';
    if (!consent.allows('marketing') && kept) document.cookie = 'pg_campaign=; Path=/; Max-Age=0';
  };
  remember();
  addEventListener('pg-consent', remember);
})();
