// @ts-check
/** @import { MessagePortToPage, MessageSender } from './extension-api.js' */

/** What pages may take of the extension. */
export const LIMITS = {
  /** Connected pages, over all and for one origin; more are turned away. */
  pages: 32,
  pagesPerOrigin: 8,
  /** Calls of one page without an answer. */
  callsPerPage: 8,
  /** Calls of all pages without an answer, those of pages that are gone included: half of what the client takes. */
  calls: 256,
  /** Calls of one page that were refused here; after these it is turned away. */
  refusalsPerPage: 100,
  /** Characters of an origin. */
  originLength: 255,
  /** UTF-16 code units of a request's JSON text. */
  requestLength: 1024 * 1024,
  /** UTF-16 code units of what a government site's page says in its own protocol. */
  governmentRequestLength: 65_536,
  /** Longest wait of a poll, in seconds. */
  pollWaitSeconds: 25,
};

const SESSION_ID = /^[A-Za-z0-9_-]{43}$/;

/**
 * @typedef {{ method: 'status' } | { method: 'open' | 'governmentOpen', request: string }
 *   | { method: 'poll', sessionId: string, waitSeconds: number } | { method: 'cancel', sessionId: string }
 *   | { method: 'governmentSites', permission: boolean, marker?: 'placed' | 'official' }} Call
 * @typedef {{ ok: true, result: unknown } | { ok: false, error: object }} Envelope
 * @typedef {{ page?: Page, call: Call, settle: (envelope: Envelope) => void }} CallUnderWay
 */

/** One connected page: a document in a top frame, from its first message until it goes away. */
class Page {
  /** Calls without an answer, by the page's own numbers. @type {Set<number>} */
  calls = new Set();
  /** Open sessions. @type {Set<string>} */
  sessions = new Set();
  refusals = 0;
  gone = false;

  /** @param {MessagePortToPage} port @param {string} origin @param {(call: unknown) => Call | 'too-large' | undefined} readCall */
  constructor(port, origin, readCall) {
    this.port = port;
    /** As the browser says; never what the page says. */
    this.origin = origin;
    /** What this page may call. */
    this.readCall = readCall;
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
  /** Calls under way at the host. @type {Map<number, CallUnderWay>} */
  #calls = new Map();
  #lastId = 0;
  #onGovernmentAnswer;

  /**
   * @param {() => MessagePortToPage} connectHost
   * @param {(call: Call, envelope: Envelope) => void} [onGovernmentAnswer] Told what the client answered to the government
   * sites' content script.
   */
  constructor(connectHost, onGovernmentAnswer = () => undefined) {
    this.#connectHost = connectHost;
    this.#onGovernmentAnswer = onGovernmentAnswer;
  }

  /** @param {MessagePortToPage} port From a sender that `isWebPage` or `isContentScript` has accepted. */
  addPage(port) {
    this.#add(port, readCall);
  }

  /**
   * @param {MessagePortToPage} port Of the government sites' content script, from a sender that `isGovernmentContentScript`
   * has accepted.
   * @param {() => Promise<boolean>} [isAgreed] Whether the script should be there: a page that was kept for the way back does
   * not hear that the person stopped it.
   */
  addGovernmentPage(port, isAgreed) {
    if (port.sender?.origin?.startsWith('https://')) this.#add(port, readGovernmentCall, isAgreed);
    else port.disconnect();
  }

  /**
   * A call of the extension itself.
   * @param {string} origin Its own. @param {Call} call @returns {Promise<Envelope>}
   */
  ask(origin, call) {
    return new Promise((settle) => {
      this.#send(origin, { call, settle });
    });
  }

  /** @param {MessagePortToPage} port @param {Page['readCall']} read @param {() => Promise<boolean>} [isAgreed] */
  #add(port, read, isAgreed) {
    const origin = port.sender?.origin;
    if (origin === undefined || origin.length > LIMITS.originLength || this.#isFull(origin)) {
      port.disconnect();
      return;
    }
    const page = new Page(port, origin, read);
    this.#pages.add(page);
    port.onMessage.addListener(async (message) => {
      if (isAgreed === undefined || (await isAgreed())) this.#receive(page, message);
      else if (isRecord(message) && isId(message['id'])) page.answer(message['id'], NOT_AGREED);
    });
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
    const call = page.readCall(message['call']);
    if (call === 'too-large') this.#refuse(page, id, failure('ERR_PROTOCOL_BODY_TOO_LARGE'));
    else if (call === undefined || page.calls.has(id)) this.#refuse(page, id, failure('ERR_PROTOCOL_MALFORMED'));
    else if (page.calls.size >= LIMITS.callsPerPage || this.#calls.size >= LIMITS.calls || this.#isBusy(page, call))
      this.#refuse(page, id, failure('ERR_PROTOCOL_BUSY'));
    else {
      page.calls.add(id);
      this.#send(page.origin, { page, call, settle: (envelope) => this.#answer(page, id, { call, envelope }) });
    }
  }

  /** A government site's page has one request at a time. @param {Page} page @param {Call} call */
  #isBusy(page, call) {
    if (call.method !== 'governmentOpen') return false;
    const isOpening = [...this.#calls.values()].some(
      (other) => other.page === page && other.call.method === call.method,
    );
    return isOpening || page.sessions.size > 0;
  }

