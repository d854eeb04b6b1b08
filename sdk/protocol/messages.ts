import { z } from 'zod';
import { ERROR_CODES } from './error-codes.js';
import { LIMITS, PROTOCOL_VERSION } from './limits.js';

/** Padded base64 of RFC 4648 §4, without line breaks. */
const base64 = z.base64();

/**
 * A challenge nonce: at least 256 random bits chosen by the web service, in base64. Its characters, not the bytes they
 * decode to, are hashed (Web eID, token format).
 */
export const challengeNonceSchema = z
  .string()
  .min(LIMITS.challengeNonceMin)
  .max(LIMITS.challengeNonceMax)
  .regex(/^[A-Za-z0-9+/_=-]+$/, 'not base64');

/** One thing to sign: its content travels whole, so that the client itself computes what the card signs. */
export const signItemSchema = z.strictObject({
  /** Shown to the person as quoted text; never used as a file name. */
  name: z.string().min(1).max(LIMITS.itemNameLength),
  content: base64,
});

export const authenticateRequestSchema = z.strictObject({
  operation: z.literal('authenticate'),
  challengeNonce: challengeNonceSchema,
});

export const signRequestSchema = z.strictObject({
  operation: z.literal('sign'),
  /** `cms`: one detached CMS SignedData (RFC 5652) per item. */
  format: z.literal('cms').default('cms'),
  items: z.array(signItemSchema).min(1).max(LIMITS.signItems),
});

/** Body of `POST /v1/sessions`. */
export const openSessionRequestSchema = z.discriminatedUnion('operation', [
  authenticateRequestSchema,
  signRequestSchema,
]);

export type SignItem = z.infer<typeof signItemSchema>;
export type AuthenticateRequest = z.infer<typeof authenticateRequestSchema>;
export type SignRequest = z.infer<typeof signRequestSchema>;
export type OpenSessionRequest = z.infer<typeof openSessionRequestSchema>;
/** What a page sends: defaults may be left out. */
export type OpenSessionRequestInput = z.input<typeof openSessionRequestSchema>;
export type Operation = OpenSessionRequest['operation'];

/** The Web eID authentication token, format `web-eid:1.0`. All binary fields are padded base64. */
export const authenticationTokenSchema = z.strictObject({
  /** DER X.509 certificate. Unverified: it came with the signature it is to verify. */
  unverifiedCertificate: base64.max(16_384),
  /** JOSE algorithm name. */
  algorithm: z.enum(['RS256', 'ES384']),
  /** Over `H(origin) ‖ H(challengeNonce)`, H the hash of `algorithm`, both UTF-8. */
  signature: base64.max(1_024),
  format: z.literal('web-eid:1.0'),
});
export type AuthenticationToken = z.infer<typeof authenticationTokenSchema>;

export const wireErrorSchema = z.strictObject({
  code: z.enum(ERROR_CODES),
  /** English, for developers and logs; not API. */
  message: z.string(),
  /** Whether the same request may succeed later without the caller changing it. */
  retriable: z.boolean(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
});
export type WireError = z.infer<typeof wireErrorSchema>;

export const signedItemSchema = z.discriminatedUnion('status', [
  z.strictObject({
    status: z.literal('signed'),
    name: z.string(),
    /** The detached CMS SignedData, DER in padded base64. */
    signature: base64,
  }),
  z.strictObject({ status: z.literal('failed'), name: z.string(), error: wireErrorSchema }),
]);
export type SignedItem = z.infer<typeof signedItemSchema>;

export const sessionOutputSchema = z.discriminatedUnion('operation', [
  z.strictObject({ operation: z.literal('authenticate'), token: authenticationTokenSchema }),
  z.strictObject({ operation: z.literal('sign'), items: z.array(signedItemSchema) }),
]);
export type SessionOutput = z.infer<typeof sessionOutputSchema>;

/** Result of `GET /v1/status`. Says nothing that identifies the PC, its readers, or the release. */
export const statusResultSchema = z.strictObject({
  protocolVersions: z.array(z.number().int()),
});
export type StatusResult = z.infer<typeof statusResultSchema>;
export const CURRENT_STATUS: StatusResult = { protocolVersions: [PROTOCOL_VERSION] };

/** 256 random bits, base64url without padding. */
export const sessionIdSchema = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** Result of `POST /v1/sessions`. */
export const openSessionResultSchema = z.strictObject({ sessionId: sessionIdSchema });
export type OpenSessionResult = z.infer<typeof openSessionResultSchema>;

/** Result of `GET /v1/sessions/{id}`. `done` is answered once; the session is unknown afterwards. */
export const sessionResultSchema = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('pending') }),
  z.strictObject({ status: z.literal('done'), output: sessionOutputSchema }),
]);
export type SessionResult = z.infer<typeof sessionResultSchema>;

/** The envelope around every answer of the bridge. */
export type Envelope<Result> = { ok: true; result: Result } | { ok: false; error: WireError };
export function envelopeSchema<Result extends z.ZodType>(result: Result) {
  return z.discriminatedUnion('ok', [
    z.strictObject({ ok: z.literal(true), result }),
    z.strictObject({ ok: z.literal(false), error: wireErrorSchema }),
  ]);
}
