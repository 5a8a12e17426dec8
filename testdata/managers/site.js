// What every page shares: it reads the manager's own state when the page has
// loaded and after each input, loads or removes trackers by it, and tells it to
// the server, so that the requests of a visit show what the manager thinks.

// cookie is a cookie's value, null where there is none.
function cookie(name) {
  for (const part of document.cookie.split('; ')) {
    if (part.startsWith(name + '=')) return decodeURIComponent(part.slice(name.length + 1));
  }
  return null;
}

function forget(name) {
  document.cookie = name + '=; Max-Age=0; Path=/';
}

// follow calls read, which gives null before a choice and else an object of
// categories and booleans. It gives a function to call where something else than
// an input may have changed the state.
function follow(read) {
  let last;
  const loaded = new Set();
  const check = () => {
    const state = read();
    const told = state === null ? 'unset' : Object.keys(state).sort().map((k) => k + (state[k] ? '-on' : '-off')).join('/');
    if (told === last) return;
    last = told;
    // To another site, since a scan lists all requests to those; with the time,
    // since requests alike are one record.
    new Image().src = 'https://' + location.hostname.replace('www.', 'told-') + '/' + told + '/' + Date.now() % 1e9;
    for (const [category, on] of Object.entries(state ?? {})) {
      if (!on) {
        forget(category + '_id');
      } else if (!loaded.has(category)) {
        loaded.add(category);
        const s = document.createElement('script');
        s.src = 'https://tracker.managers-tracker.test/' + category + '.js';
        document.head.append(s);
      }
    }
  };
  const soon = () => setTimeout(check, 20);
  for (const input of ['click', 'change', 'submit']) addEventListener(input, soon, true);
  if (document.readyState === 'complete') soon(); else addEventListener('load', soon);
  return soon;
}
