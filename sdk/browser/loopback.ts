import type { StatusResult } from '../protocol/index.js';
import { readEnvelope, readStatus } from './answers.js';
import { ANSWER_TIMEOUT, type BridgeCall, type CallLimits, type Channel } from './channel.js';
import type { Content } from './content.js';
import { BRIDGE_PORTS, PROTOCOL_HEADER, PROTOCOL_VERSION } from './contract.js';
import type { Environment } from './environment.js';
import { malformedAnswer, MadoguchiError, unreachable } from './errors.js';
import {
  asksPerson,
  explainFailure,
  permissionState,
  refusedOrigin,
  watchContentSecurityPolicy,
} from './local-network.js';
import { bounded, sleep, TimeIsUp, unlessAborted } from './waiting.js';

/** How the client is looked for on this PC's own address. */
export interface LoopbackOptions {
  /** Loopback ports to try, in order. Default 41731, 41732, 41733. */
  readonly ports?: readonly number[];
  /** In place of the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** Milliseconds for the first answer where the browser needs to ask nobody. Default 5000. */
  readonly answerTimeoutMilliseconds?: number;
  /**
   * Milliseconds for the first answer where the browser may be asking the person for permission, which itself has no limit.
   * Default 60000.
   */
  readonly permissionTimeoutMilliseconds?: number;
}

/** What one search for the client needs. */
export interface Search {
  readonly signal: AbortSignal | undefined;
  /** Called and awaited before the request that makes the browser ask the person. */
  readonly beforePrompt: () => void | Promise<void>;
}

/** A client found by its port. */
export interface FoundClient {
  readonly channel: Channel;
  readonly status: StatusResult;
}

const DEFAULT_ANSWER_TIMEOUT = 5_000;
const DEFAULT_PERMISSION_TIMEOUT = 60_000;
/** Head start of each port over the next, in milliseconds: a client is nearly always on the first. */
const PORT_STAGGER = 250;
const STATUS_PATH = '/v1/status';
const UPLOADS_PATH = '/v1/uploads';

interface Exchange extends CallLimits {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: string | Content;
  /** Lets the request outlive the page. */
  readonly keepalive?: boolean;
}

/** HTTP exchanges with the client on this PC. */
export class Loopback {
  readonly #options: LoopbackOptions;
  readonly #environment: Environment;
  #lastPort: number | undefined;

  constructor(options: LoopbackOptions, environment: Environment) {
    this.#options = options;
    this.#environment = environment;
  }

  /** Where the client was, or would be first. */
  get likelyPort(): number | undefined {
    return this.#lastPort ?? this.#ports[0];
  }

