// @ts-check
/** @import { MessagePortToPage } from './extension-api.js' */
/**
 * Content script for pages of government sites, registered only while the person wants it (`government-sites.js`): speaks the
 * protocol of the マイナポータル extension with the page of a top frame. It places that extension's markers, takes `launchApp`
 * events and answers each with one `recvMsg`. It decides nothing: who the page is, the browser tells the extension, and what
 * may be asked, the client decides. Where the official extension is, it does nothing.
 *
 * @typedef {{ request: Record<string, unknown>, callId: number, sessionId: unknown }} Current
 */
(() => {
  /** Until the client names others: versions of the official extension and app that sites know. */
  const MARKERS = { 'extension-is-installed': '24', 'app-is-installed': '29' };
  const CANCELLED = { result: '1', errcode: 'EW044-C300' };
  const LONGEST_REQUEST = 65_536;
  const POLL_SECONDS = 25;
  /** Events of one page that came to nothing; more are not answered. */
  const MOST_REFUSALS = 100;
  /** Between two reports of one page, in milliseconds. */
  const REPORT_PAUSE = 5_000;
  const GOVERNMENT_HOST = /^(?!(?:.*\.)?xn--)(?:[a-z0-9-]+\.)+go\.jp$/;

  // A sandboxed document has an opaque origin, whatever its address says.
  if (window.top !== window || self.origin !== location.origin || location.protocol !== 'https:') return;
  if (!/^(text\/html|application\/xhtml\+xml)$/.test(document.contentType)) return;

  /** @type {HTMLInputElement[]} */
  let markers = [];
  /** From the first request on, for those that follow it. @type {MessagePortToPage | undefined} */
  let connection;
  let lastCallId = 0;
  /** The request under way: the page's own object, the call that waits for an answer, and the session. @type {Current | undefined} */
  let current;
  let refusals = 0;
  let isOver = false;
  let lastReport = 0;
  const observer = new MutationObserver(stepAsideIfOfficial);

  // Here before the page, so that no page looks for markers in vain: browsers may start a script for the end too late.
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', beginWithPerson, { once: true });
  else beginWithPerson();

  /** A page that is loaded ahead has nobody in front of it. */
  function beginWithPerson() {
    if (/** @type {{ prerendering?: boolean }} */ (document).prerendering === true) {
      document.addEventListener('prerenderingchange', begin, { once: true });
    } else begin();
  }

  function begin() {
    chrome.runtime.onMessage.addListener((message) => {
      if (isRecord(message) && message['governmentSites'] === 'off') end();
      return false;
    });
    if (officialIsHere()) report('official');
    // Origins with another port, or that an administrator added, are the client's to confirm.
    else if (GOVERNMENT_HOST.test(location.host)) {
      place();
      report('placed');
    } else report('placed', place);
  }

  function place() {
    if (isOver || markers.length > 0 || stepAsideIfOfficial()) return;
    markers = Object.entries(MARKERS).map(([id, value]) => {
      const marker = document.createElement('input');
      marker.type = 'hidden';
      marker.id = id;
      marker.value = value;
      return document.body.appendChild(marker);
    });
    observer.observe(document.body, { childList: true });
    document.addEventListener('launchApp', launch);
    // A page that is kept for the way back is as good as gone.
    window.addEventListener('pagehide', abandon);
    // Meanwhile the person may have been in the app, and no message reaches a page that is kept for the way back.
    window.addEventListener('focus', reportAgain);
    window.addEventListener('pageshow', reportAgain);
  }

  /** @param {Event} event */
  function reportAgain({ isTrusted }) {
    if (isTrusted && !isOver && Date.now() - lastReport >= REPORT_PAUSE) report('placed');
  }

  function end() {
    isOver = true;
    observer.disconnect();
    document.removeEventListener('launchApp', launch);
    for (const marker of markers) marker.remove();
    markers = [];
    if (current !== undefined) finish(cancelled(current.request));
  }

  function officialIsHere() {
    const found = document.querySelectorAll('[id="extension-is-installed"], [id="app-is-installed"]');
    return [...found].some((marker) => !markers.includes(/** @type {HTMLInputElement} */ (marker)));
  }

  function stepAsideIfOfficial() {
    if (isOver || !officialIsHere()) return false;
    end();
    report('official');
    return true;
  }

  /** Says where this page stands, and learns what the client says. @param {'placed' | 'official'} marker @param {() => void} [confirmed] */
  function report(marker, confirmed = () => undefined) {
    lastReport = Date.now();
    const port = openPort();
    port?.onMessage.addListener((message) => {
      port.disconnect();
      const status = resultOf(message);
      if (status === undefined || isOver) return;
      const isListed = Array.isArray(status['origins']) && status['origins'].includes(location.origin);
      if (status['enabled'] !== true || !(isListed || GOVERNMENT_HOST.test(location.host))) end();
      else {
        setVersions([status['extensionVersion'], status['appVersion']]);
        confirmed();
      }
    });
    port?.postMessage({ madoguchi: 1, id: 0, call: { method: 'marker', marker } });
  }

  /** @param {readonly unknown[]} versions In the order of the markers. */
  function setVersions(versions) {
    Object.keys(MARKERS).forEach((id, index) => {
      const version = versions[index];
      if (typeof version !== 'string' || !/^[0-9]{1,4}$/.test(version)) return;
      MARKERS[/** @type {keyof typeof MARKERS} */ (id)] = version;
      const marker = markers[index];
      if (marker !== undefined && marker.value !== version) marker.value = version;
    });
  }

  /** @param {Event} event */
  function launch(event) {
    if (stepAsideIfOfficial() || refusals >= MOST_REFUSALS) return;
    const text = /** @type {CustomEvent<unknown>} */ (event).detail;
    const request = typeof text === 'string' && text.length <= LONGEST_REQUEST ? readObject(text) : undefined;
    if (typeof text !== 'string' || request === undefined) refusals++;
    else if (request['mode'] === '05') close();
    else if (current !== undefined) {
      refusals++;
      answer(cancelled(request));
    } else open(request, text);
  }

  /** What the page opened is over, and what it waits for is answered first. */
  function close() {
    if (current !== undefined) {
      refusals++;
      finish(cancelled(current.request));
    }
    answer(JSON.stringify({ mode: '05', result: '0' }));
  }

  /** @param {Record<string, unknown>} request @param {string} text */
  function open(request, text) {
    connection ??= connect();
    if (connection === undefined) {
      answer(cancelled(request));
      return;
    }
    current = { request, callId: 0, sessionId: undefined };
    call({ method: 'governmentOpen', request: text });
  }

  /** @param {object} body */
  function call(body) {
    if (current === undefined) return;
    current.callId = ++lastCallId;
    connection?.postMessage({ madoguchi: 1, id: current.callId, call: body });
  }

  /** @param {unknown} message Of the extension. */
  function receive(message) {
    if (current === undefined || !isRecord(message) || message['id'] !== current.callId) return;
    const result = resultOf(message);
    current.sessionId ??= result?.['sessionId'];
    const { request, sessionId } = current;
    const output = isRecord(result?.['output']) ? result['output'] : {};
    if (result !== undefined && result['status'] !== 'done' && typeof sessionId === 'string') {
      call({ method: 'poll', sessionId, waitSeconds: POLL_SECONDS });
      return;
    }
    current = undefined;
    if (typeof output['detail'] === 'string') {
      answer(output['detail']);
      return;
    }
    refusals++;
    answer(cancelled(request));
  }

  /** @param {string} detail */
  function finish(detail) {
    abandon();
    answer(detail);
  }

  /** With the connection the extension has the client end what this page opened. */
  function abandon() {
    const port = connection;
    current = undefined;
    connection = undefined;
    port?.disconnect();
  }

  /** Never before the page's own code, which asked, has gone on. @param {string} detail */
  function answer(detail) {
    if (detail === '') return;
    queueMicrotask(() => document.dispatchEvent(new CustomEvent('recvMsg', { bubbles: true, detail })));
  }

  /** The page's own request, and that it was not done; empty where it cannot be written. @param {Record<string, unknown>} request */
  function cancelled(request) {
    const members = Object.entries(request).filter(([name]) => name !== '__proto__');
    try {
      return JSON.stringify({ ...Object.fromEntries(members), ...CANCELLED });
    } catch {
      return '';
    }
  }

  function connect() {
    const port = openPort();
    port?.onMessage.addListener(receive);
    port?.onDisconnect.addListener(() => {
      if (connection !== port) return;
      connection = undefined;
      if (current !== undefined) finish(cancelled(current.request));
    });
    return port;
  }

  /** Undefined where the extension was updated or removed under this page. @returns {MessagePortToPage | undefined} */
  function openPort() {
    try {
      const port = chrome.runtime.connect({ name: 'madoguchi-government' });
      // Reading it keeps the browser from reporting an error that is none.
      port.onDisconnect.addListener(() => chrome.runtime.lastError);
      return port;
    } catch {
      return undefined;
    }
  }

  /** @param {unknown} message @returns {Record<string, unknown> | undefined} Of an answer that is no error. */
  function resultOf(message) {
    const envelope = isRecord(message) ? message['envelope'] : undefined;
    return isRecord(envelope) && envelope['ok'] === true && isRecord(envelope['result'])
      ? envelope['result']
      : undefined;
  }

  /** @param {string} text @returns {Record<string, unknown> | undefined} */
  function readObject(text) {
    try {
      const value = /** @type {unknown} */ (JSON.parse(text));
      return isRecord(value) && !Array.isArray(value) ? value : undefined;
    } catch {
      return undefined;
    }
  }

  /** @param {unknown} value @returns {value is Record<string, unknown>} */
  function isRecord(value) {
    return typeof value === 'object' && value !== null;
  }
})();
