// Loads the services that measure use.
(() => {
  const load = src => {
    const s = document.createElement('script');
    s.src = src;
    document.head.append(s);
  };
  let measuring = false;
  const measure = () => {
    if (measuring || !cookiePolicy.read()?.usage) return;
    measuring = true;
    load('https://www.google-analytics.com/analytics.js');
    load('https://static.hotjar.com/c/hotjar-1234567.js');
  };
  measure();
  addEventListener('cookies-policy', measure);
})();
