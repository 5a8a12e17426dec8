// What Drupal's script used to leave: that scripts run.
if (!document.cookie.includes('has_js=')) document.cookie = 'has_js=1; Path=/';
