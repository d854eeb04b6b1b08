import { z } from 'zod';
import { identifierSchema } from './base-types.js';
import { encryptionJwkSchema, signatureJwkSchema } from './json-web-key.js';
import { LIMITS } from './limits.js';
import { OPERATIONS } from './requests.js';

/** `typ` of a registry's JWS header. */
export const REGISTRY_TYPE = 'madoguchi-registry+jwt';

/** Protected header of a registry. `alg` follows from the trusted key; no other member is accepted. */
export const registryHeaderSchema = z.strictObject({
  alg: z.enum(['ES256', 'ES384', 'EdDSA', 'PS256']),
  typ: z.literal(REGISTRY_TYPE),
  kid: z.string().min(1).max(128),
});

/** A name in both languages; shown without quotation marks, because the registry's signer vouches for it. */
const localisedText = z.strictObject({ ja: z.string().min(1).max(100), en: z.string().min(1).max(100) });
export type LocalisedText = z.infer<typeof localisedText>;

const unique = <Item extends z.ZodType>(items: z.ZodArray<Item>) =>
  items.refine((list) => new Set(list.map((item) => JSON.stringify(item))).size === list.length, 'named twice');

/** A web service that may ask. */
export const registryServiceSchema = z.strictObject({
  id: identifierSchema,
  name: localisedText,
  operator: localisedText,
  /** Serialised `https:` origins (in a developer's own registry also `http:` on this PC). */
  origins: unique(z.array(z.string().max(LIMITS.originLength)).min(1).max(20)),
  /** Keys its signed requests may be signed with. Without any it is a listed origin and never a verified one. */
  keys: z.array(signatureJwkSchema).max(10).default([]),
  /** What it uses the card for. */
  purposes: z.array(localisedText).max(10).default([]),
  /** What it may ask for; anything else is refused. */
  operations: unique(z.array(z.enum(OPERATIONS)).min(1)),
  /** Whether requests that are not signed are refused. */
  requiresSignedRequests: z.boolean().default(false),
  /** Whether it may have bare digests signed, whose content nobody can show the person. */
  rawDigest: z.boolean().default(false),
});
export type RegistryService = z.infer<typeof registryServiceSchema>;

/** A verifier (署名検証者) results may be encrypted to. */
export const registryVerifierSchema = z.strictObject({
  id: identifierSchema,
  name: localisedText,
  operator: localisedText,
  /** The first is used for new results; the others stay so that their owner can turn over. */
  keys: z.array(encryptionJwkSchema).min(1).max(5),
});
export type RegistryVerifier = z.infer<typeof registryVerifierSchema>;

/** Payload of a service registry: compact JWS with `typ` `madoguchi-registry+jwt`. */
export const registryClaimsSchema = z.strictObject({
  /** Rises with each edition; a lower one than was once in force is refused. */
  version: z.number().int().min(1),
  /** Seconds since 1970-01-01T00:00:00Z. */
  iat: z.number().int(),
  exp: z.number().int(),
  services: z.array(registryServiceSchema).max(2_000),
  verifiers: z.array(registryVerifierSchema).max(200),
});
export type RegistryClaims = z.infer<typeof registryClaimsSchema>;
