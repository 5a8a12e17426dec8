// The tag manager: decides which tags run on the shop's pages.
(() => {
  const consent = () => (document.cookie.match(/(?:^|; )hl_consent=([^;]*)/) || [])[1];
  const load = src => {
    const s = document.createElement('script');
    s.src = src;
    document.head.append(s);
  };
  const pixel = () => { new Image().src = 'https://ads.adloom.example/pixel?shop=harbour-lamps&at=' + Date.now(); };

  // Defect: measurement runs unless it was refused, so also before any choice.
  const measure = () => {
    if (consent() === undefined || consent().includes('measurement')) load('https://stats.pixelmetrics.example/analytics.js');
  };
  // Defect: the pixel waits for any choice in place of a consent.
  const advertise = () => { if (consent() !== undefined) pixel(); };

  measure();
  advertise();
  addEventListener('hl-consent', () => { measure(); advertise(); });
})();
