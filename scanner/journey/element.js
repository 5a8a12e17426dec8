  const host = n => n && (n.nodeType === 3 ? n.parentElement : n);
  function visible() {
    const n = host(this);
    if (!n || !n.isConnected) return false;
    const r = n.getBoundingClientRect();
    return r.width > 1 && r.height > 1 && n.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true });
  }
  function checked() {
    const n = host(this);
    return n.checked === true || n.getAttribute('aria-checked') === 'true' || n.getAttribute('aria-pressed') === 'true';
  }
  function onTop(right, below) {
    const n = host(this), within = root(n);
    let of = n;
    if (this.nodeType === 3) {
      of = document.createRange();
      of.selectNodeContents(this);
    }
    const r = of.getClientRects()[0];
    if (!r) return false;
    const top = (within instanceof ShadowRoot ? within : document).elementFromPoint(r.x + r.width * (0.5 + right), r.y + r.height * (0.5 + below));
    for (let p = top; p; p = up(p)) if (p === n) return true;
    for (let p = n; p; p = up(p)) if (p === top && p.localName === 'label') return true;
    for (const label of n.labels || []) if (label.contains(top)) return true;
    return false;
  }
  function press() { host(this).click(); }
  // Brings the element to the middle of its window, and says where the middle of
  // what shows of it lies there, if anything does.
  function expose() {
    const n = host(this);
    n.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
    const r = n.getBoundingClientRect();
    const [left, right] = [Math.max(r.left, 0), Math.min(r.right, innerWidth)];
    const [top, bottom] = [Math.max(r.top, 0), Math.min(r.bottom, innerHeight)];
    return left < right && top < bottom ? [(left + right) / 2, (top + bottom) / 2] : null;
  }
  function ready() {
    const n = host(this);
    if (n.disabled || n.readOnly) return 'cannot be written to';
    n.scrollIntoView({ block: 'center' });
    n.focus();
    if (n.isContentEditable) getSelection().selectAllChildren(n);
    else if (n.select) n.select();
    else return 'takes no text';
    return root(n).activeElement === n ? '' : 'does not take the focus';
  }
  function held() { const n = host(this); return String(n.isContentEditable ? n.innerText : n.value); }
  function choose(option) {
    const n = host(this);
    const o = [...(n.options || [])].find(o => o.value === option || o.text.trim() === option);
    if (!o) return false;
    n.value = o.value;
    n.dispatchEvent(new Event('input', { bubbles: true }));
    n.dispatchEvent(new Event('change', { bubbles: true }));
    return true;
  }
