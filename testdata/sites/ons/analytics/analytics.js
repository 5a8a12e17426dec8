// Stands in for Google Analytics as it was in 2019.
(() => {
  const value = name => (document.cookie.match('(?:^|; )' + name + '=([^;]*)') || [])[1];
  const id = () => 'GA1.3.' + Math.floor(Math.random() * 2147483647) + '.' + Math.floor(Date.now() / 1000);
  const keep = (name, content, seconds) => {
    const end = new Date(Date.now() + seconds * 1000).toUTCString();
    document.cookie = name + '=' + content + '; Domain=ons.gov.uk; Path=/; Expires=' + end;
  };
  keep('_ga', value('_ga') || id(), 63072000);
  keep('_gid', value('_gid') || id(), 86400); // Defect: the document does not list it.
  keep('_gat', '1', 60);
  new Image().src = 'https://www.google-analytics.com/collect?v=1&t=pageview&tid=UA-0000000-1&cid=' + value('_ga');
})();
