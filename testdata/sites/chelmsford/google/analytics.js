// Stands in for Google Analytics, with the one cookie that matters here: the
// documents say that it ends after 24 months.
(() => {
  const value = () => (document.cookie.match('(?:^|; )_ga=([^;]*)') || [])[1];
  if (!value()) {
    const id = 'GA1.4.' + Math.floor(Math.random() * 2147483647) + '.' + Math.floor(Date.now() / 1000);
    document.cookie = '_ga=' + id + '; Domain=' + location.hostname + '; Path=/; Max-Age=63072000';
  }
  new Image().src = 'https://www.google-analytics.com/collect?v=1&t=pageview&tid=UA-0000000-3&cid=' + value();
})();
