(by, what, name) => {
  const seen = n => { const r = n.getBoundingClientRect(); return r.width > 1 && r.height > 1 && n.checkVisibility({ visibilityProperty: true, opacityProperty: true }); };
  const roots = [document];
  for (const r of roots) for (const n of r.querySelectorAll('*')) if (n.shadowRoot) roots.push(n.shadowRoot);
  const all = selector => roots.flatMap(r => [...r.querySelectorAll(selector)]);
  const norm = s => (s || '').replace(/\s+/g, ' ').trim().toLowerCase();
  const text = n => norm(n.innerText || n.value || n.textContent);
  // A label's own words, without the options of a list that it encloses.
  const words = l => {
    const w = document.createTreeWalker(l, NodeFilter.SHOW_TEXT, t => t.parentElement.closest('select,textarea,button,script,style') ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
    let out = '';
    while (w.nextNode()) out += w.currentNode.data;
    return out;
  };
  const named = ids => ids.split(/\s+/).map(id => document.getElementById(id)).filter(Boolean).map(words).join(' ');
  const label = n => norm(n.getAttribute('aria-label') || named(n.getAttribute('aria-labelledby') || '') || [...(n.labels || [])].map(words).join(' ') || n.placeholder || n.title || '');
  const roles = { button: 'button,[role=button],input[type=button],input[type=submit]', link: 'a[href],[role=link]', checkbox: 'input[type=checkbox],[role=checkbox]', switch: '[role=switch]', radio: 'input[type=radio],[role=radio]', textbox: 'input:not([type]),input[type=text],input[type=email],input[type=search],textarea,[role=textbox]', tab: '[role=tab]', menuitem: '[role=menuitem]' };
  const want = norm(by === 'role' ? name : what);
  const fits = n => !want || text(n) === want || label(n) === want;
  if (by === 'text') {
    const press = 'button,a,[role],input[type=button],input[type=submit],label,summary';
    return all(press).find(n => seen(n) && fits(n)) || all('*').filter(n => seen(n) && text(n) === want).pop() || null;
  }
  if (by === 'label') return all('input,select,textarea,[role=checkbox],[role=switch]').find(n => label(n) === want) || null;
  if (by === 'role') return all(roles[what] || `[role=${CSS.escape(what)}]`).find(n => seen(n) && fits(n)) || null;
  const [first, ...rest] = what.split('>>>').map(s => s.trim());
  let found = rest.length ? [...document.querySelectorAll(first)] : all(first);
  for (const step of rest) found = found.flatMap(n => n.shadowRoot ? [...n.shadowRoot.querySelectorAll(step)] : []);
  return found.find(seen) || found.find(n => n.matches('input[type=checkbox],input[type=radio]')) || null;
}