  get #ports(): readonly number[] {
    return this.#options.ports ?? BRIDGE_PORTS;
  }

  /**
   * Finds the client, having the browser ask the person for permission where it must.
   * @throws MadoguchiError what stood in the way; the reason of `signal` when it aborts
   */
  async find({ signal, beforePrompt }: Search): Promise<FoundClient> {
    const refusal = refusedOrigin(this.#environment);
    if (refusal !== undefined) throw refusal;
    const before = await permissionState(this.#environment, signal);
    if (asksPerson(before, this.#environment)) await unlessAborted(signal, beforePrompt);
    const policy = watchContentSecurityPolicy(this.#environment);
    const started = Date.now();
    try {
      return await this.#ask(this.#timeout(before === 'prompt' || before === 'unknown'), signal);
    } catch (thrown) {
      signal?.throwIfAborted();
      if (thrown instanceof MadoguchiError) throw thrown;
      throw await explainFailure(this.#environment, {
        timedOut: thrown instanceof TimeIsUp,
        elapsed: Date.now() - started,
        stoppedByPolicy: policy.stopped,
        cause: thrown,
        signal,
      });
    } finally {
      policy.stop();
    }
  }

  #timeout(mayAskPerson: boolean): number {
    const { answerTimeoutMilliseconds, permissionTimeoutMilliseconds } = this.#options;
    if (mayAskPerson) return permissionTimeoutMilliseconds ?? DEFAULT_PERMISSION_TIMEOUT;
    return answerTimeoutMilliseconds ?? DEFAULT_ANSWER_TIMEOUT;
  }

  /** Each port is asked a little later than the one before, or when that has failed; the first valid answer counts. */
  async #ask(timeout: number, signal: AbortSignal | undefined): Promise<FoundClient> {
    const first = this.#ports.filter((port) => port === this.#lastPort);
    const order = [...first, ...this.#ports.filter((port) => port !== this.#lastPort)];
    const found = await bounded(timeout, signal, (searching) => {
      const answers: Promise<{ readonly port: number; readonly status: StatusResult }>[] = [];
      for (const port of order) answers.push(this.#askPort(port, answers.at(-1), searching));
      return Promise.any(answers);
    });
    this.#lastPort = found.port;
    return { channel: this.#channel(found.port), status: found.status };
  }

  async #askPort(port: number, before: Promise<unknown> | undefined, signal: AbortSignal) {
    if (before !== undefined) {
      const failed = new Promise((resolve) => void before.catch(resolve));
      await Promise.race([sleep(PORT_STAGGER, signal), failed]);
    }
    const exchange = { method: 'GET', path: STATUS_PATH, signal, timeout: Infinity } as const;
    return { port, status: readStatus(await this.#exchange(port, exchange)) };
  }

  #channel(port: number): Channel {
    return {
      route: 'loopback',
      call: (call, limits) => this.#exchange(port, { ...httpRequest(call), ...limits }),
      upload: (body, limits) => this.#exchange(port, { method: 'POST', path: UPLOADS_PATH, body, ...limits }),
      discardUpload: (uploadId) =>
        this.#exchange(port, {
          method: 'DELETE',
          path: `${UPLOADS_PATH}/${uploadId}`,
          keepalive: true,
          timeout: ANSWER_TIMEOUT,
        }),
      close: () => undefined,
    };
  }

  async #exchange(port: number, { path, signal, timeout, ...request }: Exchange): Promise<unknown> {
    const send = this.#options.fetch ?? this.#environment.fetch?.bind(this.#environment);
    if (send === undefined) throw unreachable();
    try {
      return await bounded(timeout, signal, async (own) => {
        const response = await send(`http://127.0.0.1:${port}${path}`, {
          ...request,
          headers: headersOf(path, request.body),
          signal: own,
          mode: 'cors',
          credentials: 'omit',
          // With `no-store` a browser forgets the preflight too; the client itself forbids that its answers are stored.
          cache: path === STATUS_PATH ? 'no-store' : 'default',
          redirect: 'error',
          referrerPolicy: 'no-referrer',
        });
        return readEnvelope(await response.json());
      });
    } catch (thrown) {
      signal?.throwIfAborted();
      if (thrown instanceof MadoguchiError) throw thrown;
      throw thrown instanceof SyntaxError ? malformedAnswer(thrown) : unreachable(thrown);
    }
  }
}

function httpRequest(call: BridgeCall): Omit<Exchange, keyof CallLimits> {
  switch (call.method) {
    case 'status':
      return { method: 'GET', path: STATUS_PATH };
    case 'open':
      return { method: 'POST', path: '/v1/sessions', body: call.request };
    case 'poll': {
      const query = call.waitSeconds === 0 ? '' : `?wait=${call.waitSeconds}`;
      return { method: 'GET', path: `/v1/sessions/${call.sessionId}${query}` };
    }
    case 'cancel':
      return { method: 'DELETE', path: `/v1/sessions/${call.sessionId}`, keepalive: true };
  }
}

/** `GET /v1/status` goes without headers of its own, so that it needs no preflight and makes the browser ask the person. */
function headersOf(path: string, body: Exchange['body']): Record<string, string> {
  if (path === STATUS_PATH) return {};
  // A blob's own type would be sent otherwise.
  const type = typeof body === 'string' ? 'application/json' : 'application/octet-stream';
  return {
    [PROTOCOL_HEADER]: String(PROTOCOL_VERSION),
    ...(body === undefined ? {} : { 'Content-Type': type }),
  };
}
