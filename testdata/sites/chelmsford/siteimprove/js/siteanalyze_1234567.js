// Stands in for Siteimprove Analytics.
(() => {
  if (!document.cookie.includes('nmstat=')) document.cookie = 'nmstat=' + crypto.randomUUID() + '; Path=/; Max-Age=86400000; Secure; SameSite=Lax';
  if (!document.cookie.includes('siteimproveses=')) document.cookie = 'siteimproveses=' + crypto.randomUUID() + '; Path=/; Secure; SameSite=Lax';
  new Image().src = 'https://1234567.global.siteimproveanalytics.io/image.aspx?url=' + encodeURIComponent(location.pathname);
})();
