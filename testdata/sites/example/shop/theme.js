// Quiet: the look of the shop, kept on the device.
if (!localStorage.getItem('theme')) localStorage.setItem('theme', 'day');
document.documentElement.dataset.theme = localStorage.getItem('theme');

// Quiet: a test whether storage works, gone at once.
localStorage.setItem('__hl_probe', '1');
localStorage.removeItem('__hl_probe');
