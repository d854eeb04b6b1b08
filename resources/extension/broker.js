// @ts-check
/** @import { MessagePortToPage, MessageSender } from './extension-api.js' */

/** What pages may take of the extension. */
export const LIMITS = {
  /** Connected pages, over all and for one origin; more are turned away. */
  pages: 32,
  pagesPerOrigin: 8,
  /** Calls of one page without an answer. */
  callsPerPage: 8,
  /** Calls of one page that were refused here; after these it is turned away. */
  refusalsPerPage: 100,
  /** Characters of an origin. */
  originLength: 255,
  /** UTF-16 code units of a request's JSON text. */
  requestLength: 1024 * 1024,
  /** Longest wait of a poll, in seconds. */
  pollWaitSeconds: 25,
};

const SESSION_ID = /^[A-Za-z0-9_-]{43}$/;

/**
 * @typedef {{ method: 'status' } | { method: 'open', request: string }
 *   | { method: 'poll', sessionId: string, waitSeconds: number } | { method: 'cancel', sessionId: string }} Call
 * @typedef {{ ok: true, result: unknown } | { ok: false, error: object }} Envelope
 */

/** One connected page: a document in a top frame, from its first message until it goes away. */
class Page {
  /** Calls without an answer, by the page's own numbers. @type {Set<number>} */
  calls = new Set();
  /** Open sessions. @type {Set<string>} */
  sessions = new Set();
  refusals = 0;
  gone = false;

  /** @param {MessagePortToPage} port @param {string} origin */
  constructor(port, origin) {
    this.port = port;
    /** As the browser says; never what the page says. */
    this.origin = origin;
  }

  /** @param {number} id @param {Envelope} envelope */
  answer(id, envelope) {
    if (!this.gone) this.port.postMessage({ madoguchi: 1, id, envelope });
  }
}

/**
 * Passes the calls of pages to the native messaging host under the origin that the browser gives, and the answers back. All
 * pages share one host, which runs while a page is connected that has called. A page that goes away takes its sessions along.
 */
export class Broker {
  #connectHost;
  /** @type {MessagePortToPage | undefined} */
  #host;
  #hostHasAnswered = false;
  /** @type {Set<Page>} */
  #pages = new Set();
  /** Calls under way at the host. @type {Map<number, { page: Page, pageId: number | undefined, call: Call }>} */
  #calls = new Map();
  #lastId = 0;

  /** @param {() => MessagePortToPage} connectHost */
  constructor(connectHost) {
    this.#connectHost = connectHost;
  }

  /** @param {MessagePortToPage} port From a sender that `isWebPage` or `isContentScript` has accepted. */
  addPage(port) {
    const origin = port.sender?.origin;
    if (origin === undefined || origin.length > LIMITS.originLength || this.#isFull(origin)) {
      port.disconnect();
      return;
    }
    const page = new Page(port, origin);
    this.#pages.add(page);
    port.onMessage.addListener((message) => this.#receive(page, message));
    port.onDisconnect.addListener(() => this.#removePage(page));
  }

  /** @param {string} origin */
  #isFull(origin) {
    const ofOrigin = [...this.#pages].filter((page) => page.origin === origin);
    return this.#pages.size >= LIMITS.pages || ofOrigin.length >= LIMITS.pagesPerOrigin;
  }

  /** @param {Page} page @param {unknown} message */
  #receive(page, message) {
    if (!isRecord(message) || message['madoguchi'] !== 1) return;
    const id = message['id'];
    if (!isId(id) || page.gone) return;
    if (message['ping'] === true) {
      page.port.postMessage({ madoguchi: 1, id, ping: true });
      return;
    }
    const call = readCall(message['call']);
    if (call === 'too-large') this.#refuse(page, id, failure('ERR_PROTOCOL_BODY_TOO_LARGE'));
    else if (call === undefined || page.calls.has(id)) this.#refuse(page, id, failure('ERR_PROTOCOL_MALFORMED'));
    else if (page.calls.size >= LIMITS.callsPerPage) this.#refuse(page, id, failure('ERR_PROTOCOL_BUSY'));
    else {
      page.calls.add(id);
      this.#send(page, id, call);
    }
  }

  /** @param {Page} page @param {number} id @param {Envelope} envelope */
  #refuse(page, id, envelope) {
    page.answer(id, envelope);
    if (++page.refusals < LIMITS.refusalsPerPage) return;
    page.port.disconnect();
    this.#removePage(page);
  }

