// Welcomes a visitor who comes for the first time. The mark stays for 90 days.
if (!document.cookie.includes('pp_visited=')) {
  const welcome = document.getElementById('welcome');
  welcome.hidden = false;
  welcome.querySelector('button').onclick = () => { welcome.hidden = true; };
  document.cookie = 'pp_visited=1; Path=/; Max-Age=7776000; Secure; SameSite=Lax';
}
