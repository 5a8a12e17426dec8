// Lists the boxes and radio buttons that are not drawn at all, by the labels that
// a visitor presses in their place, and the controls that can be seen in what is marked
// aria-hidden. seen is the function of seen.js. The labels and controls themselves are
// kept for whoever asks for them by their index.
(() => {
  const seen = SEEN;
  const shown = [], muted = new Set();
  const controls = 'button,a[href],[role=button],input[type=button],input[type=submit],input[type=checkbox],input[type=radio],[role=switch],[role=checkbox]';
  const walk = root => {
    for (const box of root.querySelectorAll('[aria-hidden=true]')) for (const e of box.querySelectorAll(controls)) muted.add(e);
    for (const label of root.querySelectorAll('label')) shown.push(label);
    for (const e of root.querySelectorAll('*')) if (e.shadowRoot) walk(e.shadowRoot);
  };
  walk(document);
  const hidden = e => e && /^(checkbox|radio)$/.test(e.type) && !e.checkVisibility({ visibilityProperty: true });
  const of = new Map(); // one label for each: the one with words, where there are several
  for (const label of shown) {
    if (!hidden(label.control) || !seen.call(label)) continue;
    if (!of.has(label.control) || !of.get(label.control).innerText.trim()) of.set(label.control, label);
  }
  // Where there are too many, those that are on matter.
  const list = [...of].sort((a, b) => b[0].checked - a[0].checked).slice(0, 60);
  const unheard = [...muted].filter(e => !of.has(e) && seen.call(e)).slice(0, 60);
  globalThis.__labels = [...list.map(([, label]) => label), ...unheard];
  const name = (e, label) => (e.getAttribute('aria-label') || label.innerText || label.title || '').trim().slice(0, 140);
  const role = e => e.getAttribute('role') || { A: 'link', BUTTON: 'button' }[e.tagName] || (/^(checkbox|radio)$/.test(e.type) ? e.type : 'button');
  return [
    ...list.map(([e, label]) => ({ role: e.type, checked: e.checked, disabled: e.disabled, undrawn: true, name: name(e, label) })),
    ...unheard.map(e => ({
      role: role(e), checked: !!e.checked || e.getAttribute('aria-checked') === 'true', disabled: e.matches(':disabled,[aria-disabled=true]'),
      name: name(e, e.labels?.[0] || e) || (typeof e.value === 'string' && role(e) === 'button' ? e.value : ''),
    })),
  ];
})()
