import { z } from 'zod';
import { base64Schema, compactJweSchema, handleSchema } from './base-types.js';
import { ERROR_CODES } from './error-codes.js';
import { LIMITS, PROTOCOL_VERSION } from './limits.js';
import { OPERATIONS, requestedAttributeSchema } from './requests.js';

/** The Web eID authentication token, format `web-eid:1.0`. All binary fields are padded base64. */
export const authenticationTokenSchema = z.strictObject({
  /** DER X.509 certificate. Unverified: it came with the signature it is to verify. */
  unverifiedCertificate: base64Schema.max(16_384),
  /** JOSE algorithm name. */
  algorithm: z.enum(['RS256', 'ES384']),
  /** Over `H(origin) ‖ H(challengeNonce)`, H the hash of `algorithm`, both UTF-8. */
  signature: base64Schema.max(1_024),
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
    /**
     * Padded base64: the detached CMS SignedData, DER; with `raw-digest` the bare value, RSASSA-PKCS1-v1_5 (RFC 8017 §8.2) or
     * ECDSA as DER `Ecdsa-Sig-Value` (RFC 3279 §2.2.3).
     */
    signature: base64Schema,
    /** With `raw-digest` only: the signing certificate, DER in padded base64, that a CMS carries within. */
    certificate: base64Schema.max(16_384).optional(),
  }),
  z.strictObject({ status: z.literal('failed'), name: z.string(), error: wireErrorSchema }),
]);
export type SignedItem = z.infer<typeof signedItemSchema>;

/**
 * One answer of `readAttributes`. `value`: text for name and address; `YYYY-MM-DD` for the birth date, with `00` for a month
 * or day the register does not know; a gender code; true or false for `ageOver`. `unknown` where a partly known birth date
 * does not decide the age.
 */
export const attributeAnswerSchema = z.discriminatedUnion('status', [
  z.strictObject({
    attribute: requestedAttributeSchema,
    status: z.literal('given'),
    value: z.union([z.string(), z.boolean()]),
  }),
  z.strictObject({ attribute: requestedAttributeSchema, status: z.enum(['declined', 'unknown']) }),
]);
export type AttributeAnswer = z.infer<typeof attributeAnswerSchema>;
/** Values of `gender`. */
export type Gender = 'male' | 'female' | 'not-applicable' | 'unknown';

/** What an operation came to, in the clear. */
export const operationOutputSchema = z.discriminatedUnion('operation', [
  z.strictObject({ operation: z.literal('authenticate'), token: authenticationTokenSchema }),
  z.strictObject({ operation: z.literal('sign'), items: z.array(signedItemSchema) }),
  z.strictObject({
    operation: z.literal('readAttributes'),
    /**
     * Anybody could have encrypted or sent these values: they save typing and prove nothing. The signing certificate does.
     */
    assurance: z.literal('client-asserted'),
    /** In the order of the request, required ones first. */
    answers: z.array(attributeAnswerSchema),
  }),
]);
export type OperationOutput = z.infer<typeof operationOutputSchema>;

/** The same for a verifier's eyes only. */
export const encryptedOutputSchema = z.strictObject({
  operation: z.enum(OPERATIONS),
  /** Compact JWE; its payload is `encryptedResultPayloadSchema`. */
  jwe: compactJweSchema,
  /** 128 random bits, base64url; also inside. Lets service and verifier speak of the same result, and says nothing else. */
  reference: z.string().regex(/^[A-Za-z0-9_-]{22}$/),
});
export type EncryptedOutput = z.infer<typeof encryptedOutputSchema>;

export const sessionOutputSchema = z.union([encryptedOutputSchema, operationOutputSchema]);
export type SessionOutput = z.infer<typeof sessionOutputSchema>;

/** `typ` of an encrypted result's header. */
export const ENCRYPTED_RESULT_TYPE = 'madoguchi-result+jwe';

/** What a verifier finds in the JWE, as JSON. */
export const encryptedResultPayloadSchema = z.strictObject({
  /** Serialised origin of the asker, from the transport. */
  origin: z.string(),
  challengeNonce: z.string(),
  operation: z.enum(OPERATIONS),
  reference: z.string(),
  /** When it was made; seconds since 1970-01-01T00:00:00Z, by the PC's clock. */
  iat: z.number().int(),
  output: operationOutputSchema,
});
export type EncryptedResultPayload = z.infer<typeof encryptedResultPayloadSchema>;

/** Result of `GET /v1/status`. Says nothing that identifies the PC, its readers, or the release. */
export const statusResultSchema = z.strictObject({
  protocolVersions: z.array(z.number().int()),
});
export type StatusResult = z.infer<typeof statusResultSchema>;
export const CURRENT_STATUS: StatusResult = { protocolVersions: [PROTOCOL_VERSION] };

/** Result of `POST /v1/sessions`. */
export const openSessionResultSchema = z.strictObject({ sessionId: handleSchema });
export type OpenSessionResult = z.infer<typeof openSessionResultSchema>;

/** Result of `GET /v1/sessions/{id}`. `done` is answered once; the session is unknown afterwards. */
export const sessionResultSchema = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('pending') }),
  z.strictObject({ status: z.literal('done'), output: sessionOutputSchema }),
]);
export type SessionResult = z.infer<typeof sessionResultSchema>;

/** Result of `DELETE /v1/sessions/{id}`. */
export const cancelResultSchema = z.strictObject({});
export type CancelResult = z.infer<typeof cancelResultSchema>;

/** Result of `POST /v1/uploads`. */
export const uploadResultSchema = z.strictObject({
  /** For one item of one request of the same origin, within `LIMITS.uploadSeconds`. */
  uploadId: handleSchema,
  /** Octets, as they arrived. */
  size: z.number().int().min(0).max(LIMITS.uploadBytes),
  /** Of those octets, lower-case hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type UploadResult = z.infer<typeof uploadResultSchema>;

/** Result of `DELETE /v1/uploads/{id}`. */
export const deleteUploadResultSchema = z.strictObject({});
export type DeleteUploadResult = z.infer<typeof deleteUploadResultSchema>;

/** The envelope around every answer of the bridge. */
export type Envelope<Result> = { ok: true; result: Result } | { ok: false; error: WireError };
export function envelopeSchema<Result extends z.ZodType>(result: Result) {
  return z.discriminatedUnion('ok', [
    z.strictObject({ ok: z.literal(true), result }),
    z.strictObject({ ok: z.literal(false), error: wireErrorSchema }),
  ]);
}
