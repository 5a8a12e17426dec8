  const host = n => n && (n.nodeType === 3 ? n.parentElement : n);
  const up = n => n.assignedSlot || n.parentElement || (n.getRootNode && n.getRootNode().host) || null;
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
  function onTop(x, y) {
    const n = host(this), root = n.getRootNode();
    const top = (root.elementFromPoint ? root : document).elementFromPoint(x, y);
    for (let p = top; p; p = up(p)) if (p === n) return true;
    for (let p = n; p; p = up(p)) if (p === top && p.localName === 'label') return true;
    for (const label of n.labels || []) if (label.contains(top)) return true;
    return false;
  }
  function press() { host(this).click(); }
  function ready() {
    const n = host(this);
    if (n.disabled || n.readOnly) return 'cannot be written to';
    n.scrollIntoView({ block: 'center' });
    n.focus();
    if (n.isContentEditable) getSelection().selectAllChildren(n);
    else if (n.select) n.select();
    else return 'takes no text';
    return n.getRootNode().activeElement === n ? '' : 'does not take the focus';
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
