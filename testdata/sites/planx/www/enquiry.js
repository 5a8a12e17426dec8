// Keeps how far an enquiry has come, in the browser. Defect: this is the site's
// own code, and the document says that services of others place everything.
const form = document.getElementById('enquiry');
const show = () => {
  const progress = JSON.parse(localStorage.getItem('planx_progress') || 'null');
  document.getElementById('intro').hidden = !!progress;
  form.hidden = !progress;
  if (progress) form.querySelector('[data-step]').textContent = 'Step ' + progress.step + ' of 3';
};
const keep = step => { localStorage.setItem('planx_progress', JSON.stringify({ step })); show(); };
document.getElementById('begin').onclick = () => keep(1);
form.onsubmit = e => { e.preventDefault(); keep(2); };
show();
