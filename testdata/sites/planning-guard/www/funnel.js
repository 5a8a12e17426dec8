// Events of the visitor's way through the service, to the site's own host. They
// bear the identifier and the group, and nothing of what the visitor typed.
const funnel = (() => {
  const may = () => '{{var.events}}' === 'unrefused' ? !consent.refuses('analytics') : consent.allows('analytics');
  const send = event => {
    if (!may()) return;
    const body = JSON.stringify({ event, id: localStorage.getItem('pg_anon_id'), cohort: localStorage.getItem('pg_ab_cohort') });
    fetch('/api/events', { method: 'POST', body, keepalive: true });
  };
  let told = false;
  const viewed = () => {
    if (told || !may()) return;
    told = true;
    send('viewed ' + location.pathname);
  };
  viewed();
  addEventListener('pg-consent', viewed);
  return { send };
})();
