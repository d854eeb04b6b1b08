import { setTimeout as delay } from 'node:timers/promises';
import type { ExtensionBridge } from '../core/bridge/bridge.js';
import { ClientError, toClientError } from '../core/errors.js';
import { startBridgeListener, type BridgeListener, type BridgeListenerOptions } from './bridge-listener/index.js';
import { startBridgeSocket, type BridgeSocket } from './bridge-socket/index.js';

export interface BridgeEndpointOptions extends BridgeListenerOptions {
  readonly bridge: ExtensionBridge;
  readonly stateDirectory: string;
}

/** Where the bridge is open: over loopback and to the extension, or to the extension alone. */
export interface BridgeEndpoints extends Omit<BridgeListener, 'port'> {
  /** Undefined as long as other users' clients or other programs have every port. */
  readonly port: number | undefined;
}

export interface ExtensionAloneOptions extends BridgeEndpointOptions {
  /** How long it takes until the ports are tried again, in milliseconds. */
  readonly retryMilliseconds?: number;
}

const RETRY_MILLISECONDS = 30_000;

/** For what is under way when there is no listener to wait for it, in milliseconds. */
const CLOSE_GRACE = 1_000;

/**
 * Opens the bridge to web pages over loopback and to the browser extension over this user's socket. Where the socket
 * cannot be had, for another client has it or its place is not this user's own, the pages of the other route are served.
 * @throws as `startBridgeListener`
 */
export async function openBridgeEndpoints(options: BridgeEndpointOptions): Promise<BridgeListener> {
  const listener = await startBridgeListener(options);
  const socket = await openSocket(options);
  return {
    ...listener,
    async close() {
      // Ends the sessions first, so that hosts hear of it.
      await listener.close();
      await socket?.close();
    },
  };
}

/**
 * The same where more users than ports share a PC: without a free port the extension alone is served, and the ports are
 * tried again from time to time.
 * @throws as `startBridgeListener`; `ERR_PROTOCOL_BUSY` only where the socket cannot be had either
 */
export async function openEndpointsWherePossible(options: ExtensionAloneOptions): Promise<BridgeEndpoints> {
  try {
    return await openBridgeEndpoints(options);
  } catch (thrown) {
    const socket = isBusy(thrown) ? await openSocket(options) : undefined;
    if (socket === undefined) throw thrown;
    options.log.event('bridge.no-port');
    return new ExtensionAlone(options, socket);
  }
}

/** The extension's route, and that over loopback once a port is free. */
class ExtensionAlone implements BridgeEndpoints {
  readonly #options: ExtensionAloneOptions;
  readonly #socket: BridgeSocket;
  readonly #closing = new AbortController();
  readonly #trying: Promise<void>;
  #listener: BridgeListener | undefined;

  constructor(options: ExtensionAloneOptions, socket: BridgeSocket) {
    this.#options = options;
    this.#socket = socket;
    this.#trying = this.#tryAgain();
  }

  get port(): number | undefined {
    return this.#listener?.port;
  }

  get addresses(): readonly string[] {
    return this.#listener?.addresses ?? [];
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#trying;
    if (this.#listener) await this.#listener.close();
    else await Promise.race([this.#options.bridge.close(), delay(CLOSE_GRACE, undefined, { ref: false })]);
    await this.#socket.close();
  }

  async #tryAgain(): Promise<void> {
    const { retryMilliseconds = RETRY_MILLISECONDS } = this.#options;
    const { signal } = this.#closing;
    const waited = (): Promise<boolean> => delay(retryMilliseconds, true, { ref: false, signal }).catch(() => false);
    while (this.#listener === undefined && (await waited())) this.#listener = await this.#tryToListen();
  }

  async #tryToListen(): Promise<BridgeListener | undefined> {
    try {
      return await startBridgeListener(this.#options);
    } catch (thrown) {
      if (!isBusy(thrown)) this.#options.log.event('bridge.unavailable', { code: toClientError(thrown).code });
      return undefined;
    }
  }
}

function isBusy(thrown: unknown): boolean {
  return thrown instanceof ClientError && thrown.code === 'ERR_PROTOCOL_BUSY';
}

async function openSocket({ bridge, log, stateDirectory }: BridgeEndpointOptions): Promise<BridgeSocket | undefined> {
  try {
    const { env: environment, platform } = process;
    return await startBridgeSocket({ bridge, log, stateDirectory, environment, platform });
  } catch {
    log.event('bridge.socket.unavailable');
    return undefined;
  }
}