  /** @param {Page} page @param {number | undefined} pageId Undefined where nobody waits for the answer. @param {Call} call */
  #send(page, pageId, call) {
    const id = ++this.#lastId;
    this.#calls.set(id, { page, pageId, call });
    this.#openHost().postMessage({ id, origin: page.origin, call });
  }

  #openHost() {
    if (this.#host !== undefined) return this.#host;
    const host = this.#connectHost();
    this.#host = host;
    this.#hostHasAnswered = false;
    host.onMessage.addListener((message) => this.#receiveAnswer(message));
    host.onDisconnect.addListener(() => this.#loseHost(host));
    return host;
  }

  /** @param {unknown} message */
  #receiveAnswer(message) {
    this.#hostHasAnswered = true;
    if (!isRecord(message)) return;
    const call = this.#calls.get(Number(message['id']));
    if (call === undefined) return;
    this.#calls.delete(Number(message['id']));
    this.#settle(call, /** @type {Envelope} */ (message['envelope']));
    this.#closeIdleHost();
  }

  /** @param {{ page: Page, pageId: number | undefined, call: Call }} settled @param {Envelope} envelope */
  #settle({ page, pageId, call }, envelope) {
    if (pageId !== undefined) page.calls.delete(pageId);
    const { opened, ended } = sessionChange(call, envelope);
    if (ended !== undefined) page.sessions.delete(ended);
    if (opened !== undefined) page.sessions.add(opened);
    if (page.gone) this.#cancelSessions(page);
    else if (pageId !== undefined) page.answer(pageId, envelope);
  }

  /** The client cancels the sessions of a host that is gone. @param {MessagePortToPage} host */
  #loseHost(host) {
    if (this.#host !== host) return;
    this.#host = undefined;
    const reason = this.#hostHasAnswered ? 'host-ended' : 'host-missing';
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const page of this.#pages) page.sessions.clear();
    for (const { page, pageId } of calls) {
      if (pageId === undefined) continue;
      page.calls.delete(pageId);
      page.answer(pageId, failure('ERR_PROTOCOL_UNREACHABLE', { reason }));
    }
  }

  /** @param {Page} page */
  #removePage(page) {
    if (page.gone) return;
    page.gone = true;
    this.#pages.delete(page);
    this.#cancelSessions(page);
    this.#closeIdleHost();
  }

  /** @param {Page} page */
  #cancelSessions(page) {
    const sessions = [...page.sessions];
    page.sessions.clear();
    for (const sessionId of sessions) this.#send(page, undefined, { method: 'cancel', sessionId });
  }

  #closeIdleHost() {
    if (this.#pages.size > 0 || this.#calls.size > 0) return;
    this.#host?.disconnect();
    this.#host = undefined;
  }
}

/**
 * Whether a page in a tab's top frame speaks, rather than a frame inside it, an extension or a page that is not shown.
 * @param {MessageSender | undefined} sender
 */
export function isWebPage(sender) {
  return sender?.id === undefined && isTopFrame(sender);
}

/** The same through the content script of the extension `ownId`. @param {MessageSender | undefined} sender @param {string} ownId */
export function isContentScript(sender, ownId) {
  return sender?.id === ownId && isTopFrame(sender);
}

/** @param {MessageSender | undefined} sender */
function isTopFrame(sender) {
  return sender?.tab !== undefined && sender.frameId === 0;
}

/**
 * A page's call with its own members and no others.
 * @param {unknown} call @returns {Call | 'too-large' | undefined}
 */
function readCall(call) {
  if (!isRecord(call)) return undefined;
  const { method, request, sessionId, waitSeconds } = call;
  switch (method) {
    case 'status':
      return { method };
    case 'open':
      if (typeof request !== 'string') return undefined;
      return request.length > LIMITS.requestLength ? 'too-large' : { method, request };
    case 'poll':
      return isSessionId(sessionId) && isWait(waitSeconds) ? { method, sessionId, waitSeconds } : undefined;
    case 'cancel':
      return isSessionId(sessionId) ? { method, sessionId } : undefined;
    default:
      return undefined;
  }
}

/**
 * What an answer says about sessions.
 * @param {Call} call @param {Envelope} envelope @returns {{ opened?: string, ended?: string }}
 */
function sessionChange(call, envelope) {
  const result = isRecord(envelope) && envelope.ok && isRecord(envelope.result) ? envelope.result : {};
  if (call.method === 'open') return isSessionId(result['sessionId']) ? { opened: result['sessionId'] } : {};
  if (call.method === 'cancel') return { ended: call.sessionId };
  return call.method === 'poll' && result['status'] !== 'pending' ? { ended: call.sessionId } : {};
}

const MESSAGES = {
  ERR_PROTOCOL_BODY_TOO_LARGE: 'the request is longer than 1 MiB',
  ERR_PROTOCOL_MALFORMED: 'the call does not follow the contract',
  ERR_PROTOCOL_BUSY: 'this page has too many calls under way',
  ERR_PROTOCOL_UNREACHABLE: 'the native messaging host is not installed, or it ended',
};

/** @param {keyof typeof MESSAGES} code @param {Record<string, string>} details @returns {Envelope} */
function failure(code, details = {}) {
  const retriable = code === 'ERR_PROTOCOL_BUSY' || code === 'ERR_PROTOCOL_UNREACHABLE';
  return { ok: false, error: { code, message: MESSAGES[code], retriable, details } };
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
function isRecord(value) {
  return typeof value === 'object' && value !== null;
}

/** @param {unknown} value @returns {value is number} */
function isId(value) {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** @param {unknown} value @returns {value is string} */
function isSessionId(value) {
  return typeof value === 'string' && SESSION_ID.test(value);
}

/** @param {unknown} value @returns {value is number} */
function isWait(value) {
  return isId(value) && value <= LIMITS.pollWaitSeconds;
}
