import { z } from 'zod';
import { base64Schema, challengeNonceSchema, compactJwsSchema, identifierSchema } from './base-types.js';
import { encryptionJwkSchema } from './json-web-key.js';
import { LIMITS } from './limits.js';

/** One thing to sign: its content travels whole, so that the client itself computes what the card signs. */
export const signItemSchema = z.strictObject({
  /** Shown to the person as quoted text; never used as a file name. */
  name: z.string().min(1).max(LIMITS.itemNameLength),
  content: base64Schema,
});

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
  /** `cms`: one detached CMS SignedData (RFC 5652) per item. */
  format: z.literal('cms').default('cms'),
  items: z.array(signItemSchema).min(1).max(LIMITS.signItems),
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
