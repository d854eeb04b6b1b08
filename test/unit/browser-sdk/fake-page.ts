import { createClientIn } from '../../../sdk/browser/client.js';
import type { Environment, ExtensionPort } from '../../../sdk/browser/environment.js';
import { MadoguchiError, type ClientOptions, type MadoguchiClient } from '../../../sdk/browser/index.js';
import type { PageCall } from '../../../sdk/protocol/index.js';
import { expect } from 'vitest';
import { NONCE, ORIGIN, TOKEN } from '../bridge/fakes.js';

export const SESSION_ID = 'A'.repeat(43);
export const LOGIN = { operation: 'authenticate', token: TOKEN } as const;

/** Promises that no browser ever settles. */
export function never(): Promise<never> {
  return new Promise<never>(() => undefined);
}

export async function failureOf(promise: Promise<unknown>): Promise<MadoguchiError> {
  const outcome = await promise.catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(MadoguchiError);
  return outcome as MadoguchiError;
}

/** What the client answers, whichever way it is asked. */
export class FakeBridge {
  status: unknown = { protocolVersions: [1] };
  output: unknown = LOGIN;
  /** In place of what it would answer: an error's code, or nothing at all. */
  failing: Partial<Record<PageCall['method'], string | (() => Promise<never>)>> = {};
  readonly calls: PageCall[] = [];

  get methods(): string[] {
    return this.calls.map(({ method }) => method);
  }

  async answer(call: PageCall): Promise<unknown> {
    this.calls.push(call);
    const failing = this.failing[call.method];
    if (typeof failing === 'function') return failing();
    if (failing !== undefined) {
      const error = { code: failing, message: 'm', retriable: true, details: { reason: 'client-not-running' } };
      return { ok: false, error };
    }
    return { ok: true, result: this.#result(call) };
  }

  #result(call: PageCall): unknown {
    switch (call.method) {
      case 'status':
        return this.status;
      case 'open':
        return { sessionId: SESSION_ID };
      case 'poll':
        return { status: 'done', output: this.output };
      case 'cancel':
        return {};
    }
  }

  /** The bridge behind `fetch`. */
  readonly fetch: typeof fetch = async (input, init = {}) => {
    const { pathname } = new URL(input as string);
    return Response.json(await this.answer(callOf(pathname, init)));
  };
}

function callOf(path: string, { method, body }: RequestInit): PageCall {
  if (path === '/v1/status') return { method: 'status' };
  if (method === 'POST') return { method: 'open', request: body as string };
  const sessionId = path.slice('/v1/sessions/'.length);
  return method === 'DELETE' ? { method: 'cancel', sessionId } : { method: 'poll', sessionId, waitSeconds: 25 };
}

/** `fetch` where nothing listens. */
export const refused: typeof fetch = () => Promise.reject(new TypeError('Failed to fetch'));

export type PermissionAnswers = Readonly<Record<string, string | (() => Promise<never>)>>;

/** `navigator.permissions`; names that are not here are unknown to the browser. */
export function permissions(answers: PermissionAnswers) {
  return {
    query({ name }: { readonly name: string }): Promise<{ readonly state: string }> {
      const answer = answers[name];
      // Browsers differ: some throw, some reject.
      if (answer === undefined) throw new TypeError(`${name} is no permission`);
      return typeof answer === 'function' ? answer() : Promise.resolve({ state: answer });
    },
  };
}

/** `document.featurePolicy` of Chromium. */
export function policy(features: Readonly<Record<string, boolean>>) {
  return {
    features: () => Object.keys(features),
    allowsFeature: (name: string) => features[name] ?? false,
  };
}

interface FakeElement {
  readonly tag: string;
  readonly children: FakeElement[];
  [property: string]: unknown;
}

/** A page on a service's site: its window, as far as the SDK looks at it. */
export class FakePage {
  readonly events = new EventTarget();
  /** Elements put into the page. */
  readonly elements: FakeElement[] = [];
  /** URLs the page was left for, and forms it was left by. */
  readonly left: unknown[] = [];
  /** What was posted to the page's own window. */
  readonly posted: { readonly message: unknown; readonly targetOrigin: string }[] = [];
  readonly environment: Environment;