  /** @param {Page} page @param {number} id @param {{ call: Call, envelope: Envelope }} answered */
  #answer(page, id, { call, envelope }) {
    page.calls.delete(id);
    page.answer(id, envelope);
    if (page.readCall === readGovernmentCall) this.#onGovernmentAnswer(call, envelope);
  }

  /** @param {Page} page @param {number} id @param {Envelope} envelope */
  #refuse(page, id, envelope) {
    page.answer(id, envelope);
    if (++page.refusals < LIMITS.refusalsPerPage) return;
    page.port.disconnect();
    this.#removePage(page);
  }

  /** @param {string} origin @param {CallUnderWay} underWay */
  #send(origin, underWay) {
    const id = ++this.#lastId;
    this.#calls.set(id, underWay);
    this.#openHost().postMessage({ id, origin, call: underWay.call });
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

  /** @param {CallUnderWay} settled @param {Envelope} envelope */
  #settle({ page, call, settle }, envelope) {
    if (page !== undefined) {
      const { opened, ended } = sessionChange(call, envelope);
      if (ended !== undefined) page.sessions.delete(ended);
      if (opened !== undefined) page.sessions.add(opened);
      if (page.gone) this.#cancelSessions(page);
    }
    settle(envelope);
  }

  /** The client cancels the sessions of a host that is gone. @param {MessagePortToPage} host */
  #loseHost(host) {
    if (this.#host !== host) return;
    this.#host = undefined;
    const reason = this.#hostHasAnswered ? 'host-ended' : 'host-missing';
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const page of this.#pages) page.sessions.clear();
    for (const { settle } of calls) settle(failure('ERR_PROTOCOL_UNREACHABLE', { reason }));
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
    for (const sessionId of sessions) {
      this.#send(page.origin, { page, call: { method: 'cancel', sessionId }, settle: () => undefined });
    }
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
 * Whether the government sites' content script of the extension `ownId` speaks from a page that is shown or was: not from one
 * that the browser only loads ahead. @param {MessageSender | undefined} sender @param {string} ownId
 */
export function isGovernmentContentScript(sender, ownId) {
  return isContentScript(sender, ownId) && sender?.documentLifecycle !== 'prerender';
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
 * A call of the government sites' content script.
 * @param {unknown} call @returns {Call | 'too-large' | undefined}
 */
function readGovernmentCall(call) {
  if (!isRecord(call)) return undefined;
  const { method, request, marker } = call;
  switch (method) {
    case 'marker':
      // That the script runs says that the browser let it.
      if (marker !== 'placed' && marker !== 'official') return undefined;
      return { method: 'governmentSites', permission: true, marker };
    case 'governmentOpen':
      if (typeof request !== 'string') return undefined;
      return request.length > LIMITS.governmentRequestLength ? 'too-large' : { method, request };
    case 'poll':
    case 'cancel':
      return readCall(call);
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
  if (call.method === 'open' || call.method === 'governmentOpen') {
    return isSessionId(result['sessionId']) ? { opened: result['sessionId'] } : {};
  }
  if (call.method === 'cancel') return { ended: call.sessionId };
  return call.method === 'poll' && result['status'] !== 'pending' ? { ended: call.sessionId } : {};
}

/** What the client says while the mode is off. @type {Envelope} */
const NOT_AGREED = { ok: true, result: { enabled: false } };

const MESSAGES = {
  ERR_PROTOCOL_BODY_TOO_LARGE: 'the request is longer than it may be',
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
