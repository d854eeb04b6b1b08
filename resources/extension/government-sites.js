// @ts-check
/** @import { ExtensionApi, RegisteredScript } from './extension-api.js' */
/** @import { Call, Envelope } from './broker.js' */

/** All sites of government bodies: `go.jp` is a public suffix for them. */
export const GOVERNMENT_PATTERN = 'https://*.go.jp/*';

const AGREED = 'governmentSites';
const PAGE_SCRIPT = 'government-page';
const USER_AGENT_SCRIPT = 'government-user-agent';
const LONGEST_LIST = 1_000;
/** How long a client may think, in milliseconds. One that hangs must not keep the person from stopping. */
const CLIENT_PATIENCE = 5_000;
/** @type {Status} */
const NOTHING_ELSE = { enabled: true, forced: false, origins: [], windowsUserAgent: [] };

/**
 * What the popup shows: `unreachable` no client answers · `off` in the app · `ask` on in the app, and this browser has not been
 * asked or has not agreed · `on`.
 * @typedef {'unreachable' | 'off' | 'ask' | 'on'} State
 * @typedef {{ state: State, forced: boolean, patterns: readonly string[] }} View
 * @typedef {{ enabled: boolean, forced: boolean, origins: string[], windowsUserAgent: string[] }} Status
 */

/**
 * Whether the extension speaks government sites' own page protocol in this browser: only where the client has the mode on
 * and the person has agreed here. Whatever it learns of the client, it does at once: with the mode off no script stays
 * registered, no marker in an open page, no permission. One thing after the other.
 */
export class GovernmentSites {
  #api;
  #ask;
  /** @type {Promise<unknown>} */
  #work = Promise.resolve();

  /** @param {ExtensionApi} api @param {(permission: boolean) => Promise<Envelope>} ask Asks the client; starts none. */
  constructor(api, ask) {
    this.#api = api;
    this.#ask = ask;
  }

