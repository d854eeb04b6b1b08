import type {
  AuthenticationToken,
  OpenSessionRequestInput,
  SessionOutput,
  SignedItem,
  StatusResult,
} from '../protocol/index.js';
import { readSessionId, readSessionResult } from './answers.js';
import { encodeBody, encodeContents, type SignContent } from './content.js';
import { POLL_WAIT_SECONDS } from './contract.js';
import { malformedAnswer, MadoguchiError } from './errors.js';
import { sleep, Transport, type TransportOptions } from './transport.js';

export type ClientOptions = TransportOptions;

export interface CallOptions {
  /** Ends the call; a dialog that is open for it on the PC closes. The call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface AuthenticateOptions extends CallOptions {
  /** At least 256 random bits in base64, 44 to 128 characters, made by the web service for this one login. */
  readonly challengeNonce: string;
}

/** One thing to sign. */
export interface SignInput {
  /** Shown to the person, as a quotation of this site. At most 255 UTF-16 code units. */
  readonly name: string;
  readonly content: SignContent;
}

export interface SignOptions extends CallOptions {
  /** 1 to 20 items; the person agrees once and enters one PIN. All together fit into 1 MiB of base64. */
  readonly items: readonly SignInput[];
}

/** What a page can ask of the person's card. All calls reject with `MadoguchiError`. */
export interface MadoguchiClient {
  /** Whether the client is there. `ERR_PROTOCOL_UNREACHABLE` where it is not, or may not be asked. */
  readonly status: (options?: CallOptions) => Promise<StatusResult>;
  /**
   * Asks the person to log in. The token is bound to this page's origin and the nonce, and is good for nothing until the
   * web service has validated it (`madoguchi/verifier`).
   */
  readonly authenticate: (options: AuthenticateOptions) => Promise<AuthenticationToken>;
  /**
   * Asks the person to sign. Answers in the order of `items`, each with its own error or a `signature`: a detached CMS
   * SignedData (RFC 5652), DER in padded base64, to be stored or verified beside the content.
   */
  readonly sign: (options: SignOptions) => Promise<readonly SignedItem[]>;
}

/** Milliseconds for what the client answers without asking a person. */
const ANSWER_TIMEOUT = 15_000;
const POLL_TIMEOUT = POLL_WAIT_SECONDS * 1000 + 5_000;
/** A poll that fails on its way is repeated this often, this many milliseconds apart. */
const POLL_RETRIES = 3;
const POLL_RETRY_DELAY = 1_000;

/** A client with options of its own. Nothing is sent before the first call. */
export function createClient(options: ClientOptions = {}): MadoguchiClient {
  const transport = new Transport(options);
  return {
    async status({ signal } = {}) {
      return (await transport.find(signal)).status;
    },
    async authenticate({ challengeNonce, signal }) {
      const output = await runSession(transport, { operation: 'authenticate', challengeNonce }, signal);
      if (output.operation !== 'authenticate') throw malformedAnswer();
      return output.token;
    },
    async sign({ items, signal }) {
      const contents = await encodeContents(items.map(({ content }) => content));
      const named = items.map(({ name }, index) => ({ name, content: contents[index] ?? '' }));
      const output = await runSession(transport, { operation: 'sign', items: named }, signal);
      if (output.operation !== 'sign' || output.items.length !== items.length) throw malformedAnswer();
      return output.items;
    },
  };
}

/** From opening the session to its result. Whatever ends the call early ends the session too. */
async function runSession(
  transport: Transport,
  request: OpenSessionRequestInput,
  signal: AbortSignal | undefined,
): Promise<SessionOutput> {
  const body = encodeBody(request);
  const { port } = await transport.find(signal);
  // Without the caller's signal: an abort half-way would leave a session behind whose id nobody knows.
  const opened = await transport.exchange(port, {
    method: 'POST',
    path: '/v1/sessions',
    body,
    timeout: ANSWER_TIMEOUT,
  });
  const path = `/v1/sessions/${readSessionId(opened)}`;
  const cancel = (): void => {
    const deletion = transport.exchange(port, { method: 'DELETE', path, timeout: ANSWER_TIMEOUT, keepalive: true });
    // A session nobody asks for ends by itself; that it could not be ended sooner helps no caller.
    deletion.catch(() => undefined);
  };
  const page = pageEvents();
  page?.addEventListener('pagehide', cancel);
  signal?.addEventListener('abort', cancel);
  try {
    if (signal?.aborted === true) cancel();
    return await pollUntilDone(transport, { port, path, signal });
  } finally {
    page?.removeEventListener('pagehide', cancel);
    signal?.removeEventListener('abort', cancel);
  }
}

/** The page, where there is one: not in every worker, nor where a service renders its pages. */
function pageEvents(): EventTarget | undefined {
  return 'addEventListener' in globalThis ? globalThis : undefined;
}

interface OpenSession {
  readonly port: number;
  readonly path: string;
  readonly signal: AbortSignal | undefined;
}

async function pollUntilDone(transport: Transport, { port, path, signal }: OpenSession): Promise<SessionOutput> {
  const poll = { method: 'GET', path: `${path}?wait=${POLL_WAIT_SECONDS}`, signal, timeout: POLL_TIMEOUT } as const;
  for (let failures = 0; ;) {
    try {
      const result = readSessionResult(await transport.exchange(port, poll));
      if (result.status === 'done') return result.output;
      failures = 0;
    } catch (thrown) {
      const lost = thrown instanceof MadoguchiError && thrown.code === 'ERR_PROTOCOL_UNREACHABLE';
      if (!lost || ++failures > POLL_RETRIES) throw thrown;
      await sleep(POLL_RETRY_DELAY, signal);
    }
  }
}
