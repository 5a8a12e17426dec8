// Stand-ins for consent managers whose scripts come from their vendors' servers
// only. They show what is publicly known of each: its marks on a page, what it
// records and how it opens again. They prove that the catalogue is read as it is
// meant, and nothing about the products.

function keep(name, value) {
  document.cookie = name + '=' + value + '; Path=/; Max-Age=1000';
}

// TC strings of the IAB's framework that refuse every purpose and grant every one.
const tcString = {
  false: 'CQtAQoAQtAQoAABABBENBkFgAAAAAAAAAAAIAAAAAAAA',
  true: 'CQtAQoAQtAQoAABABBENBkFsAP_gAAAAAAAIAAAAAAAA',
};

// framework gives the page the interface of the IAB's framework, and returns what
// tells it the choice. commands are those that the manager adds to it.
function framework(commands = {}) {
  let chosen = null;
  const listeners = new Map();
  const data = () => ({
    tcString: chosen === null ? '' : tcString[chosen],
    eventStatus: chosen === null ? 'cmpuishown' : 'useractioncomplete',
    cmpStatus: 'loaded',
    gdprApplies: true,
  });
  const answers = {
    ping: (tell) => tell({ cmpLoaded: true, cmpStatus: 'loaded', gdprApplies: true }),
    getTCData: (tell) => tell(data(), true),
    addEventListener(tell) {
      const listenerId = listeners.size;
      listeners.set(listenerId, tell);
      tell({ ...data(), listenerId }, true);
    },
    removeEventListener: (tell, id) => tell(listeners.delete(id)),
    ...commands,
  };
  window.__tcfapi = (command, version, tell, parameter) => answers[command]?.(tell, parameter);
  return (on) => {
    chosen = on;
    for (const [listenerId, tell] of listeners) tell({ ...data(), listenerId }, true);
  };
}

// standIn puts a dialog into nested boxes (#id or .class, outermost first). write
// records a choice (true, false), and is called with null at a first visit.
// api gets a function that opens the dialog again. words are on the two buttons.
function standIn({ boxes, write, api, words = ['Accept all', 'Reject all'] }) {
  const inner = boxes.reduce((parent, name) => {
    const box = document.createElement('div');
    if (name[0] === '#') box.id = name.slice(1); else box.className = name.slice(1);
    parent.append(box);
    return box;
  }, document.body);
  inner.style = 'position:fixed;bottom:0;left:0;right:0;padding:1em;background:#eee';
  inner.innerHTML = `<p>We and our partners use cookies.</p><button>${words[0]}</button> <button>${words[1]}</button>`;
  const [yes, no] = inner.querySelectorAll('button');
  for (const [button, on] of [[yes, true], [no, false]]) {
    button.addEventListener('click', () => {
      write(on);
      inner.hidden = true;
    });
  }
  write(null);
  api?.(() => { inner.hidden = false; });
}
