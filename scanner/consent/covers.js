// Called with this bound to a control of the dialog, or to the frame's root. Says
// how much of the window answers to what lies over the page, and whether the page
// can be scrolled. Meant for the top document.
function () {
  const over = n => {
    for (let m = n; m && m !== document.body && m !== document.documentElement; m = up(m)) {
      const position = getComputedStyle(m).position;
      let top = false;
      try { top = m.matches(':modal,:popover-open'); } catch { /* unknown to an older browser */ }
      if (position === 'fixed' || position === 'sticky' || top) return m;
    }
    return null;
  };
  const mine = this.nodeType === 1 ? over(this) : null;
  const wide = n => { const r = n.getBoundingClientRect(); return r.width * r.height > 0.9 * innerWidth * innerHeight; };
  const steps = 15;
  let hit = 0;
  for (let i = 0; i < steps; i++) {
    for (let j = 0; j < steps; j++) {
      let n = document.elementFromPoint((i + 0.5) * innerWidth / steps, (j + 0.5) * innerHeight / steps);
      while (n && n.shadowRoot) {
        const inner = n.shadowRoot.elementFromPoint((i + 0.5) * innerWidth / steps, (j + 0.5) * innerHeight / steps);
        if (!inner || inner === n) break;
        n = inner;
      }
      const o = n && over(n);
      if (o && (o === mine || wide(o) || n.localName === 'iframe')) hit++;
    }
  }
  const root = document.scrollingElement || document.documentElement;
  const stuck = n => n && (/hidden|clip/.test(getComputedStyle(n).overflowY) || getComputedStyle(n).position === 'fixed');
  return {
    covers: Math.round(hit / (steps * steps) * 100) / 100,
    locked: (stuck(document.documentElement) || stuck(document.body)) && Math.max(root.scrollHeight, document.body ? document.body.scrollHeight : 0) > innerHeight + 5,
  };
}
