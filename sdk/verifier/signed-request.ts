import { base64url, CompactSign, importJWK, type JWK } from 'jose';
import { encodeUtf8 } from '../formats/index.js';
import {
  LIMITS,
  SIGNED_REQUEST_AUDIENCE,
  SIGNED_REQUEST_TYPE,
  signatureJwkSchema,
  signedRequestClaimsSchema,
  type OperationRequestInput,
} from '../protocol/index.js';

/**
 * A service's private key whose public half is in its registry entry: EC P-256 or P-384, Ed25519, or RSA of 2048 to 4096
 * bits, with `kid`.
 */
export type ServicePrivateJwk = JWK & { readonly kid: string };

export interface SignOperationRequestOptions {
  readonly key: ServicePrivateJwk;
  /** The service's identifier in the registry. */
  readonly service: string;
  /** Serialised origin of the page that asks, or of `redirectUri`. One of the registry entry's. */
  readonly origin: string;
  /** What `RedirectRoute.start` hands over; for that route only. */
  readonly redirect?: { readonly redirectUri: string; readonly state: string };
  /** 1 to 600. Default 300. */
  readonly lifetimeSeconds?: number;
  /** Milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number;
}

/**
 * Signs what a service asks for, as a compact JWS (RFC 7515), so that the person is shown the service's name in the registry.
 * Good for one use. The algorithm follows from the key: ES256, ES384, EdDSA or PS256.
 * @returns the `signedRequest` of a page's call, or the `request` of a redirect
 * @throws TypeError where request or options are not as the protocol wants them
 */
export async function signOperationRequest(
  request: OperationRequestInput,
  { key, service, origin, redirect, lifetimeSeconds = 300, now = Date.now }: SignOperationRequestOptions,
): Promise<string> {
  if (!(lifetimeSeconds >= 1 && lifetimeSeconds <= LIMITS.replaySeconds)) throw new TypeError('lifetimeSeconds');
  const alg = signatureAlgorithmOf(key);
  const iat = Math.floor(now() / 1_000);
  const claims = signedRequestClaimsSchema.safeParse({
    iss: service,
    aud: SIGNED_REQUEST_AUDIENCE,
    origin,
    iat,
    exp: iat + Math.floor(lifetimeSeconds),
    jti: base64url.encode(globalThis.crypto.getRandomValues(new Uint8Array(16))),
    request,
    ...(redirect && { redirect_uri: redirect.redirectUri, state: redirect.state }),
  });
  if (!claims.success) throw new TypeError('not a request of the protocol', { cause: claims.error });
  return new CompactSign(encodeUtf8(JSON.stringify(claims.data)))
    .setProtectedHeader({ alg, typ: SIGNED_REQUEST_TYPE, kid: key.kid })
    .sign(await importJWK({ ...key, alg, use: 'sig' }, alg));
}

function signatureAlgorithmOf({ kty, kid, crv, x, y, n, e, d }: ServicePrivateJwk): string {
  const members = { EC: { kty, crv, x, y, kid }, OKP: { kty, crv, x, kid }, RSA: { kty, n, e, kid } };
  const parsed = signatureJwkSchema.safeParse(members[kty as keyof typeof members]);
  if (!parsed.success || typeof d !== 'string') throw new TypeError('key is no private key of a service');
  switch (parsed.data.kty) {
    case 'EC':
      return parsed.data.crv === 'P-256' ? 'ES256' : 'ES384';
    case 'OKP':
      return 'EdDSA';
    case 'RSA':
      return 'PS256';
  }
}
