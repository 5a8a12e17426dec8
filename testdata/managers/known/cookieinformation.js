standIn({
  boxes: ['#cookie-information-template-wrapper', '#coiOverlay'],
  write(on) {
    const all = ['cookie_cat_functional', 'cookie_cat_statistic', 'cookie_cat_marketing'];
    if (on !== null) keep('CookieInformationConsent', encodeURIComponent(JSON.stringify({ consents_approved: ['cookie_cat_necessary'].concat(on ? all : []), consents_denied: on ? [] : all })));
  },
  api(show) { window.CookieInformation = { getConsentGivenFor() {} }; window.CookieConsent = { renew: show }; },
});
