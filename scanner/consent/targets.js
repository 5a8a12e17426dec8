// Called with this bound to a control (or to a text node). Gives CSS selectors that
// may lead to it, the most telling first, and keeps it for those who compare. Only
// what authors of pages name things by: other attributes may hold a visitor's data.
function () {
  const n = this.nodeType === 3 ? this.parentElement : this;
  globalThis.__wanted = n;
  const say = (name, value) => `[${name}="${CSS.escape(value)}"]`;
  const out = [];
  if (n.id) out.push('#' + CSS.escape(n.id));
  const name = n.getAttribute('name');
  if (name && n.type === 'radio') out.push(n.localName + say('name', name) + say('value', n.value));
  if (name) out.push(n.localName + say('name', name));
  for (const c of n.classList) out.push(`${n.localName}.${CSS.escape(c)}`);
  return out.filter(s => s.length < 80).slice(0, 8);
}
