// Called with controls (or text nodes, where texts says so) of one frame, null for
// those that went meanwhile. Says of each what a visitor sees of it and of the box it
// stands in, null where that can't be said. words are those for cookies. seen is the
// function of seen.js.
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
  // The texts next to a switch that are on its line, null where that can't be told. What
  // follows every switch alike is no name.
  const level = (kids, at, others, say) => {
    const rect = k => {
      if (k.nodeType !== 3) return k.getBoundingClientRect();
      const range = document.createRange();
      range.selectNode(k);
      return range.getBoundingClientRect();
    };
    const here = rect(kids[at]), y = here.top + here.height / 2;
    if (here.height === 0) return null;
    const run = step => {
      const out = [];
      for (let i = at + step; kids[i] && !others(kids[i]); i += step) out.push(kids[i]);
      return out;
    };
    const next = kids.filter(others).map(k => kids[kids.indexOf(k) + 1]).filter(k => k && !others(k)).map(say);
    const alike = new Set(next).size < next.length;
    const on = k => { const r = rect(k); return r.top <= y && y <= r.bottom; };
    return { before: run(-1).reverse().filter(on), after: alike ? [] : run(1).filter(on) };
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
    const names = n => (n.id || '') + ' ' + (typeof n.className === 'string' ? n.className : '') + ' ' + n.localName;
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
      const found = hint.exec(names(n)) || hint.exec(n.getAttribute('aria-label') || '');
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
    // What stands before the control in the boxes around it, nearest first: the
    // names of a switch that is called "on", and of the rows it lies in. A name that
    // belongs to another switch is none. heads says for each which text it is, where other
    // switches share it.
    const answer = el.matches('input[type=radio],[role=radio]');
    const switches = 'input[type=checkbox],input[type=range],[role=switch],[role=checkbox],[role=slider]' + (answer ? ',input[type=radio],[role=radio]' : '');
    out.contexts = [];
    out.heads = [];
    for (let n = up(el), last = out.text; n && n !== document.body && out.contexts.length < 3; n = up(n)) {
      const whole = say(n);
      if (whole !== last && whole) {
        if (!out.row && whole.length > last.length + 2) out.row = id(n);
        const others = child => child.nodeType === 1 && (child.matches(switches) || child.querySelector(switches));
        // What stands between the switch before and this one names this one, or all that
        // follow without a text between them. Where a switch comes first and a text last,
        // names stand behind their switches. Of a wordless switch among others, the name is
        // the text on its line; where that is none or two, and the row tells neither, it is
        // a guess.
        const kids = [...n.childNodes].filter(child => others(child) || say(child) && (child.contains(el) || !child.matches?.('[role=tablist],[role=tab],[aria-pressed]')));
        const at = kids.findIndex(child => child === el || child.contains(el)), before = at >= 0;
        let name = '', head = null, run = [];
        const wordless = before && !say(kids[at]), many = kids.filter(others).length > 1;
        const rows = kids.filter(child => others(child) || !child.matches?.('button,a,[role=button]'));
        const starts = rows.length > 0 && others(rows[0]), ends = rows.length > 0 && others(rows.at(-1));
        const ahead = rows.length > 2 && starts && !ends, behind = !starts && ends;
        const on = wordless && many && level(kids, at, others, say);
        const sides = on ? [on.before, on.after].filter(side => side.length > 0) : [];
        if (sides.length === 1) {
          run = sides[0];
          name = say(run[0]);
          if (on.before.length > 0 && kids[at + 1] && others(kids[at + 1])) head = run[0];
        } else if (wordless && ahead) {
          run = kids.slice(at + 1, many ? at + 2 : undefined).filter(child => !others(child));
          name = kids[at + 1] && !others(kids[at + 1]) ? say(kids[at + 1]) : '';
        } else {
          let prior = null;
          for (const child of before ? kids.slice(0, at) : kids) {
            if (!others(child)) { run.push(child); continue; }
            prior = run[0] || prior;
            run = [];
          }
          if (!run.length) head = prior;
          else if (before && (kids[at + 1] && others(kids[at + 1]) || kids[at].querySelectorAll?.(switches).length > 1)) head = run[0];
          name = run[0] || prior ? say(run[0] || prior) : '';
        }
        if (on && sides.length !== 1 && !ahead && !behind) out.vague = true;
        // <label><input> Name</label>: the name comes behind.
        const inLabel = el.closest('label')?.contains(n);
        if (before && !name && out.contexts.length === 0 && n.querySelectorAll(switches).length < 2 && (inLabel || !/[.!?。！？]$/.test(whole))) name = whole;
        // Whoever groups answers may say by name what they answer.
        if (answer && /^(radio)?group$/.test(n.getAttribute('role') || '')) name = n.getAttribute('aria-label') || name;
        if (name) {
          out.contexts.push(name.split('\n')[0].slice(0, 80));
          out.heads.push(head ? id(head) : inLabel ? -1 : 0);
          if (!inLabel) out.run ||= run.slice(1, 6).map(k => say(k).split('\n')[0].slice(0, 80));
        }
      }
      last = whole || last;
      if (n === c) break;
    }
    const links = [c, ...roots].flatMap(n => [...n.querySelectorAll('a[href]')]);
    const link = links.find(a => cookie.test(text(a) + ' ' + a.href) || /privacy|policy|datenschutz|confidentialit|privacidad|riservatezza/i.test(text(a) + ' ' + a.href));
    if (link && /^https?:/.test(link.href)) out.policy = link.href.replace(/[?#].*/, '');
    return out;
  };
  return nodes.map((n, i) => { try { return n && inspect(n, texts[i]); } catch { return null; } });
}