  /** The browser or the extension starts. Where nobody agreed, nothing happens, and the client is not asked. */
  begin() {
    return this.#enqueue(async () => {
      if (!(await this.isAgreed())) return;
      const { state } = await this.#refresh();
      // An update of the extension took the scripts away, and no client says what else there is to know.
      const registered = await this.#api.scripting.getRegisteredContentScripts();
      if (state === 'unreachable' && registered.length === 0) await this.#turnOn(NOTHING_ELSE);
    });
  }

  /** @param {readonly string[]} origins Patterns that the person has just allowed. */
  permissionAdded(origins) {
    return this.#enqueue(async () => {
      if (origins.includes(GOVERNMENT_PATTERN)) await this.#api.storage.local.set({ [AGREED]: true });
      if (await this.isAgreed()) await this.#refresh();
    });
  }

  /** Perhaps by the person in the browser's own settings. */
  permissionRemoved() {
    return this.#enqueue(async () => {
      if (!(await this.#isAllowed(GOVERNMENT_PATTERN))) await this.#turnOff();
    });
  }

  /**
   * What the client said to the content script.
   * @param {Call} call @param {Envelope} envelope
   */
  learn(call, envelope) {
    return this.#enqueue(async () => {
      if (call.method === 'governmentSites') await this.#follow(readStatus(envelope));
      // Perhaps it refused because the mode is off.
      else if (call.method === 'governmentOpen' && !envelope.ok) await this.#refresh();
    });
  }

  /**
   * From the popup: `agree` the person pressed the button and the browser did not object · `stop` · anything else only looks.
   * @param {unknown} order @returns {Promise<View>}
   */
  order(order) {
    return this.#enqueue(async () => {
      if (order === 'stop') await this.#turnOff();
      if (order === 'agree' && (await this.#isAllowed(GOVERNMENT_PATTERN))) {
        await this.#api.storage.local.set({ [AGREED]: true });
      }
      return this.#refresh();
    });
  }

  /** Both the person, who pressed the button, and the browser. */
  async isAgreed() {
    const stored = await this.#api.storage.local.get(AGREED);
    return stored[AGREED] === true && (await this.#isAllowed(GOVERNMENT_PATTERN));
  }

  /** @template T @param {() => Promise<T>} task @returns {Promise<T>} */
  #enqueue(task) {
    const done = this.#work.then(task);
    this.#work = done.catch(() => undefined);
    return done;
  }

  /** @returns {Promise<View>} */
  async #refresh() {
    const status = readStatus(await inTime(this.#ask(await this.isAgreed())));
    await this.#follow(status);
    if (status === undefined) return { state: 'unreachable', forced: false, patterns: [] };
    const { enabled, forced } = status;
    if (!enabled) return { state: 'off', forced, patterns: [] };
    const patterns = wantedPatterns(status);
    const allowed = await this.#allowed(patterns);
    const isOn = (await this.isAgreed()) && allowed.length === patterns.length;
    return { state: isOn ? 'on' : 'ask', forced, patterns };
  }

  /** @param {Status | undefined} status Undefined where no client answered: then everything stays as it is. */
  async #follow(status) {
    if (status === undefined) return;
    if (!status.enabled) await this.#turnOff();
    else if (await this.isAgreed()) await this.#turnOn(status);
  }

  /** @param {Status} status */
  async #turnOn(status) {
    const pages = await this.#allowed(wantedPatterns(status));
    await this.#register({ id: PAGE_SCRIPT, matches: pages, js: ['government-page.js'], runAt: 'document_start' });
    const windows = await this.#allowed(status.windowsUserAgent.flatMap((origin) => patternOf(origin, true)));
    await this.#register({
      id: USER_AGENT_SCRIPT,
      matches: windows,
      js: ['government-user-agent.js'],
      runAt: 'document_start',
      world: 'MAIN',
    });
  }

  async #turnOff() {
    const { scripting, storage, permissions, runtime } = this.#api;
    const registered = await scripting.getRegisteredContentScripts();
    if (registered.length > 0) {
      await scripting.unregisterContentScripts({ ids: registered.map(({ id }) => id) });
      // Not waited for: a page that shows a dialog, or never rests, would hold up all that follows.
      void this.#tellPages();
    }
    await storage.local.remove(AGREED);
    // In Firefox the other content script's pattern cannot be given back.
    const required = (runtime.getManifest().content_scripts ?? []).flatMap(({ matches }) => matches);
    const { origins = [] } = await permissions.getAll();
    const removable = origins.filter((origin) => !required.includes(origin));
    if (removable.length > 0) await permissions.remove({ origins: removable });
  }

  /** Open pages lose their markers. Without a permission only the numbers of tabs are known, which is enough. */
  async #tellPages() {
    const { tabs } = this.#api;
    const all = await tabs.query({});
    const message = { madoguchi: 1, governmentSites: 'off' };
    const ids = all.flatMap(({ id }) => (id === undefined ? [] : [id]));
    await Promise.allSettled(ids.map((id) => tabs.sendMessage(id, message, { frameId: 0 })));
  }

  /** @param {RegisteredScript} script Its frames: top ones only. */
  async #register(script) {
    const { scripting } = this.#api;
    const [before] = await scripting.getRegisteredContentScripts({ ids: [script.id] });
    if (before !== undefined && sameMembers(before.matches, script.matches)) return;
    if (before !== undefined) await scripting.unregisterContentScripts({ ids: [script.id] });
    if (script.matches.length > 0) await scripting.registerContentScripts([{ ...script, allFrames: false }]);
  }

  /** @param {readonly string[]} patterns */
  async #allowed(patterns) {
    const allowed = await Promise.all(patterns.map((pattern) => this.#isAllowed(pattern)));
    return patterns.filter((_pattern, index) => allowed[index]);
  }

  /** @param {string} pattern */
  #isAllowed(pattern) {
    return this.#api.permissions.contains({ origins: [pattern] });
  }
}

/** Undefined where nothing comes in time. @param {Promise<Envelope>} answer @returns {Promise<Envelope | undefined>} */
async function inTime(answer) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, CLIENT_PATIENCE)));
  try {
    return await Promise.race([answer, late.then(() => undefined)]);
  } finally {
    clearTimeout(timer);
  }
}

/** @param {Status} status */
function wantedPatterns({ origins }) {
  return [...new Set([GOVERNMENT_PATTERN, ...origins.flatMap((origin) => patternOf(origin, false))])];
}

/**
 * The pattern of an origin's host, as no browser but one knows ports in patterns; the content script compares the whole origin.
 * @param {string} origin @param {boolean} defaultPort Whether an origin with another port has none.
 */
function patternOf(origin, defaultPort) {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (url?.protocol !== 'https:' || (defaultPort && url.port !== '')) return [];
  return [`https://${url.hostname}/*`];
}

/** @param {readonly string[]} one @param {readonly string[]} other */
function sameMembers(one, other) {
  return one.length === other.length && one.every((member) => other.includes(member));
}

/** @param {Envelope | undefined} envelope @returns {Status | undefined} */
function readStatus(envelope) {
  const result = envelope?.ok ? /** @type {Partial<Status> | undefined} */ (envelope.result) : undefined;
  if (typeof result?.enabled !== 'boolean') return undefined;
  return {
    enabled: result.enabled,
    forced: result.forced === true,
    origins: readOrigins(result.origins),
    windowsUserAgent: readOrigins(result.windowsUserAgent),
  };
}

/** @param {unknown} list @returns {string[]} */
function readOrigins(list) {
  if (!Array.isArray(list)) return [];
  return list.slice(0, LONGEST_LIST).filter((origin) => typeof origin === 'string');
}
