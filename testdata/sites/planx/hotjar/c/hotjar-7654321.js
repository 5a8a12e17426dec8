// Stands in for Hotjar's loader.
(() => {
  const s = document.createElement('script');
  s.src = 'https://script.hotjar.com/modules.js';
  document.head.append(s);
})();
