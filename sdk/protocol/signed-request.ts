import { z } from 'zod';
import { identifierSchema, stateSchema } from './base-types.js';
import { LIMITS } from './limits.js';
import { operationRequestSchema } from './requests.js';

/** `typ` of a signed request's header (RFC 8725 §3.11: explicit typing). */
export const SIGNED_REQUEST_TYPE = 'madoguchi-request+jwt';
/** `aud` of every signed request. */
export const SIGNED_REQUEST_AUDIENCE = 'urn:madoguchi:v1';

/**
 * Protected header of a signed request. `alg` follows from the key: ES256 and ES384 by its curve, EdDSA, PS256. No other
 * member (`jwk`, `jku`, `x5c`, `crit`) is accepted: keys come from the registry alone.
 */
export const signedRequestHeaderSchema = z.strictObject({
  alg: z.enum(['ES256', 'ES384', 'EdDSA', 'PS256']),
  typ: z.literal(SIGNED_REQUEST_TYPE),
  kid: z.string().min(1).max(128),
});

/** Payload of a signed request. Times are seconds since 1970-01-01T00:00:00Z. */
export const signedRequestClaimsSchema = z.strictObject({
  /** The service's identifier in the registry. */
  iss: identifierSchema,
  aud: z.literal(SIGNED_REQUEST_AUDIENCE),
  /** Equal to the transport's origin, or to that of `redirect_uri`, and one of the entry's. */
  origin: z.string().max(LIMITS.originLength),
  iat: z.number().int(),
  /** At most `LIMITS.replaySeconds` after `iat`. */
  exp: z.number().int(),
  /** Accepted once. */
  jti: z.string().min(16).max(LIMITS.jtiMax),
  request: operationRequestSchema,
  /** With the redirect route, where both are required; nowhere else. */
  redirect_uri: z.string().max(LIMITS.redirectUriLength).optional(),
  state: stateSchema.optional(),
});
export type SignedRequestClaims = z.infer<typeof signedRequestClaimsSchema>;
