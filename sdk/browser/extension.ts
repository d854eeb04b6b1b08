import { readEnvelope } from './answers.js';
import type { BridgeCall, CallLimits, Channel } from './channel.js';
import { CHROMIUM_EXTENSION_ID } from './contract.js';
import { isWebKit, listen, type Environment, type ExtensionPort } from './environment.js';
import { MadoguchiError, unreachable } from './errors.js';
import { bounded } from './waiting.js';

/** Milliseconds for the extension to say that it is there. */
interface PresenceTimeouts {
  /** Where the browser says at once if it is not; its worker may have to start. */
  readonly port: number;
  /** Where silence is the only sign that it is not. */
  readonly window: number;
}
const PRESENCE_TIMEOUTS: PresenceTimeouts = { port: 2_000, window: 500 };

/** Carries messages to the extension; the answers and the end arrive at its `ExtensionChannel`. */
interface Wire {
  post(message: object): void;
  close(): void;
}

type Message = Readonly<Record<string, unknown>>;

interface Waiting {
  readonly resolve: (answer: Message) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The browser extension, if there is one that answers this page.
 * @param timeout milliseconds to wait for it, in place of what fits the browser
 * @throws the reason of `signal` when it aborts
 */
export async function findExtension(
  environment: Environment,
  { timeout, signal }: { readonly timeout: number | undefined; readonly signal: AbortSignal | undefined },
): Promise<Channel | undefined> {
  const channel = new ExtensionChannel();
  try {
    const opened = openWire(environment, channel);
    if (opened === undefined) return undefined;
    channel.wire = opened.wire;
    await channel.ping({ timeout: timeout ?? PRESENCE_TIMEOUTS[opened.kind], signal });
    return channel;
  } catch {
    channel.close();
    signal?.throwIfAborted();
    return undefined;
  }
}

function openWire(
  environment: Environment,
  channel: ExtensionChannel,
): { readonly kind: keyof PresenceTimeouts; readonly wire: Wire } | undefined {
  const { chrome, location, document } = environment;
  if (chrome?.runtime?.connect !== undefined) {
    const port = chrome.runtime.connect(CHROMIUM_EXTENSION_ID, { name: 'madoguchi' });
    return { kind: 'port', wire: portWire(environment, port, channel) };
  }
  // Chrome gives `runtime` to pages that an extension listens to, and to no others; for WebKit there is no extension.
  const isPage = document !== undefined && location !== undefined && environment.postMessage !== undefined;
  return isPage && chrome === undefined && !isWebKit(environment)
    ? { kind: 'window', wire: windowWire(environment, channel) }
    : undefined;
}

/** Chrome and Edge: a port, whose end tells the extension that the page is gone. */
function portWire(environment: Environment, port: ExtensionPort, channel: ExtensionChannel): Wire {
  port.onMessage.addListener((message) => channel.receive(message));
  // A browser reports a `lastError` that nobody looks at.
  port.onDisconnect.addListener(() => channel.end(environment.chrome?.runtime?.lastError));
  return { post: (message) => port.postMessage(message), close: () => port.disconnect() };
}

/** Firefox: messages to the page's own window, which the extension's content script hears and answers. */
function windowWire(environment: Environment, channel: ExtensionChannel): Wire {
  const stop = listen(environment, 'message', (event) => {
    const { source, origin, data } = event as MessageEvent<unknown>;
    // Frames and openers may post here too; only what came from this window can be the content script's.
    if (source !== environment.self || origin !== environment.origin) return;
    if ((data as { to?: unknown } | null)?.to === 'page') channel.receive(data);
  });
  return {
    post: (message) => environment.postMessage?.({ ...message, to: 'extension' }, environment.origin ?? ''),
    close: stop,
  };
}

/** Calls and answers, matched by number. */
class ExtensionChannel implements Channel {
  readonly route = 'extension';
  wire: Wire | undefined;
  readonly #waiting = new Map<unknown, Waiting>();
  #isOver = false;

  async ping(limits: CallLimits): Promise<void> {
    await this.#exchange({ ping: true }, limits);
  }

  async call(call: BridgeCall, limits: CallLimits): Promise<unknown> {
    const { envelope } = await this.#exchange({ call }, limits);
    return readEnvelope(envelope);
  }

  close(): void {
    this.end();
    this.wire?.close();
  }

  /** A message from the other side; what is no answer to a call under way is none. */
  receive(unverifiedMessage: unknown): void {
    const message = (unverifiedMessage ?? {}) as Message;
    if (message['madoguchi'] === 1) this.#waiting.get(message['id'])?.resolve(message);
  }

  /** The other side is gone. */
  end(cause?: unknown): void {
    this.#isOver = true;
    for (const { reject } of this.#waiting.values()) reject(unreachable(cause));
  }

  async #exchange(content: object, { timeout, signal }: CallLimits): Promise<Message> {
    const id = nextId++;
    try {
      return await bounded(timeout, signal, () => this.#send(id, content));
    } catch (thrown) {
      signal?.throwIfAborted();
      throw thrown instanceof MadoguchiError ? thrown : unreachable(thrown);
    } finally {
      this.#waiting.delete(id);
    }
  }

  #send(id: number, content: object): Promise<Message> {
    return new Promise((resolve, reject) => {
      if (this.#isOver) throw unreachable();
      this.#waiting.set(id, { resolve, reject });
      this.wire?.post({ madoguchi: 1, id, ...content });
    });
  }
}

/** All channels of a page, and a second copy of this package, hear each other's answers on the window. */
let nextId = Math.floor(Math.random() * 2 ** 48);
