// Called with this bound to a control (or to a text node). Says what a visitor
// sees of it and of the box it stands in.
function (hintSource, framed, isText) {
  const el = this.nodeType === 3 ? this.parentElement : this;
  const none = { visible: false };
  if (!el || !el.isConnected) return none;
  const up = n => n.assignedSlot || n.parentElement || (n.getRootNode && n.getRootNode().host) || null;
  const style = n => getComputedStyle(n);
  const box = el.getBoundingClientRect();
  const out = {
    visible: box.width > 1 && box.height > 1 && el.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true }),
    text: (el.innerText || el.value || el.textContent || '').trim().slice(0, 140),
    href: el.href || '', area: Math.round(box.width * box.height),
    middle: [box.x + box.width / 2, box.y + box.height / 2].map(Math.round),
  };
  if (isText && style(el).cursor !== 'pointer' && !el.onclick) return none;
  const hint = new RegExp(hintSource, 'i');
  const names = n => (n.id || '') + ' ' + (typeof n.className === 'string' ? n.className : '') + ' ' + n.localName;
  const modal = n => { try { return n.matches(':modal,:popover-open'); } catch { return false; } };
  const dialog = n => n.localName === 'dialog' || n.getAttribute('aria-modal') === 'true' || /^(alert)?dialog$/.test(n.getAttribute('role') || '') || modal(n);
  let overlay = null, hinted = null, worded = null;
  for (let n = el; n && n !== document.body && n !== document.documentElement; n = up(n)) {
    const position = style(n).position;
    out.floats ||= position === 'fixed' || position === 'sticky';
    if (n === el && !dialog(n)) continue;
    if (dialog(n) || ((position === 'fixed' || position === 'sticky') && n.getBoundingClientRect().width > 120)) {
      overlay = n;
      out.position = dialog(n) ? 'dialog' : position;
    }
    const found = hint.exec(names(n)) || hint.exec(n.getAttribute('aria-label') || '');
    // A whole page may carry such a class; a consent box is short.
    if (found && (n.innerText || '').length < 6000 && !/^(main|article|header|footer)$/.test(n.localName)) { hinted = n; out.hint = found[0]; }
    if (!worded && /cookie|cwci|kakor|ciasteczk|galet|eväste|consent|gdpr|dsgvo|rgpd|einwilligung|traceur/i.test(n.innerText || '')) worded = n;
  }
  let c = overlay || hinted || worded || document.body;
  if (overlay && hinted && hinted.contains(overlay)) c = hinted;
  out.overlay = !!overlay;
  out.page = c === document.body || /^(main|article)$/.test(c.localName);
  const ids = globalThis.__boxes ||= { of: new WeakMap(), n: 0 };
  if (!ids.of.has(c)) ids.of.set(c, ++ids.n);
  out.box = ids.of.get(c);
  const r = c.getBoundingClientRect();
  out.rect = [r.x, r.y, r.width, r.height].map(Math.round);
  out.boxText = (c.innerText || c.textContent || '').trim().slice(0, 4000);
  out.role = c.getAttribute('role') || (c.localName === 'dialog' ? 'dialog' : '');
  out.label = c.getAttribute('aria-label') || '';
  out.fields = c.querySelectorAll('input[type=email],input[type=password],input[type=search],input[type=tel]').length;
  out.framed = framed;
  return out;
}
