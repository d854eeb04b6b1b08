import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import type { ConsentModel } from '../../main/core/consent/consent-model.js';
import type { ConsentView } from '../../main/core/consent-window/consent-view.js';
import {
  createWindowInteraction,
  type ConsentWindowEvents,
  type ConsentWindows,
} from '../../main/core/consent-window/consent-window.js';
import type { UserInteraction } from '../../main/core/ports.js';
import { consentCalls } from '../../main/electron/window-calls/consent-calls.js';
import { serveCalls, type ServeCall } from '../../main/electron/window-calls/serve-calls.js';
import type { AppDescription } from '../../main/ipc/app.js';
import { shownConsent } from '../../main/ipc/shown-consent.js';
import type { CallResult, WindowKind } from '../../main/ipc/call.js';
import { WINDOW_CALLS, type CallName, type Pushes, type PushName } from '../../main/ipc/calls.js';
import { windowApi, type WindowTransport } from '../../main/ipc/window-api.js';
import { packageRoot } from '../../main/node/package-root.js';
import { systemClock } from '../../main/node/system.js';

const MIME: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

/** As the app's own, but for the one server these windows talk to. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

const PIN_CALL: CallName = 'consent.enterPin';
/**
 * A PIN on its way: the number of the question (32 bits, big-endian), so many random octets, and the PIN with them added
 * bit by bit. What the browser's network code copies and forgets is no PIN then: it is not part of the app.
 */
const QUESTION_BYTES = 4;
const MASK_BYTES = 16;

export interface Conversation {
  readonly consent: ConsentModel;
  readonly view: ConsentView;
  readonly events: ConsentWindowEvents;
}

export interface WindowHostOptions {
  readonly app?: Partial<AppDescription>;
  readonly keypadShuffle?: boolean;
}

/**
 * The windows as the app has them, in a browser in place of Electron: the same pages, the same table of calls, the same
 * handlers and conversation; HTTP in place of Electron's channels. PINs cross as bytes here, too.
 */
