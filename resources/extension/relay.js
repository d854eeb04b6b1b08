// @ts-check
/** @import { MessagePortToPage } from './extension-api.js' */
/**
 * Content script for Firefox, whose pages cannot reach an extension themselves. It passes messages between the page of the
 * top frame and the extension, adds nothing to them and decides nothing: who the page is, the browser tells the extension.
 * Silent until the page speaks.
 */
(() => {
  if (window.top !== window) return;

  /** @type {MessagePortToPage | undefined} */
  let port;
  /** Calls without an answer so far. @type {Set<unknown>} */
  const waiting = new Set();

  window.addEventListener('message', (event) => {
    const { source, origin } = event;
    // A sandboxed document has the origin `null` here, whatever its address says.
    if (source !== window || origin !== location.origin) return;
    const message = /** @type {MessageEvent<Record<string, unknown> | null | undefined>} */ (event).data;
    if (typeof message !== 'object' || message?.['madoguchi'] !== 1 || message['to'] !== 'extension') return;
    pass(message);
  });
  // A page that is kept for the way back is as good as gone: what it asked for ends, and it may ask again.
  window.addEventListener('pagehide', () => {
    port?.disconnect();
    lose();
  });

  /** @param {Record<string, unknown>} message */
  function pass({ id, call, ping }) {
    try {
      port ??= connect();
      if (call !== undefined) waiting.add(id);
      port.postMessage({ madoguchi: 1, id, call, ping });
    } catch {
      // The extension was updated or removed under this page, or the message cannot be passed on.
      waiting.delete(id);
      answerGone(id);
    }
  }

  /** @returns {MessagePortToPage} */
  function connect() {
    const connection = chrome.runtime.connect({ name: 'madoguchi' });
    connection.onMessage.addListener((message) => {
      const answer = /** @type {Record<string, unknown>} */ (message);
      waiting.delete(answer['id']);
      post(answer);
    });
    connection.onDisconnect.addListener(() => {
      if (port === connection) lose();
    });
    return connection;
  }

  function lose() {
    port = undefined;
    const unanswered = [...waiting];
    waiting.clear();
    unanswered.forEach(answerGone);
  }

  /** @param {unknown} id */
  function answerGone(id) {
    const error = {
      code: 'ERR_PROTOCOL_UNREACHABLE',
      message: 'the extension ended the connection',
      retriable: true,
      details: { reason: 'extension-gone' },
    };
    post({ madoguchi: 1, id, envelope: { ok: false, error } });
  }

  /** @param {Record<string, unknown>} answer */
  function post(answer) {
    window.postMessage({ ...answer, to: 'page' }, location.origin);
  }
})();
