// Reads what a page says of the visitor's choice, in the page's own world. It keeps
// only texts, numbers and flags, cut to size, and calls nothing of what it finds but
// the interfaces themselves. wait names the interface whose answer is waited for, ""
// for none: then whatever did not answer at once is in pending.
async (wait, names) => {
  const text = (v, n) => (typeof v === 'string' ? v.slice(0, n) : typeof v === 'number' || typeof v === 'boolean' ? `${v}` : '');
  const tried = f => { try { return f() } catch { return undefined } };
  const out = { asked: {}, pending: [], entries: [], local: {} };

  // An interface that throws has answered. Later answers are not heard any more.
  const asked = (name, ask) => {
    if (typeof tried(() => window[name]) !== 'function') return;
    const got = {};
    let done;
    const answer = new Promise(resolve => { done = () => { got.done = true; resolve() } });
    try { ask((...args) => window[name](...args), got, done) } catch { got.threw = true; done() }
    out.asked[name] = got;
    return answer;
  };

  const tcf = (api, got, done) => {
    const take = d => {
      if (got.done || !d) return;
      got.text = text(d.tcString, names.max); got.event = text(d.eventStatus, 40);
      got.status = text(d.cmpStatus, 40) || got.status; got.applies = text(d.gdprApplies, 8);
      done();
    };
    api('ping', 2, p => {
      if (got.pinged || got.done) return;
      got.pinged = true;
      if (!p || !p.cmpLoaded) { got.stub = true; return done() }
      got.status = text(p.cmpStatus, 40); got.applies = text(p.gdprApplies, 8);
      try {
        api('addEventListener', 2, (d, ok) => {
          if (d && d.listenerId !== undefined) tried(() => api('removeEventListener', 2, () => {}, d.listenerId));
          if (ok) take(d);
        });
        if (!got.done) api('getTCData', 2, (d, ok) => { if (ok) take(d) });
      } catch { got.threw = true; done() }
    });
  };

  const gpp = (api, got, done) => {
    const ready = p => {
      if (!p || got.done) return;
      got.status = text(p.cmpStatus, 40); got.event = text(p.signalStatus, 40);
      if (got.status === 'stub' || got.status === 'loading') { got.stub = true; return done() }
      got.text = text(p.gppString, names.max);
      const list = p.applicableSections;
      if (list && typeof list === 'object') {
        got.sections = [];
        for (let i = 0; i < 40 && i < list.length; i++) if (typeof list[i] === 'number') got.sections.push(list[i]);
      }
      const data = got.text ? undefined : tried(() => api('getGPPData', d => { if (d && !got.text) got.text = text(d.gppString, names.max) }));
      if (data && !got.text) got.text = text(data.gppString, names.max);
      done();
    };
    ready(api('ping', ready));
  };

  const usp = (api, got, done) => api('getUSPData', 1, (d, ok) => {
    if (got.done) return;
    if (ok && d) got.text = text(d.uspString, 40);
    done();
  });

  const asks = { __tcfapi: tcf, __gpp: gpp, __uspapi: usp };
  const answers = [];
  for (const name of wait ? [wait] : ['__tcfapi', '__gpp', '__uspapi']) answers.push(asked(name, asks[name]));
  if (wait) { await answers[0]; return out }

  // Consent Mode: the commands in the order in which tags gave them, and the state
  // that Google's own script keeps of them.
  tried(() => {
    const layer = window.dataLayer, length = layer ? Math.min(layer.length >>> 0, 1e6) : 0, half = 3000;
    for (let i = 0; i < length && out.entries.length < 200; i++) {
      if (i === half && length > 2 * half) i = length - half;
      const e = layer[i];
      if (!e || typeof e !== 'object' || e[0] !== 'consent' || !e[2]) continue;
      const entry = { command: text(e[1], 20), region: e[2].region !== undefined, types: {} };
      for (const t of names.types) { const v = text(e[2][t], 20); if (v) entry.types[t] = v }
      out.entries.push(entry);
    }
  });
  tried(() => {
    const all = window.google_tag_data.ics.entries, state = {};
    for (const t of names.types) {
      const e = all[t];
      const v = e && (typeof e.update === 'boolean' ? e.update : e.default);
      if (typeof v === 'boolean') state[t] = v ? 'granted' : 'denied';
    }
    out.state = state;
  });
  for (const k of names.local) { const v = text(tried(() => localStorage.getItem(k)), names.max); if (v) out.local[k] = v }

  for (let i = 0; i < 3; i++) await undefined;
  for (const name in out.asked) if (!out.asked[name].done) out.pending.push(name);
  return out;
}
