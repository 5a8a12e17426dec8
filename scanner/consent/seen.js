// Called with this bound to a control (or to a text node). Says whether a visitor
// can see it, after scrolling where that brings it into the window.
function () {
  const el = this.nodeType === 3 ? this.parentElement : this;
  if (!el || !el.isConnected) return false;
  let box = el.getBoundingClientRect();
  if (box.width <= 1 || box.height <= 1 || !el.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true })) return false;
  const root = document.documentElement;
  for (let n = el; n && n !== document.body && n !== root; n = up(n)) {
    const style = getComputedStyle(n);
    if (n !== el && /auto|scroll/.test(style.overflow)) box = n.getBoundingClientRect();
    // Within something transformed, fixed boxes scroll with the page.
    if (style.position === 'fixed' && !n.offsetParent) return box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight;
  }
  return box.bottom + scrollY > 0 && (box.right + scrollX > 0 || getComputedStyle(root).direction === 'rtl');
}
