import { BRIDGE_PORTS, PROTOCOL_HEADER, PROTOCOL_VERSION } from './contract.js';
import { malformedAnswer, MadoguchiError, unreachable } from './errors.js';
import { readEnvelope, readStatus } from './answers.js';
import type { StatusResult } from '../protocol/index.js';

export interface TransportOptions {
  /** Loopback ports to try, in order. */
  readonly ports?: readonly number[];
  /**
   * Milliseconds to wait until the client answers at all. A browser that asks the person for permission first keeps the
   * request waiting and has no limit of its own. Default 60000.
   */
  readonly timeoutMilliseconds?: number;
  /** In place of the global `fetch`. */
  readonly fetch?: typeof fetch;
}

export interface Exchange {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: string;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the exchange is given up. */
  readonly timeout: number;
  /** Lets the request outlive the page. */
  readonly keepalive?: boolean;
}

/** One client on this PC, found by its port. */
export interface FoundClient {
  readonly port: number;
  readonly status: StatusResult;
}

const DEFAULT_TIMEOUT = 60_000;
/** Head start of each port over the next, in milliseconds: a client is nearly always on the first. */
const PORT_STAGGER = 250;

/** HTTP exchanges with the client on this PC. */
export class Transport {
  readonly #options: TransportOptions;
  #lastPort: number | undefined;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /**
   * Finds the client: each port is asked a little later than the one before, the first valid answer counts.
   * @throws MadoguchiError `ERR_PROTOCOL_UNREACHABLE`, `ERR_PROTOCOL_VERSION`; the reason of `signal` when it aborts
   */
  async find(signal?: AbortSignal): Promise<FoundClient> {
    const { ports = BRIDGE_PORTS, timeoutMilliseconds: timeout = DEFAULT_TIMEOUT } = this.#options;
    const first = ports.filter((port) => port === this.#lastPort);
    const order = [...first, ...ports.filter((port) => port !== this.#lastPort)];
    const over = new AbortController();
    const searching = anySignal(over.signal, signal);
    try {
      const found = await Promise.any(
        order.map(async (port, index) => {
          await sleep(index * PORT_STAGGER, searching);
          const exchange = { method: 'GET', path: '/v1/status', signal: searching, timeout } as const;
          return { port, status: readStatus(await this.exchange(port, exchange)) };
        }),
      );
      this.#lastPort = found.port;
      if (!found.status.protocolVersions.includes(PROTOCOL_VERSION)) throw unsupportedVersion();
      return found;
    } catch (thrown) {
      signal?.throwIfAborted();
      throw thrown instanceof AggregateError ? unreachable(thrown) : thrown;
    } finally {
      over.abort();
    }
  }

  /**
   * One request and its answer's result.
   * @throws MadoguchiError the error in the answer, `ERR_PROTOCOL_UNREACHABLE` where there is no answer in time,
   * `ERR_PROTOCOL_MALFORMED` where it is none of the contract's; the reason of `signal` when it aborts
   */
  async exchange(port: number, { path, signal, timeout, ...request }: Exchange): Promise<unknown> {
    const send = this.#options.fetch ?? globalThis.fetch.bind(globalThis);
    try {
      const response = await send(`http://127.0.0.1:${port}${path}`, {
        ...request,
        headers: headersOf(path, request.body),
        signal: anySignal(AbortSignal.timeout(timeout), signal),
        mode: 'cors',
        credentials: 'omit',
        cache: 'no-store',
        redirect: 'error',
        referrerPolicy: 'no-referrer',
      });
      return readEnvelope(await response.json());
    } catch (thrown) {
      signal?.throwIfAborted();
      if (thrown instanceof MadoguchiError) throw thrown;
      throw thrown instanceof SyntaxError ? malformedAnswer(thrown) : unreachable(thrown);
    }
  }
}

/** Resolves after `milliseconds`; rejects with the signal's reason as soon as it aborts. */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, milliseconds);
    if (signal?.aborted === true) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}

/** `GET /v1/status` goes without headers of its own, so that it needs no preflight. */
function headersOf(path: string, body: string | undefined): Record<string, string> {
  if (path === '/v1/status') return {};
  return {
    [PROTOCOL_HEADER]: String(PROTOCOL_VERSION),
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
  };
}

function anySignal(own: AbortSignal, callers: AbortSignal | undefined): AbortSignal {
  return callers === undefined ? own : AbortSignal.any([own, callers]);
}

function unsupportedVersion(): MadoguchiError {
  const message = 'the client on this PC speaks another version of the protocol';
  return new MadoguchiError({ code: 'ERR_PROTOCOL_VERSION', message, retriable: false, details: {} });
}