  /** @param overrides members of the window that differ; `document` holds members of the document that differ. */
  constructor({ document, ...overrides }: Omit<Environment, 'document'> & { document?: object } = {}) {
    const body = { append: (element: FakeElement) => void this.elements.push(element) };
    const createElement = (tag: string): FakeElement => this.#element(tag);
    const environment = {
      origin: ORIGIN,
      isSecureContext: true,
      location: {
        protocol: 'https:',
        hostname: new URL(ORIGIN).hostname,
        assign: (url: string) => this.left.push(url),
      },
      navigator: { vendor: 'Google Inc.', permissions: permissions({ 'loopback-network': 'granted' }) },
      document: { body, createElement, ...document } as unknown as Document,
      chrome: {},
      postMessage: (message: unknown, targetOrigin: string) => this.#post(message, targetOrigin),
      addEventListener: this.events.addEventListener.bind(this.events),
      removeEventListener: this.events.removeEventListener.bind(this.events),
      fetch: refused,
      ...overrides,
    };
    this.environment = Object.assign(environment, { self: environment, top: overrides.top ?? environment });
  }

  client(options: ClientOptions = {}): MadoguchiClient {
    return createClientIn(this.environment, options);
  }

  login(options: ClientOptions = {}) {
    return this.client(options).authenticate({ challengeNonce: NONCE });
  }

  /** An event of the window, with members that only browsers can give. */
  dispatch(type: string, members: object = {}): void {
    this.events.dispatchEvent(Object.assign(new Event(type), members));
  }

  /** A message event, as `postMessage` of this window makes one. */
  receive(data: unknown, from: object = {}): void {
    const { self: source, origin } = this.environment;
    this.dispatch('message', { data, source, origin, ...from });
  }

  #post(message: unknown, targetOrigin: string): void {
    this.posted.push({ message, targetOrigin });
    queueMicrotask(() => this.receive(message));
  }

  #element(tag: string): FakeElement {
    const children: FakeElement[] = [];
    const element: FakeElement = { tag, children, append: (child: FakeElement) => void children.push(child) };
    element['remove'] = () => this.elements.splice(this.elements.indexOf(element), 1);
    element['submit'] = () => this.left.push(element);
    return element;
  }
}

interface PostedToExtension {
  readonly madoguchi: number;
  readonly to?: string;
  readonly id: number;
  readonly ping?: boolean;
  readonly call?: PageCall;
}

async function answerOf(bridge: FakeBridge, { id, ping, call }: PostedToExtension): Promise<object> {
  if (ping === true || call === undefined) return { madoguchi: 1, id, ping: true };
  return { madoguchi: 1, id, envelope: await bridge.answer(call) };
}

/** Firefox's content script in a page: hears the window's messages, answers those to the extension. */
export function installContentScript(page: FakePage, bridge: FakeBridge): void {
  page.events.addEventListener('message', (event) => {
    const { data } = event as MessageEvent<PostedToExtension>;
    if (data.madoguchi !== 1 || data.to !== 'extension') return;
    void answerOf(bridge, data).then((answer) => page.receive({ ...answer, to: 'page' }));
  });
}

/** `chrome.runtime` of a page some extension listens to; with a bridge it is ours. */
export class FakeRuntime {
  lastError: { readonly message: string } | undefined;
  readonly connected: { readonly extensionId: string; readonly isOpen: () => boolean; readonly cut: () => void }[] = [];
  readonly #bridge: FakeBridge | undefined;

  constructor(bridge?: FakeBridge) {
    this.#bridge = bridge;
  }

  readonly connect = (extensionId: string): ExtensionPort => {
    const messages: ((message: unknown) => void)[] = [];
    const ends: (() => void)[] = [];
    let isOpen = true;
    const cut = (): void => {
      isOpen = false;
      for (const end of ends) end();
    };
    if (this.#bridge === undefined) {
      this.lastError = { message: 'Could not establish connection' };
      queueMicrotask(cut);
    }
    this.connected.push({ extensionId, isOpen: () => isOpen, cut });
    return {
      onMessage: { addListener: (listener) => void messages.push(listener) },
      onDisconnect: { addListener: (listener) => void ends.push(listener) },
      postMessage: (message) => {
        if (!isOpen) throw new Error('Attempting to use a disconnected port object');
        if (this.#bridge === undefined) return;
        void answerOf(this.#bridge, message as PostedToExtension).then((answer) => {
          if (isOpen) for (const listener of messages) listener(answer);
        });
      },
      disconnect: () => {
        isOpen = false;
      },
    };
  };
}
