// What the payment group stores on its own site. Defect: its document takes the
// use of the site for consent.
if (!document.cookie.includes('wp_visitor=')) document.cookie = 'wp_visitor=' + crypto.randomUUID() + '; Path=/; Max-Age=31536000; Secure; SameSite=Lax';
if (!localStorage.getItem('wp_device')) localStorage.setItem('wp_device', crypto.randomUUID());
