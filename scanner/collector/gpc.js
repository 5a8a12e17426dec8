// Global Privacy Control as the browser itself would show it: a getter on the
// prototype, true.
(() => {
  const type = globalThis.Navigator || globalThis.WorkerNavigator;
  const like = { get globalPrivacyControl() { return true; } };
  Object.defineProperty(type.prototype, 'globalPrivacyControl', {
    get: Object.getOwnPropertyDescriptor(like, 'globalPrivacyControl').get, set: undefined, enumerable: true, configurable: true,
  });
})();
