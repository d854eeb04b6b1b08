import { base64url } from 'jose';
import { stateSchema, type SessionOutput, type WireError } from '../protocol/index.js';
import { createChallengeNonce } from './challenge-nonce.js';
import { digestText, OneTimeRegister, requireLifetime, requireSession } from './one-time-register.js';
import type { OneTimeStore } from './one-time-store.js';
import { parseRedirectResponse, readRedirectForm, type FormHead, type RedirectForm } from './redirect-form.js';
import { continuePage, refusal, seeOther } from './redirect-responses.js';
import { authorizeUrl, CALLBACK_PARAMETERS, continuation, requireRedirectUri } from './redirect-uri.js';
import { VerificationError } from './verification-error.js';

export interface RedirectRouteOptions {
  /** Where the client sends the answer: the address under which `handle` is reached. An https URL, its own serialisation. */
  readonly redirectUri: string;
  readonly store: OneTimeStore;
  /**
   * From the start until the answer arrives, 1 to 3600. Default 600: the person may take five minutes over the consent
   * alone.
   */
  readonly lifetimeSeconds?: number;
  /**
   * `lax`, the default: the session cookie has `SameSite=Lax`, and the callback answers the form with a 303. `strict`: it
   * has `SameSite=Strict`, which no browser sends after that 303; the callback answers with a page that goes on by itself.
   */
  readonly sessionCookie?: 'lax' | 'strict';
  /** Milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number;
}

export interface StartRedirectOptions {
  /** One of `BRIDGE_PORTS`. Default: the first. */
  readonly clientPort?: number;
  /**
   * Makes the signed request (`signOperationRequest`) that says what is asked for, with these values in it. Left out, the
   * person is asked to log in, and told that the asker is not confirmed.
   */
  readonly signRequest?: (binding: RedirectBinding) => string | Promise<string>;
}

/** What a signed request on this route repeats. */
export interface RedirectBinding {
  readonly redirectUri: string;
  readonly state: string;
  /** For `authenticate`, and wherever the request has `encryptTo`. */
  readonly challengeNonce: string;
}

export interface StartedRedirect {
  /** Send the browser there as a top-level navigation: `303`, or `location.assign`. */
  readonly url: string;
  readonly state: string;
  readonly challengeNonce: string;
}

/** Finds the visitor's session; undefined where the request has none. Called for the GET alone. */
export type SessionOf<Message> = (request: Message) => string | undefined | Promise<string | undefined>;

/** How a request to the callback ends, if not with a `VerificationError`. */
export type RedirectOutcome =
  { readonly status: 'respond'; /** Send it as it is. */ readonly response: Response } | RedirectResult;

/** What came of the redirect that this session started. Delivered once; answer with a redirect to a page of your own. */
export type RedirectResult =
  | {
      readonly status: 'completed';
      readonly session: string;
      /** The one this redirect was started with, used up with it. */
      readonly challengeNonce: string;
      /** Unverified: hand a token to `validateAuthenticationToken`, a JWE to the verifier. */
      readonly output: SessionOutput;
    }
  | {
      readonly status: 'failed';
      readonly session: string;
      /** Why the client gave nothing. */ readonly error: WireError;
    };

/** A request as an adapter for another kind of server hands it over. */
export interface CallbackMessage extends FormHead {
  readonly method: string;
  /** The query, with or without `?`. */
  readonly query: string;
  /** Read for POST only, and not beyond its bound. */
  readonly body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** The service's side of the redirect route: both ends of the way through the client. */
export interface RedirectRoute {
  /**
   * Starts a redirect for `session`, what tells one visitor's session from another's: secret, and the same in the callback.
   * The visitor needs to have it before leaving, logged in or not.
   */
  start(session: string, options?: StartRedirectOptions): Promise<StartedRedirect>;
  /**
   * Answers GET and POST at `redirectUri`.
   * @throws VerificationError `ERR_PROTOCOL_STATE` where the result is not this session's, was not brought by this browser,
   * is too old or was used
   */
  handle(request: Request, sessionOf: SessionOf<Request>): Promise<RedirectOutcome>;
  /** The same for an adapter. */
  answer(message: CallbackMessage, session: () => ReturnType<SessionOf<unknown>>): Promise<RedirectOutcome>;
}

/** `state` of a redirect: 256 random bits, base64url. */
export function createRedirectState(): string {
  return base64url.encode(globalThis.crypto.getRandomValues(new Uint8Array(32)));
}

/**
 * The redirect route of one `redirect_uri`. The client has the browser post its answer across sites, so that the POST comes
 * without the session's cookie. It is therefore only put by, under `state`, and the browser that brought it is sent on to a
 * GET with a `code` that nobody else was told. That GET delivers the answer where the session is the one that made `state`.
 * Either alone is not enough: with the session alone, someone could start a login here, have another person finish it, and
 * fetch the result; with the code alone, that other person would find themselves in the first one's session.
 * @throws TypeError where the options are not as described
 */
export function createRedirectRoute(options: RedirectRouteOptions): RedirectRoute {
  const core = new RedirectCore(options);
  return {
    start: (session, startOptions = {}) => core.start(session, startOptions),
    answer: (message, session) => core.answer(message, session),
    handle: (request, sessionOf) => {
      const message = {
        method: request.method,
        query: new URL(request.url).search,
        contentType: request.headers.get('content-type'),
        contentLength: request.headers.get('content-length'),
        body: chunks(request.body),
      };
      return core.answer(message, () => sessionOf(request));
    },
  };
}

/** Seconds from the form to the GET, which the browser sends at once. */
const CONTINUATION_SECONDS = 60;

/** What is known of a redirect from its start on. */
interface PendingRedirect {
  /** Of the session, so that the store cannot be used to take one over. */
  readonly sessionDigest: string;
  readonly challengeNonce: string;
}

interface AnsweredRedirect extends PendingRedirect {
  readonly response: string;
}

class RedirectCore {
  readonly #redirectUri: string;
  readonly #sessionCookie: 'lax' | 'strict';
  /** By `state`. */
  readonly #pending: OneTimeRegister;
  /** By `state` and code. */
  readonly #answered: OneTimeRegister;

