// Its message comes in a frame of another site, which tells the page the choice.
const tell = framework();
const property = 12345;
const message = document.createElement('div');
message.id = 'sp_message_container_1';
message.style = 'position:fixed;bottom:0;left:0;right:0;background:#eee';
const frame = document.createElement('iframe');
frame.id = 'sp_message_iframe_1';
frame.title = 'Consent';
frame.style = 'border:0;width:100%;height:9em';
frame.src = location.href.replace('//www.', '//vendor-') + 'sourcepoint.html';
message.append(frame);
document.body.append(message);

// The record is there from the first page on, with the defaults.
function write(on) {
  const consentStatus = { consentedToAny: on === true, rejectedAny: on === false, consentedAll: on === true, hasConsentData: on !== null };
  localStorage.setItem('_sp_user_consent_' + property, JSON.stringify({ gdpr: { applies: true, consentStatus, euconsent: tcString[on] }, version: 1 }));
}
write(null);
addEventListener('message', (e) => {
  if (e.source !== frame.contentWindow) return;
  tell(e.data);
  write(e.data);
  keep('consentUUID', '00000000-0000-4000-8000-000000000000_1');
  message.hidden = true;
});
window._sp_ = { config: { groupPmId: 1 }, gdpr: { loadPrivacyManagerModal() { message.hidden = false; } } };
