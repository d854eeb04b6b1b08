import { CompactSign, exportJWK, generateKeyPair, type CryptoKey } from 'jose';
import {
  encryptionJwkSchema,
  REGISTRY_TYPE,
  registryServiceSchema,
  signatureJwkSchema,
  SIGNED_REQUEST_AUDIENCE,
  SIGNED_REQUEST_TYPE,
  type EncryptionJwk,
  type OperationRequestInput,
  type RegistryClaims,
  type RegistryService,
  type SignatureJwk,
} from '../../sdk/protocol/index.js';

export type SignatureAlgorithm = 'ES256' | 'ES384' | 'EdDSA' | 'PS256';

/** A key of its own for one test. */
export interface SigningKey {
  readonly algorithm: SignatureAlgorithm;
  readonly privateKey: CryptoKey;
  /** The public half, as it stands in registries. */
  readonly jwk: SignatureJwk;
}

export async function signingKey(kid = 'key-1', algorithm: SignatureAlgorithm = 'ES256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  return { algorithm, privateKey, jwk: signatureJwkSchema.parse({ ...(await exportJWK(publicKey)), kid }) };
}

export interface DecryptionKey {
  readonly privateKey: CryptoKey;
  readonly jwk: EncryptionJwk;
}

export async function decryptionKey(
  kid = 'encryption-1',
  algorithm: 'ECDH-ES+A256KW' | 'RSA-OAEP-256' = 'ECDH-ES+A256KW',
): Promise<DecryptionKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  return { privateKey, jwk: encryptionJwkSchema.parse({ ...(await exportJWK(publicKey)), kid }) };
}

/** A compact JWS over `payload`: an object, or text that is JSON or nearly. `header` adds to or replaces what is right. */
export function signJws(
  { algorithm, privateKey, jwk }: SigningKey,
  typ: string,
  payload: object | string,
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return new CompactSign(new TextEncoder().encode(text))
    .setProtectedHeader({ alg: algorithm, typ, kid: jwk.kid, ...header })
    .sign(privateKey);
}

const NAME = { ja: '試験サービス', en: 'Test service' };
const OPERATOR = { ja: '試験運営者', en: 'Test operator' };

/** An entry that may ask for everything. */
export function serviceEntry(
  entry: Pick<RegistryService, 'id' | 'origins'> & Partial<RegistryService>,
): RegistryService {
  const operations = ['authenticate', 'sign', 'readAttributes'];
  return registryServiceSchema.parse({ name: NAME, operator: OPERATOR, operations, ...entry });
}

/** Seconds since 1970-01-01T00:00:00Z. */
export const seconds = (date: Date): number => Math.floor(date.getTime() / 1_000);

export type RegistryParts = Partial<RegistryClaims>;

/** A registry of version 1, issued an hour before `now` for a day, where `parts` do not say otherwise. */
export function registryClaims(parts: RegistryParts = {}, now = new Date()): RegistryClaims {
  const iat = seconds(now) - 3_600;
  return { version: 1, iat, exp: iat + 86_400, services: [], verifiers: [], ...parts };
}

export function signRegistry(key: SigningKey, parts: RegistryParts = {}, now = new Date()): Promise<string> {
  return signJws(key, REGISTRY_TYPE, registryClaims(parts, now));
}

export interface SignedRequestParts {
  readonly iss: string;
  readonly origin: string;
  readonly request: OperationRequestInput;
  readonly [claim: string]: unknown;
}

/** A request signed now, good for five minutes, with a `jti` of its own, where `claims` do not say otherwise. */
export function signRequest(key: SigningKey, claims: SignedRequestParts, now = new Date()): Promise<string> {
  const iat = seconds(now);
  const jti = crypto.randomUUID();
  return signJws(key, SIGNED_REQUEST_TYPE, { aud: SIGNED_REQUEST_AUDIENCE, iat, exp: iat + 300, jti, ...claims });
}