export class WindowHost {
  readonly interaction: UserInteraction;
  /** What was opened and closed, in order. */
  readonly windows: ('opened' | 'closed')[] = [];
  /** Every view that was shown, in order. */
  readonly views: ConsentView[] = [];
  /** Of the prompts that come. */
  keypadShuffle: boolean;
  readonly #server: Server;
  readonly #serve = new Map<WindowKind, ServeCall>();
  readonly #listeners = new Map<WindowKind, Set<ServerResponse>>([
    ['consent', new Set()],
    ['main', new Set()],
  ]);
  readonly #opened: ((conversation: Conversation) => void)[] = [];
  readonly #app: Partial<AppDescription>;
  #conversation: Conversation | undefined;

  private constructor(server: Server, { app = {}, keypadShuffle = false }: WindowHostOptions) {
    this.#server = server;
    this.#app = app;
    this.keypadShuffle = keypadShuffle;
    this.interaction = createWindowInteraction({ windows: this.#windows(), clock: systemClock });
    const describe = (window: WindowKind) => (): AppDescription => this.describe(window);
    this.#serve.set(
      'consent',
      serveCalls('consent', {
        'app.describe': describe('consent'),
        ...consentCalls({ conversation: () => this.#conversation, keypadShuffle: () => this.keypadShuffle }),
      }),
    );
    this.serveMain({});
  }

  static async start(options: WindowHostOptions = {}): Promise<WindowHost> {
    const server = createServer();
    const host = new WindowHost(server, options);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      host.#answer(request, response).catch(() => response.writeHead(500).end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return host;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The conversation that is open or was last. */
  get conversation(): Conversation | undefined {
    return this.#conversation;
  }

  describe(window: WindowKind): AppDescription {
    return {
      window,
      version: '0.1.0',
      language: 'ja',
      appearance: 'light',
      page: 'card',
      developerMode: true,
      ...this.#app,
    };
  }

  /** Handlers of the main window, beside the description. */
  serveMain(handlers: Parameters<typeof serveCalls>[1]): void {
    this.#serve.set('main', serveCalls('main', { 'app.describe': () => this.describe('main'), ...handlers }));
  }

  push = <Name extends PushName>(name: Name, value: Pushes[Name], window: WindowKind = 'main'): void => {
    const event = `data: ${JSON.stringify({ name, value })}\n\n`;
    for (const response of this.#listeners.get(window) ?? []) response.write(event);
  };

  /** Resolves when the core opens a conversation next. */
  nextConversation(): Promise<Conversation> {
    return new Promise((resolve) => this.#opened.push(resolve));
  }

  /** Opens a window's page, without waiting for what it shows. */
  async open(context: BrowserContext, window: WindowKind): Promise<Page> {
    const page = await context.newPage();
    await this.load(page, window);
    return page;
  }

  /** The same in a page that is there. */
  async load(page: Page, window: WindowKind): Promise<void> {
    const transport = `(${windowTransport.toString()})(${JSON.stringify({ window, pinCall: PIN_CALL, maskBytes: MASK_BYTES })})`;
    const names = JSON.stringify(WINDOW_CALLS[window]);
    // As text: the page's policy lets nothing be evaluated there.
    await page.addInitScript({ content: `globalThis.madoguchi = (${windowApi.toString()})(${names}, ${transport});` });
    await page.goto(`${this.origin}/${window}.html`);
  }

  async close(): Promise<void> {
    for (const listeners of this.#listeners.values()) for (const response of listeners) response.end();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #windows(): ConsentWindows {
    return {
      open: (consent, view, events) => {
        this.windows.push('opened');
        this.views.push(view);
        this.#conversation = { consent, view, events };
        this.push('consent.model', shownConsent(consent), 'consent');
        this.push('consent.view', view, 'consent');
        for (const opened of this.#opened.splice(0)) opened(this.#conversation);
        return {
          showConsent: (changed) => {
            if (this.#conversation?.events !== events) return;
            this.#conversation = { ...this.#conversation, consent: changed };
            this.push('consent.model', shownConsent(changed), 'consent');
          },
          showView: (changed) => {
            this.views.push(changed);
            if (this.#conversation?.events !== events) return;
            this.#conversation = { ...this.#conversation, view: changed };
            this.push('consent.view', changed, 'consent');
          },
          close: () => {
            this.windows.push('closed');
          },
        };
      },
    };
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.origin);
    const [, first = '', kind = ''] = url.pathname.split('/');
    const window: WindowKind = kind === 'consent' ? 'consent' : 'main';
    if (first === 'pushes') {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.write(':\n\n');
      this.#listeners.get(window)?.add(response);
      response.on('close', () => this.#listeners.get(window)?.delete(response));
      return;
    }
    if (first === 'call') {
      const name = url.searchParams.get('name');
      const result = await this.#serve.get(window)?.(name, await readRequest(request, name));
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
      return;
    }
    this.#sendFile(url.pathname, response);
  }

  #sendFile(path: string, response: ServerResponse): void {
    const file = join(packageRoot(), 'dist', 'renderer', ...path.split('/').filter((part) => part !== '..'));
    try {
      const content = readFileSync(file);
      const type = MIME[extname(file)] ?? 'application/octet-stream';
      response.writeHead(200, { 'content-type': type, 'content-security-policy': CONTENT_SECURITY_POLICY });
      response.end(content);
    } catch {
      response.writeHead(404).end();
    }
  }
}

async function readRequest(request: IncomingMessage, name: string | null): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  for (const chunk of chunks) if (name === PIN_CALL) chunk.fill(0);
  if (name === PIN_CALL) {
    const mask = body.subarray(QUESTION_BYTES);
    const pin = new Uint8Array(body.subarray(QUESTION_BYTES + MASK_BYTES).map((octet, at) => octet ^ (mask[at] ?? 0)));
    const question = body.readUInt32BE(0);
    body.fill(0);
    return { question, pin };
  }
  return body.length === 0 ? undefined : JSON.parse(body.toString('utf8'));
}

interface TransportParameters {
  readonly window: WindowKind;
  readonly pinCall: CallName;
  readonly maskBytes: number;
}

/** Runs in the page before its own scripts, in place of the preload script's transport. Uses nothing from around it. */
function windowTransport({ window, pinCall, maskBytes }: TransportParameters): WindowTransport {
  const listeners = new Map<string, Set<(value: unknown) => void>>();
  new EventSource(`/pushes/${window}`).addEventListener('message', ({ data }) => {
    const { name, value } = JSON.parse(data as string) as { name: string; value: unknown };
    for (const listener of listeners.get(name) ?? []) listener(value);
  });
  const encode = (name: string, request: unknown): BodyInit | null => {
    if (name !== pinCall) return request === undefined ? null : JSON.stringify(request);
    const { question, pin } = request as { question: number; pin: Uint8Array };
    const body = new Uint8Array(4 + maskBytes + pin.length);
    new DataView(body.buffer).setUint32(0, question);
    const mask = crypto.getRandomValues(body.subarray(4, 4 + maskBytes));
    for (let at = 0; at < pin.length; at += 1) body[4 + maskBytes + at] = (pin[at] ?? 0) ^ (mask[at] ?? 0);
    pin.fill(0);
    return body;
  };
  return {
    async send(name, request) {
      const body = encode(name, request);
      const sending = fetch(`/call/${window}?name=${name}`, { method: 'POST', body });
      const response = await sending;
      if (body instanceof Uint8Array) body.fill(0);
      return (await response.json()) as CallResult<unknown>;
    },
    listen(name, listener) {
      const heard = listeners.get(name) ?? new Set();
      listeners.set(name, heard.add(listener));
      return () => void heard.delete(listener);
    },
    droppedPaths: () => [],
  };
}
