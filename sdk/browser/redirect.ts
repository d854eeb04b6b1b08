import { BODY_BYTES, BRIDGE_PORTS, CHALLENGE_NONCE, COMPACT_JWS, REDIRECT_URI_LENGTH, STATE } from './contract.js';
import { isFramed, listen, type Environment } from './environment.js';
import { failure, unreachable, type MadoguchiError } from './errors.js';
import { bounded, TimeIsUp } from './waiting.js';

/** Where a redirect comes back to. */
export interface RedirectTarget {
  /**
   * Absolute `https:` URL of the service, without user name and fragment, written as the browser would serialise it. At most
   * 1024 characters. The answer is posted there as a form, and its origin is who asks.
   */
  readonly redirectUri: string;
  /** 22 to 128 characters of base64url, at least 128 random bits, made by the service for this one navigation. */
  readonly state: string;
}

/** What a redirect asks: unsigned for a log-in and nothing else, signed for anything. */
export type RedirectRequest = RedirectTarget &
  (
    | {
        /** As for `authenticate`. */
        readonly challengeNonce: string;
        readonly signedRequest?: undefined;
      }
    | {
        readonly challengeNonce?: undefined;
        /** Compact JWS of the service whose claims `redirect_uri` and `state` are those here. */
        readonly signedRequest: string;
      }
  ) & {
    /** Loopback port of the client. Default 41731. */
    readonly port?: number | undefined;
  };

/** A form as a page or a server writes it: method `post`, `application/x-www-form-urlencoded`. */
export interface RedirectForm {
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** Characters of a URL that the client takes in a request's head with room to spare. */
const URL_LENGTH = 4_000;
/** Milliseconds after which a page that is still there was not left. */
const LEAVING_TIMEOUT = 30_000;

/**
 * The redirect as a form, of any length: for a page without script, or a signed request with contents in it. The page's
 * Content Security Policy must permit `http://127.0.0.1:*` in `form-action`.
 * @throws MadoguchiError `ERR_ORIGIN_REDIRECT_URI`, `ERR_PROTOCOL_MALFORMED`, `ERR_PROTOCOL_BODY_TOO_LARGE`
 */
export function redirectForm(request: RedirectRequest): RedirectForm {
  const { redirectUri, state, port = BRIDGE_PORTS[0] } = request;
  if (!isPlainUri(redirectUri)) throw failure('ERR_ORIGIN_REDIRECT_URI', 'redirectUri is not acceptable');
  checkForm(STATE, state, 'state');
  const asked: Record<string, string> =
    request.signedRequest === undefined
      ? { challenge_nonce: checkForm(CHALLENGE_NONCE, request.challengeNonce, 'challengeNonce') }
      : { request: checkForm(COMPACT_JWS, request.signedRequest, 'signedRequest') };
  const fields = { redirect_uri: redirectUri, state, ...asked };
  if (new URLSearchParams(fields).toString().length > BODY_BYTES) {
    throw failure('ERR_PROTOCOL_BODY_TOO_LARGE', `a request has at most ${BODY_BYTES} bytes`);
  }
  return { action: `http://127.0.0.1:${port}/v1/authorize`, fields };
}

/**
 * The redirect as a URL: for a link, or the `Location` of a service's answer.
 * @throws MadoguchiError as `redirectForm`; also `ERR_PROTOCOL_BODY_TOO_LARGE` where only a form can carry the request
 */
export function redirectUrl(request: RedirectRequest): string {
  const url = urlOf(redirectForm(request));
  if (url.length > URL_LENGTH) throw failure('ERR_PROTOCOL_BODY_TOO_LARGE', 'too long for a URL; use redirectForm');
  return url;
}

function urlOf({ action, fields }: RedirectForm): string {
  return `${action}?${new URLSearchParams(fields).toString()}`;
}

function checkForm(form: RegExp, value: string, name: string): string {
  if (form.test(value)) return value;
  throw failure('ERR_PROTOCOL_MALFORMED', `${name} does not follow the contract`);
}

/** Absolute, its own serialisation, without user name, password and fragment. */
function isPlainUri(uri: string): boolean {
  try {
    const { href, origin, protocol } = new URL(uri);
    const isWeb = protocol === 'https:' || protocol === 'http:';
    return (
      isWeb && href === uri && uri.startsWith(`${origin}/`) && !uri.includes('#') && uri.length <= REDIRECT_URI_LENGTH
    );
  } catch {
    return false;
  }
}

/** Whether this page can be left for the client: not from a worker, and not from within a frame. */
export function canLeave(environment: Environment): boolean {
  const { document, location } = environment;
  return document !== undefined && location?.assign !== undefined && !isFramed(environment);
}

/**
 * Leaves the page. Rejects only if the page stays or comes back.
 * @throws MadoguchiError `ERR_PROTOCOL_UNREACHABLE` where the page is still there, `ERR_USER_CANCELLED` where the person came
 * back to it; the reason of `signal` when it aborts
 */
export async function leavePage(
  environment: Environment,
  form: RedirectForm,
  signal: AbortSignal | undefined,
): Promise<never> {
  const stop = { listening: (): void => undefined };
  try {
    return await bounded(
      LEAVING_TIMEOUT,
      signal,
      () =>
        new Promise<never>((_, reject) => {
          stop.listening = listen(environment, 'pageshow', (event) => {
            if ((event as PageTransitionEvent).persisted) reject(cameBack());
          });
          navigate(environment, form);
        }),
    );
  } catch (thrown) {
    throw thrown instanceof TimeIsUp ? unreachable(thrown, { hint: 'page-not-left' }) : thrown;
  } finally {
    stop.listening();
  }
}

function cameBack(): MadoguchiError {
  return failure('ERR_USER_CANCELLED', 'the person came back to the page', { retriable: true });
}

function navigate({ document, location }: Environment, form: RedirectForm): void {
  const url = urlOf(form);
  if (url.length <= URL_LENGTH) {
    location?.assign?.(url);
    return;
  }
  if (document === undefined) return;
  const element = document.createElement('form');
  element.method = 'post';
  element.action = form.action;
  element.hidden = true;
  for (const [name, value] of Object.entries(form.fields)) {
    const input = document.createElement('input');
    input.type = 'hidden';
    input.name = name;
    input.value = value;
    element.append(input);
  }
  document.body.append(element);
  element.submit();
}
