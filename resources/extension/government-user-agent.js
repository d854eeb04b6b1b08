// @ts-check
/**
 * Runs in the page's own world, before its scripts, on origins for which the person has switched it on and nowhere else: a
 * page on Linux that asks its browser is told Windows. What the browser says in request headers stays as it is.
 */
(() => {
  if (window.top !== window || !/\bLinux\b/.test(navigator.userAgent)) return;
  // Where the browser ran it for the name alone: another port is another origin, which nobody chose.
  if (location.port !== '') return;

  const HIGH_ENTROPY = { platform: 'Windows', platformVersion: '10.0.0', architecture: 'x86', bitness: '64' };

  /** @param {object} prototype @param {string} name @param {unknown} value */
  const present = (prototype, name, value) => {
    if (!(name in prototype)) return;
    Object.defineProperty(prototype, name, { get: () => value, configurable: true, enumerable: true });
  };
  const toWindows = (/** @type {string} */ text) => text.replace(/\(X11;[^;)]*/, '(Windows NT 10.0; Win64; x64');

  const { userAgent, appVersion } = navigator;
  present(Navigator.prototype, 'userAgent', toWindows(userAgent));
  // Firefox says less here than Chromium.
  present(
    Navigator.prototype,
    'appVersion',
    /^\S+ \(X11\)$/.test(appVersion) ? '5.0 (Windows)' : toWindows(appVersion),
  );
  present(Navigator.prototype, 'platform', 'Win32');
  present(Navigator.prototype, 'oscpu', 'Windows NT 10.0; Win64; x64');

  const data = /** @type {{ userAgentData?: object }} */ (navigator).userAgentData;
  if (data === undefined) return;
  const prototype = /** @type {object} */ (Reflect.getPrototypeOf(data));
  const original = (/** @type {string} */ name) => {
    const method = /** @type {unknown} */ (Reflect.get(prototype, name));
    return /** @type {(...values: unknown[]) => unknown} */ (method);
  };
  const [getHighEntropyValues, toJSON] = [original('getHighEntropyValues'), original('toJSON')];
  present(prototype, 'platform', 'Windows');
  Object.assign(prototype, {
    /** @param {unknown[]} hints */
    async getHighEntropyValues(...hints) {
      const values = /** @type {object} */ (await Reflect.apply(getHighEntropyValues, this, hints));
      const known = Object.entries(HIGH_ENTROPY).filter(([name]) => name in values);
      return { ...values, ...Object.fromEntries(known) };
    },
    toJSON() {
      return { .../** @type {object} */ (Reflect.apply(toJSON, this, [])), platform: 'Windows' };
    },
  });
})();
