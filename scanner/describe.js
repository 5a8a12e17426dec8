// What the page is about, and what it offers visitors of the United States.
(() => {
  const words = /do not sell|don.t sell|(your|my) privacy choices|opt.?out of (the )?(sale|sharing)|limit the use of my sensitive|no vend[ae]n? mi/i;
  const honoured = /opt.?out (preference )?(request|signal)[^.]{0,60}(honou?red|processed|recogni[sz]ed|detected|applied)|global privacy control[^.]{0,60}(honou?red|processed|recogni[sz]ed|detected|applied|on)\b/i;
  const control = [...document.querySelectorAll('a,button,[role=button],[role=link]')].slice(0, 3000)
    .find(e => words.test(e.textContent || '') || words.test(e.getAttribute('aria-label') || ''));
  return {
    Title: document.title.slice(0, 200), Password: !!document.querySelector('input[type=password]'),
    OptOut: control ? (control.textContent || control.getAttribute('aria-label') || '').trim().replace(/\s+/g, ' ').slice(0, 80) : '',
    OptOutShown: honoured.test(((document.body || {}).innerText || '').slice(0, 200000)),
  };
})()
