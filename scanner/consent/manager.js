// Reads what the catalogue of consent managers asks of a page, in an isolated
// world. It changes nothing. Whatever it gives is bounded: pages are hostile.

// The addresses of scripts, and for each list of selectors whether one fits.
function look(selectors) {
  const scripts = new Set();
  for (const s of document.scripts) if (s.src && scripts.size < 500) scripts.add(s.src.slice(0, 500));
  for (const e of performance.getEntriesByType('resource')) {
    if (e.initiatorType === 'script' && scripts.size < 1000) scripts.add(e.name.slice(0, 500));
  }
  const fits = (s) => {
    try { return s !== '' && document.querySelector(s) !== null; } catch { return false; }
  };
  return { Scripts: [...scripts], Markup: selectors.map(fits) };
}

// The items of a storage whose name fits one of the patterns. Longer values than
// most are left out: none is a record.
function items(kind, patterns, most) {
  const out = [];
  try {
    const fits = patterns.map((p) => new RegExp(p));
    const storage = window[kind];
    for (let i = 0; i < storage.length && i < 5000 && out.length < 50; i++) {
      const name = storage.key(i);
      if (name.length > 200 || !fits.some((f) => f.test(name))) continue;
      const value = storage.getItem(name) ?? '';
      if (value.length <= most) out.push({ Name: name, Value: value });
    }
  } catch { /* no storage here */ }
  return out.sort((a, b) => (a.Name < b.Name ? -1 : 1));
}