  constructor({
    redirectUri,
    store,
    lifetimeSeconds = 600,
    sessionCookie = 'lax',
    now = Date.now,
  }: RedirectRouteOptions) {
    requireRedirectUri(redirectUri);
    requireLifetime(lifetimeSeconds);
    this.#redirectUri = redirectUri;
    this.#sessionCookie = sessionCookie;
    this.#pending = new OneTimeRegister({ store, purpose: 'redirect', lifetime: lifetimeSeconds, now });
    this.#answered = new OneTimeRegister({ store, purpose: 'redirect-answer', lifetime: CONTINUATION_SECONDS, now });
  }

  async start(session: string, { clientPort, signRequest }: StartRedirectOptions): Promise<StartedRedirect> {
    requireSession(session);
    const redirectUri = this.#redirectUri;
    const state = createRedirectState();
    const challengeNonce = createChallengeNonce();
    const target = { redirect_uri: redirectUri, state };
    const query = signRequest
      ? { ...target, request: await signRequest({ redirectUri, state, challengeNonce }) }
      : { ...target, challenge_nonce: challengeNonce };
    const url = authorizeUrl(query, clientPort);
    const pending: PendingRedirect = { sessionDigest: await digestText(session), challengeNonce };
    await this.#pending.enter([redirectUri, state], JSON.stringify(pending));
    return { url, state, challengeNonce };
  }

  async answer(message: CallbackMessage, session: () => ReturnType<SessionOf<unknown>>): Promise<RedirectOutcome> {
    switch (message.method) {
      case 'POST':
        return { status: 'respond', response: await this.#putBy(message) };
      case 'GET':
        return this.#deliver(message.query, session);
      default:
        return { status: 'respond', response: refusal(405) };
    }
  }

  /** Answers alike whether or not `state` is waited for: that is for the session to learn, in the GET. */
  async #putBy(message: CallbackMessage): Promise<Response> {
    const form = await readRedirectForm(message, message.body);
    if (typeof form === 'number') return refusal(form);
    const code = createRedirectState();
    await this.#enterAnswer(form, code);
    const location = continuation(this.#redirectUri, { state: form.state, code });
    return this.#sessionCookie === 'strict' ? continuePage(location) : seeOther(location);
  }

  /** Only for a redirect that was started, so that strangers cannot fill the store; the first form for it counts. */
  async #enterAnswer({ state, response }: RedirectForm, code: string): Promise<void> {
    const kept = await this.#pending.redeem([this.#redirectUri, state]);
    if (kept === undefined) return;
    const answered: AnsweredRedirect = { ...(JSON.parse(kept) as PendingRedirect), response };
    await this.#answered.enter([this.#redirectUri, state, code], JSON.stringify(answered));
  }

  async #deliver(query: string, session: () => ReturnType<SessionOf<unknown>>): Promise<RedirectResult> {
    const name = readContinuation(query);
    // Used up before the session is looked at: where it is the wrong one, the address has been seen by a stranger.
    const kept = name && (await this.#answered.redeem([this.#redirectUri, ...name]));
    if (kept === undefined) throw new VerificationError('ERR_PROTOCOL_STATE');
    const { sessionDigest, challengeNonce, response } = JSON.parse(kept) as AnsweredRedirect;
    const owner = await session();
    if (!owner || (await digestText(owner)) !== sessionDigest) throw new VerificationError('ERR_PROTOCOL_STATE');
    const envelope = parseRedirectResponse(response);
    if (envelope === undefined) throw new VerificationError('ERR_PROTOCOL_STATE');
    return envelope.ok
      ? { status: 'completed', session: owner, challengeNonce, output: envelope.result }
      : { status: 'failed', session: owner, error: envelope.error };
  }
}

/** `state` and `code`, once each. */
function readContinuation(query: string): readonly [string, string] | undefined {
  const parameters = new URLSearchParams(query);
  const [state, ...moreStates] = parameters.getAll(CALLBACK_PARAMETERS.state);
  const [code, ...moreCodes] = parameters.getAll(CALLBACK_PARAMETERS.code);
  const isOnce = moreStates.length === 0 && moreCodes.length === 0;
  const isForm = stateSchema.safeParse(state).success && stateSchema.safeParse(code).success;
  return isOnce && isForm && state !== undefined && code !== undefined ? [state, code] : undefined;
}

async function* chunks(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}
