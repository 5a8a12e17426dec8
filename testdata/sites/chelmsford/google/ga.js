// Stands in for Google Analytics as it was until 2014.
(() => {
  const number = () => Math.floor(Math.random() * 2147483647);
  const now = Math.floor(Date.now() / 1000);
  const keep = (name, value, seconds) => {
    if (document.cookie.includes(name + '=')) return;
    document.cookie = name + '=' + value + '; Domain=' + location.hostname + '; Path=/' + (seconds ? '; Max-Age=' + seconds : '');
  };
  const visitor = [1, number(), now, now, now, 1].join('.');
  keep('__utma', visitor, 63072000);
  keep('__utmb', [1, 1, 10, now].join('.'), 1800);
  keep('__utmc', '1');
  keep('__utmz', [1, now, 1, 1].join('.') + '.utmcsr=(direct)', 15768000);
  keep('__utmt', '1', 600);
  new Image().src = 'https://www.google-analytics.com/__utm.gif?utmwv=5.6.7&utmac=UA-0000000-4&utmcc=' + visitor;
})();
