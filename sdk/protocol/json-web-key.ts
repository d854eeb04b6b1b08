import { z } from 'zod';

const base64Url = z.string().regex(/^[A-Za-z0-9_-]+$/);
const keyId = z.string().min(1).max(128);

/** Public keys in JWK form (RFC 7517, RFC 7518 §6). No private member is accepted. */
const ecPublicKey = z.strictObject({
  kty: z.literal('EC'),
  crv: z.enum(['P-256', 'P-384']),
  x: base64Url.max(64),
  y: base64Url.max(64),
  kid: keyId,
});
const okpPublicKey = z.strictObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: base64Url.max(43),
  kid: keyId,
});
const rsaPublicKey = z.strictObject({
  kty: z.literal('RSA'),
  /** Big-endian modulus, 2048 to 4096 bits. */
  n: base64Url.min(342).max(683),
  /** 65537, as every key of the field has; with 1 nothing would be encrypted, and any signature could be made. */
  e: z.literal('AQAB'),
  kid: keyId,
});

/** A key that signs requests or registries: ES256, ES384, EdDSA or PS256, decided by its kind alone. */
export const signatureJwkSchema = z.discriminatedUnion('kty', [ecPublicKey, okpPublicKey, rsaPublicKey]);
export type SignatureJwk = z.infer<typeof signatureJwkSchema>;

/** A key that results are encrypted to: ECDH-ES+A256KW or RSA-OAEP-256, decided by its kind alone. */
export const encryptionJwkSchema = z.discriminatedUnion('kty', [ecPublicKey, rsaPublicKey]);
export type EncryptionJwk = z.infer<typeof encryptionJwkSchema>;
