// Stand-ins for consent managers whose scripts come from their vendors' servers
// only. They show what is publicly known of each: its marks on a page, what it
// records and how it opens again. They prove that the catalogue is read as it is
// meant, and nothing about the products.

function keep(name, value) {
  document.cookie = name + '=' + value + '; Path=/; Max-Age=1000';
}

// standIn puts a dialog into nested boxes (#id or .class, outermost first). write
// records a choice (true, false), and is called with null at a first visit.
// api gets a function that opens the dialog again.
function standIn({ boxes, write, api }) {
  const inner = boxes.reduce((parent, name) => {
    const box = document.createElement('div');
    if (name[0] === '#') box.id = name.slice(1); else box.className = name.slice(1);
    parent.append(box);
    return box;
  }, document.body);
  inner.style = 'position:fixed;bottom:0;left:0;right:0;padding:1em;background:#eee';
  inner.innerHTML = '<p>We and our partners use cookies.</p><button>Accept all</button> <button>Reject all</button>';
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
