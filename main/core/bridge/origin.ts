import { LIMITS } from '../../../sdk/protocol/index.js';
import { ClientError } from '../errors.js';
import { decodePunycode } from './punycode.js';
import { isReadableLabel } from './readable-label.js';

/** Who may ask. */
export interface OriginSettings {
  /** `http:` origins on this PC's own loopback names may ask too. */
  readonly developerMode: boolean;
  /**
   * An administrator's list of serialised origins. It only narrows: an origin on it that the other rules refuse stays
   * refused. Undefined: no list; empty: nobody may ask.
   */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** An administrator's list of those that may not ask, which goes before the other; `*`: nobody may. */
  readonly blockedOrigins?: readonly string[] | undefined;
}

/**
 * The serialisation of a tuple origin (HTML Standard §7.1.1) in a stricter form: host names of letters, digits, hyphens,
 * underscores and dots only, which are the names a publicly trusted certificate can carry.
 */
const SERIALISED_ORIGIN = /^https?:\/\/(?:[a-z0-9._-]+|\[[0-9a-f:]+\])(?::[0-9]{1,5})?$/;

/** No other name is loopback by definition in every browser and resolver. */
const LOOPBACK_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/**
 * The origin of a request as its transport reported it (`Origin` header), if it is a serialised `https:` or `http:`
 * origin to the letter.
 * @throws ClientError `ERR_ORIGIN_MISSING` for absent and opaque (`null`) origins, `ERR_ORIGIN_NOT_ALLOWED` for
 * everything that is not its own serialisation.
 */
export function parseRequestOrigin(value: string | undefined): string {
  if (value === undefined || value === '' || value === 'null') {
    throw new ClientError('ERR_ORIGIN_MISSING', 'the request names no origin');
  }
  if (value.length > LIMITS.originLength || !SERIALISED_ORIGIN.test(value) || !isItsOwnSerialisation(value)) {
    throw notAllowed();
  }
  return value;
}

/**
 * The origin that a request may act for.
 * @throws ClientError as `parseRequestOrigin`; `ERR_ORIGIN_NOT_ALLOWED` for `http:` outside developer mode's loopback
 * names; `ERR_POLICY_ORIGIN` where an administrator's list leaves the origin out, or blocks it.
 */
export function authorizeOrigin(value: string | undefined, settings: OriginSettings): string {
  const origin = parseRequestOrigin(value);
  const { protocol, hostname } = new URL(origin);
  if (protocol !== 'https:' && !(settings.developerMode && LOOPBACK_HOSTS.includes(hostname))) throw notAllowed();
  const { allowedOrigins, blockedOrigins = [] } = settings;
  const isBlocked = blockedOrigins.includes(origin) || blockedOrigins.includes('*');
  if (isBlocked || (allowedOrigins !== undefined && !allowedOrigins.includes(origin))) {
    throw new ClientError('ERR_POLICY_ORIGIN', 'an administrator of this PC has not allowed this origin');
  }
  return origin;
}

/**
 * `origin` with its host in Unicode (IDNA), where that differs and can be shown to a person: each of its labels is what it
 * looks like. Otherwise undefined, and the ASCII form is the only one.
 */
export function unicodeOrigin(origin: string): string | undefined {
  const unicode = decodedOrigin(origin);
  if (unicode === undefined) return undefined;
  const labels = new URL(origin).hostname.split('.').filter((label) => label.startsWith('xn--'));
  return labels.every((label) => isReadableLabel(unicodeLabel(label))) ? unicode : undefined;
}

/**
 * `origin` with its host in Unicode, whatever that looks like: to compare and to search, not to show. Undefined where it
 * does not differ, or would not name the very same origin.
 */
export function decodedOrigin(origin: string): string | undefined {
  if (!origin.includes('xn--')) return undefined;
  const { hostname } = new URL(origin);
  const unicode = origin.replace(hostname, hostname.split('.').map(unicodeLabel).join('.'));
  return unicode !== origin && URL.canParse(unicode) && new URL(unicode).origin === origin ? unicode : undefined;
}

function unicodeLabel(label: string): string {
  return label.startsWith('xn--') ? (decodePunycode(label.slice('xn--'.length)) ?? label) : label;
}

function isItsOwnSerialisation(value: string): boolean {
  return URL.canParse(value) && new URL(value).origin === value;
}

function notAllowed(): ClientError {
  return new ClientError('ERR_ORIGIN_NOT_ALLOWED', 'this origin may not ask');
}
