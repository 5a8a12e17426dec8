// Says which boxes lie over the page, as numbers that hold for this document: a
// grid of points is asked what answers there.
(() => {
  const ids = globalThis.__overlays ||= { of: new WeakMap(), n: 0 };
  const found = new Set();
  const steps = 15;
  for (let i = 0; i < steps; i++) {
    for (let j = 0; j < steps; j++) {
      let over = null;
      for (let n = document.elementFromPoint((i + 0.5) * innerWidth / steps, (j + 0.5) * innerHeight / steps); n && n !== document.body && n !== document.documentElement; n = up(n)) {
        const position = getComputedStyle(n).position;
        let top = false;
        try { top = n.matches(':modal,:popover-open'); } catch { /* unknown to an older browser */ }
        if (position === 'fixed' || position === 'sticky' || top) over = n;
      }
      if (!over) continue;
      if (!ids.of.has(over)) ids.of.set(over, ++ids.n);
      found.add(ids.of.get(over));
    }
  }
  return [...found].sort((a, b) => a - b);
})()
