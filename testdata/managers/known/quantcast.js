let show;
const tell = framework({ displayConsentUi: () => show() });
standIn({
  boxes: ['#qc-cmp2-container', '#qc-cmp2-ui'],
  write(on) {
    if (on === null) return;
    tell(on);
    keep('euconsent-v2', tcString[on]);
    keep('addtl_consent', on ? '1~43.46' : '1~');
  },
  api(open) { show = open; },
});
