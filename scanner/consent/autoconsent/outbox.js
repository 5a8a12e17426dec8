// Keeps the engine's messages until they are fetched. Runs in the isolated world,
// where no script of the page sees it.
globalThis.cookieauditOutbox = (() => {
  const waiting = [];
  let wake = () => {};
  globalThis.autoconsentSendMessage = (m) => {
    if (waiting.length < 100) waiting.push(JSON.parse(JSON.stringify(m)));
    wake();
    return Promise.resolve();
  };
  // All messages so far, or those that come within a quarter of a second.
  return () => new Promise((done) => {
    let given = false;
    const give = () => {
      if (given) return;
      given = true;
      done(waiting.splice(0));
    };
    if (waiting.length > 0) return give();
    wake = give;
    setTimeout(give, 250);
  });
})();
