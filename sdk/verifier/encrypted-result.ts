import { compactDecrypt, decodeProtectedHeader, importJWK, type JWK } from 'jose';
import { decodeUtf8 } from '../formats/bytes.js';
import {
  challengeNonceSchema,
  compactJweSchema,
  ENCRYPTED_RESULT_TYPE,
  encryptedResultPayloadSchema,
  encryptionJwkSchema,
  LIMITS,
  type EncryptedResultPayload,
  type EncryptionJwk,
  type Operation,
  type OperationOutput,
} from '../protocol/index.js';
import {
  validateAuthenticationToken,
  type AuthenticationTokenOptions,
  type ValidatedAuthentication,
} from './authentication.js';
import { requireSerialisedOrigin } from './serialised-origin.js';
import { VerificationError } from './verification-error.js';

/**
 * A verifier's private key (RFC 7518 §6.2.2, §6.3.2) whose public half is in the registry: EC P-256 or P-384, or RSA of
 * 2048 to 4096 bits, with `kid`. The members `alg`, `use`, `key_ops` and `ext` may be there.
 */
export type VerifierPrivateJwk = JWK & { readonly kid: string };

export interface EncryptedResultOptions<Asked extends Operation = Operation> {
  /** The private keys that results may be encrypted to: more than one while they turn over. Chosen by `kid` alone. */
  readonly keys: readonly VerifierPrivateJwk[];
  /** Serialised origin of the service on whose behalf this is opened: from what the verifier knows of it. */
  readonly origin: string;
  /** The nonce of this very request; it serves once. */
  readonly challengeNonce: string;
  /** What was asked for. */
  readonly operation: Asked;
  /** The `reference` that came beside the JWE, where it did. */
  readonly reference?: string;
  /**
   * Where given, the oldest result to accept by the clock of the person's PC, which may be wrong; a minute is added. What
   * keeps a result from being used later is the nonce.
   */
  readonly maxAgeSeconds?: number;
  /** Milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number;
}

/** A result as it was before it was encrypted, and known to belong to this service's request. */
export interface OpenedResult<Asked extends Operation = Operation> {
  readonly operation: Asked;
  /** Says the same result to the service and nothing about the person. */
  readonly reference: string;
  /** By the clock of the person's PC. */
  readonly issuedAt: Date;
  /** Unverified: a JWE says to whom, never from whom. Validate the token, verify the signatures. */
  readonly output: Extract<OperationOutput, { operation: Asked }>;
}

/** UTF-16 code units. Twenty signatures with their certificates are a quarter of it. */
const MAX_JWE_LENGTH = LIMITS.encryptedResultLength;
const CONTENT_ENCRYPTION = 'A256GCM';

/**
 * Opens a result that was encrypted to this verifier (RFC 7516, compact serialisation) and checks that it belongs to this
 * origin, nonce and operation. The algorithm follows from the key: ECDH-ES+A256KW or RSA-OAEP-256, with A256GCM; other
 * algorithms, compression and header members outside of the protocol are refused before anything is decrypted.
 * @param unverifiedJwe the member `jwe` of the client's output
 * @throws VerificationError `ERR_PROTOCOL_RESULT_ENCRYPTION`; `ERR_PROTOCOL_RESULT_BINDING`, for one that is too old too
 * @throws TypeError where the options are not as described
 */
export async function openEncryptedResult<Asked extends Operation>(
  unverifiedJwe: unknown,
  options: EncryptedResultOptions<Asked>,
): Promise<OpenedResult<Asked>> {
  requireSerialisedOrigin(options.origin);
  if (!challengeNonceSchema.safeParse(options.challengeNonce).success) {
    throw new TypeError('challengeNonce is not one of createChallengeNonce()');
  }
  const keys = options.keys.map(readPrivateKey);
  if (keys.length === 0) throw new TypeError('keys is empty');
  if (new Set(keys.map(({ jwk }) => jwk.kid)).size !== keys.length) throw new TypeError('two keys have the same kid');
  const payload = readPayload(await decrypt(unverifiedJwe, keys));
  requireBinding(payload, options);
  const { operation, reference, iat, output } = payload;
  return { operation, reference, issuedAt: new Date(iat * 1_000), output } as OpenedResult<Asked>;
}

export type EncryptedAuthenticationOptions = AuthenticationTokenOptions &
  Omit<EncryptedResultOptions<'authenticate'>, 'operation'>;

/** Who logged in, and by which result. */
export interface ValidatedEncryptedAuthentication extends ValidatedAuthentication {
  readonly reference: string;
}

/**
 * Opens an encrypted login and validates the token inside, for the same origin and nonce.
 * @throws VerificationError and TypeError as `openEncryptedResult` and `validateAuthenticationToken`
 */
export async function validateEncryptedAuthentication(
  unverifiedJwe: unknown,
  options: EncryptedAuthenticationOptions,
): Promise<ValidatedEncryptedAuthentication> {
  const opened = await openEncryptedResult(unverifiedJwe, { ...options, operation: 'authenticate' });
  const authentication = await validateAuthenticationToken(opened.output.token, options);
  return { ...authentication, reference: opened.reference };
}

interface DecryptionKey {
  readonly jwk: VerifierPrivateJwk;
  readonly publicJwk: EncryptionJwk;
  readonly algorithm: 'ECDH-ES+A256KW' | 'RSA-OAEP-256';
}

function readPrivateKey(jwk: VerifierPrivateJwk): DecryptionKey {
  const { kty, kid, crv, x, y, n, e } = jwk;
  const parsed = encryptionJwkSchema.safeParse(kty === 'EC' ? { kty, crv, x, y, kid } : { kty, n, e, kid });
  if (!parsed.success || typeof jwk.d !== 'string')
    throw new TypeError('keys holds what is no private key of a verifier');
  return {
    jwk,
    publicJwk: parsed.data,
    algorithm: parsed.data.kty === 'EC' ? 'ECDH-ES+A256KW' : 'RSA-OAEP-256',
  };
}

async function decrypt(unverifiedJwe: unknown, keys: readonly DecryptionKey[]): Promise<Uint8Array> {
  const isBounded = typeof unverifiedJwe === 'string' && unverifiedJwe.length <= MAX_JWE_LENGTH;
  const jwe = isBounded ? compactJweSchema.safeParse(unverifiedJwe) : undefined;
  if (jwe?.success !== true) throw notForThisKey();
  const key = chooseKey(jwe.data, keys);
  const { jwk, algorithm } = key;
  const privateKey = await importPrivateKey(jwk, algorithm);
  try {
    const { plaintext } = await compactDecrypt(jwe.data, privateKey, {
      keyManagementAlgorithms: [algorithm],
      contentEncryptionAlgorithms: [CONTENT_ENCRYPTION],
      maxDecompressedLength: 0,
    });
    return plaintext;
  } catch (cause) {
    throw notForThisKey(cause);
  }
}

async function importPrivateKey(jwk: VerifierPrivateJwk, algorithm: string): ReturnType<typeof importJWK> {
  try {
    return await importJWK({ ...jwk, use: 'enc', alg: algorithm }, algorithm);
  } catch (cause) {
    throw new TypeError('keys holds a key that cannot be used', { cause });
  }
}

/** The key that the header names, once the header has nothing in it but what the protocol says for such a key. */
function chooseKey(unverifiedJwe: string, keys: readonly DecryptionKey[]): DecryptionKey {
  const header = readHeader(unverifiedJwe);
  const key = keys.find(({ jwk }) => jwk.kid === header['kid']);
  if (key === undefined) throw notForThisKey();
  const { algorithm, publicJwk } = key;
  const { epk, ...rest } = header;
  const expected = { alg: algorithm, enc: CONTENT_ENCRYPTION, kid: publicJwk.kid, typ: ENCRYPTED_RESULT_TYPE };
  const isExpected =
    hasExactly(rest, expected) && (publicJwk.kty === 'EC' ? isEphemeralKey(epk, publicJwk.crv) : epk === undefined);
  if (!isExpected) throw notForThisKey();
  return key;
}

function readHeader(unverifiedJwe: string): Readonly<Record<string, unknown>> {
  try {
    return decodeProtectedHeader(unverifiedJwe);
  } catch (cause) {
    throw notForThisKey(cause);
  }
}

function hasExactly(members: Readonly<Record<string, unknown>>, expected: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(expected);
  return Object.keys(members).length === names.length && names.every((name) => members[name] === expected[name]);
}

/** `epk` of RFC 7518 §4.6.1.1. That its point is on the curve is checked where it is imported. */
function isEphemeralKey(unverifiedKey: unknown, curve: string): boolean {
  if (typeof unverifiedKey !== 'object' || unverifiedKey === null) return false;
  const { x, y, ...rest } = unverifiedKey as Readonly<Record<string, unknown>>;
  return typeof x === 'string' && typeof y === 'string' && hasExactly(rest, { kty: 'EC', crv: curve });
}

function readPayload(plaintext: Uint8Array): EncryptedResultPayload {
  const parsed = encryptedResultPayloadSchema.safeParse(parseJson(plaintext));
  if (parsed.success) return parsed.data;
  throw notForThisKey(parsed.error);
}

function parseJson(plaintext: Uint8Array): unknown {
  try {
    return JSON.parse(decodeUtf8(plaintext) ?? '');
  } catch (cause) {
    throw notForThisKey(cause);
  }
}

function requireBinding(payload: EncryptedResultPayload, options: EncryptedResultOptions): void {
  const { origin, challengeNonce, operation, reference, maxAgeSeconds, now = Date.now } = options;
  const isBound =
    payload.origin === origin &&
    payload.challengeNonce === challengeNonce &&
    payload.operation === operation &&
    payload.output.operation === operation &&
    (reference === undefined || payload.reference === reference);
  const age = now() / 1_000 - payload.iat;
  const isFresh =
    maxAgeSeconds === undefined || (age <= maxAgeSeconds + LIMITS.clockSkewSeconds && age >= -LIMITS.clockSkewSeconds);
  if (!isBound || !isFresh) throw new VerificationError('ERR_PROTOCOL_RESULT_BINDING');
}

function notForThisKey(cause?: unknown): VerificationError {
  return new VerificationError('ERR_PROTOCOL_RESULT_ENCRYPTION', cause === undefined ? {} : { cause });
}
