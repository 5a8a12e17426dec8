let chosen = null;
standIn({
  boxes: ['#cmpbox'],
  write(on) { chosen = on; },
  api(show) {
    window.__cmp = (command) => (command === 'getCMPData' ? { purposeConsents: chosen === null ? {} : { c1: true, c52: chosen, c53: chosen } } : show());
  },
});
