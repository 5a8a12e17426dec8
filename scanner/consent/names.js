// Called with a control, the box it stands in, the control's own text, and the functions
// that give an element's text and number elements. Says what names the control:
//   contexts: what stands before it in the boxes around it, nearest first: the name of a
//     switch that is called "on", and of the rows it lies in. Other switches' names are none.
//   heads: for each of these, which text it is where other switches share it, -1 where it is
//     the control's own label, else 0.
//   run: what else stands beside the first that is no label, in the same row.
//   row: the nearest box that says more than the control.
//   vague: the control is wordless, and its name is a guess.
(() => {
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
  // What names a control among the children of a box around it. What stands between the
  // switch before and this one names this one, or all that follow without a text between
  // them: it is their head. Where a switch comes first and a text last, names stand behind
  // their switches. Of a wordless switch among others, the name is the text on its line.
  const named = (box, el, switches, say) => {
    const others = child => child.nodeType === 1 && (child.matches(switches) || child.querySelector(switches));
    const buttons = '[role=tablist],[role=tab],[aria-pressed]';
    const kids = [...box.childNodes].filter(child => others(child) || say(child) && (child.contains(el) || !child.matches?.(buttons)));
    const at = kids.findIndex(child => child === el || child.contains(el)), within = at >= 0;
    const wordless = within && !say(kids[at]), many = kids.filter(others).length > 1;
    const next = kids[at + 1], after = next && !others(next) ? next : null;
    const rows = kids.filter(child => others(child) || !child.matches?.('button,a,[role=button]'));
    const starts = rows.length > 0 && others(rows[0]), ends = rows.length > 0 && others(rows.at(-1));
    const ahead = rows.length > 2 && starts && !ends;
    const line = wordless && many ? level(kids, at, others, say) : null;
    const sides = line ? [line.before, line.after].filter(side => side.length > 0) : [];
    const out = { of: null, head: null, run: [], within, vague: !!line && sides.length !== 1 && starts === ends };
    if (sides.length === 1) {
      out.run = sides[0];
      if (line.before.length > 0 && next && !after) out.head = out.run[0];
    } else if (wordless && ahead) {
      out.run = many ? [after].filter(Boolean) : kids.slice(at + 1).filter(child => !others(child));
      if (!after) out.run = [];
    } else {
      let prior = null;
      for (const child of within ? kids.slice(0, at) : kids) {
        if (!others(child)) { out.run.push(child); continue; }
        prior = out.run[0] || prior;
        out.run = [];
      }
      const shared = within && (next && !after || kids[at].querySelectorAll?.(switches).length > 1);
      out.head = out.run.length === 0 ? prior : shared ? out.run[0] : null;
      out.of = prior;
    }
    out.of = out.run[0] || out.of;
    return out;
  };
  return (el, box, text, say, id) => {
    const answer = el.matches('input[type=radio],[role=radio]');
    const switches = 'input[type=checkbox],input[type=range],[role=switch],[role=checkbox],[role=slider]' + (answer ? ',input[type=radio],[role=radio]' : '');
    const out = { contexts: [], heads: [], run: null, row: 0, vague: false };
    const line = s => s.split('\n')[0].slice(0, 80);
    for (let n = up(el), last = text; n && n !== document.body && out.contexts.length < 3; n = up(n)) {
      const whole = say(n);
      if (whole !== last && whole) {
        if (!out.row && whole.length > last.length + 2) out.row = id(n);
        const found = named(n, el, switches, say), label = el.closest('label')?.contains(n);
        out.vague ||= found.vague;
        let name = found.of ? say(found.of) : '';
        // <label><input> Name</label>: the name comes behind. A sentence describes.
        if (found.within && !name && out.contexts.length === 0 && n.querySelectorAll(switches).length < 2 && (label || !/[.!?。！？]$/.test(whole))) name = whole;
        // Whoever groups answers may say by name what they answer.
        if (answer && /^(radio)?group$/.test(n.getAttribute('role') || '')) name = n.getAttribute('aria-label') || name;
        if (name) {
          out.contexts.push(line(name));
          out.heads.push(found.head ? id(found.head) : label ? -1 : 0);
          if (!label) out.run ||= found.run.slice(1, 6).map(k => line(say(k)));
        }
      }
      last = whole || last;
      if (n === box) break;
    }
    return out;
  };
})()
