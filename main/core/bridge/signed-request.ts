import {
  LIMITS,
  signedRequestClaimsSchema,
  signedRequestHeaderSchema,
  type OperationRequest,
  type RegistryService,
  type SignedRequestClaims,
} from '../../../sdk/protocol/index.js';
import { ClientError } from '../errors.js';
import type { Clock, JoseCrypto } from '../ports.js';
import type { Asker } from './asker.js';
import { verifyCompactJws } from './compact-jws.js';
import type { ReplayGuard } from './replay-guard.js';
import { parseStrictJson } from './strict-json.js';

/** Where a redirect wants its answer, and under which `state`. */
export interface RedirectTarget {
  readonly redirectUri: string;
  readonly state: string;
}

/**
 * Seconds for which a `jti` has to be remembered: one that is issued by a fast clock is accepted before its `iat`, and by a
 * slow one after its `exp`.
 */
export const SIGNED_REQUEST_SECONDS = LIMITS.replaySeconds + 2 * LIMITS.clockSkewSeconds;

export interface SignedRequestEnvironment {
  readonly jose: JoseCrypto;
  readonly clock: Clock;
  /** Remembers for `SIGNED_REQUEST_SECONDS`. */
  readonly usedRequests: ReplayGuard;
}

export interface UnverifiedSignedRequest {
  /** Compact JWS. */
  readonly jws: string;
  /** The entry of the asker's origin; only its keys count. */
  readonly service: RegistryService | undefined;
  readonly asker: Asker;
  readonly redirect: RedirectTarget | undefined;
}

/**
 * The operation in a signed request (RFC 7515, RFC 8725), once everything about it holds: type, algorithm, key of the
 * registry entry, signature, audience, origin, times, first use.
 * @throws ClientError `ERR_PROTOCOL_REQUEST_SIGNATURE`, `ERR_PROTOCOL_REQUEST_CLAIMS`, `ERR_PROTOCOL_REPLAYED`
 */
export async function verifySignedRequest(
  { jose, clock, usedRequests }: SignedRequestEnvironment,
  { jws, service, asker, redirect }: UnverifiedSignedRequest,
): Promise<OperationRequest> {
  const expectation = {
    header: signedRequestHeaderSchema,
    keys: service?.keys ?? [],
    maxLength: LIMITS.bodyBytes,
  };
  const payload = await verifyCompactJws(jose, jws, expectation);
  if (!service || !payload) {
    throw new ClientError('ERR_PROTOCOL_REQUEST_SIGNATURE', 'the signed request is not signed by a key of its entry');
  }
  const claims = readClaims(payload);
  checkParties(claims, service, asker);
  checkTimes(claims, clock.now());
  checkRedirect(claims, redirect);
  // Last, so that nobody uses up another's `jti` with a request that is refused.
  if (!usedRequests.useOnce(service.id, claims.jti)) {
    throw new ClientError('ERR_PROTOCOL_REPLAYED', 'this signed request was used before');
  }
  return claims.request;
}

function readClaims(payload: Uint8Array): SignedRequestClaims {
  const parsed = signedRequestClaimsSchema.safeParse(parsePayload(payload));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw refusedClaims(issue?.path.join('.') ?? '', issue?.code ?? '');
}

function parsePayload(payload: Uint8Array): unknown {
  try {
    return parseStrictJson(payload);
  } catch {
    throw refusedClaims('', 'json');
  }
}

function checkParties({ iss, origin }: SignedRequestClaims, service: RegistryService, asker: Asker): void {
  if (iss !== service.id) throw refusedClaims('iss', 'registry_entry');
  if (origin !== asker.origin || !service.origins.includes(origin)) throw refusedClaims('origin', 'asker');
}

function checkTimes({ iat, exp }: SignedRequestClaims, date: Date): void {
  const now = date.getTime() / 1_000;
  if (iat > now + LIMITS.clockSkewSeconds) throw refusedClaims('iat', 'future');
  if (exp <= now - LIMITS.clockSkewSeconds) throw refusedClaims('exp', 'expired');
  if (exp <= iat || exp - iat > LIMITS.replaySeconds) throw refusedClaims('exp', 'lifetime');
}

/** What the signer has not said about the way back, nobody else may say. */
function checkRedirect(claims: SignedRequestClaims, redirect: RedirectTarget | undefined): void {
  if (claims.redirect_uri !== redirect?.redirectUri) throw refusedClaims('redirect_uri', 'redirect');
  if (claims.state !== redirect?.state) throw refusedClaims('state', 'redirect');
}

/** `path` and `rule` tell a service's developer what to correct; what was there is not repeated. */
function refusedClaims(path: string, rule: string): ClientError {
  const details = { path, rule };
  return new ClientError('ERR_PROTOCOL_REQUEST_CLAIMS', 'the claims of the signed request do not fit', { details });
}
