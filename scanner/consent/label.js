// Lists the boxes and radio buttons that are not drawn at all, by the labels that
// a visitor presses in their place. seen is the function of seen.js. The labels
// themselves are kept for whoever asks for them by their index.
(() => {
  const seen = SEEN;
  const shown = [];
  const walk = root => {
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
  globalThis.__labels = list.map(([, label]) => label);
  return list.map(([e, label]) => ({
    role: e.type, checked: e.checked, disabled: e.disabled,
    name: (e.getAttribute('aria-label') || label.innerText || label.title || '').trim().slice(0, 140),
  }));
})()
