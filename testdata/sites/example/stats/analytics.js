// The analytics service: tells visitors apart by a cookie of the shop.
(() => {
  const id = (document.cookie.match(/(?:^|; )pm_visitor=([^;]*)/) || [])[1] || crypto.randomUUID();
  document.cookie = 'pm_visitor=' + id + '; Path=/; Max-Age=34187400; Secure; SameSite=Lax'; // 13 months
  new Image().src = 'https://stats.pixelmetrics.example/hit?page=' + encodeURIComponent(location.pathname);
})();
