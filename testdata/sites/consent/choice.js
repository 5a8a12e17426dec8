// What the pages of all cases have at hand.
document.head.insertAdjacentHTML('beforeend', `<style>
.box { position: fixed; bottom: 0; left: 0; right: 0; background: #ddd; padding: 20px; z-index: 5 }
[hidden] { display: none !important }
</style>`);
// record writes the site's own record: categories, or nothing for none.
function record(...allowed) {
  document.cookie = 'choice=' + (allowed.sort().join('.') || 'none') + '; Path=/; Max-Age=9000';
}
// chosen is what was recorded, '' for nothing.
function chosen() { return (/(?:^|; )choice=([^;]*)/.exec(document.cookie) || [])[1] || ''; }
// hide and show work on everything of class box, also one that holds a shadow root.
const boxes = () => document.querySelectorAll('.box');
function hide() { boxes().forEach(b => { b.hidden = true; }); }
function show() { boxes().forEach(b => { b.hidden = false; }); }
function choose(...allowed) { record(...allowed); hide(); }
// on are the categories whose switches with data-c are on below a node.
function on(root) {
  return [...root.querySelectorAll('[data-c]')].filter(e => e.type === 'checkbox' || e.type === 'radio' ? e.checked
    : e.type === 'range' ? +e.value > 0
    : e.getAttribute('aria-checked') === 'true' || e.getAttribute('aria-pressed') === 'true' || +e.getAttribute('aria-valuenow') > 0)
    .map(e => e.dataset.c).filter(Boolean);
}
function flip(e, name) { e.setAttribute(name, e.getAttribute(name) !== 'true'); }
// tell asks the topmost page to record.
function tell(...allowed) { top.postMessage({ allowed }, '*'); }
addEventListener('message', e => { if (e.data && e.data.allowed) choose(...e.data.allowed); });
// Once chosen, boxes stay away until somebody calls show.
addEventListener('DOMContentLoaded', () => { if (chosen()) hide(); });
