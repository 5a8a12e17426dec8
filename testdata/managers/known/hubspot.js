standIn({
  boxes: ['#hs-banner-parent', '#hs-eu-cookie-confirmation'],
  write(on) { if (on !== null) keep('__hs_cookie_cat_pref', `1:${on},2:${on},3:${on}`); },
  api(show) { window._hsp = { push: () => show() }; },
});
