// Stands in for Google Analytics as it was in 2019.
(() => {
  const value = name => (document.cookie.match('(?:^|; )' + name + '=([^;]*)') || [])[1];
  const id = () => 'GA1.2.' + Math.floor(Math.random() * 2147483647) + '.' + Math.floor(Date.now() / 1000);
  const keep = (name, seconds) => {
    if (!value(name)) document.cookie = name + '=' + id() + '; Domain=planx.uk; Path=/; Max-Age=' + seconds;
  };
  keep('_ga', 63072000);
  keep('_gid', 86400);
  // Defects: the document says that no user ids are collected, and that the data
  // serves nothing but the analytics.
  const hit = 'v=1&t=pageview&tid=UA-0000000-2&cid=' + value('_ga') + '&uid=u' + value('_ga').split('.')[2];
  new Image().src = 'https://www.google-analytics.com/collect?' + hit;
  new Image().src = 'https://stats.g.doubleclick.net/r/collect?' + hit;
})();
