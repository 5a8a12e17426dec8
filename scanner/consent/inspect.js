// Called with controls (or text nodes, where texts says so) of one frame, null for
// those that went meanwhile. Says of each what a visitor sees of it and of the box it
// stands in, null where that can't be said. words are those for cookies. seen and names are
// the functions of seen.js and names.js.
function (nodes, texts, hintSource, words, framed) {
  const hint = new RegExp(hintSource, 'i'), cookie = new RegExp(words, 'i');
  // Controls share the boxes around them, and their text is dear to make.
  const made = new Map();
  const text = n => { if (!made.has(n)) made.set(n, n.innerText || ''); return made.get(n); };
  // A switch that is drawn and tells nobody whether it is on: wordless, to be pressed,
  // wider than high, and no part of a box that does tell.
  const told = 'input,select,[role=switch],[role=checkbox],[role=radio],[role=slider],[aria-checked],[aria-pressed]';
  const toggle = n => {
    if (n.textContent.trim() || n.closest('a[href]:not([href^="#"]),summary') || n.matches('svg,svg *,img:not([onclick]),iframe,video,canvas,input,textarea,select,[aria-expanded]')) return false;
    if (n.closest('label')?.control || n.querySelector('img[alt]:not([alt=""]),title')) return false;
    const style = getComputedStyle(n);
    if (style.cursor !== 'pointer' && n.localName !== 'button' && !n.onclick && n.getAttribute('role') !== 'button') return false;
    const box = n.getBoundingClientRect();
    const wide = box.width >= 20 && box.width <= 140 && box.height >= 8 && box.width >= 1.25 * box.height;
    // A box to tick: its frame is drawn, or it says so.
    const tick = box.width >= 10 && box.width <= 32 && Math.abs(box.width - box.height) < 4 &&
      (style.borderTopWidth !== '0px' && n.localName !== 'button' || /check|tick|toggle|switch/i.test(n.className + ' ' + n.id));
    const named = (n.getAttribute('aria-label') || n.title || '').length > 8; // as an icon is
    if (!wide && (!tick || named) || !seen.call(n)) return false;
    let row = n;
    while (parent(row) && !row.textContent.trim()) row = parent(row);
    return !row.querySelector(told) && !row.matches(told);
  };
  // What in a box is on or does not say, and what its lists offer, whether or not
  // anybody knows what it is: once for each box.
  const counted = new Map();
  const loose = (c, roots) => {
    if (!counted.has(c)) counted.set(c, new Map());
    const by = counted.get(c), key = roots.length;
    if (!by.has(key)) {
      // Open shadow roots further down hold switches that no control of the list may be.
      const open = n => [...n.querySelectorAll('*')].flatMap(e => e.shadowRoot ? [e.shadowRoot, ...open(e.shadowRoot)] : []);
      const within = [...new Set([c, ...roots, ...[c, ...roots].flatMap(open)])];
      const all = q => within.flatMap(n => [...n.querySelectorAll(q)]);
      const free = n => !n.matches(':disabled,[aria-disabled=true],[aria-readonly=true]');
      const on = all('input[type=checkbox]:checked,[role=switch][aria-checked=true],[role=checkbox][aria-checked=true],[role=menuitemcheckbox][aria-checked=true]').filter(free);
      const unsaid = all('[role=switch]:not([aria-checked]):not(input),[role=checkbox]:not([aria-checked]):not(input)');
      const drawn = c === document.body ? [] : all('*').slice(0, 3000).filter(toggle);
      const lists = all('select,[role=listbox]').map(n => [...n.children].map(o => o.textContent.trim()).join('\n').slice(0, 300));
      const switches = all('input[type=checkbox],[role=switch],[role=checkbox]').filter(free).length;
      by.set(key, { switches, on: new Set([...on, ...unsaid, ...drawn]).size, options: lists.join('\n').slice(0, 1000) });
    }
    return by.get(key);
  };
  // What a label opens with, and the one element that describes it, where it has both.
  const described = el => {
    const parts = n => [...n.childNodes].filter(k => k.nodeType === 3 ? k.data.trim() : k.nodeType === 1 && k.localName !== 'input' && text(k).trim());
    let l = el.localName === 'label' ? el : el.labels?.[0], all = [];
    while (l && (all = parts(l)).length === 1) l = all[0].nodeType === 1 ? all[0] : null;
    return all.length === 2 && all[1].nodeType === 1 ? all.map(k => (k.nodeType === 3 ? k.data : text(k)).trim().slice(0, 200)) : ['', ''];
  };
  const inspect = (node, isText) => {
    const el = node.nodeType === 3 ? node.parentElement : node;
    const none = { visible: false };
    if (!el || !el.isConnected) return none;
    const style = n => getComputedStyle(n);
    const box = el.getBoundingClientRect();
    const out = {
      visible: seen.call(el),
      text: (text(el) || /^(button|submit|reset)$/.test(el.type) && el.value || el.textContent || '').trim().slice(0, 140),
      href: el.href || '', area: Math.round(box.width * box.height),
      middle: [box.x + box.width / 2, box.y + box.height / 2].map(Math.round),
    };
    [out.lead, out.rest] = described(el);
    if (isText && style(el).cursor !== 'pointer' && !el.onclick) return none;
    const titles = n => (n.id || '') + ' ' + (typeof n.className === 'string' ? n.className : '') + ' ' + n.localName;
    const modal = n => { try { return n.matches(':modal,:popover-open'); } catch { return false; } };
    const dialog = n => n.localName === 'dialog' || n.getAttribute('aria-modal') === 'true' || /^(alert)?dialog$/.test(n.getAttribute('role') || '') || modal(n);
    // What stands in a shadow root is no text of its host: it is added for the roots
    // on the way, which may be closed to everybody else.
    const roots = [];
    const reach = n => { const r = root(n); if (r.host && !roots.includes(r)) roots.push(r); };
    const say = n => {
      if (n.nodeType === 3) return n.data.trim();
      const inner = r => [...r.children].map(e => /^(style|script)$/.test(e.localName) ? '' : text(e)).join('\n');
      const below = roots.filter(r => { for (let h = r.host; h; h = up(h)) if (h === n) return true; });
      return [text(n), ...below.map(inner)].join('\n').trim();
    };
    let overlay = null, hinted = null, worded = null;
    for (let n = el; n && n !== document.body && n !== document.documentElement; n = up(n)) {
      reach(n);
      const position = style(n).position;
      out.floats ||= position === 'fixed' || position === 'sticky';
      if (n === el && !dialog(n)) continue;
      if (dialog(n) || ((position === 'fixed' || position === 'sticky') && n.getBoundingClientRect().width > 120)) {
        overlay = n;
        out.position = dialog(n) ? 'dialog' : position;
      }
      const found = hint.exec(titles(n)) || hint.exec(n.getAttribute('aria-label') || '');
      // A whole page may carry such a class; a consent box is short.
      if (found && say(n).length < 6000 && !/^(main|article|header|footer)$/.test(n.localName)) { hinted = n; out.hint = found[0]; }
      if (!worded && cookie.test(say(n))) worded = n;
    }
    let c = overlay || hinted || worded || document.body;
    if (overlay && hinted && hinted.contains(overlay)) c = hinted;
    out.overlay = !!overlay;
    out.page = c === document.body || /^(main|article)$/.test(c.localName);
    const ids = globalThis.__boxes ||= { of: new WeakMap(), n: 0 };
    const id = n => { if (!ids.of.has(n)) ids.of.set(n, ++ids.n); return ids.of.get(n); };
    out.box = id(c);
    Object.assign(out, loose(c, roots));
    const r = c.getBoundingClientRect();
    out.rect = [r.x, r.y, r.width, r.height].map(Math.round);
    out.boxText = (say(c) || c.textContent || '').trim().slice(0, 4000);
    out.role = c.getAttribute('role') || (c.localName === 'dialog' ? 'dialog' : '');
    out.label = c.getAttribute('aria-label') || '';
    out.named = !!(out.label || c.getAttribute('aria-labelledby') || c.title);
    out.fields = c.querySelectorAll('input[type=email],input[type=password],input[type=search],input[type=tel]').length;
    out.framed = framed;
    if (out.visible) {
      const within = root(el), top = (within instanceof ShadowRoot ? within : document).elementFromPoint(...out.middle);
      let over = !!top;
      for (let p = top; p; p = up(p)) if (p === el) over = false;
      for (let p = el; p; p = up(p)) if (p === top) over = false;
      out.covered = over;
    }
    Object.assign(out, names(el, c, out.text, say, id));
    const links = [c, ...roots].flatMap(n => [...n.querySelectorAll('a[href]')]);
    const link = links.find(a => cookie.test(text(a) + ' ' + a.href) || /privacy|policy|datenschutz|confidentialit|privacidad|riservatezza/i.test(text(a) + ' ' + a.href));
    if (link && /^https?:/.test(link.href)) out.policy = link.href.replace(/[?#].*/, '');
    return out;
  };
  return nodes.map((n, i) => { try { return n && inspect(n, texts[i]); } catch { return null; } });
}
