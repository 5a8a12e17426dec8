// Called with this bound to a control. Says how it looks and is reached. Colours
// are computed along the composed tree, since a control in a shadow root lies on
// what its host lies on.
function () {
  const el = this.nodeType === 3 ? this.parentElement : this;
  if (!el || !el.isConnected) return null;
  const style = getComputedStyle(el);
  const box = el.getBoundingClientRect();
  // Any colour a page can write becomes red, green, blue and alpha by drawing it.
  const draw = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const rgba = c => {
    draw.clearRect(0, 0, 1, 1);
    draw.fillStyle = c;
    draw.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = draw.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  // The colour that is seen behind n, itself included; null where a picture is.
  const behind = n => {
    const layers = [];
    for (; n; n = up(n)) {
      const s = getComputedStyle(n);
      if (s.backgroundImage !== 'none' || +s.opacity < 1) return null;
      const c = rgba(s.backgroundColor);
      if (c[3] > 0) layers.push(c);
      if (c[3] === 1) break;
    }
    return layers.reduceRight((below, c) => over(c, below), [255, 255, 255, 1]);
  };
  const light = c => {
    const [r, g, b] = c.map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => {
    const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
    return Math.round((x + 0.05) / (y + 0.05) * 100) / 100;
  };
  const own = behind(el), around = up(el) && behind(up(el));
  const out = {
    width: Math.round(box.width), height: Math.round(box.height),
    font: parseFloat(style.fontSize), weight: +style.fontWeight || 400,
    contrast: own ? ratio(over(rgba(style.color), own), own) : 0,
    standout: own && around ? ratio(own, around) : 0,
  };
  const framed = ['Top', 'Left'].some(side => parseFloat(style['border' + side + 'Width']) > 0 && style['border' + side + 'Style'] !== 'none' && rgba(style['border' + side + 'Color'])[3] > 0);
  const filled = rgba(style.backgroundColor)[3] > 0 || style.backgroundImage !== 'none';
  // Text to follow: no box is drawn around it.
  out.link = !framed && !filled && !/^(checkbox|radio)$/.test(el.type || '');
  const reached = n => n.tabIndex >= 0 && !n.disabled && n.checkVisibility({ visibilityProperty: true });
  if (reached(el)) {
    const all = [];
    const walk = within => {
      for (const n of within.querySelectorAll('*')) {
        if (reached(n) && all.length < 5000) all.push(n);
        if (n.shadowRoot) walk(n.shadowRoot);
      }
    };
    walk(document);
    if (!all.includes(el)) walk(root(el));
    // A positive tabindex comes first, in its order.
    all.sort((a, b) => (a.tabIndex || Infinity) - (b.tabIndex || Infinity) || 0);
    out.tab = all.indexOf(el) + 1;
  }
  return out;
}
