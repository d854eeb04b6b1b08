import { z } from 'zod';
import { base64Schema, challengeNonceSchema, compactJwsSchema, handleSchema, identifierSchema } from './base-types.js';
import { encryptionJwkSchema } from './json-web-key.js';
import { LIMITS } from './limits.js';

/** Shown to the person as quoted text; never used as a file name. */
const itemNameSchema = z.string().min(1).max(LIMITS.itemNameLength);

/** Digest algorithms of a digest that somebody else computed. SHA-1 is none of them. */
export const RAW_DIGEST_ALGORITHMS = ['SHA-256', 'SHA-384', 'SHA-512'] as const;
export type RawDigestAlgorithm = (typeof RAW_DIGEST_ALGORITHMS)[number];

/** A digest of exactly the length its algorithm gives, in padded base64. */
export const rawDigestSchema = z.discriminatedUnion('algorithm', [
  z.strictObject({ algorithm: z.literal('SHA-256'), value: z.string().regex(/^[A-Za-z0-9+/]{43}=$/) }),
  z.strictObject({ algorithm: z.literal('SHA-384'), value: z.string().regex(/^[A-Za-z0-9+/]{64}$/) }),
  z.strictObject({ algorithm: z.literal('SHA-512'), value: z.string().regex(/^[A-Za-z0-9+/]{86}==$/) }),
]);
export type RawDigest = z.infer<typeof rawDigestSchema>;

/**
 * One thing to sign. Its content travels whole, in the request or as an upload of the same origin, so that the client itself
 * computes what the card signs; with `raw-digest`, and there only, a digest takes its place.
 */
export const signItemSchema = z.union([
  z.strictObject({ name: itemNameSchema, content: base64Schema }),
  z.strictObject({ name: itemNameSchema, upload: handleSchema }),
  z.strictObject({ name: itemNameSchema, digest: rawDigestSchema }),
]);

/**
 * `cms`: one detached CMS SignedData (RFC 5652) per item. `cades`: the same as CAdES B-B (ETSI EN 319 122-1). `raw-digest`: the
 * bare signature value of a digest, of which nobody here knows what it was made of.
 */
export const SIGN_FORMATS = ['cms', 'cades', 'raw-digest'] as const;
export type SignFormat = (typeof SIGN_FORMATS)[number];

/**
 * Who may read the result: a verifier of the registry, or a key of the site's own where policy allows it. With it the
 * result leaves as JWE (RFC 7516), and the request carries a `challengeNonce`, which the payload repeats.
 */
export const encryptToSchema = z.union([
  z.strictObject({ verifier: identifierSchema }),
  z.strictObject({ jwk: encryptionJwkSchema }),
]);
export type EncryptTo = z.infer<typeof encryptToSchema>;

const ENCRYPTION = { encryptTo: encryptToSchema.optional() } as const;

export const authenticateRequestSchema = z.strictObject({
  operation: z.literal('authenticate'),
  challengeNonce: challengeNonceSchema,
  ...ENCRYPTION,
});

export const signRequestSchema = z.strictObject({
  operation: z.literal('sign'),
  format: z.enum(SIGN_FORMATS).default('cms'),
  /** More than `LIMITS.signItems` only where policy says so. */
  items: z.array(signItemSchema).min(1).max(LIMITS.signItemsMost),
  /** Required with `encryptTo`, of no use without. */
  challengeNonce: challengeNonceSchema.optional(),
  ...ENCRYPTION,
});

/** 基本4情報 of 券面事項入力補助AP, in the order of the card. */
export const ATTRIBUTE_NAMES = ['name', 'address', 'birthDate', 'gender'] as const;
export const attributeNameSchema = z.enum(ATTRIBUTE_NAMES);
export type AttributeName = z.infer<typeof attributeNameSchema>;

/** An attribute, or an answer derived from one that does not leave the PC itself. */
export const requestedAttributeSchema = z.union([
  attributeNameSchema,
  z.strictObject({
    /** Whether the holder is at least this many years old today, in Japan. */
    ageOver: z.number().int().min(LIMITS.ageMin).max(LIMITS.ageMax),
  }),
]);
export type RequestedAttribute = z.infer<typeof requestedAttributeSchema>;

export const readAttributesRequestSchema = z.strictObject({
  operation: z.literal('readAttributes'),
  /** All of these or nothing. */
  required: z.array(requestedAttributeSchema).max(LIMITS.attributes).default([]),
  /** The person may leave out each of these. */
  optional: z.array(requestedAttributeSchema).max(LIMITS.attributes).default([]),
  /** Why, in the service's words; shown to the person as a quotation. */
  purpose: z.string().min(1).max(LIMITS.purposeLength),
  challengeNonce: challengeNonceSchema.optional(),
  ...ENCRYPTION,
});

/** The same answer is asked for at most once, and something is asked for. */
function asksEachOnce({
  required,
  optional,
}: {
  required: RequestedAttribute[];
  optional: RequestedAttribute[];
}): boolean {
  const asked = [...required, ...optional].map((attribute) => JSON.stringify(attribute));
  return asked.length > 0 && asked.length <= LIMITS.attributes && new Set(asked).size === asked.length;
}

/** A digest has no other format, and that format nothing else. */
function itemsFitFormat({ format, items }: z.infer<typeof signRequestSchema>): boolean {
  return items.every((item) => 'digest' in item === (format === 'raw-digest'));
}

/** What an operation is asked with, signed or not. */
export const operationRequestSchema = z
  .discriminatedUnion('operation', [authenticateRequestSchema, signRequestSchema, readAttributesRequestSchema])
  .refine((request) => request.encryptTo === undefined || request.challengeNonce !== undefined, {
    path: ['challengeNonce'],
    message: 'required with encryptTo',
  })
  .refine((request) => request.operation !== 'readAttributes' || asksEachOnce(request), {
    path: ['required'],
    message: 'each attribute once, at least one',
  })
  .refine((request) => request.operation !== 'sign' || itemsFitFormat(request), {
    path: ['items'],
    message: 'digests with raw-digest, contents without',
  });

/** A request as JWS, in place of its plain form; see `signed-request.ts`. */
export const signedOperationRequestSchema = z.strictObject({ signedRequest: compactJwsSchema });

/** Body of `POST /v1/sessions`. */
export const openSessionRequestSchema = z.union([signedOperationRequestSchema, operationRequestSchema]);

export type SignItem = z.infer<typeof signItemSchema>;
export type AuthenticateRequest = z.infer<typeof authenticateRequestSchema>;
export type SignRequest = z.infer<typeof signRequestSchema>;
export type ReadAttributesRequest = z.infer<typeof readAttributesRequestSchema>;
export type OperationRequest = z.infer<typeof operationRequestSchema>;
/** What a page sends: defaults may be left out. */
export type OperationRequestInput = z.input<typeof operationRequestSchema>;
export type OpenSessionRequest = z.infer<typeof openSessionRequestSchema>;
export type OpenSessionRequestInput = z.input<typeof openSessionRequestSchema>;
export const OPERATIONS = ['authenticate', 'sign', 'readAttributes'] as const;
export type Operation = OperationRequest['operation'];
