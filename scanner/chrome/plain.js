// What a script in a World has at hand. A page can hide what belongs to the document,
// and to a form, behind elements that bear its name: document.body where an image is
// called body. document is the one that nothing hides; parent(n) is the element around a
// node, up(n) the one above it in the composed tree, of slots and shadow roots, and
// root(n) the document or shadow root that it is in.
const { document, parent, root, up } = (() => {
  const getter = (type, name) => Object.getOwnPropertyDescriptor(type.prototype, name).get;
  const call = (f, n) => f.call(n);
  const above = getter(Node, 'parentElement'), top = Node.prototype.getRootNode;
  const slots = [Element, Text].map(type => [type, getter(type, 'assignedSlot')]);
  const slot = n => { for (const [type, of] of slots) if (n instanceof type) return call(of, n); };
  const parent = n => call(above, n), root = n => call(top, n);
  return {
    document: new Proxy(globalThis.document, {
      get(d, name) {
        const v = Reflect.get(Document.prototype, name, d);
        return typeof v === 'function' ? v.bind(d) : v;
      },
    }),
    parent, root,
    up: n => slot(n) || parent(n) || root(n).host || null,
  };
})();
